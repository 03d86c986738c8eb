"""What a rule gave, a claim or an import brought and was put right: it is said once, as whoever put
it right said it, and rests on what the wrong fact rested on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from competence.figures.recognitions import claims_of
from competence.models import Achievement, OutsideRecord
from competence.services import history
from competence.services.corrections import revoke_achievement
from competence.services.equivalence_rules import withdraw_rule
from competence.services.recognition import SingleCase, decide_recognitions, undo_decision
from competence.services.withdrawn_records import WithdrawalError, put_record_back
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from tests.builders.competence import DAY, adopt, plan_of
from tests.builders.courses import complete, publish_course
from tests.builders.people import account_with
from tests.builders.recognition import AT, make_claim, make_course, make_rule
from tests.competence.outside_cases import (
    ON,
    another,
    approved,
    correct,
    counting,
    status,
    taken_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]


@pytest.fixture
def person(db) -> Person:
    adopt(plan_of({}, {"area": "OM4"}))
    return another("P1")


@pytest.fixture
def by(person) -> User:
    return account_with(Role.COORDINATOR)


def undo(claim, by) -> None:
    undo_decision(recognition=claim, reason="Falskt intyg", by=by, at=AT)


# Said once


def test_the_level_that_was_wrong_is_not_given_again_with_the_right_person(person, by):
    course, other = make_course(), another("P2")
    make_rule(course, level=2)
    approved(person, course, by)
    correct(Achievement.objects.get(), by, person=other, level=TrainingLevel.objects.get(number=1))
    assert [level for _area, level, *_ in counting(other)] == [1]
    assert counting(person) == []


def test_a_level_that_was_wrong_is_not_given_by_a_later_rule_either(person, by):
    course, other = make_course(), another("P2")
    rule = make_rule(course, level=2)
    approved(person, course, by)
    correct(Achievement.objects.get(), by, person=other, level=TrainingLevel.objects.get(number=1))
    withdraw_rule(rule=rule, on=DAY, reason="Ny", as_of=DAY, by=by)
    make_rule(course, level=2)
    assert counting(other) == []


def test_a_shorter_last_day_is_not_outlived_by_the_rules(person, by):
    course = make_course()
    make_rule(course)
    approved(person, course, by)
    last = date(2026, 9, 30)
    correct(Achievement.objects.get(), by, achieved_on=date(2026, 9, 1), valid_until=last)
    assert counting(person) == [("OM1", 1, date(2026, 9, 1), last)]


def test_a_last_day_that_is_put_right_is_not_outlived_by_a_later_rule(person, by):
    course, last = make_course(), date(2026, 12, 31)
    rule = make_rule(course)
    record = approved(person, course, by).outside_record
    right = correct(Achievement.objects.get(), by, valid_until=last)
    assert counting(person) == [("OM1", 1, ON, last)]
    assert (right.outside_record, right.rule) == (record, rule)
    decided = date(2026, 11, 1)
    withdraw_rule(rule=rule, on=decided, reason="Ny", as_of=DAY, by=by)
    assert counting(person) == []
    # Somebody has decided how long it lasts for this very person: no rule says otherwise.
    make_rule(course, validity_months=24)
    assert counting(person) == []


def test_what_was_put_right_rests_on_the_record_and_the_rule(person, by):
    course, other = make_course(), another("P2")
    rule = make_rule(course)
    approved(person, course, by)
    right = correct(Achievement.objects.get(), by, person=other)
    record = OutsideRecord.objects.standing().get()
    assert (record.person, right.outside_record, right.rule) == (other, record, rule)
    withdraw_rule(rule=rule, on=DAY, reason="Ny bedömning", as_of=DAY, by=by)
    assert status(other) == "overdue"
    assert status(other, day=DAY - timedelta(days=1)) == "met"


@pytest.mark.parametrize("then", ["put right again", "revoked"])
def test_nothing_is_left_where_it_was_put_right_to(person, by, then):
    course, other, third = make_course(), another("P2"), another("P3")
    make_rule(course)
    approved(person, course, by)
    first = correct(Achievement.objects.get(), by, person=other)
    if then == "revoked":
        revoke_achievement(achievement=first, on=first.achieved_on, reason="Fel", by=by)
    else:
        correct(first, by, person=third)
        assert status(third) == "met"
    assert counting(other) == []


def test_what_another_rule_gave_and_was_revoked_stays_revoked_with_the_right_person(person, by):
    course, other = make_course(), another("P2")
    make_rule(course)
    make_rule(course, area="OM4")
    approved(person, course, by)
    om4 = Achievement.objects.get(area__code="OM4")
    revoke_achievement(achievement=om4, on=ON, reason="Delen saknades", by=by)
    correct(Achievement.objects.get(area__code="OM1"), by, person=other)
    assert [area for area, *_ in counting(other)] == ["OM1"]


def test_what_other_rules_gave_goes_along_to_the_right_day(person, by):
    course = make_course()
    make_rule(course)
    make_rule(course, area="OM4", validity_months=12)
    approved(person, course, by)
    right = date(2026, 9, 1)
    correct(Achievement.objects.get(area__code="OM1"), by, achieved_on=right, valid_until=None)
    assert counting(person) == [("OM1", 1, right, None), ("OM4", 1, right, date(2027, 8, 31))]


def test_the_providers_last_day_comes_as_long_after_a_later_day_as_before(person, by):
    course = make_course()
    make_rule(course)
    make_rule(course, area="OM4")
    taken_in(by, person, course.name, "2025-12-31", date(2025, 10, 1))
    wrong = Achievement.objects.get(area__code="OM1")
    correct(wrong, by, achieved_on=date(2026, 10, 1), valid_until=None)
    assert counting(person) == [
        ("OM1", 1, date(2026, 10, 1), None),
        ("OM4", 1, date(2026, 10, 1), date(2026, 12, 31)),
    ]
    assert OutsideRecord.objects.standing().get().valid_until == date(2026, 12, 31)


# Put right again, and back


def test_what_else_the_completion_gave_follows_each_time_it_is_put_right(school):
    people = school.people
    complete(people["Ny"], publish_course(gives=(("OM1", 1, 36), ("OM4", 1, None))))
    wrong = Achievement.objects.get(person=people["Ny"], area__code="OM1", revoked_on=None)
    first = correct(wrong, None, person=people["Pausad"])
    assert len(counting(people["Pausad"])) == 2
    second = correct(first, None, person=people["Gap"], level=TrainingLevel.objects.get(number=2))
    assert counting(people["Pausad"]) == []
    given = Achievement.objects.filter(person=people["Gap"], source__startswith="rättelse")
    assert {(each.area.code, each.level.number) for each in given} == {("OM1", 2), ("OM4", 1)}
    assert second.corrects == first


def test_what_was_put_right_can_be_put_right_back_on_the_page(person, by, client, monday):
    course, other = make_course(), another("P2")
    make_rule(course)
    approved(person, course, by)
    right = correct(Achievement.objects.get(), by, person=other)
    client.force_login(by)
    case = {"person": "P2", "area": right.area_id, "achieved_on": ON.isoformat()}
    page = client.get(reverse("competence_admin:achievements"), case)
    ((_row, token),) = page.context["rows"]
    sent = {
        "person": "P1",
        "area": right.area_id,
        "level": right.level_id,
        "achieved_on": ON.isoformat(),
        "valid_until": "",
        "reason": "Rätt från början",
        "save": "1",
    }
    assert client.post(reverse("competence_admin:put_right", args=[token]), sent).status_code == 302
    assert (status(person), counting(other)) == ("met", [])


def test_a_claim_is_decided_anew_and_a_file_taken_in_after_a_correction(person, by):
    course, other = make_course(), another("P2")
    make_rule(course)
    claim = approved(person, course, by)
    correct(Achievement.objects.get(), by, person=other)
    undo(claim, by)
    decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT)
    assert (status(person), counting(other)) == ("met", [])
    correct(Achievement.objects.get(person=person, revoked_on=None), by, person=other)
    taken_in(by, person, course.name)
    assert (status(person), status(other)) == ("met", "met")


def test_a_record_that_was_put_right_is_not_put_back_beside_the_right_one(person, by):
    course, other = make_course(), another("P2")
    make_rule(course)
    wrong = approved(person, course, by).outside_record
    correct(Achievement.objects.get(), by, person=other)
    with pytest.raises(WithdrawalError, match="rättat"):
        put_record_back(record=wrong, reason="Rätt ändå", by=by, at=AT)


def test_records_are_merged_after_a_correction(person, by):
    course, other, twin = make_course(), another("P2"), another("P3")
    make_rule(course)
    for each in (person, twin):
        approved(each, course, by)
    correct(Achievement.objects.get(person=person), by, person=other)
    merge_people(survivor=person, loser=twin, by=by)
    assert (status(person), status(other)) == ("met", "met")


# Taken back with what brought it


def test_a_decision_taken_back_takes_what_was_put_right_with_it(person, by):
    course, other = make_course(), another("P2")
    make_rule(course)
    claim = approved(person, course, by)
    correct(Achievement.objects.get(), by, person=other)
    moved = AuditEvent.objects.get(action="recognition.rests")
    record = OutsideRecord.objects.standing().get()
    assert (moved.object_id, moved.after) == (str(claim.pk), {"outside_record": record.pk})
    undo(claim, by)
    assert counting(other) == []
    assert not OutsideRecord.objects.standing().exists()


def test_who_reported_a_course_of_somebody_else_sees_that_it_is_not_theirs(person, by):
    course, other = make_course(), another("P2")
    make_rule(course)
    approved(person, course, by)
    correct(Achievement.objects.get(), by, person=other)
    (claim,) = claims_of(person)
    assert (claim.state, claim.gives, claim.rules) == ("taken_back", "", ())


def test_who_reported_the_wrong_day_sees_what_it_gives(person, by):
    course = make_course()
    make_rule(course)
    approved(person, course, by)
    correct(Achievement.objects.get(), by, achieved_on=date(2026, 9, 1))
    (claim,) = claims_of(person)
    assert (claim.state, claim.rules) == ("approved", (1,))


def test_a_single_case_taken_back_takes_what_was_put_right_with_it(person, by):
    claim = make_claim(person, None, on=ON, title="Kurs", provider="Länet")
    single = SingleCase(CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1))
    decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT, single=single)
    correct(Achievement.objects.get(), by, achieved_on=date(2026, 9, 1))
    undo(claim, by)
    assert counting(person) == []


@pytest.mark.parametrize("what", ["a course", "a level"])
def test_an_import_taken_back_takes_what_was_put_right_with_it(person, by, what):
    other, course = another("P2"), make_course()
    make_rule(course)
    batch = taken_in(by, person, course.name if what == "a course" else "OM1 1")
    wrong = Achievement.objects.get()
    correct(wrong, by, person=other)
    assert status(other) == "met"
    history.undo_batch(batch=batch, by=by)
    assert (counting(other), counting(person)) == ([], [])
    assert not OutsideRecord.objects.standing().exists()
