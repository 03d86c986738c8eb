"""Two who decide about the same facts at the same moment. On PostgreSQL only: SQLite lets one
writer in at a time. `make prove` runs these where there is a PostgreSQL."""

from __future__ import annotations

import threading
import time
from datetime import date

import pytest
from django.db import connection

from competence.models import (
    Achievement,
    CoverageTarget,
    Exemption,
    ExemptionRequest,
    KeyGroup,
    KeyPersonAssignment,
    NeedsRound,
    OutsideRecord,
    Recognition,
    SignInSheet,
)
from competence.services import (
    corrections,
    equivalence_rules,
    exemption_requests,
    exemptions,
    history,
    namings,
    needs_rounds,
    outside_courses,
    recognition,
    sign_in_sheets,
    targets,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, Unit
from lms.people.roles import Role
from lms.people.services import merge
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.needs import make_operation, open_round
from tests.builders.people import account_with, employ, make_account, make_person, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.outside_cases import another, correct, counting, status, taken_in
from tests.courses.test_races import A_MOMENT, PATIENCE, Pause, at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
    pytest.mark.usefixtures("private_files"),
]
ON = date(2026, 10, 1)


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


def test_a_round_of_needs_sent_twice_at_once_is_opened_once(person, monkeypatch):
    unit, officer = make_operation("V", Unit.objects.get(code="U")), account_with(Role.COORDINATOR)
    employ(person, unit)
    opening = Pause(monkeypatch, needs_rounds, "record")

    def send() -> int:
        return open_round(officer).pk

    first, second = at_once(send, opening.then(send))
    assert first == second == NeedsRound.objects.get().pk


def grant(person: Person, by, **said: object) -> Exemption:
    usual = {"starts_on": ON, "ends_on": None, "reason": "Annan roll", "by": by}
    return exemptions.grant_exemption(
        person=person,
        area=CompetenceArea.objects.get(code="OM1"),
        level=TrainingLevel.objects.get(number=1),
        **(usual | said),
    )


def merged_meanwhile(monkeypatch, survivor: Person, loser: Person, by, job) -> list:
    """The job, begun while the records are being merged."""
    merging = Pause(monkeypatch, merge, "_move_account")
    return at_once(
        lambda: bool(merge.merge_people(survivor=survivor, loser=loser, by=by)),
        merging.then(job),
    )


def test_what_is_granted_during_a_merge_is_granted_to_the_record_that_is_kept(person, monkeypatch):
    reviewer, loser = account_with(Role.COORDINATOR), make_person("P2")
    got = merged_meanwhile(
        monkeypatch, person, loser, reviewer, lambda: grant(loser, reviewer).person.pk
    )
    assert got == [True, person.pk]
    assert list(Exemption.objects.values_list("person", flat=True)) == [person.pk]


def test_what_is_claimed_during_a_merge_is_claimed_for_the_record_that_is_kept(person, monkeypatch):
    reviewer, loser, course = account_with(Role.COORDINATOR), make_person("P2"), make_course()
    account = make_account(loser)
    got = merged_meanwhile(
        monkeypatch,
        person,
        loser,
        reviewer,
        lambda: make_claim(loser, course, on=ON, by=account).person_id,
    )
    assert got == [True, person.pk]


def test_what_is_decided_during_a_merge_is_recorded_for_the_record_that_is_kept(
    person, monkeypatch
):
    reviewer, loser, course = account_with(Role.COORDINATOR), make_person("P2"), make_course()
    make_rule(course)
    claim = make_claim(loser, course, on=ON)
    got = merged_meanwhile(
        monkeypatch,
        person,
        loser,
        reviewer,
        lambda: len(
            recognition.decide_recognitions(
                recognitions=[claim], approved=True, by=reviewer, at=AT
            ).recognitions
        ),
    )
    assert got == [True, 1]
    assert OutsideRecord.objects.get().person == person
    assert Achievement.objects.get().person == person


def test_who_is_named_during_a_merge_is_named_under_the_record_that_is_kept(person, monkeypatch):
    reviewer, loser = account_with(Role.COORDINATOR), make_person("P2")
    key_group = KeyGroup.objects.get()

    def name() -> int:
        return namings.name_key_person(
            key_group=key_group, person=loser, starts_on=ON, by=reviewer
        ).person_id

    assert merged_meanwhile(monkeypatch, person, loser, reviewer, name) == [True, person.pk]
    assert KeyPersonAssignment.objects.get().person == person


def test_an_exemption_asked_for_during_a_merge_is_granted_to_the_record_that_is_kept(
    person, monkeypatch
):
    reviewer, loser = account_with(Role.COORDINATOR), make_person("P2")
    manager = make_account(make_person("C1"), email="chef@example.se")
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    (asked,) = exemption_requests.request_exemptions(
        wanted=[exemption_requests.Wanted(loser.pk, area.pk, level.pk)],
        starts_on=AT.date(),
        ends_on=date(2027, 6, 30),
        reason="Arbetar inte med barn",
        by=manager,
        at=AT,
    )

    def decide() -> int:
        decided = exemption_requests.decide_exemption_requests(
            requests=[asked], granted=True, reason="", by=reviewer, at=AT
        )
        return len(decided)

    assert merged_meanwhile(monkeypatch, person, loser, reviewer, decide) == [True, 1]
    assert Exemption.objects.get().person == person


def test_an_exemption_granted_twice_at_once_is_refused_in_words(person, monkeypatch):
    reviewer = account_with(Role.COORDINATOR)
    granting = Pause(monkeypatch, exemptions, "record")

    def grant_it() -> bool:
        return bool(grant(person, reviewer).pk)

    first, second = at_once(grant_it, granting.then(grant_it))
    assert first is True
    assert second.startswith("ExemptionError")
    assert Exemption.objects.count() == 1


def test_a_coverage_target_decided_twice_at_once_is_decided_once(person, monkeypatch):
    reviewer, unit = account_with(Role.COORDINATOR), person.employments.get().unit
    deciding = Pause(monkeypatch, targets, "record")

    def decide() -> bool:
        target = targets.set_coverage_target(
            key_group=None,
            unit=unit,
            places="whole",
            unit_kind="",
            area=CompetenceArea.objects.get(code="OM1"),
            level=TrainingLevel.objects.get(number=1),
            at_least=1,
            starts_on=AT.date(),
            ends_on=None,
            motive="Plan",
            by=reviewer,
        )
        return bool(target.pk)

    first, second = at_once(decide, deciding.then(decide))
    assert first is True
    assert second.startswith("CoverageTargetError")
    assert CoverageTarget.objects.count() == 1


class Hold:
    """Holds a function of a module back, the first time it is called, until a moment after the
    other job has begun: what is locked before it is locked while the other job runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self._reached, self._held = threading.Event(), False
        real = getattr(module, name)

        def held(*args: object, **named: object) -> object:
            if not self._held:
                self._held = True
                self._reached.set()
                time.sleep(A_MOMENT)
            return real(*args, **named)

        monkeypatch.setattr(module, name, held)

    def then(self, job):
        def run():
            assert self._reached.wait(PATIENCE)
            return job()

        return run


def test_a_sheet_waits_for_a_decision_about_the_same_claim(person, monkeypatch):
    reviewer, course, other = account_with(Role.COORDINATOR), make_course(), make_person("P2")
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    deciding = Hold(monkeypatch, recognition, "_records_for")

    def decide() -> int:
        decided = recognition.decide_recognitions(
            recognitions=[claim], approved=True, by=reviewer, at=AT
        )
        return len(decided.recognitions)

    def send() -> object:
        return sign_in_sheets.record_sign_in_sheet(
            people=[person, other],
            outside_course=course,
            completed_on=ON,
            proof=None,
            proof_name="",
            by=reviewer,
            at=AT,
        )

    first, second = at_once(decide, deciding.then(send))
    assert first == 1
    assert second.startswith("RecognitionError")


def test_a_merge_of_courses_waits_for_a_decision_about_one_of_them(person, monkeypatch):
    reviewer, course, kept = account_with(Role.COORDINATOR), make_course(), make_course("X")
    make_rule(course)
    make_claim(person, kept, on=ON)
    claim = make_claim(person, course, on=ON)
    deciding = Hold(monkeypatch, recognition, "_records_for")

    def decide() -> int:
        decided = recognition.decide_recognitions(
            recognitions=[claim], approved=True, by=reviewer, at=AT
        )
        return len(decided.recognitions)

    def merge_them() -> object:
        return outside_courses.merge_outside_courses(
            survivor=kept, loser=course, by=reviewer, at=AT
        )

    assert at_once(decide, deciding.then(merge_them)) == [1, None]
    assert OutsideRecord.objects.standing().get().outside_course == kept


def test_a_decision_is_taken_back_while_the_course_is_made_one_with_another(person, monkeypatch):
    reviewer, course, kept = account_with(Role.COORDINATOR), make_course(), make_course("X")
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    recognition.decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    taking_back = Hold(monkeypatch, recognition, "_rests_on_another")

    def take_back() -> bool:
        taken = recognition.undo_decision(recognition=claim, reason="Fel", by=reviewer, at=AT)
        return taken.is_waiting

    def merge_them() -> object:
        return outside_courses.merge_outside_courses(
            survivor=kept, loser=course, by=reviewer, at=AT
        )

    assert at_once(take_back, taking_back.then(merge_them)) == [True, None]
    assert not OutsideRecord.objects.standing().exists()


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
