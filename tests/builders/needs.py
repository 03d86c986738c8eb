"""Rounds of needs and what is answered in them, made by the services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from competence.models import KeyGroup, KeyPersonAssignment, NeedsAnswer, NeedsForm, NeedsRound
from competence.services.needs_answers import NeedsWritten, hand_in
from competence.services.needs_rounds import open_needs_round
from lms.people.models import Unit, User
from lms.people.services import records
from tests.builders.people import MONDAY

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
LAST_DAY = date(2026, 12, 31)
WISH = NeedsWritten(need="yes", levels={"OM4": 2}, motives="SP", how_many="some", suits="spring")


def make_operation(code: str, parent: Unit | None = None, name: str = "") -> Unit:
    """A unit of the kind that the rounds of tests ask."""
    unit = records.add_unit(
        code=code, name=name or f"Verksamhet {code}", kind="verksamhet", parent=parent, by=None
    )
    if parent is not None:
        parent.refresh_from_db()
    return unit


def open_round(
    by: User,
    *,
    name: str = "Behov inför 2027",
    namings: Iterable[KeyPersonAssignment] = (),
    starts_on: date = MONDAY,
    ends_on: date = LAST_DAY,
    staff_until: date | None = None,
    threshold: int = 1,
    groups: Iterable[KeyGroup] | None = None,
    at: datetime = NOW,
) -> NeedsRound:
    return open_needs_round(
        name=name,
        period_from=date(2027, 1, 1),
        period_until=date(2027, 12, 31),
        starts_on=starts_on,
        ends_on=ends_on,
        unit_kind="verksamhet",
        key_groups=KeyGroup.objects.all() if groups is None else groups,
        namings=namings,
        staff_until=staff_until,
        threshold=threshold,
        by=by,
        at=at,
    )


def form_of(unit: Unit, needs_round: NeedsRound | None = None) -> NeedsForm:
    forms = NeedsForm.objects.filter(unit=unit, naming__isnull=True)
    if needs_round is not None:
        forms = forms.filter(needs_round=needs_round)
    return forms.get()


def answer(
    form: NeedsForm, by: User, written: NeedsWritten = WISH, *, at: datetime = NOW
) -> NeedsAnswer:
    return hand_in(form=form, written=written, revision=0, client="test", by=by, at=at)


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)
