"""Claims of outside courses: made, withdrawn, decided many at once, and taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence.engine import coverage, explain, gap_rows
from competence.figures.recognitions import claims_of
from competence.models import Achievement, OutsideRecord, Recognition
from competence.services.equivalence_rules import (
    RuleError,
    given_by_rules,
    reach_of_rule,
    withdraw_rule,
)
from competence.services.outside_courses import merge_outside_courses, retire_outside_course
from competence.services.recognition import (
    RecognitionError,
    SingleCase,
    decide_recognitions,
    undo_decision,
    withdraw_claim,
)
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.models import Notice
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import DAY, achieve, adopt, plan_of
from tests.builders.people import account_with, employ, make_account, make_person, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def plan(db):
    adopt(plan_of({}, {"area": "OM4"}))
    return make_unit("U")


@pytest.fixture
def person(plan) -> Person:
    person = make_person("P1", given_name="Disa", family_name="Ek")
    employ(person, plan)
    return person


@pytest.fixture
def reviewer(plan):
    return account_with(Role.COORDINATOR)


def statuses(person: Person) -> dict[str, str]:
    rows = gap_rows(Person.objects.filter(pk=person.pk), DAY)
    return {row.area: row.status.value for row in rows}


def test_an_approved_claim_closes_what_its_rule_gives_and_says_so(person, reviewer):
    course = make_course()
    rule = make_rule(course)
    claim = make_claim(person, course)
    assert statuses(person)["OM1"] == "overdue"
    decided = decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    assert [row.source for row in decided.given[claim.pk]] == [f"regel {rule.number}"]
    assert statuses(person)["OM1"] == "met"
    sentence = next(
        each.sentence
        for each in explain(Person.objects.filter(pk=person.pk), DAY)
        if each.row.area == "OM1"
    )
    assert f"tillgodoräknad enligt regel {rule.number}" in sentence
    (mine,) = claims_of(person)
    assert (mine.state, mine.gives, mine.rules) == ("approved", "Område OM1 Grund", (1,))
    told = Notice.objects.get(kind="competence.recognition_decided")
    assert (told.person, told.context["gives"]) == (person, "Område OM1 Grund")


def test_a_claim_that_no_rule_reaches_is_recorded_and_a_later_rule_reaches_it(person, reviewer):
    course = make_course()
    claim = make_claim(person, course)
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    assert not Achievement.objects.exists()
    make_rule(course)
    assert statuses(person)["OM1"] == "met"


def test_a_course_outside_the_list_is_decided_this_once_or_put_in_the_list(person, reviewer):
    claim = make_claim(person, None, title="Workshop om samtal", provider="En förening")
    with pytest.raises(RecognitionError):
        decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    once = SingleCase(
        CompetenceArea.objects.get(code="OM4"),
        TrainingLevel.objects.get(number=1),
        date(2027, 12, 31),
    )
    decide_recognitions(recognitions=[claim], approved=True, single=once, by=reviewer, at=AT)
    given = Achievement.objects.get()
    assert (given.source, given.rule, given.valid_until) == (
        "tillgodoräknande",
        None,
        date(2027, 12, 31),
    )
    assert statuses(person)["OM4"] == "met"
    other = make_claim(person, None, title="En workshop till")
    listed = make_course("Workshop om samtal")
    decide_recognitions(
        recognitions=[other], approved=True, outside_course=listed, by=reviewer, at=AT
    )
    assert OutsideRecord.objects.get().outside_course == listed


def test_who_is_covered_only_through_recognition_is_counted_beside_the_coverage(person, reviewer):
    """By a rule in one area and a decision in the single case in another; no longer when a course
    here is enough by itself."""
    course = make_course()
    make_rule(course)
    claims = [make_claim(person, course), make_claim(person, None, title="Workshop")]
    decide_recognitions(recognitions=claims[:1], approved=True, by=reviewer, at=AT)
    once = SingleCase(CompetenceArea.objects.get(code="OM4"), TrainingLevel.objects.get(number=1))
    decide_recognitions(recognitions=claims[1:], approved=True, single=once, by=reviewer, at=AT)
    rows = {row.area: row.only_recognised for row in gap_rows(Person.objects.all(), DAY)}
    assert rows == {"OM1": True, "OM4": True}
    count = coverage(None, DAY).mandatory.by_key_group["G"]
    assert (count.covered, count.only_recognised) == (1, 1)
    achieve(person, on=date(2026, 9, 1), area="OM1")
    assert coverage(None, DAY).mandatory.by_key_group["G"].only_recognised == 1
    achieve(person, on=date(2026, 9, 1), area="OM4")
    assert coverage(None, DAY).mandatory.by_key_group["G"].only_recognised == 0


def test_two_single_cases_of_the_same_day_are_two_facts(person, reviewer):
    once = SingleCase(CompetenceArea.objects.get(code="OM4"), TrainingLevel.objects.get(number=1))
    claims = [make_claim(person, None, title=title) for title in ("Ett", "Två")]
    decide_recognitions(recognitions=claims, approved=True, single=once, by=reviewer, at=AT)
    assert sorted(Achievement.objects.values_list("source", flat=True)) == [
        "tillgodoräknande",
        "tillgodoräknande 2",
    ]


def test_a_refusal_needs_a_reason_and_tells_it(person, reviewer):
    claim = make_claim(person, make_course())
    with pytest.raises(RecognitionError):
        decide_recognitions(recognitions=[claim], approved=False, by=reviewer, at=AT)
    with pytest.raises(ValidationError):
        decide_recognitions(
            recognitions=[claim], approved=False, reason="Ring 070-174 06 05", by=reviewer, at=AT
        )
    decide_recognitions(
        recognitions=[claim], approved=False, reason="Datum saknas.", by=reviewer, at=AT
    )
    told = Notice.objects.get(kind="competence.recognition_decided")
    assert (told.context["approved"], told.context["reason"]) == (False, "Datum saknas.")
    assert not OutsideRecord.objects.exists()
    make_claim(person, claim.outside_course)


def test_nobody_decides_on_their_own_claim(plan):
    own = account_with(Role.COORDINATOR)
    claim = make_claim(own.person, make_course(), by=own)
    with pytest.raises(RecognitionError):
        decide_recognitions(recognitions=[claim], approved=True, by=own, at=AT)


def test_who_reported_for_somebody_does_not_decide_on_it(person, reviewer):
    claim = make_claim(person, make_course(), by=reviewer)
    with pytest.raises(RecognitionError):
        decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    assert Recognition.objects.waiting().count() == 1


def test_what_somebody_else_has_decided_is_not_decided_again(person, reviewer):
    course = make_course()
    claims = [make_claim(person, course), make_claim(person, course, on=date(2026, 10, 2))]
    decide_recognitions(recognitions=claims[:1], approved=True, by=reviewer, at=AT)
    with pytest.raises(RecognitionError):
        decide_recognitions(recognitions=claims, approved=True, by=reviewer, at=AT)
    assert Recognition.objects.waiting().count() == 1


def test_the_same_course_and_day_is_reported_once(person, reviewer):
    course = make_course()
    claim = make_claim(person, course)
    with pytest.raises(ValidationError):
        make_claim(person, course)
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    with pytest.raises(RecognitionError):
        make_claim(person, course)


def test_a_day_that_has_not_come_is_refused(person):
    with pytest.raises(RecognitionError):
        make_claim(person, make_course(), on=date(2026, 11, 24))


def test_withdrawing_removes_the_file_and_keeps_the_row(person, django_capture_on_commit_callbacks):
    claim = make_claim(person, make_course())
    path, storage = claim.proof.name, claim.proof.storage
    assert storage.exists(path)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_claim(recognition=claim, by=claim.claimed_by, at=AT)
    assert not storage.exists(path)
    claim.refresh_from_db()
    assert (bool(claim.proof), claim.proof_name, claim.withdrawn_at) == (False, "", AT)
    assert AuditEvent.objects.filter(action="recognition.proof_removed").count() == 1
    with pytest.raises(RecognitionError):
        withdraw_claim(recognition=claim, by=claim.claimed_by, at=AT)


def test_a_decision_taken_back_never_counted_and_can_be_made_again(person, reviewer):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course)
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    undo_decision(recognition=claim, reason="Fel person", by=reviewer, at=AT)
    assert statuses(person)["OM1"] == "overdue"
    assert Recognition.objects.waiting().get() == claim
    assert not OutsideRecord.objects.standing().exists()
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    assert statuses(person)["OM1"] == "met"
    with pytest.raises(RecognitionError):
        undo_decision(recognition=claim, reason="För sent", by=reviewer, at=AT + timedelta(31))


def test_taking_back_leaves_a_record_that_an_import_brought(person, reviewer):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course)
    imported = OutsideRecord.objects.create(
        person=person, outside_course=course, completed_on=claim.completed_on
    )
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    claim.refresh_from_db()
    assert (claim.outside_record, claim.made_record) == (imported, False)
    undo_decision(recognition=claim, reason="Fel person", by=reviewer, at=AT)
    assert statuses(person)["OM1"] == "met"


def test_reviewers_get_one_notice_a_day(person, reviewer):
    course = make_course()
    for number in range(3):
        make_claim(person, course, on=date(2026, 10, 1 + number))
    assert Notice.objects.filter(kind="competence.recognition_to_review").count() == 1
    make_claim(person, course, on=date(2026, 9, 1), at=AT + timedelta(days=1))
    assert Notice.objects.filter(kind="competence.recognition_to_review").count() == 2


@pytest.mark.parametrize("count", [3, 300])
def test_deciding_asks_as_much_of_many_as_of_few(plan, reviewer, count):
    course = make_course()
    make_rule(course)
    claims = Recognition.objects.bulk_create(
        Recognition(
            person=person, outside_course=course, completed_on=date(2026, 10, 1), created_at=AT
        )
        for person in [make_person() for _ in range(count)]
    )
    with CaptureQueriesContext(connection) as queries:
        decide_recognitions(recognitions=claims, approved=True, by=reviewer, at=AT)
    assert Achievement.objects.count() == count
    # SQLite takes inserts a few dozen rows at a time: one more query for each batch.
    assert len(queries) <= 50


def test_a_withdrawn_rule_takes_what_it_gave_from_the_day_and_gives_no_more(person, reviewer):
    course = make_course()
    rule = make_rule(course)
    decide_recognitions(
        recognitions=[make_claim(person, course)], approved=True, by=reviewer, at=AT
    )
    assert withdraw_rule(rule=rule, on=DAY, reason="Ny kursplan", as_of=DAY, by=None) == 1
    assert statuses(person)["OM1"] == "overdue"
    assert Achievement.objects.get().revoked_on == DAY
    with pytest.raises(RuleError):
        withdraw_rule(rule=rule, on=DAY, reason="Igen", as_of=DAY, by=None)
    make_rule(course)
    assert statuses(person)["OM1"] == "met"


def test_the_reach_of_a_rule_is_told_roughly(plan, reviewer):
    course = make_course()
    claims = [make_claim(make_person(), course) for _ in range(7)]
    decide_recognitions(recognitions=claims[:3], approved=True, by=reviewer, at=AT)
    asked = {"outside_course": course, "completed_from": date(2020, 1, 1), "completed_until": None}
    assert str(reach_of_rule(**asked, threshold=5)) == "färre än 5 personer"
    decide_recognitions(recognitions=claims[3:], approved=True, by=reviewer, at=AT)
    assert str(reach_of_rule(**asked, threshold=5)) == "minst 5 personer"
    rule = make_rule(course)
    assert str(given_by_rules(5)[rule.pk]) == "minst 5 personer"


def test_the_reach_of_a_rule_does_not_tell_which_day_somebody_took_the_course(plan, reviewer):
    """Days chosen to lie around one record say the same as days that miss it."""
    course = make_course()
    claims = [make_claim(make_person(), course, on=date(2026, 3, d)) for d in range(1, 6)]
    decide_recognitions(recognitions=claims, approved=True, by=reviewer, at=AT)

    def reach(first: date, last: date) -> str:
        return str(
            reach_of_rule(
                outside_course=course, completed_from=first, completed_until=last, threshold=5
            )
        )

    asked = {
        reach(date(2026, 3, first), date(2026, 3, last))
        for first in range(1, 8)
        for last in range(first, 8)
    }
    assert asked == {"minst 5 personer"}
    assert reach(date(2024, 1, 1), date(2024, 12, 31)) == "färre än 5 personer"


def test_two_rules_do_not_give_the_same_for_the_same_days(plan):
    course = make_course()
    make_rule(course, completed_until=date(2025, 12, 31))
    with pytest.raises(RuleError):
        make_rule(course, completed_from=date(2025, 12, 31))
    make_rule(course, completed_from=date(2026, 1, 1))


def test_two_spellings_become_one_course_whose_rules_reach_both(person, reviewer, plan):
    kept, gone = make_course(), make_course("Samverkan i praktikn")
    make_rule(kept)
    make_rule(gone, "OM4")
    other = make_person("P2")
    employ(other, plan)
    claims = [
        make_claim(person, kept),
        make_claim(person, gone),
        make_claim(other, gone),
    ]
    decide_recognitions(recognitions=claims, approved=True, by=reviewer, at=AT)
    merge_outside_courses(survivor=kept, loser=gone, by=reviewer, at=AT)
    assert statuses(person) == {"OM1": "met", "OM4": "met"}
    assert statuses(other) == {"OM1": "met", "OM4": "met"}
    assert OutsideRecord.objects.standing().count() == 2
    gone.refresh_from_db()
    assert gone.retired_at == AT


def test_a_course_out_of_the_list_keeps_its_rules(person, reviewer):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course)
    retire_outside_course(course=course, retired=True, by=reviewer, at=AT)
    decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
    assert statuses(person)["OM1"] == "met"


def test_claims_follow_a_person_whose_records_are_merged(person, plan, reviewer):
    twin, course = make_person("P9"), make_course()
    make_claim(person, course)
    make_claim(twin, course, by=make_account(twin, email="tvilling@example.se"))
    make_claim(twin, None, title="En annan kurs", by=reviewer)
    merge_people(survivor=person, loser=twin, by=reviewer)
    assert Recognition.objects.filter(person=person).count() == 2


DAYS_OF_RECORDS = [date(2024, 6, 1), date(2025, 6, 1), date(2026, 6, 1)]
_EVENTS = st.permutations(
    [("record", 0), ("record", 1), ("record", 2), ("rule", 0), ("rule", 1), ("rule", 2)]
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=_EVENTS)
def test_rules_and_records_in_any_order_give_the_same(plan, reviewer, order):
    # What is recorded is never deleted: each order begins anew by being rolled back.
    with transaction.atomic():
        given_now = _given_in(order, reviewer)
        transaction.set_rollback(True)
    days = DAYS_OF_RECORDS
    assert given_now == {
        ("OM1", 1, days[0], date(2025, 5, 31)),
        ("OM1", 1, days[1], date(2026, 5, 31)),
        ("OM1", 2, days[1], None),
        ("OM1", 2, days[2], None),
        ("OM4", 1, days[1], date(2028, 5, 31)),
        ("OM4", 1, days[2], date(2029, 5, 31)),
    }


def _given_in(order, reviewer) -> set[tuple[str, int, date, date | None]]:
    person = make_person("ORD")
    course = make_course()
    said = [
        ("OM1", 1, date(2024, 1, 1), date(2025, 6, 1), 12),
        ("OM1", 2, date(2025, 1, 1), None, None),
        ("OM4", 1, date(2025, 6, 1), None, 36),
    ]
    for kind, at in order:
        if kind == "record":
            claim = Recognition.objects.create(
                person=person,
                outside_course=course,
                completed_on=DAYS_OF_RECORDS[at],
                created_at=AT,
            )
            decide_recognitions(recognitions=[claim], approved=True, by=reviewer, at=AT)
        else:
            area, level, first, last, months = said[at]
            make_rule(
                course,
                area,
                level,
                completed_from=first,
                completed_until=last,
                validity_months=months,
            )
    return set(
        Achievement.objects.standing().values_list(
            "area__code", "level__number", "achieved_on", "valid_until"
        )
    )
