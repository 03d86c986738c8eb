"""Partner organisations, who belongs to them, and whom their contact sees."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from competence.engine import coverage, gap_rows
from lms.audit.models import AuditEvent
from lms.people.access import Action, Obj, can, roles_of, units_seen_by
from lms.people.anomalies import anomalies
from lms.people.models import PartnerMembership, Person
from lms.people.roles import Role
from lms.people.services import partners
from lms.people.services.merge import merge_people
from lms.people.services.partners import PartnerError
from tests.builders.competence import adopt, plan_of
from tests.builders.partners import join, make_contact, make_guest, make_organisation
from tests.builders.people import MONDAY, account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db


def shown_to(user, day=MONDAY):
    people = Person.objects.shown_to_contact(user, day)
    return sorted(people.values_list("person_id", flat=True))


def test_the_contact_sees_the_own_organisations_people_and_opens_nothing_else():
    ours, theirs = make_organisation("A"), make_organisation("B")
    contact = make_contact(ours, "KONTAKT")
    make_guest(ours, "EGEN")
    other = make_guest(theirs, "ANNAN")
    employ(make_person("ANST"), make_unit("U"))
    assert shown_to(contact) == ["EGEN", "KONTAKT"]
    # What a manager sees stays shut: the one's own record is all that visible_to gives.
    assert list(Person.objects.visible_to(contact, MONDAY)) == [contact.person]
    assert units_seen_by(contact, MONDAY) == []
    colleague = Person.objects.get(person_id="EGEN")
    assert can(contact, Action.READ, Obj.SHARED_COURSE, day=MONDAY, person=colleague)
    assert not can(contact, Action.READ, Obj.SHARED_COURSE, day=MONDAY, person=other.person)
    for obj in (Obj.GAP, Obj.COMPLETION, Obj.ENROLMENT, Obj.PERSON, Obj.ACHIEVEMENT):
        assert not can(contact, Action.READ, obj, day=MONDAY, person=colleague)


def test_a_guest_who_is_not_the_contact_sees_nobody():
    ours = make_organisation("A")
    guest = make_guest(ours)
    make_guest(ours)
    assert Role.PARTNER_CONTACT not in roles_of(guest, MONDAY)
    assert shown_to(guest) == []


def test_the_contact_needs_the_role_of_partner_and_the_organisation_to_stand():
    ours = make_organisation("A", ends_on=MONDAY)
    contact = make_contact(ours, "K")
    assert shown_to(contact) == ["K"]
    assert shown_to(contact, MONDAY + timedelta(days=1)) == []
    without_role = account_with(Role.EDITOR)
    join(without_role.person, make_organisation("B"), sees_own=True)
    assert shown_to(without_role) == []


def test_whoever_works_here_is_neither_shown_to_the_contact_nor_a_contact():
    ours, unit = make_organisation("A"), make_unit("U")
    contact, guest = make_contact(ours, "K"), make_guest(ours, "G").person
    employ(guest, unit, starts_on=MONDAY)
    assert shown_to(contact) == ["K"]
    assert not can(contact, Action.READ, Obj.SHARED_COURSE, day=MONDAY, person=guest)
    assert shown_to(contact, MONDAY - timedelta(days=1)) == ["G", "K"]
    employ(contact.person, unit, starts_on=MONDAY)
    assert shown_to(contact) == []
    assert Role.PARTNER_CONTACT not in roles_of(contact, MONDAY)


def test_a_right_to_an_organisation_is_none_to_a_unit_or_to_what_is_ones_own():
    contact, unit = make_contact(make_organisation("A")), make_unit("U")
    assert can(contact, Action.READ, Obj.SHARED_COURSE, day=MONDAY)
    assert not can(contact, Action.READ, Obj.SHARED_COURSE, day=MONDAY, unit=unit)
    assert not can(contact, Action.READ, Obj.SHARED_COURSE, day=MONDAY, own=True)


def test_whoever_is_ended_is_gone_the_same_day_and_it_is_in_the_log():
    ours = make_organisation("A")
    contact = make_contact(ours, "K")
    row = join(make_guest(person_id="G").person, ours)
    assert shown_to(contact) == ["G", "K"]
    officer = account_with(Role.COORDINATOR)
    partners.end_membership(membership=row, on=MONDAY, by=officer)
    assert shown_to(contact) == ["K"]
    assert shown_to(contact, MONDAY - timedelta(days=1)) == ["G", "K"]
    event = AuditEvent.objects.get(action="partner_membership.ended")
    assert (event.by, event.person_key) == (officer, row.person_id)
    assert event.before["ends_on"] is None
    assert event.after["ends_on"] == (MONDAY - timedelta(days=1)).isoformat()
    with pytest.raises(PartnerError):
        partners.end_membership(membership=row, on=MONDAY, by=officer)


def test_one_that_is_ended_before_it_began_never_counted():
    row = join(make_guest().person, make_organisation("A"), starts_on=MONDAY)
    partners.end_membership(membership=row, on=MONDAY, by=None)
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert not PartnerMembership.objects.in_force_on(MONDAY).exists()
    with pytest.raises(PartnerError):
        partners.correct_membership(
            membership=row, sees_own=True, starts_on=MONDAY, ends_on=None, by=None
        )


def test_somebody_belongs_to_one_organisation_at_a_time():
    ours, theirs = make_organisation("A"), make_organisation("B")
    person = make_guest().person
    join(person, ours, starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 30))
    with pytest.raises(PartnerError):
        join(person, theirs, starts_on=date(2026, 6, 30))
    later = join(person, theirs, starts_on=date(2026, 7, 1))
    with pytest.raises(PartnerError):
        partners.correct_membership(
            membership=later, sees_own=False, starts_on=date(2026, 6, 1), ends_on=None, by=None
        )


def test_whoever_works_here_is_no_guest_and_some_organisations_have_none():
    person = make_person()
    employ(person, make_unit("U"))
    with pytest.raises(PartnerError):
        join(person, make_organisation("A"))
    with pytest.raises(PartnerError):
        join(make_guest().person, make_organisation("SAPO", takes_guests=False))


def test_an_organisation_in_use_does_not_become_one_without_guests_and_changes_are_logged():
    ours = make_organisation("A")
    row = join(make_guest().person, ours)
    facts = {
        "name": "Nytt namn",
        "kind": "",
        "contact_function": "Expeditionen",
        "mailbox": "a@example.se",
        "starts_on": ours.starts_on,
        "ends_on": None,
        "by": None,
        "day": MONDAY,
    }
    with pytest.raises(PartnerError):
        partners.change_organisation(organisation=ours, takes_guests=False, **facts)
    partners.correct_membership(
        membership=row, sees_own=False, starts_on=row.starts_on, ends_on=MONDAY, by=None
    )
    with pytest.raises(PartnerError):
        partners.change_organisation(organisation=ours, takes_guests=False, **facts)
    partners.change_organisation(organisation=ours, takes_guests=True, **facts)
    event = AuditEvent.objects.get(action="partner_organisation.changed")
    assert event.before == {"organisation": "A", "name": "Organisation A"}
    assert event.after == {"organisation": "A", "name": "Nytt namn"}


def test_a_function_is_no_telephone_number():
    with pytest.raises(ValidationError):
        make_organisation("A", contact_function="Rektorn, 070-174 06 05")


def test_the_people_of_a_partner_are_in_no_figure_of_the_municipality_and_no_anomaly():
    adopt(plan_of({"area": "OM1"}))
    employ(make_person("ANST"), make_unit("U"))
    before = (coverage(None, MONDAY), {row.person_pk for row in gap_rows(None, MONDAY)}, _found())
    ours = make_organisation("A")
    make_contact(ours, "K")
    make_guest(ours, "G")
    after = (coverage(None, MONDAY), {row.person_pk for row in gap_rows(None, MONDAY)}, _found())
    assert after == before
    assert len(before[1]) == 1


def _found():
    return [(one.kind.code, len(one.findings)) for one in anomalies(MONDAY)]


def test_a_membership_follows_the_person_into_another_record():
    ours = make_organisation("A")
    kept, goes = make_person("P1"), make_person("P2")
    row = join(goes, ours)
    merge_people(survivor=kept, loser=goes, by=account_with(Role.SYSTEM_ADMIN))
    row.refresh_from_db()
    assert row.person == kept


def test_the_same_membership_on_both_records_is_one_the_longer():
    ours = make_organisation("A")
    kept, goes = make_person("P1"), make_person("P2")
    stays = join(kept, ours, starts_on=date(2026, 3, 1), ends_on=date(2026, 6, 30))
    twin = join(goes, ours, sees_own=True, starts_on=date(2026, 1, 1), ends_on=date(2026, 5, 1))
    merge_people(survivor=kept, loser=goes, by=account_with(Role.SYSTEM_ADMIN))
    stays.refresh_from_db()
    twin.refresh_from_db()
    assert (stays.starts_on, stays.ends_on, stays.sees_own) == (
        date(2026, 1, 1),
        date(2026, 6, 30),
        True,
    )
    assert (twin.person, twin.withdrawn_at is not None) == (goes, True)


def test_of_two_organisations_at_once_that_of_the_record_that_is_kept_counts():
    kept, goes = make_person("P1"), make_person("P2")
    stays = join(kept, make_organisation("A"))
    other = join(goes, make_organisation("B"), sees_own=True)
    merge_people(survivor=kept, loser=goes, by=account_with(Role.SYSTEM_ADMIN))
    stays.refresh_from_db()
    other.refresh_from_db()
    assert (stays.sees_own, other.withdrawn_at is not None) == (False, True)
    assert list(PartnerMembership.objects.standing().filter(person=kept)) == [stays]


@pytest.mark.parametrize("size", [3, 300])
def test_finding_those_shown_takes_the_same_queries_whatever_the_size(
    size, django_assert_num_queries
):
    ours = make_organisation("A")
    contact = make_contact(ours)
    for number in range(size):
        PartnerMembership.objects.create(
            person=Person.objects.create(person_id=f"Q{number}"),
            organisation=ours,
            starts_on=date(2026, 1, 1),
        )
    contact = type(contact).objects.get(pk=contact.pk)
    with django_assert_num_queries(8):
        assert len(Person.objects.shown_to_contact(contact, MONDAY)) == size + 1
