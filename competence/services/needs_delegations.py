"""Leaving a form to a colleague: until a day, ended early, both names in the ledger."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import NeedsDelegation, NeedsForm
from competence.services.needs_answers import why_not_open
from competence.services.needs_notices import tell_colleague
from lms.audit.services import record
from lms.lib.dates import STOCKHOLM
from lms.people.models import Delegation, Person, User
from lms.people.querysets import PersonQuerySet
from lms.people.services.delegations import units_managed
from lms.people.services.locking import lock_people
from lms.people.services.merge import record_moved


class NeedsDelegationError(ValueError):
    """A form that cannot be left to somebody; the message says why."""


def colleagues_of(user: User, form: NeedsForm, day: date) -> PersonQuerySet:
    """Those a manager may leave a form to: people with an account who work in the units that the
    manager has by their own post, and the manager's deputies. Nobody for anyone else."""
    own = units_managed(user.person, day)
    people = Person.objects.current()
    if not any(unit.covers(form.unit) for unit in own):
        return people.none()
    deputies = Delegation.objects.in_force_on(day).filter(giver=user.person_id)
    found = people.in_units(own, day) | people.filter(pk__in=deputies.values("deputy"))
    return found.who_sign_in().exclude(pk=user.person_id)


@transaction.atomic
def leave_to_colleague(
    *, form: NeedsForm, colleague: Person, ends_on: date, by: User, at: datetime
) -> NeedsDelegation:
    """Let a colleague fill in and hand in the form, from today until a day in the round."""
    day = at.astimezone(STOCKHOLM).date()
    # The same given twice at once: the second sees the first.
    colleague = lock_people([colleague.pk])[colleague.pk]
    if by.person is None or not colleagues_of(by, form, day).filter(pk=colleague.pk).exists():
        raise NeedsDelegationError(
            _("Choose somebody with an account who works in your units, or who is your deputy.")
        )
    if why := why_not_open(form.needs_round, day):
        raise NeedsDelegationError(why)
    if not day <= ends_on <= form.needs_round.ends_on:
        raise NeedsDelegationError(_("Choose a day from today until the last day of the round."))
    same = NeedsDelegation.objects.in_force_on(day).filter(form=form, colleague=colleague)
    if same.exists():
        raise NeedsDelegationError(
            _("%(name)s can already fill in the form.") % {"name": colleague.name}
        )
    delegation = NeedsDelegation(
        form=form,
        giver=by.person,
        colleague=colleague,
        starts_on=day,
        ends_on=ends_on,
        created_at=at,
        by=by,
    )
    delegation.full_clean()
    delegation.save()
    record(
        "needs_delegation.given",
        delegation,
        by=by,
        person=colleague,
        after=_said(delegation) | {"ends_on": ends_on.isoformat()},
    )
    tell_colleague(delegation=delegation, at=at)
    return delegation


@transaction.atomic
def end_needs_delegation(*, delegation: NeedsDelegation, by: User, on: date) -> NeedsDelegation:
    """Let `on` be the first day without it. The manager or the colleague may end it."""
    locked = (
        NeedsDelegation.objects.select_for_update(of=("self",))
        .select_related("form__unit", "form__key_group", "giver", "colleague")
        .get(pk=delegation.pk)
    )
    if by.person_id not in (locked.giver_id, locked.colleague_id):
        raise NeedsDelegationError(_("Only the manager or the colleague can end it."))
    if locked.ended_on is not None or locked.ends_on < on:
        raise NeedsDelegationError(_("It has already ended."))
    locked.ended_on = on
    locked.save(update_fields=["ended_on"])
    record(
        "needs_delegation.ended",
        locked,
        by=by,
        person=locked.colleague,
        before={"ends_on": locked.ends_on.isoformat()},
        after=_said(locked) | {"ended_on": on.isoformat()},
    )
    return locked


def move_needs_delegations(*, survivor: Person, loser: Person, by: User | None) -> None:
    """What was left to or by a record that goes is its survivor's."""
    for name in ("giver", "colleague"):
        rows = NeedsDelegation.objects.filter(**{name: loser})
        moving = list(rows.values_list("pk", flat=True))
        rows.update(**{name: survivor})
        record_moved(NeedsDelegation, moving, survivor=survivor, loser=loser, by=by)


def _said(delegation: NeedsDelegation) -> dict[str, str]:
    return {
        "giver": delegation.giver.name,
        "colleague": delegation.colleague.name,
        "unit": delegation.form.unit.code,
        "key_group": delegation.form.key_group.code,
    }
