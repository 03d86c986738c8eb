"""What an attempt asks, how many tries are left, and when the next may begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from courses import grading
from courses.criteria import asks_for
from courses.models import Attempt, Enrolment
from courses.reading.chains import chain, drawn_for, earlier_ones, others_in_course
from lms.people.models import Person

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


def _failed_in_a_row(enrolment: Enrolment, lesson_key: str, rest: timedelta) -> list[datetime]:
    """When the person handed in without passing, since they last passed, oldest first: in this
    enrolment, in those it goes on from, and in those that were left less than a rest before it
    was begun. Leaving and beginning again is no way round a rest."""
    own = list(chain(enrolment, earlier_ones(enrolment)))
    left = Q(
        enrolment__person=enrolment.person_id,
        enrolment__course=enrolment.course_id,
        enrolment__withdrawn_at__gt=own[-1].created_at - rest,
    )
    handed_in = (
        Attempt.objects.filter(left | Q(enrolment__in=[row.pk for row in own]))
        .filter(lesson_key=lesson_key, submitted_at__isnull=False)
        .order_by("submitted_at", "pk")
        .values_list("submitted_at", "passed")
    )
    failed: list[datetime] = []
    moments = set()
    for moment, passed in handed_in:
        if moment is None or moment in moments:
            # One that came along to a newer version is the same attempt, whatever that asks.
            continue
        moments.add(moment)
        if passed:
            failed.clear()
        else:
            failed.append(moment)
    return failed


@dataclass(frozen=True)
class Tries:
    """How many attempts are left before the next rest, and when the next may begin, where the
    round before it is used up: that may be over."""

    left: int
    rests_until: datetime | None


def tries_of(enrolment: Enrolment, lesson: Lesson) -> Tries | None:
    """None where the lesson has no limit; else a query, and another where the enrolment goes on
    from one."""
    rest = rest_of(lesson)
    if rest is None:
        return None
    hours = timedelta(hours=rest["hours"])
    failed = _failed_in_a_row(enrolment, lesson["key"], hours)
    over = len(failed) % rest["attempts"]
    until = failed[-1] + hours if failed and not over else None
    return Tries(rest["attempts"] - over, until)


def next_test_from(
    person: Person, course_id: int, enrolment: Enrolment | None, now: datetime
) -> datetime | None:
    """When the person may next take the test that stands for the course, where they have to wait.
    `enrolment` is the open one, if any: leaving the course is no way round the wait."""
    begun = enrolment or Enrolment(person=person, course_id=course_id, created_at=now)
    tries = tries_of(begun, {"key": grading.TEST_OUT})
    until = tries.rests_until if tries else None
    return until if until and until > now else None


def may_better(enrolment: Enrolment) -> bool:
    """Whether a lesson that is done may be tried again for a better result: while the course asks
    for a result over the whole of it."""
    return enrolment.completed_at is None and asks_for(enrolment.version.criteria, "score")


@dataclass(frozen=True)
class Draw:
    """Which questions an attempt asks, and in which order it shows what can be chosen: its
    `shuffle`, and the enrolment and number that it was drawn for. A draw goes on where it was in
    an earlier version; the order is the enrolment's own, which tells apart what pages show."""

    enrolment_pk: int
    number: int
    shuffle: int

    @classmethod
    def of(
        cls,
        enrolment: Enrolment,
        lesson_key: str,
        number: int,
        others: Mapping[int, Enrolment] | None = None,
    ) -> Draw:
        """The enrolment's own. A query where it goes on from another and `others` is not given."""
        if others is None:
            others = earlier_ones(enrolment)
        first = drawn_for(enrolment, lesson_key, others)
        return cls(first, number, grading.seed_of(enrolment.pk, lesson_key, number))

    def questions(self, lesson: Lesson) -> list[Mapping[str, Any]]:
        """The questions, in order."""
        return grading.questions_asked(lesson, enrolment_pk=self.enrolment_pk, number=self.number)

    def asked(self, lesson: Lesson) -> list[str]:
        """Their keys."""
        return [question["key"] for question in self.questions(lesson)]


def draw_for(enrolment: Enrolment, lesson: Lesson, number: int, shuffle: int | None) -> Draw | None:
    """The draw that a page shows, told by its shuffle. A page may have been opened before the
    enrolment went on in a newer version, or was left and begun again: its answers are read as it
    showed them, where the lesson is the same. None where it shows a lesson that is another now.
    Without a shuffle the page is taken for one that shows the attempt as it stands. A query, and
    another where the enrolment goes on from one, or the page was opened in another."""
    begun = Attempt.objects.filter(
        enrolment=enrolment, lesson_key=lesson["key"], number=number
    ).values_list("seed", flat=True)
    stands, own = begun.first(), Draw.of(enrolment, lesson["key"], number)
    if shuffle is None:
        shuffle = own.shuffle if stands is None else stands
    if shuffle in (stands, own.shuffle):
        return replace(own, shuffle=shuffle)
    rows = others_in_course(enrolment).select_related("version").defer("version__content")
    others = {row.pk: row for row in rows}
    for earlier in others.values():
        draw = Draw.of(earlier, lesson["key"], number, others)
        if draw.shuffle == shuffle:
            return draw if lesson["key"] in enrolment.version.kept_from(earlier.version) else None
    return None
