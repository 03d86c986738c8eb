"""How many tries are left and when the next may begin: one rule, said and counted alike."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from courses import reading
from courses.freezing import lessons_of
from courses.models import CourseVersion, Enrolment, LessonPage
from courses.services import enrolment as enrolling
from courses.services import learning
from courses.services.publishing import publish_course_version
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import make_person

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def version() -> CourseVersion:
    """Two tries in a row, then a rest of a day."""
    course = courses.make_course()
    module = courses.add_module(course)
    page = courses.add_lesson(module)
    page.attempts_in_a_row, page.rest_hours = 2, 24
    page.save()
    courses.add_lesson(module)
    return publish_course_version(course=course, by=None)


def fail(enrolment: Enrolment, number: int, at: datetime) -> None:
    lesson = lessons_of(enrolment.version.content)[0]
    learning.save_answers(
        enrolment=enrolment, lesson=lesson, number=number, given=courses.give({"s": 0}, at), at=at
    )
    learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=number, at=at)


def said(enrolment: Enrolment, at: datetime) -> tuple[int | None, datetime | None]:
    """How many tries the page says are left, and until when it says to rest."""
    shown = reading.show_attempt(
        enrolment,
        lessons_of(enrolment.version.content)[0],
        retry=True,
        words={True: "Sant", False: "Falskt"},
        now=at,
    )
    return shown.attempts_left, shown.rests_until


def leave(enrolment: Enrolment, at: datetime, back: datetime) -> Enrolment:
    enrolling.withdraw(enrolment=enrolment, by=None, at=at)
    return courses.enrol(enrolment.person, enrolment.version, back)


def test_tries_are_counted_over_leaving_and_beginning_again(version: CourseVersion) -> None:
    old = courses.enrol(make_person(), version)
    assert said(old, NOON) == (2, None)
    fail(old, 1, NOON)
    new = leave(old, NOON, NOON + MINUTE)
    assert said(new, NOON + MINUTE) == (1, None)
    fail(new, 1, NOON + MINUTE)
    assert said(new, NOON + 2 * MINUTE)[1] == NOON + MINUTE + DAY
    assert said(new, NOON + MINUTE + DAY) == (2, None)
    fail(new, 2, NOON + 2 * DAY)
    assert said(new, NOON + 2 * DAY) == (1, None)


def test_what_was_left_longer_ago_than_a_rest_counts_no_more(version: CourseVersion) -> None:
    old = courses.enrol(make_person(), version)
    fail(old, 1, NOON)
    new = leave(old, NOON + MINUTE, NOON + 2 * DAY)
    assert said(new, NOON + 2 * DAY) == (2, None)
    fail(new, 1, NOON + 2 * DAY)
    assert said(new, NOON + 2 * DAY) == (1, None)


def test_going_on_in_a_newer_version_counts_each_try_once(version: CourseVersion) -> None:
    enrolment = courses.enrol(make_person(), version)
    fail(enrolment, 1, NOON)
    page = LessonPage.objects.descendant_of(version.course).order_by("path")[1]
    page.summary = "Ny ingress."
    page.save_revision().publish()
    publish_course_version(
        course=version.course.specific, by=None, change="retake", note="Nytt.", at=NOON + 9 * DAY
    )
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert said(now, NOON + 9 * DAY) == (1, None)
    fail(now, 2, NOON + 9 * DAY)
    assert said(now, NOON + 9 * DAY)[1] == NOON + 10 * DAY


def test_passing_begins_a_new_count(version: CourseVersion) -> None:
    person = make_person()
    old = courses.enrol(person, version)
    fail(old, 1, NOON)
    lesson = lessons_of(version.content)[0]
    learning.save_answers(
        enrolment=old, lesson=lesson, number=2, given=courses.give({"s": 1}), at=NOON + MINUTE
    )
    learning.submit_attempt(enrolment=old, lesson=lesson, number=2, at=NOON + MINUTE)
    new = leave(old, NOON + MINUTE, NOON + 2 * MINUTE)
    assert said(new, NOON + 2 * MINUTE) == (2, None)
