"""What an attempt asks, and when the next may begin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from courses import grading
from courses.criteria import asks_for
from courses.models import Attempt, Enrolment

Lesson = Mapping[str, Any]
# How long somebody who did not pass the test that stands for a course waits for the next.
TEST_OUT_REST = {"attempts": 1, "hours": 7 * 24}


def questions_of(lesson: Lesson, attempt: Attempt) -> list[Mapping[str, Any]]:
    """What the attempt asks, in order."""
    known = {question["key"]: question for question in grading.all_questions([lesson])}
    return [known[key] for key in attempt.asked if key in known]


def rest_of(lesson: Lesson) -> Mapping[str, int] | None:
    """How many attempts in a row the lesson allows, and the rest in hours; None: no limit."""
    if lesson["key"] == grading.TEST_OUT:
        return TEST_OUT_REST
    rest: Mapping[str, int] | None = lesson.get("rest")
    return rest


def failed_in_a_row(enrolment: Enrolment, lesson_key: str) -> list[Attempt]:
    """What the person has handed in without passing since they last passed, oldest first, also
    in enrolments that they have left: leaving and beginning again is no way round a rest."""
    handed_in = Attempt.objects.filter(
        enrolment__person=enrolment.person_id,
        enrolment__course=enrolment.course_id,
        lesson_key=lesson_key,
        submitted_at__isnull=False,
    ).order_by("submitted_at", "pk")
    failed: list[Attempt] = []
    moments = set()
    for attempt in handed_in:
        if attempt.passed:
            failed.clear()
        elif attempt.submitted_at not in moments:
            # One that came along to a newer version is the same attempt.
            moments.add(attempt.submitted_at)
            failed.append(attempt)
    return failed


def rests_until(enrolment: Enrolment, lesson: Lesson) -> datetime | None:
    """When the next attempt may begin, as long as that is ever; None: at once. A query where the
    lesson has a limit."""
    rest = rest_of(lesson)
    if rest is None:
        return None
    failed = failed_in_a_row(enrolment, lesson["key"])
    if not failed or len(failed) % rest["attempts"]:
        return None
    last = failed[-1].submitted_at
    return last + timedelta(hours=rest["hours"]) if last else None


def may_better(enrolment: Enrolment) -> bool:
    """Whether a lesson that is done may be tried again for a better result: while the course asks
    for a result over the whole of it."""
    return enrolment.completed_at is None and asks_for(enrolment.version.criteria, "score")


def seed_for(enrolment: Enrolment, lesson_key: str, number: int) -> int:
    """The shuffle of an attempt: its own, which may have come along from an earlier version, or
    the one that it will have."""
    known = Attempt.objects.filter(
        enrolment=enrolment, lesson_key=lesson_key, number=number
    ).values_list("seed", flat=True)
    found = known.first()
    return found if found is not None else grading.seed_of(enrolment.pk, lesson_key, number)
