"""Rounds of needs assessment: opened with their forms, given another last day, closed. Nothing is
deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from competence.figures.needs import planned_round
from competence.models import KeyGroup, KeyPersonAssignment, NeedsAnswer, NeedsForm, NeedsRound
from competence.services.needs_notices import tell_who_is_asked
from lms.audit.services import record
from lms.lib.dates import STOCKHOLM
from lms.people.models import User


class NeedsRoundError(ValueError):
    """A round that cannot be opened, extended or closed; the message says why."""


@transaction.atomic
def open_needs_round(
    *,
    name: str,
    period_from: date,
    period_until: date,
    starts_on: date,
    ends_on: date,
    unit_kind: str,
    key_groups: Iterable[KeyGroup],
    namings: Iterable[KeyPersonAssignment] = (),
    threshold: int,
    by: User,
    at: datetime,
) -> NeedsRound:
    """Open a round: its forms are made at once, none of them about fewer than `threshold` members
    of a key group, and whoever answers for them is told on its first day. Raises NeedsRoundError,
    and ValidationError for days in the wrong order."""
    day = at.astimezone(STOCKHOLM).date()
    if starts_on < day:
        raise NeedsRoundError(_("The first day has already been."))
    planned = planned_round(
        unit_kind=unit_kind, key_groups=key_groups, namings=namings, threshold=threshold, day=day
    )
    if not planned.forms:
        raise NeedsRoundError(_("Nobody would be asked. Choose another kind of unit or key group."))
    opened = NeedsRound(
        name=name.strip(),
        period_from=period_from,
        period_until=period_until,
        starts_on=starts_on,
        ends_on=ends_on,
        unit_kind=unit_kind,
        created_at=at,
        by=by,
    )
    opened.full_clean()
    opened.save()
    NeedsForm.objects.bulk_create(
        NeedsForm(needs_round=opened, unit=form.unit, key_group=form.key_group, naming=form.naming)
        for form in planned.forms
    )
    record(
        "needs_round.opened",
        opened,
        by=by,
        after={
            "name": opened.name,
            "unit_kind": unit_kind,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
            "forms": len(planned.forms),
        },
    )
    if opened.is_open_on(day):
        tell_who_is_asked(day=day, at=at)
    return opened


def record_opened(
    *, needs_round: NeedsRound, opened: str, answer: NeedsAnswer | None = None, by: User
) -> None:
    """That somebody who does not handle the round reads answers of it: a page of many, a kind of
    file, or one answer."""
    after: dict[str, str | int] = {"opened": opened}
    if answer is not None:
        after["number"] = answer.pk
    record("needs_round.answers_opened", needs_round, by=by, after=after)


@transaction.atomic
def move_last_day(
    *, needs_round: NeedsRound, ends_on: date, reason: str, by: User, day: date
) -> NeedsRound:
    """Give a round another last day: a later one, or an earlier that has not been. One that is past
    its last day is open again; one that was closed is not."""
    locked = NeedsRound.objects.select_for_update().get(pk=needs_round.pk)
    if locked.closed_at is not None:
        raise NeedsRoundError(_("The round is closed."))
    if ends_on < max(day, locked.starts_on):
        raise NeedsRoundError(_("Choose today or a later day."))
    if ends_on == locked.ends_on:
        raise NeedsRoundError(_("That is its last day already."))
    if not reason.strip():
        raise NeedsRoundError(_("State the reason."))
    before, locked.ends_on = locked.ends_on, ends_on
    locked.save(update_fields=["ends_on"])
    record(
        "needs_round.last_day_moved",
        locked,
        by=by,
        before={"ends_on": before.isoformat()},
        after={"ends_on": ends_on.isoformat()},
        reason=reason.strip(),
    )
    return locked


@transaction.atomic
def close_needs_round(
    *, needs_round: NeedsRound, reason: str, by: User, at: datetime
) -> NeedsRound:
    """Close a round before its last day. It is not opened again; its answers stand."""
    locked = NeedsRound.objects.select_for_update().get(pk=needs_round.pk)
    if locked.closed_at is not None:
        raise NeedsRoundError(_("The round is closed."))
    if not reason.strip():
        raise NeedsRoundError(_("State the reason."))
    locked.closed_at = at
    locked.save(update_fields=["closed_at"])
    record(
        "needs_round.closed",
        locked,
        by=by,
        before={"closed_at": None},
        after={"closed_at": at.isoformat()},
        reason=reason.strip(),
    )
    return locked
