"""Two who decide about the same facts at the same moment. On PostgreSQL only: SQLite lets one
writer in at a time. `make prove` runs these where there is a PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from competence.models import Achievement, ExemptionRequest, Recognition, SignInSheet
from competence.services import (
    corrections,
    equivalence_rules,
    exemption_requests,
    history,
    recognition,
    sign_in_sheets,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import account_with, employ, make_account, make_person, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.outside_cases import another, correct, counting, status, taken_in
from tests.courses.test_races import Pause, at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
]
ON = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "private": settings.STORAGES["private"] | {"OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def person() -> Person:
    adopt(plan_of({}))
    person = make_person("P1", given_name="Disa", family_name="Ek")
    employ(person, make_unit("U"))
    return person


def test_a_rule_that_is_being_withdrawn_gives_nothing_to_a_claim_decided_meanwhile(
    person, monkeypatch
):
    reviewer, course = account_with(Role.COORDINATOR), make_course()
    rule, claim = make_rule(course), make_claim(person, course, on=ON)
    withdrawing = Pause(monkeypatch, equivalence_rules, "record")

    def withdraw() -> int:
        return equivalence_rules.withdraw_rule(
            rule=rule, on=ON, reason="Fel", as_of=AT.date(), by=reviewer
        )

    def decide() -> bool:
        decided = recognition.decide_recognitions(
            recognitions=[claim], approved=True, by=reviewer, at=AT
        )
        return bool(decided.given.get(claim.pk))

    assert at_once(withdraw, withdrawing.then(decide)) == [0, False]
    assert not Achievement.objects.filter(revoked_on__isnull=True).exists()


def test_a_sheet_sent_twice_at_once_is_recorded_once(person, monkeypatch):
    reviewer, course = account_with(Role.COORDINATOR), make_course()
    recording = Pause(monkeypatch, sign_in_sheets, "record")

    def send() -> str:
        sign_in_sheets.record_sign_in_sheet(
            people=[person],
            outside_course=course,
            completed_on=ON,
            proof=None,
            proof_name="",
            by=reviewer,
            at=AT,
        )
        return "recorded"

    first, second = at_once(send, recording.then(send))
    assert first == "recorded"
    assert second.startswith("RecognitionError")
    assert (SignInSheet.objects.count(), Recognition.objects.count()) == (1, 1)


def test_an_exemption_asked_for_twice_at_once_is_asked_for_once(person, monkeypatch):
    manager = make_account(make_person("C1"), email="chef@example.se")
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    asking = Pause(monkeypatch, exemption_requests, "_record")

    def ask() -> int:
        made = exemption_requests.request_exemptions(
            wanted=[exemption_requests.Wanted(person.pk, area.pk, level.pk)],
            starts_on=AT.date(),
            ends_on=date(2027, 6, 30),
            reason="Arbetar inte med barn",
            by=manager,
            at=AT,
        )
        return len(made)

    assert at_once(ask, asking.then(ask)) == [1, 0]
    assert ExemptionRequest.objects.count() == 1


def test_a_claim_sent_twice_at_once_waits_once(person, monkeypatch):
    course = make_course()
    account = make_account(person)
    claiming = Pause(monkeypatch, recognition, "record")

    def claim() -> str:
        return str(make_claim(person, course, on=ON, by=account).pk and "waits")

    first, second = at_once(claim, claiming.then(claim))
    assert first == "waits"
    assert second.startswith("ValidationError")
    assert Recognition.objects.count() == 1


def test_a_claim_decided_while_an_import_of_the_same_is_taken_back_counts(person, monkeypatch):
    reviewer, course = account_with(Role.COORDINATOR), make_course()
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    batch = taken_in(reviewer, person, course.name)
    deciding = Pause(monkeypatch, recognition, "give_by_rules")

    def decide() -> bool:
        recognition.decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
        return True

    def undo() -> bool:
        return history.undo_batch(batch=batch, by=reviewer).state == "undone"

    assert all(at_once(decide, deciding.then(undo)))
    claim.refresh_from_db()
    assert claim.outside_record is not None
    assert claim.outside_record.withdrawn_at is None
    assert status(person) == "met"


def test_what_is_put_right_while_its_decision_is_taken_back_is_taken_back(person, monkeypatch):
    reviewer, course, other = account_with(Role.COORDINATOR), make_course(), another("P2")
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    recognition.decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    wrong = Achievement.objects.get()
    undoing = Pause(monkeypatch, recognition, "withdraw_facts")

    def undo() -> bool:
        recognition.undo_decision(recognition=claim, reason="Fel", by=reviewer, at=AT)
        return True

    def put_right() -> bool:
        correct(wrong, reviewer, person=other)
        return True

    at_once(undo, undoing.then(put_right))
    assert (counting(person), counting(other)) == ([], [])


def test_of_two_corrections_at_once_one_is_refused(person, monkeypatch):
    others = another("P2"), another("P3")
    wrong = achieve(person, on=ON)
    writing = Pause(monkeypatch, corrections, "record")

    def put_right_to(other: Person) -> bool:
        correct(wrong, None, person=other)
        return True

    at_once(lambda: put_right_to(others[0]), writing.then(lambda: put_right_to(others[1])))
    assert len(counting(others[0]) + counting(others[1])) == 1
