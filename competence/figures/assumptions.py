"""The planning assumptions in words: what each is, what it is counted in, and where it comes
from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.engine.assume import KINDS, Assumptions, Unit, plain
from competence.models import AssumptionChange

GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Time for a level"),
        ("hours_level_1", "hours_level_2", "hours_level_3"),
    ),
    (
        gettext_lazy("Sessions"),
        (
            *("taught_from_level", "seats_per_session", "no_show_percent", "lead_days"),
            *("sessions_per_month", "slow_months", "sessions_in_slow_month"),
        ),
    ),
    (
        gettext_lazy("What it costs"),
        (
            *("kronor_level_1", "kronor_level_2", "kronor_level_3", "kronor_venue"),
            *("covered_percent", "kronor_per_covered_hour"),
        ),
    ),
    (
        gettext_lazy("What a unit can spare"),
        ("away_percent", "sessions_a_unit_spares", "turnover_percent"),
    ),
)

LABELS: dict[str, Promise] = {
    "hours_level_1": gettext_lazy("Hours for level 1"),
    "hours_level_2": gettext_lazy("Hours for level 2"),
    "hours_level_3": gettext_lazy("Hours for level 3"),
    "taught_from_level": gettext_lazy("Lowest level that is taught at sessions"),
    "seats_per_session": gettext_lazy("Seats in a session"),
    "no_show_percent": gettext_lazy("Those who have a seat and do not come"),
    "lead_days": gettext_lazy("From decision to first session"),
    "sessions_per_month": gettext_lazy("Sessions that can be held in a month"),
    "slow_months": gettext_lazy("Months with fewer sessions"),
    "sessions_in_slow_month": gettext_lazy("Sessions in such a month"),
    "kronor_level_1": gettext_lazy("A session at level 1"),
    "kronor_level_2": gettext_lazy("A session at level 2"),
    "kronor_level_3": gettext_lazy("A session at level 3"),
    "kronor_venue": gettext_lazy("The venue of a session"),
    "covered_percent": gettext_lazy("Hours for which somebody is called in"),
    "kronor_per_covered_hour": gettext_lazy("An hour of somebody called in"),
    "away_percent": gettext_lazy("Staff of a unit at the same session"),
    "sessions_a_unit_spares": gettext_lazy("Sessions in a month that a unit spares people for"),
    "turnover_percent": gettext_lazy("Staff replaced in a year"),
}

MEANINGS: dict[str, Promise] = {
    "hours_level_1": gettext_lazy(
        "Working hours a person needs. A published course counts with its own length."
    ),
    "taught_from_level": gettext_lazy(
        "Lower levels are learnt on the web, without a seat. A published course says it for itself."
    ),
    "no_show_percent": gettext_lazy("They need another seat later."),
    "kronor_level_1": gettext_lazy("Who teaches, and the material. The venue is counted apart."),
    "sessions_in_slow_month": gettext_lazy(
        "In these months a unit is not counted on to spare anybody."
    ),
    "away_percent": gettext_lazy("At least one person, however small the unit is."),
}

# As a field is labelled, whatever value is in it.
UNITS: dict[Unit, Promise] = {
    Unit.HOURS: gettext_lazy("working hours"),
    Unit.SEATS: gettext_lazy("seats"),
    Unit.SESSIONS: gettext_lazy("sessions"),
    Unit.KRONOR: gettext_lazy("kronor"),
    Unit.PERCENT: gettext_lazy("per cent"),
    Unit.DAYS: gettext_lazy("days"),
    Unit.LEVEL: gettext_lazy("or higher"),
    Unit.MONTHS: gettext_lazy("months"),
}


@dataclass(frozen=True)
class Assumed:
    """One value as it counts on a day. `since` none: the example that came with the system."""

    name: str
    label: str
    meaning: str
    value: str
    unit: str
    since: date | None
    reason: str


@dataclass(frozen=True)
class AssumedGroup:
    title: str
    values: tuple[Assumed, ...]


def in_words(name: str, value: Any) -> str:
    """A plain value as it is written out."""
    if KINDS[name].unit is Unit.MONTHS:
        return ", ".join(str(MONTHS[month]) for month in value) or _("no months")
    text = number_format(value, force_grouping=True)
    return text.rstrip("0").rstrip(",") if KINDS[name].unit is Unit.HOURS else text


def counted_in(name: str, value: Any) -> str:
    """What a plain value is counted in, as it stands after it; months say it themselves."""
    unit = KINDS[name].unit
    if unit is Unit.MONTHS:
        return ""
    if unit is Unit.SESSIONS and value == 1:
        return _("session")
    return str(UNITS[unit])


def assumed_groups(assumptions: Assumptions, day: date) -> list[AssumedGroup]:
    """Every value with where it comes from. One query."""
    last: dict[str, AssumptionChange] = {}
    for change in AssumptionChange.objects.counting_on(day):
        last.update(dict.fromkeys(change.values, change))
    return [
        AssumedGroup(
            str(title),
            tuple(_assumed(name, getattr(assumptions, name), last.get(name)) for name in names),
        )
        for title, names in GROUPS
    ]


def _assumed(name: str, value: Any, change: AssumptionChange | None) -> Assumed:
    return Assumed(
        name=name,
        label=str(LABELS[name]),
        meaning=str(MEANINGS.get(name, "")),
        value=in_words(name, plain(value)),
        unit=counted_in(name, plain(value)),
        since=change.starts_on if change else None,
        reason=change.reason if change else "",
    )


@dataclass(frozen=True)
class ChangeInWords:
    """One change: what each value became, and whether it has been undone."""

    change: AssumptionChange
    lines: tuple[tuple[str, str, str], ...]  # label, value, unit
    undone: bool


def changes_in_words() -> list[ChangeInWords]:
    """Every change, the latest first. Two queries."""
    rows = AssumptionChange.objects.select_related("by__person").prefetch_related("undone_by")
    return [
        ChangeInWords(
            row,
            tuple(
                (str(LABELS[name]), in_words(name, value), counted_in(name, value))
                for name, value in row.values.items()
            ),
            bool(row.undone_by.all()),
        )
        for row in rows
    ]
