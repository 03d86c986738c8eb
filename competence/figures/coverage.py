"""The coverage of a day: counted once, for everyone; of many days, in one run of the engine. What
readers are shown of it is decided in `published`, and kept (`competence.services.mondays`)."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from django.utils import timezone

from competence.engine.coverage import Count, Coverage, CoverageReport, standing_of, units_of
from competence.engine.outlook import Stretch, outlook
from competence.engine.rows import GapRow
from competence.engine.spans import load_plans
from competence.models import KeyGroup, PlanVersion
from lms.lib.dates import ONE_DAY, first_monday
from lms.people.models import Unit

Progress = Callable[[int], None]
Key = TypeVar("Key", bound=Hashable)
_EVERY = 500
_KINDS = ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised")


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


def count_figures(as_of: date) -> DayFigures:
    """The figures of one day, with the facts known now."""
    return count_days([as_of])[0]


def count_days(days: Sequence[date], progress: Progress | None = None) -> list[DayFigures]:
    """The figures of each of `days`, which are in order, with the facts, the units and the names
    known now; one run of the engine over everyone. `progress` hears how many people are done."""
    counted = _Counted(len(days))
    for number, person in enumerate(outlook(None, days, exactly=True)):
        if progress and number % _EVERY == 0:
            progress(number)
        for stretch in person.stretches:
            if stretch.rows:
                counted.add(stretch)
    made_at = timezone.now()
    units = {
        unit.pk: UnitNode(unit.pk, unit.code, unit.name, unit.parent_id)
        for unit in Unit.objects.order_by("tree_left")
    }
    key_groups = dict(
        KeyGroup.objects.outside_drafts().order_by("code").values_list("code", "name")
    )
    found = []
    for number, (day, plan) in enumerate(zip(days, load_plans(days), strict=True)):
        version = PlanVersion.objects.in_force_on(day)
        found.append(
            DayFigures(
                as_of=day,
                made_at=made_at,
                plan_number=version.number if version else None,
                adopted_on=version.adopted_on if version else None,
                units=units,
                key_groups=key_groups,
                levels={
                    level.level: level.level_name
                    for levels in plan.requirements.values()
                    for level in levels
                },
                report=CoverageReport(
                    Coverage(counted.groups.on(number), counted.units.on(number)),
                    Coverage(counted.uptake.on(number), {}),
                ),
                by_area=counted.areas.on(number),
                together={
                    groups: count.covered for groups, count in counted.together.on(number).items()
                },
            )
        )
    return found


class _Changes(Generic[Key]):
    """Counts by a key on many days, kept as how much each changes from one day to the next."""

    def __init__(self, days: int) -> None:
        self._none = array("i", bytes(array("i").itemsize * (days + 1) * len(_KINDS)))
        self._of: dict[Key, array[int]] = {}

    def add(self, key: Key, stretch: Stretch, kinds: Sequence[int]) -> None:
        """One person more, of these kinds, on the days of the stretch."""
        changes = self._of.get(key)
        if changes is None:
            changes = self._of[key] = self._none[:]
        for kind in kinds:
            changes[stretch.first * len(_KINDS) + kind] += 1
            changes[stretch.stop * len(_KINDS) + kind] -= 1

    def on(self, day: int) -> dict[Key, Count]:
        """The counts of a day, of those keys that anybody is counted in; asked for day by day,
        from the first."""
        here, before = day * len(_KINDS), (day - 1) * len(_KINDS)
        found = {}
        for key, changes in self._of.items():
            if day:
                for kind in range(len(_KINDS)):
                    changes[here + kind] += changes[before + kind]
            count = Count(*changes[here : here + len(_KINDS)])
            if count.members:
                found[key] = count
        return found


class _Counted:
    """What a run over everyone has counted so far."""

    def __init__(self, days: int) -> None:
        self.groups = _Changes[str](days)
        self.units = _Changes[tuple[int, str]](days)
        self.uptake = _Changes[str](days)
        self.areas = _Changes[AreaKey](days)
        self.together = _Changes[frozenset[str]](days)

    def add(self, stretch: Stretch) -> None:
        """Count a person on the days of the stretch; as `engine.coverage.count_person` does."""
        units = units_of(stretch.facts, stretch.plan)
        mandatory: dict[str, list[GapRow]] = {}
        recommended: dict[str, list[GapRow]] = {}
        areas: dict[AreaKey, list[GapRow]] = {}
        for row in stretch.rows:
            if row.mandatory:
                mandatory.setdefault(row.key_group, []).append(row)
                areas.setdefault(AreaKey(row.key_group, row.area, row.level), []).append(row)
            else:
                recommended.setdefault(row.key_group, []).append(row)
        for group, rows in mandatory.items():
            kinds = _kinds(rows)
            self.groups.add(group, stretch, kinds)
            for unit in units:
                self.units.add((unit, group), stretch, kinds)
        for group, rows in recommended.items():
            self.uptake.add(group, stretch, _kinds(rows))
        for area, rows in areas.items():
            self.areas.add(area, stretch, _kinds(rows))
        if mandatory:
            self.together.add(frozenset(mandatory), stretch, (0,))


def _kinds(rows: list[GapRow]) -> list[int]:
    """What a member is by these rows, as places in `_KINDS`."""
    one = Count()
    one.add(standing_of(rows), rows)
    return [place for place, kind in enumerate(_KINDS) if getattr(one, kind)]


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
