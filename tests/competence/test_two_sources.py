"""One fact that several claims and imports state: it stands until the last of them is taken back,
also when people's records or two spellings of a course have become one."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence.models import Achievement, OutsideRecord, Recognition
from competence.models.history import HistoryBatch
from competence.services import history
from competence.services.corrections import revoke_achievement
from competence.services.equivalence_rules import withdraw_rule
from competence.services.outside_courses import merge_outside_courses
from competence.services.recognition import SingleCase, decide_recognitions, undo_decision
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import DAY, adopt, plan_of
from tests.builders.people import account_with, employ, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.outside_cases import (
    ON,
    another,
    approved,
    counting,
    status,
    taken_in,
)
from tests.competence.test_history import rehearse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def person(db) -> Person:
    adopt(plan_of({}, {"area": "OM4"}))
    return another("P1")


@pytest.fixture
def by(person) -> User:
    return account_with(Role.COORDINATOR)


def undo(claim, by) -> None:
    undo_decision(recognition=claim, reason="Fel", by=by, at=AT)


@pytest.mark.parametrize("what", ["course", "level"])
@pytest.mark.parametrize("first", [0, 1])
def test_what_two_imports_say_stands_until_both_are_taken_back(person, by, what, first):
    course = make_course()
    make_rule(course)
    batches = [taken_in(by, person, course.name if what == "course" else "OM1 1") for _ in range(2)]
    assert Achievement.objects.count() == 1
    history.undo_batch(batch=batches[first], by=by)
    assert status(person) == "met"
    history.undo_batch(batch=batches[1 - first], by=by)
    assert (status(person), counting(person)) == ("overdue", [])
    assert not OutsideRecord.objects.standing().exists()


def test_the_same_file_once_more_states_nothing_more(person, by):
    course = make_course()
    make_rule(course)
    row = f"{person.person_id};;;{course.name};{ON.isoformat()};;"
    first, second = (history.commit_batch(batch=rehearse(by, row), by=by) for _ in range(2))
    assert second.summary["written"]["rows"] == 0
    history.undo_batch(batch=first, by=by)
    assert (status(person), counting(person)) == ("overdue", [])
    third = history.commit_batch(batch=rehearse(by, row), by=by)
    assert (third.summary["written"]["rows"], status(person)) == (1, "met")


@pytest.mark.parametrize("first", ["claim", "import"])
def test_what_a_claim_and_an_import_say_stands_until_both_are_taken_back(person, by, first):
    course = make_course()
    make_rule(course)
    claim = approved(person, course, by)
    batch = taken_in(by, person, course.name)
    steps = [lambda: undo(claim, by), lambda: history.undo_batch(batch=batch, by=by)]
    for step, expected in zip(
        steps if first == "claim" else steps[::-1], ("met", "overdue"), strict=True
    ):
        step()
        assert status(person) == expected


def test_what_stands_on_an_import_alone_lasts_as_long_as_the_import_says(person, by):
    course = make_course()
    make_rule(course)
    claim = approved(person, course, by)
    taken_in(by, person, course.name, "2026-12-31")
    undo(claim, by)
    assert [last for *_, last in counting(person)] == [date(2026, 12, 31)]


def test_the_ledger_says_who_made_it_stand_alone(person, by):
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    batch = taken_in(by, person, course.name)
    decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT)
    history.undo_batch(batch=batch, by=by)
    record, fact = OutsideRecord.objects.standing().get(), Achievement.objects.standing().get()
    for row, action in (
        (record, "outside_record.recorded"),
        (fact, "achievement.recognised"),
        (claim, "recognition.rests"),
    ):
        event = AuditEvent.objects.get(
            object_type=row._meta.label_lower, object_id=str(row.pk), action=action
        )
        assert event.by == by
    assert fact.by == by


# Two records of one human being


def test_what_two_imports_said_of_both_stands_when_one_is_taken_back(person, by):
    course, twin = make_course(), another("P2")
    make_rule(course)
    batches = [taken_in(by, each, course.name) for each in (person, twin)]
    merge_people(survivor=person, loser=twin, by=by)
    for batch, expected in zip(batches, ("met", "overdue"), strict=True):
        history.undo_batch(batch=batch, by=by)
        assert status(person) == expected


@pytest.mark.parametrize("claimed", [0, 1])
def test_a_claim_of_one_and_an_import_of_the_other_stand_by_themselves(person, by, claimed):
    course, twin = make_course(), another("P2")
    make_rule(course)
    pair = (person, twin)
    claim = approved(pair[claimed], course, by)
    batch = taken_in(by, pair[1 - claimed], course.name)
    merge_people(survivor=person, loser=twin, by=by)
    claim.refresh_from_db()
    undo(claim, by)
    assert status(person) == "met"
    history.undo_batch(batch=batch, by=by)
    assert status(person) == "overdue"


def test_two_single_cases_of_both_are_taken_back_one_by_one(person, by):
    twin = another("P2")
    single = SingleCase(CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1))
    claims = [
        make_claim(each, None, on=ON, title=title, provider="Länet")
        for each, title in ((person, "Kurs A"), (twin, "Kurs B"))
    ]
    decide_recognitions(recognitions=claims, approved=True, by=by, at=AT, single=single)
    merge_people(survivor=person, loser=twin, by=by)
    for claim, expected in zip(claims, ("met", "overdue"), strict=True):
        claim.refresh_from_db()
        undo(claim, by)
        assert status(person) == expected


def test_a_claim_that_rests_on_another_record_after_a_merge_says_so(person, by):
    course, twin = make_course(), another("P2")
    claims = [approved(each, course, by) for each in (person, twin)]
    merge_people(survivor=person, loser=twin, by=by)
    event = AuditEvent.objects.get(action="recognition.rests", object_id=str(claims[1].pk))
    assert (event.before["outside_record"], event.after["outside_record"]) == (
        claims[1].outside_record_id,
        claims[0].outside_record_id,
    )


@pytest.mark.parametrize(
    ("ends_on", "manages"), [(None, True), (date(2026, 12, 31), False)], ids=["open", "ended"]
)
def test_a_post_of_both_is_a_managers_if_the_longer_one_is(person, by, ends_on, manages):
    unit, twin = make_unit("M"), another("P2")
    employ(person, unit, "CHEF")
    employ(twin, unit, "CHEF", is_manager=True, ends_on=ends_on)
    merge_people(survivor=person, loser=twin, by=by)
    kept = person.employments.get(unit=unit, withdrawn_at=None)
    assert (kept.is_manager, kept.ends_on) == (manages, None)


# Two spellings of one course


def test_what_a_withdrawn_rule_gave_stays_in_the_past_of_a_course_put_together(person, by):
    courses = make_course(), make_course("Samverkan i praktikn")
    rule = make_rule(courses[1])
    for course in courses:
        approved(person, course, by)
    withdraw_rule(rule=rule, on=date(2026, 11, 1), reason="Ny", as_of=DAY, by=by)
    merge_outside_courses(survivor=courses[0], loser=courses[1], by=by, at=AT)
    assert status(person, day=date(2026, 10, 15)) == "met"
    assert status(person) == "overdue"


@pytest.mark.parametrize("kept", [0, 1])
def test_the_record_that_lasts_is_kept_of_a_course_put_together(person, by, kept):
    courses = make_course(), make_course("Samverkan i praktikn")
    make_rule(courses[1])
    for course, last in zip(courses, ("2026-10-31", ""), strict=True):
        taken_in(by, person, course.name, last)
    assert status(person) == "met"
    merge_outside_courses(survivor=courses[kept], loser=courses[1 - kept], by=by, at=AT)
    assert status(person) == "met"
    record = OutsideRecord.objects.standing().get()
    assert (record.outside_course, record.valid_until) == (courses[kept], None)


def test_an_import_of_a_course_put_together_stands_without_the_claim(person, by):
    courses = make_course(), make_course("Samverkan i praktikn")
    make_rule(courses[0])
    claim = approved(person, courses[0], by)
    batch = taken_in(by, person, courses[1].name)
    merge_outside_courses(survivor=courses[0], loser=courses[1], by=by, at=AT)
    undo(claim, by)
    assert status(person) == "met"
    history.undo_batch(batch=batch, by=by)
    assert status(person) == "overdue"


def test_what_was_revoked_is_not_given_by_the_other_source(person, by):
    course = make_course()
    make_rule(course)
    claim = approved(person, course, by)
    taken_in(by, person, course.name)
    revoke_achievement(achievement=Achievement.objects.get(), on=DAY, reason="Fel", by=by)
    undo(claim, by)
    assert status(person, day=date(2026, 11, 1)) == "met"
    assert status(person) == "overdue"


# What happens to two records of one human being: claims (0, 1) and imports (2, 3) of either are
# stated and taken back, and at some time the records may become one.
events = st.lists(
    st.sampled_from([*(("state", n) for n in range(4)), *(("undo", n) for n in range(4)), "merge"]),
    max_size=9,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=events)
def test_a_person_has_what_some_source_states_and_nothing_else(person, by, events):
    # What is recorded is never deleted: each example begins anew by being rolled back.
    with transaction.atomic():
        _happen(person, by, events)
        transaction.set_rollback(True)


def _happen(person: Person, by: User, events) -> None:
    pair = person, another("P2")
    course = make_course()
    make_rule(course)
    claims = [make_claim(each, course, on=ON) for each in pair]
    batches: dict[int, HistoryBatch] = {}
    stated: set[int] = set()
    one = False
    for event in events:
        if event == "merge":
            if not one:
                merge_people(survivor=pair[0], loser=pair[1], by=by)
            one = True
        else:
            _do(*event, pair, course, claims, batches, stated, by)
        for number, each in enumerate(pair[:1] if one else pair):
            sources = {n for n in stated if one or n % 2 == number}
            expected = "met" if sources else "overdue"
            assert status(each) == expected, (event, stated)
            records = OutsideRecord.objects.standing().filter(person=each)
            assert records.count() == bool(sources)
            assert len(counting(each)) == bool(sources)


def _do(what: str, number: int, pair, course, claims, batches, said, by) -> None:
    if number < 2:
        claim = claims[number]
        claim.refresh_from_db()
        if what == "state" and claim.is_waiting:
            decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT)
            said.add(number)
        elif what == "undo" and number in said:
            other = Recognition.objects.get(pk=claims[1 - number].pk)
            if other.is_waiting and other.person_id == claim.person_id:
                # Two of one course and day do not wait at once: the other is decided first.
                with pytest.raises(ValidationError, match="redan"):
                    undo(claim, by)
            else:
                undo(claim, by)
                said.discard(number)
    elif what == "state" and number not in said:
        batches[number] = taken_in(by, pair[number - 2], course.name)
        said.add(number)
    elif what == "undo" and number in said:
        history.undo_batch(batch=batches[number], by=by)
        said.discard(number)
