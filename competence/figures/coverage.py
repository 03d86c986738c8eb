"""The coverage of a day, counted once, for everyone (`counting`). What readers are shown of
it is decided in `published`, and kept (`competence.services.mondays`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from competence.engine.coverage import Count, CoverageReport
from lms.lib.dates import ONE_DAY, first_monday


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit as the figures know it."""

    pk: int
    code: str
    name: str
    parent: int | None


def top_units(units: Mapping[int, UnitNode]) -> list[int]:
    """The largest units: what lies right below the only root, or the roots themselves."""
    roots = [unit.pk for unit in units.values() if unit.parent is None]
    if len(roots) != 1:
        return roots
    return [pk for pk, node in units.items() if node.parent == roots[0]]


@dataclass(frozen=True, slots=True)
class AreaKey:
    """What a key group must hold in one area: (key group, area, level)."""

    key_group: str
    area: str
    level: int


@dataclass(frozen=True)
class DayFrame:
    """What a day's figures are of: the day, when they were made, the plan in force, and the units
    (by primary key), key groups and levels as they were called then."""

    as_of: date
    made_at: datetime
    plan_number: int | None
    adopted_on: date | None
    units: Mapping[int, UnitNode]
    key_groups: Mapping[str, str]
    levels: Mapping[int, str]

    @property
    def top_units(self) -> list[int]:
        return top_units(self.units)

    @property
    def roots_above_tops(self) -> set[int]:
        """The root that holds all the largest units: its figures are the totals."""
        tops = self.top_units
        parents = {self.units[pk].parent for pk in tops}
        return {pk for pk in parents if pk is not None}

    def parts(self, unit: int) -> list[int]:
        return [pk for pk, node in self.units.items() if node.parent == unit]


@dataclass(frozen=True)
class DayFigures(DayFrame):
    """Every count of a day, before anything is hidden. `together`: how many are counted in exactly
    these key groups, by their codes."""

    report: CoverageReport
    by_area: Mapping[AreaKey, Count]
    together: Mapping[frozenset[str], int] = field(default_factory=dict)


def days_offered(today: date, months: int = 24) -> list[date]:
    """The days a reader may ask for, the latest first: the Monday of this week, and the first
    Monday of each month back. Only Mondays: any two days lie a week or more apart, and a page
    read every day says the same thing all week. The difference between two days close to each
    other tells of one person."""
    monday = today - timedelta(days=today.weekday())
    days, of_month = [monday], first_monday(monday)
    while len(days) <= months:
        if of_month < monday:
            days.append(of_month)
        of_month = first_monday(of_month.replace(day=1) - ONE_DAY)
    return days
