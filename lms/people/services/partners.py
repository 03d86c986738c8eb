"""Partner organisations and who belongs to them: open, correct, end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit.services import record
from lms.lib.dates import ONE_DAY
from lms.people.models import Employment, PartnerMembership, PartnerOrganisation, Person, User
from lms.people.signals import membership_shortened


class PartnerError(ValueError):
    """The organisation or membership cannot be that way; the message says why."""


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_OF_ORGANISATION = (
    *("name", "kind", "contact_function", "mailbox", "takes_guests"),
    *("starts_on", "ends_on"),
)


def _facts(organisation: PartnerOrganisation) -> dict[str, Any]:
    return {name: _written(getattr(organisation, name)) for name in _OF_ORGANISATION}


@transaction.atomic
def add_organisation(
    *,
    code: str,
    name: str,
    kind: str = "",
    contact_function: str = "",
    mailbox: str = "",
    takes_guests: bool = True,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> PartnerOrganisation:
    organisation = PartnerOrganisation(
        code=code,
        name=name,
        kind=kind,
        contact_function=contact_function,
        mailbox=mailbox.lower(),
        takes_guests=takes_guests,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    organisation.full_clean()
    organisation.save()
    record(
        "partner_organisation.added",
        organisation,
        by=by,
        after={"organisation": code, **_facts(organisation)},
    )
    return organisation


@transaction.atomic
def change_organisation(
    *,
    organisation: PartnerOrganisation,
    name: str,
    kind: str,
    contact_function: str,
    mailbox: str,
    takes_guests: bool,
    starts_on: date,
    ends_on: date | None,
    by: User | None,
    day: date,
) -> PartnerOrganisation:
    """Correct what is said of the organisation, or give it a last day: from the day after nobody
    belongs to it and nobody sees its people."""
    locked = PartnerOrganisation.objects.select_for_update().get(pk=organisation.pk)
    before = _facts(locked)
    locked.name, locked.kind = name, kind
    locked.contact_function, locked.mailbox = contact_function, mailbox.lower()
    locked.starts_on, locked.ends_on = starts_on, ends_on
    if locked.takes_guests and not takes_guests and _remaining(locked, day):
        raise PartnerError(_("People belong to it. End that first."))
    locked.takes_guests = takes_guests
    locked.full_clean()
    locked.save()
    after = _facts(locked)
    if before != after:
        record(
            "partner_organisation.changed",
            locked,
            by=by,
            before={"organisation": locked.code, **_changed(before, after)},
            after={"organisation": locked.code, **_changed(after, before)},
        )
    return locked


def _changed(these: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in these.items() if others[name] != value}


def _remaining(organisation: PartnerOrganisation, day: date) -> bool:
    """Whether anybody belongs to it on `day` or will."""
    ahead = Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    return organisation.memberships.standing().filter(ahead).exists()


def _membership_facts(membership: PartnerMembership) -> dict[str, Any]:
    return {
        "organisation": membership.organisation.code,
        "sees_own": membership.sees_own,
        "starts_on": membership.starts_on.isoformat(),
        "ends_on": _written(membership.ends_on),
    }


def _check_period(
    person: Person,
    starts_on: date,
    ends_on: date | None,
    *,
    but: PartnerMembership | None = None,
) -> None:
    """One organisation at a time: seats are counted, and people seen, for one."""
    others = PartnerMembership.objects.standing().filter(person=person)
    others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on))
    if ends_on is not None:
        others = others.filter(starts_on__lte=ends_on)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if other := others.select_related("organisation").first():
        raise PartnerError(
            _("%(name)s already belongs to %(organisation)s in that period.")
            % {"name": person.name, "organisation": other.organisation.name}
        )


@transaction.atomic
def open_membership(
    *,
    person: Person,
    organisation: PartnerOrganisation,
    sees_own: bool = False,
    starts_on: date,
    ends_on: date | None = None,
    by: User | None,
) -> PartnerMembership:
    """Let a guest belong to the organisation from `starts_on`."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.merged_into_id is not None:
        raise PartnerError(_("The record has been merged into another."))
    if not organisation.takes_guests:
        raise PartnerError(
            _("Nobody of %(organisation)s is a guest here: it is only in the directory.")
            % {"organisation": organisation.name}
        )
    if Employment.objects.valid_on(starts_on).filter(person=person).exists():
        raise PartnerError(
            _("%(name)s works here, and learns as an employee.") % {"name": person.name}
        )
    _check_period(person, starts_on, ends_on)
    membership = PartnerMembership(
        person=person,
        organisation=organisation,
        sees_own=sees_own,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
    )
    membership.full_clean()
    membership.save()
    record(
        "partner_membership.opened",
        membership,
        by=by,
        person=person,
        after=_membership_facts(membership),
    )
    return membership


def _locked(membership: PartnerMembership) -> PartnerMembership:
    Person.objects.select_for_update(no_key=True).get(pk=membership.person_id)
    locked = (
        PartnerMembership.objects.select_for_update(of=("self",))
        .select_related("person", "organisation")
        .get(pk=membership.pk)
    )
    if locked.withdrawn_at is not None:
        raise PartnerError(_("It has already ended."))
    return locked


def _tell_days(membership: PartnerMembership, starts_on: date, ends_on: date | None) -> None:
    """Let whoever counts on its days say no, before they are others."""

    def holds_on(day: date) -> bool:
        return starts_on <= day and (ends_on is None or day <= ends_on)

    membership_shortened.send(PartnerMembership, membership=membership, holds_on=holds_on)


@transaction.atomic
def correct_membership(
    *,
    membership: PartnerMembership,
    sees_own: bool,
    starts_on: date,
    ends_on: date | None,
    by: User | None,
) -> PartnerMembership:
    """Put right whether the person is the organisation's contact, and the days."""
    locked = _locked(membership)
    before = _membership_facts(locked)
    _check_period(locked.person, starts_on, ends_on, but=locked)
    _tell_days(locked, starts_on, ends_on)
    locked.sees_own, locked.starts_on, locked.ends_on = sees_own, starts_on, ends_on
    locked.full_clean()
    locked.save(update_fields=["sees_own", "starts_on", "ends_on"])
    if before != _membership_facts(locked):
        record(
            "partner_membership.corrected",
            locked,
            by=by,
            person=locked.person,
            before=before,
            after=_membership_facts(locked),
        )
    return locked


@transaction.atomic
def end_membership(
    *, membership: PartnerMembership, on: date, by: User | None
) -> PartnerMembership:
    """Let `on` be the first day without it: that day nobody sees the person here any more, nor
    does the person see anybody. One that has not begun by then is withdrawn. A day on which a seat
    was taken stays within it (PartnerError)."""
    locked = _locked(membership)
    if locked.ends_on is not None and locked.ends_on < on:
        raise PartnerError(_("It has already ended."))
    before = _membership_facts(locked)
    _tell_days(locked, locked.starts_on, on - ONE_DAY)
    if on <= locked.starts_on:
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=["withdrawn_at"])
        after = {**before, "withdrawn": True}
    else:
        locked.ends_on = on - ONE_DAY
        locked.save(update_fields=["ends_on"])
        after = _membership_facts(locked)
    record(
        "partner_membership.ended",
        locked,
        by=by,
        person=locked.person,
        before=before,
        after=after,
    )
    return locked
