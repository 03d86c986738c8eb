"""Rounds of needs assessment: opened with their forms, given forms for what has come since, given
another last day, closed. Nothing is deleted but what single persons of the staff have said, when it
is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.needs import PlannedForm, planned_round
from competence.figures.needs_added import added_since
from competence.models import (
    KeyGroup,
    KeyPersonAssignment,
    NeedsAnswer,
    NeedsForm,
    NeedsRound,
    StaffCount,
)
from competence.services.needs_notices import tell_of_added_forms, tell_who_is_asked
from competence.services.needs_staff import (
    StaffWishError,
    ask_staff,
    count_staff_of_round,
    refuse_asked_lately,
)
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
    staff_until: date | None = None,
    threshold: int,
    by: User,
    at: datetime,
) -> NeedsRound:
    """Open a round: its forms are made at once, none of them about fewer than `threshold` members
    of a key group, and whoever answers for them is told on its first day. With `staff_until`, the
    staff where they are enough are asked what they need until then. The same sent again is the
    same round. Raises NeedsRoundError, and ValidationError for days in the wrong order."""
    day = at.astimezone(STOCKHOLM).date()
    # Sent twice at once: the second sees the first.
    list(KeyGroup.objects.select_for_update(no_key=True).order_by("pk"))
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
        staff_until=staff_until,
        created_at=at,
        by=by,
    )
    standing = _standing(name, day)
    if standing is not None and _is_the_same(standing, opened, planned.forms):
        return standing
    refuse_name_in_use(name, day)
    if staff_until is not None:
        if staff_until > ends_on:
            raise NeedsRoundError(_("The last day for the staff is after the last day to answer."))
        try:
            refuse_asked_lately(planned.forms, day)
        except StaffWishError as error:
            raise NeedsRoundError(str(error)) from error
    opened.full_clean()
    opened.save()
    forms = _make_forms(opened, planned.forms)
    staff = 0
    if staff_until is not None:
        staff = ask_staff(
            needs_round=opened, forms=forms, planned=planned.forms, threshold=threshold, day=day
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
            "forms": len(forms),
            "staff_until": staff_until.isoformat() if staff_until else None,
            "staff_asked": staff,
        },
    )
    if opened.is_open_on(day):
        tell_who_is_asked(day=day, at=at)
    return opened


def refuse_name_in_use(name: str, day: date, *, but: NeedsRound | None = None) -> None:
    """Raises NeedsRoundError where another round than `but` of that name is open, or has not begun:
    whoever is asked could not tell them apart."""
    standing = _standing(name, day, but)
    if standing is not None:
        raise NeedsRoundError(
            _("There is a round called %(name)s already, until %(day)s. Choose another name.")
            % {"name": standing.name, "day": date_format(standing.ends_on)}
        )


def _standing(name: str, day: date, but: NeedsRound | None = None) -> NeedsRound | None:
    """The round of that name, another than `but`, that is not over."""
    found = NeedsRound.objects.filter(
        name__iexact=name.strip(), closed_at__isnull=True, ends_on__gte=day
    )
    return (found if but is None else found.exclude(pk=but.pk)).first()


def _is_the_same(standing: NeedsRound, sent: NeedsRound, planned: Iterable[PlannedForm]) -> bool:
    """Whether what was sent is the round that stands, sent again by who opened it."""
    columns = ("name", "period_from", "period_until", "starts_on", "ends_on")
    if any(
        getattr(standing, name) != getattr(sent, name)
        for name in (*columns, "unit_kind", "staff_until", "by_id")
    ):
        return False
    asks = {(form.unit.pk, form.key_group.pk, form.naming and form.naming.pk) for form in planned}
    return asks == set(standing.forms.values_list("unit_id", "key_group_id", "naming_id"))


@transaction.atomic
def send_added_forms(
    *, needs_round: NeedsRound, threshold: int, by: User, at: datetime
) -> list[NeedsForm]:
    """Give an open round forms for what has come since it was opened, and tell those who answer for
    them; the forms. Their staff are asked too, as long as nobody's have been counted: after that a
    person could be in two counts."""
    day = at.astimezone(STOCKHOLM).date()
    # Pressed twice at once: the second sees the first.
    locked = NeedsRound.objects.select_for_update().get(pk=needs_round.pk)
    if not locked.is_open_on(day):
        raise NeedsRoundError(_("The round is not open. Give it another last day first."))
    planned = added_since(locked, threshold=threshold, day=day)
    if not planned:
        raise NeedsRoundError(_("Nothing has come since the round was opened."))
    forms = _make_forms(locked, planned)
    counted = StaffCount.objects.filter(form__needs_round=locked)
    if locked.asks_staff_on(day) and not counted.exists():
        ask_staff(needs_round=locked, forms=forms, planned=planned, threshold=threshold, day=day)
    record(
        "needs_round.forms_added",
        locked,
        by=by,
        after={
            "forms": [{"unit": form.unit.code, "key_group": form.key_group.code} for form in forms]
        },
    )
    tell_of_added_forms(forms=forms, day=day, at=at)
    return forms


def _make_forms(needs_round: NeedsRound, planned: Iterable[PlannedForm]) -> list[NeedsForm]:
    return NeedsForm.objects.bulk_create(
        NeedsForm(
            needs_round=needs_round, unit=form.unit, key_group=form.key_group, naming=form.naming
        )
        for form in planned
    )


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
    refuse_name_in_use(locked.name, day, but=locked)
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
    """Close a round before its last day. It is not opened again; its answers stand. What the staff
    have said is counted, and their own rows go."""
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
    count_staff_of_round(needs_round=locked, by=by, at=at)
    return locked
