"""What an attempt asks, and when the next may begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

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


@dataclass(frozen=True)
class Draw:
    """Which questions an attempt asks, and in which order it shows what can be chosen: its
    `shuffle`, and the enrolment and number that it was drawn for."""

    enrolment_pk: int
    number: int
    shuffle: int

    @classmethod
    def of(cls, enrolment_pk: int, lesson_key: str, number: int) -> Draw:
        shuffle = grading.seed_of(enrolment_pk, lesson_key, number)
        return cls(enrolment_pk, number, shuffle)

    def asked(self, lesson: Lesson) -> list[str]:
        """The keys of the questions, in order."""
        asked = grading.questions_asked(lesson, enrolment_pk=self.enrolment_pk, number=self.number)
        return [question["key"] for question in asked]


def draw_for(enrolment: Enrolment, lesson: Lesson, number: int, shuffle: int | None) -> Draw | None:
    """The draw that a page shows, told by its shuffle. A page may have been opened before the
    enrolment went on in a newer version, or was left and begun again: its answers are read as it
    showed them, where the lesson is the same. None where it shows a lesson that is another now.
    Without a shuffle the page is taken for one that shows the attempt as it stands. A query, and
    another for a page that was opened in another enrolment."""
    begun = Attempt.objects.filter(
        enrolment=enrolment, lesson_key=lesson["key"], number=number
    ).values_list("seed", flat=True)
    stands, own = begun.first(), Draw.of(enrolment.pk, lesson["key"], number)
    if shuffle is None:
        shuffle = own.shuffle if stands is None else stands
    if shuffle in (stands, own.shuffle):
        return replace(own, shuffle=shuffle)
    others = others_in_course(enrolment).select_related("version").defer("version__content")
    for earlier in others:
        draw = Draw.of(earlier.pk, lesson["key"], number)
        if draw.shuffle == shuffle:
            return draw if lesson["key"] in enrolment.version.kept_from(earlier.version) else None
    return None


def others_in_course(enrolment: Enrolment) -> QuerySet[Enrolment]:
    """The person's other enrolments in the course, latest first: pages of theirs may be open."""
    return (
        Enrolment.objects.filter(person=enrolment.person_id, course=enrolment.course_id)
        .exclude(pk=enrolment.pk)
        .order_by("-pk")
    )
