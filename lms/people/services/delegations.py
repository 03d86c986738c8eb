"""Letting somebody act as manager in one's place until a day, and in whose place somebody acts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.audit.services import record
from lms.lib.dates import add_months
from lms.people.models import Delegation, Employment, Person, Unit, User
from lms.people.services.locking import lock_people
from lms.people.signals import delegation_ended, delegation_given

LONGEST_MONTHS = 12


class DelegationError(ValueError):
    """The delegation cannot be given or ended; the message says why."""


def units_managed(person: Person | None, day: date) -> list[Unit]:
    """The units that `person` manages on `day` by their own posts. What somebody reaches as a
    deputy is not theirs to give on."""
    if person is None:
        return []
    posts = Employment.objects.valid_on(day).filter(person=person, is_manager=True)
    return list(Unit.objects.filter(pk__in=posts.order_by().values("unit")))


@transaction.atomic
def delegate(
    *,
    giver: User,
    deputy: Person,
    unit: Unit,
    starts_on: date,
    ends_on: date,
    reason: str,
    day: date,
) -> Delegation:
    """Let `deputy` act as manager for `unit` and all below it, from `starts_on` to `ends_on`.
    `day` is the day on which it is given."""
    # The same given twice at once: the second sees the first.
    stands = lock_people(pk for pk in (giver.person_id, deputy.pk) if pk is not None)
    deputy = stands[deputy.pk]
    person = _giver(stands.get(giver.person_id or 0), unit, starts_on)
    _check_days(starts_on, ends_on, day)
    _check_deputy(person, deputy, starts_on)
    if not reason.strip():
        raise DelegationError(_("State the reason."))
    same = Delegation.objects.filter(
        giver=person, deputy=deputy, unit=unit, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if same.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=starts_on)).exists():
        raise DelegationError(
            _("%(name)s is already your deputy for the unit in that period.")
            % {"name": deputy.name}
        )
    delegation = Delegation(
        giver=person,
        deputy=deputy,
        unit=unit,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
        by=giver,
    )
    delegation.full_clean()
    delegation.save()
    record(
        "delegation_given",
        delegation,
        by=giver,
        person=deputy,
        after={
            "giver": person.name,
            "deputy": deputy.name,
            "unit": unit.code,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
        },
        reason=delegation.reason,
    )
    delegation_given.send(sender=Delegation, delegation=delegation)
    return delegation


def _giver(giver: Person | None, unit: Unit, starts_on: date) -> Person:
    if giver is None or not any(own.covers(unit) for own in units_managed(giver, starts_on)):
        raise DelegationError(
            _("You can only let somebody act for a unit that you manage yourself on the first day.")
        )
    return giver


def _check_days(starts_on: date, ends_on: date, day: date) -> None:
    if starts_on < day:
        raise DelegationError(_("The first day has already been."))
    if ends_on < starts_on:
        raise DelegationError(_("The last day is before the first day."))
    if ends_on > add_months(starts_on, LONGEST_MONTHS):
        raise DelegationError(_("A year is the longest. Choose an earlier last day."))


def _check_deputy(giver: Person, deputy: Person, starts_on: date) -> None:
    if deputy.pk == giver.pk:
        raise DelegationError(_("You cannot be your own deputy."))
    employed = Employment.objects.valid_on(starts_on).filter(person=deputy).exists()
    if not employed or not User.objects.filter(person=deputy, is_active=True).exists():
        raise DelegationError(
            _("The deputy must work here on the first day and have an account to sign in with.")
        )


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: User, on: date) -> Delegation:
    """Let `on` be the first day without it: the deputy's access ends at once. Either of the two
    may end it."""
    delegation = (
        Delegation.objects.select_for_update(of=("self",))
        .select_related("giver", "deputy", "unit")
        .get(pk=delegation.pk)
    )
    if by.person_id not in (delegation.giver_id, delegation.deputy_id):
        raise DelegationError(_("Only the manager or the deputy can end it."))
    if delegation.ended_on is not None or delegation.ends_on < on:
        raise DelegationError(_("It has already ended."))
    delegation.ended_on = on
    delegation.save(update_fields=["ended_on"])
    record(
        "delegation_ended",
        delegation,
        by=by,
        person=delegation.deputy,
        before={"ends_on": delegation.ends_on.isoformat()},
        after={
            "giver": delegation.giver.name,
            "deputy": delegation.deputy.name,
            "ended_on": on.isoformat(),
        },
    )
    delegation_ended.send(sender=Delegation, delegation=delegation, by=by)
    return delegation


def in_whose_place(user: User, people: Collection[int], day: date) -> dict[int, int]:
    """For each of `people` (primary keys) whom the account reaches as a deputy only: the account of
    the manager in whose place it acts. Whoever it also manages by its own post is left out. Of
    several delegations the one that began first counts. Three queries at most, one where the
    account is nobody's deputy."""
    if user.person_id is None:
        return {}
    received = list(
        Delegation.objects.in_force_on(day)
        .filter(deputy=user.person_id, giver__user__isnull=False)
        .select_related("unit", "giver__user")
    )
    if not received or not people:
        return {}
    own = units_managed(user.person, day)
    posts = Employment.objects.valid_on(day).filter(person__in=people).select_related("unit")
    mine: set[int] = set()
    place: dict[int, Delegation] = {}
    for post in posts:
        if any(unit.covers(post.unit) for unit in own):
            mine.add(post.person_id)
        for delegation in received:
            if delegation.unit.covers(post.unit):
                first = place.setdefault(post.person_id, delegation)
                if (delegation.starts_on, delegation.pk) < (first.starts_on, first.pk):
                    place[post.person_id] = delegation
    return {pk: found.giver.user.pk for pk, found in place.items() if pk not in mine}
