"""After two records of one human being are merged, what the rules give is what they would have
given somebody who had had all the records from the start."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence.engine import gap_rows
from competence.models import (
    Achievement,
    EquivalenceRule,
    KeyPersonAssignment,
    OutsideCourse,
    OutsideRecord,
)
from competence.services.awards import valid_until
from competence.services.corrections import RightFact, put_right, revoke_achievement
from competence.services.equivalence import give_by_rules
from competence.services.equivalence_rules import withdraw_rule
from competence.services.merged_facts import give_what_the_rules_give, keep_what_differs
from competence.services.namings import name_key_person
from competence.services.recognition import decide_recognitions
from competence.services.withdrawn_records import withdraw_outside_record
from lms.audit.models import AuditEvent
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import DAY, adopt, group, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 1)
LATER = date(2028, 1, 1)


@pytest.fixture
def by(db):
    adopt(plan_of({}, {"area": "OM4"}))
    return account_with(Role.COORDINATOR)


@pytest.fixture
def pair(by) -> tuple[Person, Person]:
    people = make_person("P1"), make_person("P2")
    employ(people[0], make_unit("U"))
    return people


def took(person: Person, course: OutsideCourse, on=ON, until=None) -> OutsideRecord:
    row = OutsideRecord.objects.create(
        person=person, outside_course=course, completed_on=on, valid_until=until
    )
    give_by_rules(records=[row], by=None)
    return row


def status(person: Person, day: date = DAY, area: str = "OM1") -> str:
    rows = gap_rows(Person.objects.filter(pk=person.pk), day)
    return next(row.status.value for row in rows if row.area == area)


@pytest.mark.parametrize("kept", [0, 1])
def test_of_two_records_of_a_course_the_one_that_lasts_is_kept(pair, by, kept):
    course = make_course()
    make_rule(course)
    took(pair[0], course, until=date(2026, 10, 31))
    lasting = took(pair[1], course)
    survivor, loser = pair[kept], pair[1 - kept]
    if kept == 1:
        employ(survivor, make_unit("V"))
    merge_people(survivor=survivor, loser=loser, by=by)
    assert status(survivor) == "met"
    assert [row.pk for row in OutsideRecord.objects.standing()] == [lasting.pk]
    assert [(row.person, row.outside_record) for row in Achievement.objects.standing()] == [
        (survivor, lasting)
    ]


@pytest.mark.parametrize("kept", [0, 1])
def test_a_verdict_revoked_on_one_record_stands_on_the_other(pair, by, kept):
    course = make_course()
    make_rule(course)
    first = took(pair[0], course)
    took(pair[1], course)
    revoke_achievement(achievement=first.achievements.get(), on=ON, reason="Fel", by=by)
    survivor, loser = pair[kept], pair[1 - kept]
    if kept == 1:
        employ(survivor, make_unit("V"))
    merge_people(survivor=survivor, loser=loser, by=by)
    assert status(survivor) == "met"
    # What the rule gave still rests on the record and on the rule.
    record = OutsideRecord.objects.standing().get()
    standing = record.achievements.standing().get(revoked_on=None)
    assert (standing.person, standing.rule, standing.revoked_on) == (
        survivor,
        EquivalenceRule.objects.get(),
        None,
    )
    withdraw_outside_record(record=record, reason="Fel kurs", by=by, at=AT)
    assert status(survivor) == "overdue"


def test_what_a_rule_gave_is_not_left_where_a_corrected_fact_has_its_name(pair, by):
    """The survivor's was put right to another day: the wrong fact stands, revoked."""
    course = make_course()
    rule = make_rule(course)
    survivor, loser = pair
    wrong = took(survivor, course).achievements.get()
    put_right(
        achievement=wrong,
        right=RightFact(survivor, wrong.area, wrong.level, date(2023, 1, 1), date(2023, 2, 1)),
        reason="Fel dag",
        by=by,
        day=DAY,
        at=AT,
    )
    took(loser, course)
    assert status(survivor) == "expired"
    merge_people(survivor=survivor, loser=loser, by=by)
    assert status(survivor) == "met"
    withdraw_rule(rule=rule, on=DAY, reason="Ny bedömning", as_of=DAY, by=by)
    assert status(survivor) == "expired"


def test_a_course_put_right_to_another_person_and_back_is_given_again(pair, by):
    course = make_course()
    make_rule(course)
    first, other = pair
    wrong = took(first, course).achievements.get()
    moved = _to(wrong, other, by)
    assert status(first) == "overdue"
    _to(moved, first, by)
    assert status(first) == "met"


def _to(wrong: Achievement, person: Person, by) -> Achievement:
    put_right(
        achievement=wrong,
        right=RightFact(person, wrong.area, wrong.level, wrong.achieved_on, wrong.valid_until),
        reason="Fel person",
        by=by,
        day=DAY,
        at=AT,
    )
    return Achievement.objects.standing().get(
        person=person, rule__isnull=False, revoked_on__isnull=True
    )


def test_claims_rest_on_the_record_that_is_kept(pair, by, private_files):
    course = make_course()
    make_rule(course)
    survivor, loser = pair
    claim = make_claim(survivor, course, on=ON)
    decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT)
    first = OutsideRecord.objects.get(person=survivor)
    took(loser, course)
    merge_people(survivor=survivor, loser=loser, by=by)
    claim.refresh_from_db()
    # Neither is shorter than the other: the survivor's is kept, with what rests on it.
    assert (claim.outside_record, claim.made_record) == (first, True)


SOON = date(2026, 12, 1)
SAYS = {"function": "Representant i SSPF", "motive": "Forumet", "review_on": date(2027, 1, 1)}


@pytest.mark.parametrize("survivor", [0, 1])
@pytest.mark.parametrize(
    ("shorter", "longer"), [({"ends_on": SOON}, SAYS), (SAYS | {"ends_on": SOON}, {}), ({}, SAYS)]
)
def test_of_two_namings_from_a_day_the_longer_is_kept_as_it_is(pair, by, survivor, shorter, longer):
    deputy = make_person("P3")
    going = name_key_person(key_group=group(), person=pair[0], starts_on=DAY, by=None, **shorter)
    kept = name_key_person(
        key_group=group(), person=pair[1], starts_on=DAY, deputy=deputy, by=None, **longer
    )
    merge_people(survivor=pair[survivor], loser=pair[1 - survivor], by=by)
    standing = KeyPersonAssignment.objects.get(withdrawn_at=None)
    assert (standing.pk, standing.person, standing.ends_on, standing.deputy) == (
        *(kept.pk, pair[survivor], None, deputy),
    )
    assert standing.function == longer.get("function", "")
    (line,) = AuditEvent.objects.filter(action="naming.ended")
    assert (line.object_id, line.before["function"]) == (str(going.pk), going.function)


@pytest.mark.parametrize("named", [0, 1])
def test_nobody_becomes_their_own_deputy(pair, by, named):
    naming = name_key_person(
        key_group=group(), person=pair[named], deputy=pair[1 - named], starts_on=DAY, by=None
    )
    merge_people(survivor=pair[0], loser=pair[1], by=by)
    naming.refresh_from_db()
    assert (naming.person, naming.deputy) == (pair[0], None)
    assert AuditEvent.objects.filter(action="naming.left_without_deputy").count() == 1


def test_the_ledger_says_what_was_taken_back_by_the_merging(pair, by):
    course = make_course()
    make_rule(course)
    survivor, loser = pair
    gone = took(survivor, course, until=date(2026, 10, 31))
    took(loser, course)
    merge_people(survivor=survivor, loser=loser, by=by)
    said = AuditEvent.objects.filter(action__endswith=".withdrawn", reason="merged")
    assert {(each.action, each.object_id) for each in said} == {
        ("outside_record.withdrawn", str(gone.pk)),
        ("achievement.withdrawn", str(gone.achievements.get().pk)),
    }


def test_said_again_nothing_more_is_written(pair, by):
    course = make_course()
    make_rule(course)
    survivor, loser = pair
    took(survivor, course, until=date(2026, 10, 31))
    took(loser, course)
    merge_people(survivor=survivor, loser=loser, by=by)
    written = AuditEvent.objects.count(), Achievement.objects.count()
    keep_what_differs(survivor=survivor, loser=loser, by=by)
    give_what_the_rules_give(survivor, by=by)
    assert (AuditEvent.objects.count(), Achievement.objects.count()) == written


# A course, the month it was taken, the provider's last day in months after, and for each rule in
# how many months its verdict was revoked, if it was.
records = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 2),
        st.sampled_from([None, 2, 5, 30]),
        st.tuples(*[st.sampled_from([None, None, 0, 3, 8])] * 2),
    ),
    max_size=3,
    unique_by=lambda each: each[:2],
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(mine=records, theirs=records, late=st.booleans())
def test_after_a_merge_the_gaps_are_those_of_one_who_had_all_the_records(by, mine, theirs, late):
    # What is recorded is never deleted: each example begins anew by being rolled back.
    with transaction.atomic():
        _merge_and_compare(mine, theirs, late, by)
        transaction.set_rollback(True)


def _merge_and_compare(mine, theirs, late, by) -> None:
    survivor, loser, whole = (make_person(name) for name in ("S", "L", "W"))
    unit = make_unit("U")
    for person in (survivor, whole):
        employ(person, unit, starts_on=date(2025, 1, 1))
    courses = [make_course(f"Kurs {each}") for each in range(2)]
    said = {"completed_from": date(2025, 1, 1), "validity_months": 12}
    for course in courses:
        make_rule(course, "OM1", **said)
        if not late:
            make_rule(course, "OM4", **said)
    for person, all_of in ((survivor, mine), (loser, theirs)):
        for course, month, lasts, revoked in all_of:
            on = date(2026, 1 + month, 1)
            until = on + timedelta(days=30 * lasts) if lasts is not None else None
            row = took(person, courses[course], on, until)
            for given_fact, after in zip(row.achievements.order_by("pk"), revoked, strict=False):
                if after is not None:
                    revoke_achievement(
                        achievement=given_fact,
                        on=on + timedelta(days=30 * after),
                        reason="Fel",
                        by=by,
                    )
    _have_all(whole, (survivor, loser))
    merge_people(survivor=survivor, loser=loser, by=by)
    if late:
        rules = [make_rule(course, "OM4", **said) for course in courses]
        lasting = {(course, month, lasts) for course, month, lasts, _ in (*mine, *theirs)}
        _have_by_rules(whole, lasting, courses, rules)
    for month in range(1, 25):
        day = date(2026, 1, 1) + timedelta(days=30 * month)
        assert _gaps(survivor, day) == _gaps(whole, day), day
    assert not Achievement.objects.standing().filter(person=loser, rule__isnull=False).exists()
    held = Achievement.objects.standing().filter(person=survivor, rule__isnull=False)
    assert all(row.outside_record.person_id == survivor.pk for row in held)
    assert all(row.outside_record.withdrawn_at is None for row in held)


def _have_all(whole: Person, people: tuple[Person, ...]) -> None:
    """Every fact of the people, stated of one who never had two records."""
    for number, row in enumerate(Achievement.objects.filter(person__in=people)):
        Achievement.objects.create(
            person=whole,
            area=row.area,
            level=row.level,
            achieved_on=row.achieved_on,
            valid_until=row.valid_until,
            revoked_on=row.revoked_on,
            source=f"fakta {number}",
        )


def _have_by_rules(whole, lasting, courses, rules) -> None:
    """What rules decided after the merging give for all the records: of two of one course and
    day, by the one that lasts."""
    lasts_most: dict[tuple[int, int], int] = {}
    for course, month, lasts in lasting:
        days = 10_000 if lasts is None else lasts * 30
        lasts_most[course, month] = max(days, lasts_most.get((course, month), 0))
    for (course, month), days in lasts_most.items():
        on = date(2026, 1 + month, 1)
        Achievement.objects.create(
            person=whole,
            area=rules[course].area,
            level=rules[course].level,
            achieved_on=on,
            valid_until=min(on + timedelta(days=days), valid_until(on, 12)),
            source=f"sen regel {courses[course].pk}",
        )


def _gaps(person: Person, day: date) -> list[tuple[object, ...]]:
    return [
        (row.area, row.level, row.status, row.valid_until)
        for row in gap_rows(Person.objects.filter(pk=person.pk), day)
    ]
