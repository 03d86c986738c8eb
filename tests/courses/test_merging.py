"""Of two open enrolments in one course, the one that is further goes on when people are merged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.freezing import lessons_of
from courses.models import CourseVersion, Enrolment
from courses.services import learning
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import account_with, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> CourseVersion:
    return courses.publish_course(lessons=3)


def under_way(version: CourseVersion, lessons: int) -> Enrolment:
    enrolment = courses.enrol(make_person(), version)
    for lesson in lessons_of(version.content)[:lessons]:
        courses.take_lesson(enrolment, lesson)
    return enrolment


def merge(survivor: Enrolment, loser: Enrolment) -> Enrolment:
    """What is open afterwards."""
    person: Person = survivor.person
    merge_people(survivor=person, loser=loser.person, by=account_with(Role.SYSTEM_ADMIN))
    assert not Enrolment.objects.exclude(person=person).exists()
    return Enrolment.objects.get(withdrawn_at__isnull=True, completed_at__isnull=True)


@pytest.mark.parametrize(
    ("survivors", "losers", "kept"),
    [(0, 2, "loser"), (1, 2, "loser"), (2, 1, "survivor"), (2, 0, "survivor"), (1, 1, "survivor")],
)
def test_more_lessons_done_go_on(version, survivors, losers, kept) -> None:
    rows = {"survivor": under_way(version, survivors), "loser": under_way(version, losers)}
    now = merge(**rows)
    assert now == rows[kept]
    assert now.lesson_completions.count() == max(survivors, losers)


def test_of_as_many_lessons_the_later_doings_go_on(version) -> None:
    survivor, loser = under_way(version, 1), under_way(version, 1)
    second = lessons_of(version.content)[1]
    later = NOON + timedelta(hours=1)
    learning.save_answers(
        enrolment=loser, lesson=second, number=1, given=courses.give({"s": 0}, later), at=later
    )
    assert merge(survivor, loser) == loser


def test_where_neither_has_done_anything_the_survivors_goes_on(version) -> None:
    survivor, loser = under_way(version, 0), under_way(version, 0)
    assert merge(survivor, loser) == survivor
