"""Nobody decides what counts for themselves."""

from __future__ import annotations

import pytest

from competence.models import OutsideRecord
from competence.services import history
from competence.services.corrections import CorrectionError, revoke_achievement
from competence.services.exemptions import ExemptionError, grant_exemption
from competence.services.withdrawn_records import (
    WithdrawalError,
    put_record_back,
    withdraw_outside_record,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import account_with, employ, make_unit
from tests.builders.recognition import AT, make_course, make_rule
from tests.competence.outside_cases import ON, another, correct, counting, status, taken_in
from tests.competence.test_history import rehearse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def person(db) -> Person:
    adopt(plan_of({}, {"area": "OM4"}))
    return another("P1")


@pytest.fixture
def by(person) -> User:
    account = account_with(Role.COORDINATOR)
    employ(account.person, make_unit("K"))
    return account


def test_a_fact_is_not_put_right_to_or_from_oneself(person, by):
    for whose, to in ((person, by.person), (by.person, person)):
        with pytest.raises(CorrectionError, match="Någon annan"):
            correct(achieve(whose, on=ON), by, person=to)
    assert len(counting(person)) == len(counting(by.person)) == 1


def test_ones_own_fact_is_not_revoked(by):
    with pytest.raises(CorrectionError, match="Någon annan"):
        revoke_achievement(achievement=achieve(by.person, on=ON), on=ON, reason="Fel", by=by)


def test_ones_own_record_is_neither_taken_back_nor_put_back(by):
    colleague = account_with(Role.COORDINATOR)
    course = make_course()
    taken_in(colleague, by.person, course.name)
    record = OutsideRecord.objects.get()
    with pytest.raises(WithdrawalError, match="Någon annan"):
        withdraw_outside_record(record=record, reason="Fel", by=by, at=AT)
    withdraw_outside_record(record=record, reason="Fel", by=colleague, at=AT)
    with pytest.raises(WithdrawalError, match="Någon annan"):
        put_record_back(record=record, reason="Rätt", by=by, at=AT)


def test_nobody_exempts_themselves(by):
    with pytest.raises(ExemptionError, match="Någon annan"):
        grant_exemption(
            person=by.person,
            area=CompetenceArea.objects.get(code="OM1"),
            level=TrainingLevel.objects.get(number=1),
            starts_on=ON,
            ends_on=None,
            reason="Annan roll",
            by=by,
        )
    assert not by.person.exemptions.exists()


def test_a_file_takes_in_all_but_what_is_about_oneself_which_somebody_else_takes_in(person, by):
    course = make_course()
    make_rule(course)
    rows = [f"{each.person_id};;;{course.name};2026-10-01;;" for each in (person, by.person)]
    batch = rehearse(by, *rows)
    history.commit_batch(batch=batch, by=by)
    assert (status(person), status(by.person)) == ("met", "overdue")
    assert [row.reason for row in batch.lines.all()] == ["your_own"]
    colleague = account_with(Role.COORDINATOR)
    history.commit_batch(batch=rehearse(colleague, *rows), by=colleague)
    assert status(by.person) == "met"
