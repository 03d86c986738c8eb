"""What somebody decided does not count is never given again by what happens beside it; what never
counted may be brought anew by new evidence."""

from __future__ import annotations

import pytest

from competence.models import Achievement
from competence.services import history
from competence.services.corrections import revoke_achievement
from competence.services.equivalence_rules import withdraw_rule
from competence.services.outside_courses import merge_outside_courses
from competence.services.recognition import decide_recognitions
from lms.framework.models import CompetenceArea
from lms.people.models import Person, User
from lms.people.roles import Role
from tests.builders.competence import DAY, achieve, adopt, plan_of
from tests.builders.people import account_with
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.outside_cases import ON, another, approved, correct, status, taken_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def person(db) -> Person:
    adopt(plan_of({}, {"area": "OM4"}))
    return another("P1")


@pytest.fixture
def by(person) -> User:
    return account_with(Role.COORDINATOR)


def revoke(by: User) -> None:
    revoke_achievement(achievement=Achievement.objects.get(), on=ON, reason="Fel", by=by)


def test_an_import_taken_back_gives_nothing_that_was_revoked(person, by):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    batch = taken_in(by, person, course.name)
    decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT)
    revoke(by)
    history.undo_batch(batch=batch, by=by)
    assert status(person) == "overdue"


def test_a_later_rule_gives_nothing_that_was_revoked(person, by):
    course = make_course()
    rule = make_rule(course)
    approved(person, course, by)
    revoke(by)
    withdraw_rule(rule=rule, on=ON, reason="Ny", as_of=DAY, by=by)
    make_rule(course, validity_months=24)
    assert status(person) == "overdue"


def test_a_later_rule_gives_what_ended_with_its_rule(person, by):
    course = make_course()
    rule = make_rule(course)
    approved(person, course, by)
    withdraw_rule(rule=rule, on=ON, reason="Ny", as_of=DAY, by=by)
    assert status(person) == "overdue"
    make_rule(course, validity_months=24)
    assert status(person) == "met"


def test_a_course_put_together_with_another_gives_nothing_that_was_revoked(person, by):
    ruled, other = make_course(), make_course("Samverkan i praktikn")
    make_rule(ruled)
    for course in (ruled, other):
        approved(person, course, by)
    revoke(by)
    merge_outside_courses(survivor=other, loser=ruled, by=by, at=AT)
    assert status(person) == "overdue"


def test_a_course_put_together_gives_no_level_that_was_put_right(person, by):
    course = make_course()
    make_rule(course)
    approved(person, course, by)
    correct(Achievement.objects.get(), by, area=CompetenceArea.objects.get(code="OM4"))
    survivor = make_course("Samverkan i praktikn")
    merge_outside_courses(survivor=survivor, loser=course, by=by, at=AT)
    assert (status(person), status(person, "OM4")) == ("overdue", "met")


def test_a_file_brings_anew_what_never_counted(person, by):
    achieve(person, on=ON)
    revoke(by)
    taken_in(by, person, "OM1 1")
    assert status(person) == "met"
