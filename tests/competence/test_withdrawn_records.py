"""A record of an outside course that is wrong is taken back with all that the rules gave by it, and
can be put back for a while; the verdict of one rule is revoked without it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from competence.engine import gap_rows
from competence.figures.recognitions import claims_of
from competence.models import Achievement, OutsideRecord
from competence.services.corrections import revoke_achievement
from competence.services.equivalence_rules import withdraw_rule
from competence.services.recognition import UNDO_DAYS, decide_recognitions
from competence.services.withdrawn_records import (
    WithdrawalError,
    put_record_back,
    withdraw_outside_record,
)
from lms.audit.models import AuditEvent
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, plan_of
from tests.builders.people import account_with, employ, make_person, make_unit
from tests.builders.recognition import AT, make_claim, make_course, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_files")]
ON = date(2026, 10, 1)


@pytest.fixture
def person(db) -> Person:
    adopt(plan_of({}, {"area": "OM4"}))
    person = make_person("P1", given_name="Disa", family_name="Ek")
    employ(person, make_unit("U"))
    return person


@pytest.fixture
def coordinator(person):
    return account_with(Role.COORDINATOR)


@pytest.fixture
def record(person, coordinator) -> OutsideRecord:
    """A course that a rule gives OM1 for, approved with a proof."""
    course = make_course()
    make_rule(course)
    claim = make_claim(person, course, on=ON)
    decide_recognitions(recognitions=[claim], approved=True, by=coordinator, at=AT)
    return OutsideRecord.objects.get()


def status(person: Person, area: str = "OM1", day: date = DAY) -> str:
    rows = gap_rows(Person.objects.filter(pk=person.pk), day)
    return next(row.status.value for row in rows if row.area == area)


def withdraw(record: OutsideRecord, by, at=AT) -> None:
    withdraw_outside_record(record=record, reason="Fel kurs på intyget", by=by, at=at)


def put_back(record: OutsideRecord, by, at=AT) -> OutsideRecord:
    return put_record_back(record=record, reason="Intyget gällde ändå", by=by, at=at)


def test_a_record_taken_back_never_gave_anything_and_no_later_rule_gives_by_it(record, coordinator):
    assert status(record.person) == "met"
    withdraw(record, coordinator)
    assert status(record.person) == "overdue"
    assert status(record.person, day=ON) != "met"
    make_rule(record.outside_course, "OM4")
    assert status(record.person, "OM4") == "overdue"


def test_the_ledger_says_who_took_it_back_why_and_what_went_with_it(record, coordinator):
    given = record.achievements.get()
    withdraw(record, coordinator)
    said = AuditEvent.objects.filter(
        action__in=["outside_record.withdrawn", "achievement.withdrawn"]
    )
    assert {(each.action, each.object_id, each.reason, each.by_id) for each in said} == {
        ("outside_record.withdrawn", str(record.pk), "Fel kurs på intyget", coordinator.pk),
        ("achievement.withdrawn", str(given.pk), "Fel kurs på intyget", coordinator.pk),
    }
    assert {each.after["withdrawn_at"] for each in said} == {AT.isoformat()}


def test_what_was_revoked_later_never_counted_either(record, coordinator):
    revoke_achievement(achievement=record.achievements.get(), on=DAY, reason="Fel", by=coordinator)
    before = DAY - timedelta(days=1)
    assert status(record.person, day=before) == "met"
    withdraw(record, coordinator)
    assert status(record.person, day=before) == "overdue"


def test_it_is_put_back_for_a_while_with_what_the_rules_give(record, coordinator):
    withdraw(record, coordinator)
    anew = put_back(record, coordinator, AT + timedelta(days=UNDO_DAYS))
    assert status(record.person) == "met"
    assert (anew.person, anew.completed_on) == (record.person, ON)
    assert record.person.recognitions.get().outside_record == anew
    event = AuditEvent.objects.get(
        action="outside_record.put_back", object_type="competence.outsiderecord"
    )
    assert (event.object_id, event.before["outside_record"], event.reason) == (
        str(anew.pk),
        record.pk,
        "Intyget gällde ändå",
    )


def test_what_was_revoked_before_stays_revoked_when_it_is_put_back(record, coordinator):
    make_rule(record.outside_course, "OM4")
    om1 = record.achievements.get(area__code="OM1")
    revoke_achievement(achievement=om1, on=DAY, reason="Fel", by=coordinator)
    withdraw(record, coordinator)
    put_back(record, coordinator)
    assert (status(record.person), status(record.person, "OM4")) == ("overdue", "met")
    assert status(record.person, day=DAY - timedelta(days=1)) == "met"


def test_a_rule_withdrawn_in_the_meantime_gives_until_then(record, coordinator):
    rule = record.achievements.get().rule
    withdraw(record, coordinator)
    withdraw_rule(rule=rule, on=DAY, reason="Ny bedömning", as_of=DAY, by=coordinator)
    put_back(record, coordinator)
    assert status(record.person, day=DAY - timedelta(days=1)) == "met"
    assert status(record.person) == "overdue"


def test_it_can_be_taken_back_put_back_and_taken_back_again(record, coordinator):
    withdraw(record, coordinator)
    anew = put_back(record, coordinator)
    withdraw(anew, coordinator)
    assert status(record.person) == "overdue"
    put_back(anew, coordinator)
    assert status(record.person) == "met"


def test_what_cannot_be_taken_back_or_put_back_says_why(record, coordinator):
    with pytest.raises(WithdrawalError, match="skälet"):
        withdraw_outside_record(record=record, reason=" ", by=coordinator, at=AT)
    with pytest.raises(WithdrawalError, match="inte tagits tillbaka"):
        put_back(record, coordinator)
    withdraw(record, coordinator)
    with pytest.raises(WithdrawalError, match="redan"):
        withdraw(record, coordinator)
    with pytest.raises(WithdrawalError, match="30 dagar"):
        put_back(record, coordinator, AT + timedelta(days=UNDO_DAYS, seconds=1))
    put_back(record, coordinator)
    with pytest.raises(WithdrawalError, match="redan"):
        put_back(record, coordinator)


def test_who_reported_the_course_sees_that_it_was_taken_back(record, coordinator):
    withdraw(record, coordinator)
    (claim,) = claims_of(record.person)
    assert claim.state == "taken_back"
    put_back(record, coordinator)
    (claim,) = claims_of(record.person)
    assert (claim.state, claim.rules) == ("approved", (1,))


# On the page


def case_of(client, **asked):
    return client.get(reverse("competence_admin:achievements"), asked)


def test_who_revokes_says_whether_the_record_or_only_the_verdict_is_wrong(
    record, coordinator, client
):
    client.force_login(coordinator)
    area = record.achievements.get().area_id
    case = {"person": "P1", "area": area, "achieved_on": ON.isoformat()}
    ((_row, token),) = case_of(client, **case).context["rows"]
    address = reverse("competence_admin:revoke", args=[token])
    sent = {"on": ON.isoformat(), "reason": "Fel kurs"}
    assert client.post(address, sent).context["form"].errors.keys() == {"wrong"}
    assert status(record.person) == "met"
    client.post(address, sent | {"wrong": "verdict"})
    record.refresh_from_db()
    assert (status(record.person), record.withdrawn_at) == ("overdue", None)


def test_who_says_that_the_record_is_wrong_takes_all_of_it_back(record, coordinator, client):
    make_rule(record.outside_course, "OM4")
    client.force_login(coordinator)
    area = record.achievements.first().area_id
    case = {"person": "P1", "area": area, "achieved_on": ON.isoformat()}
    ((_row, token),) = case_of(client, **case).context["rows"]
    client.post(
        reverse("competence_admin:revoke", args=[token]), {"wrong": "record", "reason": "Fel kurs"}
    )
    record.refresh_from_db()
    assert record.withdrawn_at is not None
    assert not Achievement.objects.standing().exists()


def test_a_record_that_gives_nothing_is_found_by_its_day_taken_back_and_put_back(
    person, coordinator, client
):
    course = make_course()
    make_claim(person, course, on=ON)
    decide_recognitions(
        recognitions=person.recognitions.all(), approved=True, by=coordinator, at=AT
    )
    client.force_login(coordinator)
    shown = case_of(client, person="P1", achieved_on=ON.isoformat())
    ((row, token, _sheet),) = shown.context["records"]
    assert AuditEvent.objects.filter(action="person.achievements_opened").count() == 1
    address = reverse("competence_admin:withdraw_record", args=[token])
    assert client.get(address).status_code == 200
    client.post(address, {"reason": "Fel kurs"})
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    ((gone, token, _sheet),) = case_of(client, person="P1", achieved_on=ON.isoformat()).context[
        "records"
    ]
    assert gone == row
    client.post(reverse("competence_admin:put_record_back", args=[token]), {"reason": "Rätt ändå"})
    assert OutsideRecord.objects.standing().get().completed_on == ON


def test_the_address_of_a_record_is_for_one_account(record, coordinator, client):
    client.force_login(coordinator)
    shown = case_of(client, person="P1", achieved_on=ON.isoformat())
    ((_row, token, _sheet),) = shown.context["records"]
    client.force_login(account_with(Role.COORDINATOR))
    for name in ("withdraw_record", "put_record_back"):
        assert client.get(reverse(f"competence_admin:{name}", args=[token])).status_code == 404
