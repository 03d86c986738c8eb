"""Facts that rest on one another: what is taken back, merged or withdrawn takes no more with it
than it brought, and nothing that is taken back is told any longer."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from competence.engine import gap_rows
from competence.figures.known import facts_behind
from competence.models import Achievement, ExemptionRequest, OutsideRecord, Recognition
from competence.services import history
from competence.services.exemption_requests import Wanted, request_exemptions
from competence.services.exemptions import grant_exemption
from competence.services.inbox_recognitions import RecognitionCases
from competence.services.outside_courses import merge_outside_courses
from competence.services.recognition import RecognitionError, decide_recognitions, undo_decision
from competence.services.sign_in_sheets import record_sign_in_sheet, rehearse_sheet
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import DAY, achieve, adopt, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.test_history import answer, rehearse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
ON = date(2026, 10, 1)


@pytest.fixture
def person(db) -> Person:
    adopt(plan_of({}, {"area": "OM4"}))
    person = make_person("P1", given_name="Disa", family_name="Ek")
    employ(person, make_unit("U"))
    return person


@pytest.fixture
def reviewer(person):
    return account_with(Role.COORDINATOR)


def status(person: Person) -> str:
    rows = gap_rows(Person.objects.filter(pk=person.pk), DAY)
    return next(row.status.value for row in rows if row.area == "OM1")


def test_two_claims_that_share_a_record_are_taken_back_one_by_one(person, reviewer):
    course = make_course()
    make_rule(course)
    said = {"title": "Samverkan i praktiken", "provider": "Länet"}
    claims = [make_claim(person, None, on=ON, **said) for _ in range(2)]
    decide_recognitions(
        recognitions=claims, approved=True, by=reviewer, at=AT, outside_course=course
    )
    undo_decision(recognition=claims[0], reason="Fel intyg", by=reviewer, at=AT)
    assert status(person) == "met"
    decide_recognitions(
        recognitions=claims[:1], approved=False, reason="Fel intyg", by=reviewer, at=AT
    )
    undo_decision(recognition=claims[1], reason="Fel intyg", by=reviewer, at=AT)
    assert status(person) == "overdue"
    assert not OutsideRecord.objects.standing().exists()


def test_a_decision_is_taken_back_after_its_course_was_merged_into_another(person, reviewer):
    right, wrong = make_course(), make_course("Samverkan i praktikn")
    make_rule(right)
    claims = [make_claim(person, right, on=ON), make_claim(person, wrong, on=ON)]
    decide_recognitions(recognitions=claims, approved=True, by=reviewer, at=AT)
    merge_outside_courses(survivor=right, loser=wrong, by=reviewer, at=AT)
    undo_decision(recognition=claims[0], reason="Fel intyg", by=reviewer, at=AT)
    assert status(person) == "met"
    decide_recognitions(
        recognitions=claims[:1], approved=False, reason="Fel intyg", by=reviewer, at=AT
    )
    undo_decision(recognition=claims[1], reason="Fel intyg", by=reviewer, at=AT)
    assert status(person) == "overdue"


def test_an_answer_to_an_import_follows_the_course_that_was_merged(person, reviewer):
    right, wrong = make_course(), make_course("Samverkan i praktikn")
    make_rule(right)
    batch = rehearse(reviewer, "P1;;;Samverkan, praktik;2026-10-01;;")
    answer(batch, f"outside:{wrong.pk}", reviewer, "course")
    merge_outside_courses(survivor=right, loser=wrong, by=reviewer, at=AT)
    history.commit_batch(batch=batch, by=reviewer)
    assert OutsideRecord.objects.get().outside_course == right
    assert status(person) == "met"


def test_a_claim_that_rests_on_an_import_stands_when_the_import_is_taken_back(person, reviewer):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    batch = rehearse(reviewer, f"P1;;;{course.name};2026-10-01;;")
    history.commit_batch(batch=batch, by=reviewer)
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    history.undo_batch(batch=batch, by=reviewer)
    assert status(person) == "met"
    assert not OutsideRecord.objects.standing().filter(history_batch=batch).exists()
    undo_decision(recognition=claim, reason="Fel intyg", by=reviewer, at=AT)
    assert status(person) == "overdue"


def test_a_sheet_with_somebody_who_has_reported_the_course_decides_that_report(person, reviewer):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    shown = rehearse_sheet(text="P1", outside_course=course, completed_on=ON, by=reviewer)
    record_sign_in_sheet(
        people=shown.people,
        outside_course=course,
        completed_on=ON,
        proof=None,
        proof_name="",
        by=reviewer,
        at=AT,
    )
    assert status(person) == "met"
    claim.refresh_from_db()
    assert claim.approved
    assert Recognition.objects.count() == 1


def test_what_the_reviewer_has_reported_stops_neither_the_rest_of_the_list_nor_of_a_sheet(
    person, reviewer
):
    course, other = make_course(), make_person("P2")
    make_rule(course)
    mine = make_claim(person, course, on=ON, by=reviewer)
    make_claim(other, course, on=ON)
    cases = {case.pk: case for case in RecognitionCases().cases(DAY, 10, by=reviewer)}
    assert (cases[mine.pk].own, cases[mine.pk].ready) == (True, False)
    assert "Du har själv" in cases[mine.pk].suggestion
    ready = [case.pk for case in cases.values() if case.ready]
    decided = RecognitionCases().decide(ready, approved=True, reason="", by=reviewer, at=AT)
    assert decided == 1
    third = make_person("P3")
    said = {"outside_course": course, "completed_on": ON, "by": reviewer}
    shown = rehearse_sheet(text="P1\nP2\nP3", **said)
    assert [(line.text, line.match.value) for line in shown.left_out] == [
        ("P1", "reported"),
        ("P2", "recorded"),
    ]
    record_sign_in_sheet(people=shown.people, proof=None, proof_name="", at=AT, **said)
    assert status(person) == "overdue"
    assert Recognition.objects.get(person=third).approved
    assert list(Recognition.objects.waiting()) == [mine]


def test_a_sheet_sent_twice_is_recorded_once(person, reviewer):
    course = make_course()
    sent = {
        "people": [person],
        "outside_course": course,
        "completed_on": ON,
        "proof": None,
        "proof_name": "",
        "by": reviewer,
        "at": AT,
    }
    record_sign_in_sheet(**sent)
    with pytest.raises(RecognitionError):
        record_sign_in_sheet(**sent)
    assert Recognition.objects.count() == 1


def test_what_was_taken_back_is_not_told_among_what_is_known(person):
    fact = achieve(person, on=date(2026, 1, 1))
    Achievement.objects.filter(pk=fact.pk).update(withdrawn_at=timezone.now())
    kinds = [each.anchor for each in facts_behind(person, DAY, names=False)]
    assert "uppnatt" not in kinds


def test_of_two_facts_that_differ_none_is_lost_when_people_are_merged(person, reviewer):
    other, first = make_person("P2"), date(2026, 1, 1)
    achieve(person, on=first, valid_until=date(2026, 1, 31))
    achieve(other, on=first, valid_until=date(2029, 9, 30))
    assert status(person) != "met"
    merge_people(survivor=person, loser=other, by=reviewer)
    assert status(person) == "met"
    facts = Achievement.objects.standing().order_by("valid_until")
    assert list(facts.values_list("person__person_id", "valid_until", "source")) == [
        ("P1", date(2026, 1, 31), "import"),
        ("P1", date(2029, 9, 30), "import 2"),
    ]


def test_of_two_exemptions_from_one_day_the_longer_is_kept_when_people_are_merged(person, reviewer):
    other, first = make_person("P2"), date(2026, 1, 1)
    for each, last in ((person, date(2026, 2, 1)), (other, None)):
        grant_exemption(
            person=each,
            area=CompetenceArea.objects.get(code="OM1"),
            level=TrainingLevel.objects.get(number=1),
            starts_on=first,
            ends_on=last,
            reason="Arbetar inte med barn",
            by=reviewer,
        )
    merge_people(survivor=person, loser=other, by=reviewer)
    assert status(person) == "exempt"


def test_a_claim_of_a_merged_person_stands_when_the_import_that_said_the_same_is_taken_back(
    person, reviewer
):
    course, other = make_course(), make_person("P2")
    make_rule(course)
    batch = rehearse(reviewer, f"P1;;;{course.name};2026-10-01;;")
    history.commit_batch(batch=batch, by=reviewer)
    claim = make_claim(other, course, on=ON)
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    merge_people(survivor=person, loser=other, by=reviewer)
    history.undo_batch(batch=batch, by=reviewer)
    assert status(person) == "met"


def test_the_ledger_says_on_which_record_a_claim_rests_once_people_are_merged(person, reviewer):
    course, other = make_course(), make_person("P2")
    claims = [make_claim(each, course, on=ON) for each in (person, other)]
    decide_recognitions(recognitions=claims, approved=True, by=reviewer, at=AT)
    kept, gone = (Recognition.objects.get(pk=claim.pk).outside_record_id for claim in claims)
    merge_people(survivor=person, loser=other, by=reviewer)
    event = AuditEvent.objects.get(action="recognition.rests_on_another")
    assert (event.object_id, event.person_key) == (str(claims[1].pk), person.pk)
    assert (event.before, event.after) == ({"outside_record": gone}, {"outside_record": kept})


def test_a_claim_that_both_records_wait_with_waits_once_when_people_are_merged(person, reviewer):
    course, other = make_course(), make_person("P2")
    make_claim(person, course, on=ON)
    make_claim(other, course, on=ON, by=reviewer)
    merge_people(survivor=person, loser=other, by=reviewer)
    assert [claim.person for claim in Recognition.objects.waiting()] == [person]


def test_a_claim_of_both_spellings_waits_once_when_courses_are_merged(person, reviewer):
    right, wrong = make_course(), make_course("Samverkan i praktikn")
    kept = make_claim(person, right, on=ON)
    make_claim(person, wrong, on=ON)
    merge_outside_courses(survivor=right, loser=wrong, by=reviewer, at=AT)
    assert list(Recognition.objects.waiting()) == [kept]


def test_a_request_for_an_exemption_of_both_records_waits_once_when_people_are_merged(
    person, reviewer
):
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    other = make_person("P2")
    request_exemptions(
        wanted=[Wanted(each.pk, area.pk, level.pk) for each in (person, other)],
        starts_on=AT.date(),
        ends_on=date(2027, 6, 30),
        reason="Arbetar inte med barn",
        by=reviewer,
        at=AT,
    )
    merge_people(survivor=person, loser=other, by=reviewer)
    assert [each.person for each in ExemptionRequest.objects.waiting()] == [person]
