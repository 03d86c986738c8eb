"""Counting the coverage: everyone once, on many days, in one run of the engine."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from django.utils import timezone

from competence.engine.coverage import Count, Coverage, CoverageReport, standing_of
from competence.engine.facts import UnitTree
from competence.engine.outlook import Stretch, outlook
from competence.engine.rows import GapRow
from competence.engine.spans import load_plans
from competence.engine.status import Status
from competence.figures.coverage import AreaKey, DayFigures, UnitNode
from competence.models import KeyGroup, PlanVersion
from lms.people.models import Unit

Progress = Callable[[int], None]
Key = TypeVar("Key", bound=Hashable)
EVERY = 500
_KINDS = ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised")


def count_figures(as_of: date) -> DayFigures:
    """The figures of one day, with the facts known now."""
    return count_days([as_of])[0]


def count_days(days: Sequence[date], progress: Progress | None = None) -> list[DayFigures]:
    """The figures of each of `days`, which are in order, with the facts, the units and the names
    known now; one run of the engine over everyone. `progress` hears how many people are done."""
    counted = DaysCounted(days)
    for number, person in enumerate(outlook(None, days, exactly=True)):
        if progress and number % EVERY == 0:
            progress(number)
        for stretch in person.stretches:
            if stretch.rows:
                counted.add(stretch)
    return counted.figures()


Pattern = tuple[tuple[int, Status, bool, bool], ...]
"""All that is counted of a person's rows: requirement, status, and by what it holds. Most people
are alike in it."""
Places = tuple[int, ...]
"""The units (primary keys) somebody is employed in."""


def pattern_of(rows: Iterable[GapRow]) -> Pattern:
    return tuple(
        [(row.requirement.pk, row.status, row.only_exempt, row.only_recognised) for row in rows]
    )


def places_of(stretch: Stretch) -> Places:
    day = stretch.plan.day
    return tuple([post.unit_pk for post in stretch.facts.employments if post.ends >= day])


class _Of(NamedTuple):
    """What somebody is in a key group: the kinds are places in `_KINDS`."""

    key_group: str
    kinds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Alike:
    """Those of one pattern: what they are, and how many more of them there are each day."""

    mandatory: tuple[_Of, ...]
    recommended: tuple[_Of, ...]
    areas: tuple[tuple[AreaKey, tuple[int, ...]], ...]
    steps: array[int]


class DaysCounted:
    """What a run over everyone has counted so far of each of `days`. Those who are alike are added
    up first, and put where they belong once (`figures`)."""

    def __init__(self, days: Sequence[date]) -> None:
        self._days = days
        self._none = no_steps(len(days))
        self._alike: dict[Pattern, _Alike] = {}
        self._at: dict[tuple[Places, _Of], array[int]] = {}
        self._units = UnitTree({})

    def add(self, stretch: Stretch) -> None:
        """Count a person, of whom something is asked, on the days of the stretch; as
        `engine.coverage.count_person` does."""
        self._units = stretch.plan.units
        pattern, places = pattern_of(stretch.rows), places_of(stretch)
        alike = self._alike.get(pattern)
        if alike is None:
            alike = self._alike[pattern] = self._first(stretch.rows)
        take_step(alike.steps, stretch)
        for each in alike.mandatory:
            steps = self._at.get((places, each))
            if steps is None:
                steps = self._at[places, each] = self._none[:]
            take_step(steps, stretch)

    def _first(self, rows: list[GapRow]) -> _Alike:
        mandatory: dict[str, list[GapRow]] = {}
        recommended: dict[str, list[GapRow]] = {}
        areas: dict[AreaKey, list[GapRow]] = {}
        for row in rows:
            if row.mandatory:
                mandatory.setdefault(row.key_group, []).append(row)
                areas.setdefault(AreaKey(row.key_group, row.area, row.level), []).append(row)
            else:
                recommended.setdefault(row.key_group, []).append(row)
        return _Alike(
            tuple(_Of(group, _kinds(of_group)) for group, of_group in mandatory.items()),
            tuple(_Of(group, _kinds(of_group)) for group, of_group in recommended.items()),
            tuple((area, _kinds(of_area)) for area, of_area in areas.items()),
            self._none[:],
        )

    def _summed(self) -> _Sums:
        sums, units = _Sums(len(self._days)), self._units
        for alike in self._alike.values():
            for group, kinds in alike.mandatory:
                sums.groups.add(group, kinds, alike.steps)
            for group, kinds in alike.recommended:
                sums.uptake.add(group, kinds, alike.steps)
            for area, kinds in alike.areas:
                sums.areas.add(area, kinds, alike.steps)
            if alike.mandatory:
                groups = frozenset(each.key_group for each in alike.mandatory)
                sums.together.add(groups, (0,), alike.steps)
        for (places, (group, kinds)), steps in self._at.items():
            for unit in {above for place in places for above in units.above(place)}:
                sums.units.add((unit, group), kinds, steps)
        return sums

    def figures(self) -> list[DayFigures]:
        """The figures of each of the days, with the units and the names known now."""
        counted, days = self._summed(), self._days
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
                        groups: count.covered
                        for groups, count in counted.together.on(number).items()
                    },
                )
            )
        return found


def no_steps(days: int) -> array[int]:
    """For each day, and the one after, how many more there are than the day before: none."""
    return array("i", bytes(array("i").itemsize * (days + 1)))


def take_step(steps: array[int], stretch: Stretch) -> None:
    """One person more on the days of the stretch."""
    steps[stretch.first] += 1
    steps[stretch.stop] -= 1


class _Changes(Generic[Key]):
    """Counts by a key on many days, kept as how much each changes from one day to the next."""

    def __init__(self, days: int) -> None:
        self._none = array("i", bytes(array("i").itemsize * (days + 1) * len(_KINDS)))
        self._of: dict[Key, array[int]] = {}

    def add(self, key: Key, kinds: Sequence[int], steps: array[int]) -> None:
        """So many people more each day, of these kinds."""
        changes = self._of.get(key)
        if changes is None:
            changes = self._of[key] = self._none[:]
        for day, step in enumerate(steps):
            if step:
                for kind in kinds:
                    changes[day * len(_KINDS) + kind] += step

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


class _Sums:
    """What is counted of everybody."""

    def __init__(self, days: int) -> None:
        self.groups = _Changes[str](days)
        self.units = _Changes[tuple[int, str]](days)
        self.uptake = _Changes[str](days)
        self.areas = _Changes[AreaKey](days)
        self.together = _Changes[frozenset[str]](days)


def _kinds(rows: list[GapRow]) -> tuple[int, ...]:
    """What a member is by these rows, as places in `_KINDS`."""
    one = Count()
    one.add(standing_of(rows), rows)
    return tuple(place for place, kind in enumerate(_KINDS) if getattr(one, kind))
