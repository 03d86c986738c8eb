"""The forecast for those who may not see individuals: counted once a week for everyone, and told
roughly.

What is counted is one largest unit at one level on one month end: how many are covered, and how
many have a gap. Each is told in whole steps of twice the threshold ("minst 30", or "färre än 10",
nobody not told apart from a few) and apart from the other, so whatever is known of one says
nothing of the other, and every count keeps an interval of at least five. The difference between
two told counts (a month and the next, one level and another) keeps one as wide, also for whoever
knows that one holds the other. All else on the page is made of what is told: the share lies
between the two that the steps allow, and the whole municipality is the sum of its shown parts.

Neither today nor the nearest month is told: today's exact figures are on the coverage page."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from competence.engine.coverage import units_of
from competence.engine.outlook import Stretch, month_ends, outlook
from competence.engine.rows import GapRow
from competence.figures.counting import (
    Pattern,
    Places,
    no_steps,
    pattern_of,
    places_of,
    take_step,
)
from competence.figures.coverage import UnitNode, top_units
from competence.figures.outlook import ALL, MONTHS, level_standings
from lms.people.models import Person, Unit

NEAREST = timedelta(days=28)
"""How far from the week's Monday the first day told of lies, at least."""
LEAST_STEPS = 4
"""How many steps a part must be told of, on the first day, to be shown at all."""

Progress = Callable[[int, int], None]


class Counts(NamedTuple):
    covered: int
    gap: int


@dataclass(frozen=True)
class WeekFigures:
    """The counts of a week before anything is hidden: of each (largest unit, level) a pair for
    each day."""

    days: tuple[date, ...]
    units: Mapping[str, str]
    levels: Mapping[int, str]
    counts: Mapping[tuple[str, int], tuple[Counts, ...]]
    # What the week is told by, also where another is decided before it ends: the same counts in
    # two kinds of steps are bounded by both. Empty: counted before it was kept.
    threshold: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "days": [day.isoformat() for day in self.days],
            "units": list(map(list, self.units.items())),
            "levels": list(map(list, self.levels.items())),
            "counts": [
                {"unit": unit, "level": level, "days": [list(day) for day in days]}
                for (unit, level), days in self.counts.items()
            ],
            "threshold": self.threshold,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WeekFigures:
        return cls(
            tuple(date.fromisoformat(day) for day in data["days"]),
            dict(data["units"]),
            dict(data["levels"]),
            {
                (each["unit"], each["level"]): tuple(Counts(*day) for day in each["days"])
                for each in data["counts"]
            },
            data.get("threshold"),
        )


def days_told(monday: date) -> list[date]:
    """24 month ends, the first of them at least four weeks after the Monday."""
    return month_ends(monday + NEAREST - timedelta(days=1), MONTHS)


def count_week(monday: date, progress: Progress | None = None) -> WeekFigures:
    """One run of the engine over everyone and all the days, with the facts known now."""
    counted = WeekCounted(monday)
    total = Person.objects.current().count() if progress else 0
    for number, person in enumerate(outlook(None, days_told(monday))):
        if progress and number % 1000 == 0:
            progress(number, total)
        for stretch in person.stretches:
            if stretch.rows:
                counted.add(stretch)
    return counted.figures()


class WeekCounted:
    """What a run over everyone has counted so far of the days told of a week."""

    def __init__(self, monday: date) -> None:
        self._days = days_told(monday)
        self._nodes = {
            unit.pk: UnitNode(unit.pk, unit.code, unit.name, unit.parent_id)
            for unit in Unit.objects.order_by("tree_left")
        }
        self._tops = {pk: self._nodes[pk].code for pk in top_units(self._nodes)}
        self._levels: dict[int, str] = {}
        self._standings: dict[Pattern, list[tuple[int, str]]] = {}
        self._codes: dict[Places, set[str]] = {}
        self._steps: dict[tuple[str, int], dict[str, array[int]]] = {}

    def add(self, stretch: Stretch) -> None:
        """Count a person, of whom something is asked, on the days of the stretch."""
        pattern, places = pattern_of(stretch.rows), places_of(stretch)
        standings = self._standings.get(pattern)
        if standings is None:
            standings = self._standings[pattern] = self._first(stretch.rows)
        codes = self._codes.get(places)
        if codes is None:
            units = units_of(stretch.facts, stretch.plan)
            codes = self._codes[places] = {self._tops[pk] for pk in units & self._tops.keys()}
        for level, standing in standings:
            for code in codes:
                key = (code, level)
                if key not in self._steps:
                    self._steps[key] = {each: no_steps(len(self._days)) for each in Counts._fields}
                take_step(self._steps[key][standing], stretch)

    def _first(self, rows: list[GapRow]) -> list[tuple[int, str]]:
        self._levels.update(
            {row.level: row.requirement.level_name for row in rows if row.mandatory}
        )
        return [
            (level, standing)
            for level, standing in level_standings(rows).items()
            if level != ALL and standing in Counts._fields
        ]

    def figures(self) -> WeekFigures:
        return WeekFigures(
            tuple(self._days),
            {code: self._nodes[pk].name for pk, code in self._tops.items()},
            dict(sorted(self._levels.items())),
            {
                key: tuple(
                    Counts(*of_day)
                    for of_day in zip(
                        *(accumulate(of_key[each][:-1]) for each in Counts._fields), strict=True
                    )
                )
                for key, of_key in self._steps.items()
            },
        )


@dataclass(frozen=True)
class Rough:
    """A count told in steps: at least so many, at most so many. A sum of such counts is one."""

    at_least: int
    at_most: int

    @classmethod
    def of(cls, count: int, step: int) -> Rough:
        told = count - count % step
        return cls(told, told + step - 1)

    def __add__(self, other: Rough) -> Rough:
        return Rough(self.at_least + other.at_least, self.at_most + other.at_most)

    def __str__(self) -> str:
        if self.at_least:
            return _("at least %(number)s") % {"number": self.at_least}
        return _("fewer than %(threshold)s") % {"threshold": self.at_most + 1}


@dataclass(frozen=True)
class ToldDay:
    day: date
    covered: Rough
    gap: Rough

    @property
    def lowest(self) -> int:
        """The lowest share that the told counts allow, in whole percent."""
        whole = self.covered.at_least + self.gap.at_most
        return 100 * self.covered.at_least // whole

    @property
    def highest(self) -> int:
        whole = self.covered.at_most + self.gap.at_least
        return -(-100 * self.covered.at_most // whole)


@dataclass(frozen=True)
class ToldPart:
    """A largest unit at one level; `days` is empty where it is too small to be shown."""

    code: str
    name: str
    days: tuple[ToldDay, ...]


@dataclass(frozen=True)
class ToldLevel:
    """One level: the parts, and the sum of those that are shown."""

    level: int
    name: str
    parts: tuple[ToldPart, ...]
    whole: tuple[ToldDay, ...]

    @property
    def shown(self) -> list[ToldPart]:
        return [part for part in self.parts if part.days]

    @property
    def hidden(self) -> list[ToldPart]:
        return [part for part in self.parts if not part.days]

    def days_of(self, code: str) -> tuple[ToldDay, ...]:
        """The days of a part, or of the whole where no part is named."""
        return next((part.days for part in self.parts if part.code == code), self.whole)


def told(figures: WeekFigures, threshold: int) -> tuple[ToldLevel, ...]:
    """All that the page can show, whatever is chosen on it."""
    step = 2 * threshold
    return tuple(_level(figures, level, name, step) for level, name in figures.levels.items())


def _level(figures: WeekFigures, level: int, name: str, step: int) -> ToldLevel:
    parts = []
    for code, unit in figures.units.items():
        days = [
            ToldDay(day, Rough.of(count.covered, step), Rough.of(count.gap, step))
            for day, count in zip(figures.days, figures.counts.get((code, level), ()), strict=False)
        ]
        # By what is told, so that what is left out says nothing more.
        if not days or days[0].covered.at_least + days[0].gap.at_least < LEAST_STEPS * step:
            days = []
        parts.append(ToldPart(code, unit, tuple(days)))
    shown = [part.days for part in parts if part.days]
    whole = [
        ToldDay(
            of_day[0].day,
            sum((each.covered for each in of_day[1:]), of_day[0].covered),
            sum((each.gap for each in of_day[1:]), of_day[0].gap),
        )
        for of_day in zip(*shown, strict=True)
    ]
    return ToldLevel(level, name, tuple(parts), tuple(whole))
