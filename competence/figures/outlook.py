"""The forecast if nothing is done: the coverage of some people on today and on 24 month ends to
come, by level and by unit, and whose validity runs out when. Counted of the same standing per
person as the team page (`coverage.standing_of`); those who may not see individuals are shown
`outlook_published` instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from competence.engine.coverage import standing_of, units_of
from competence.engine.outlook import Outlook, Stretch, month_ends, outlook
from competence.engine.rows import GapRow
from competence.engine.spans import days_of_change
from competence.engine.status import EXPIRING, MET
from lms.lib.numbers import percent
from lms.people.models import Person, Unit

MONTHS = 24
ALL = 0
"""The number that stands for all levels together."""


@dataclass(frozen=True)
class OutlookDay:
    """How many are what on one day: the same four as on the team page."""

    day: date
    covered: int
    gap: int
    introduction: int
    paused: int

    @property
    def counted(self) -> int:
        return self.covered + self.gap

    @property
    def percent(self) -> int | None:
        return percent(self.covered, self.counted)


@dataclass(frozen=True, order=True)
class RunsOut:
    """One validity that runs out: its last day, whose, and what."""

    on: date
    name: str
    person_id: str
    area: str
    level: str


@dataclass(frozen=True)
class Month:
    """What runs out in a calendar month, in the order of the days."""

    first: date
    runs_out: tuple[RunsOut, ...]

    @property
    def people(self) -> int:
        return len({each.person_id for each in self.runs_out})


@dataclass(frozen=True)
class UnitOutlook:
    """The curve of a part of the team. `unit` is none for those directly in the unit itself."""

    unit: Unit | None
    curve: tuple[OutlookDay, ...]

    @property
    def chosen(self) -> list[OutlookDay]:
        """Today, and half a year, a year and two years on."""
        return [self.curve[number] for number in (0, 6, 12, -1)]


@dataclass(frozen=True)
class TeamOutlook:
    """`levels` are those that anything mandatory asks for; `months` all 24 and the rest of the
    one that is under way, with or without anything that runs out."""

    curve: tuple[OutlookDay, ...]
    units: tuple[UnitOutlook, ...]
    months: tuple[Month, ...]
    levels: tuple[tuple[int, str], ...]

    @property
    def runs_out(self) -> list[Month]:
        return [month for month in self.months if month.runs_out]

    @property
    def last(self) -> OutlookDay:
        return self.curve[-1]

    def month_of(self, day: date) -> Month:
        return next(month for month in self.months if month.first == day.replace(day=1))


@dataclass
class _Tally:
    """Standings by day number: each stretch is one step up where it begins and down where it
    stops."""

    steps: list[Counter[str]] = field(default_factory=list)

    @classmethod
    def of(cls, days: int) -> _Tally:
        return cls([Counter() for _ in range(days + 1)])

    def add(self, stretch: Stretch, standing: str) -> None:
        self.steps[stretch.first][standing] += 1
        self.steps[stretch.stop][standing] -= 1

    def curve(self, days: Collection[date], wanted: Collection[date]) -> tuple[OutlookDay, ...]:
        found, now = [], Counter[str]()
        for day, step in zip(days, self.steps, strict=False):
            now.update(step)
            if day in wanted:
                found.append(
                    OutlookDay(day, now["covered"], now["gap"], now["introduction"], now["paused"])
                )
        return tuple(found)


def level_standings(rows: Iterable[GapRow]) -> dict[int, str]:
    """What a person is by all that is mandatory (ALL) and by what each level asks; empty where
    nothing is."""
    by_level: dict[int, list[GapRow]] = {}
    mandatory = [row for row in rows if row.mandatory]
    for row in mandatory:
        by_level.setdefault(row.level, []).append(row)
    standings = {level: standing_of(of_level) for level, of_level in by_level.items()}
    if mandatory:
        standings[ALL] = standing_of(mandatory)
    return standings


def team_outlook(
    people: QuerySet[Person],
    unit: Unit,
    children: Iterable[Unit],
    today: date,
    level: int = ALL,
) -> TeamOutlook:
    """Those who work in the unit today, as long as they do; at one level or at all. One run of
    the engine over all days, and two queries."""
    wanted = [today, *month_ends(today, MONTHS)]
    # What runs out between two month ends is asked of the plan of its own days.
    days = sorted({*wanted, *days_of_change(today, wanted[-1])})
    parts = {part.pk: part for part in children}
    whole, direct = _Tally.of(len(days)), _Tally.of(len(days))
    of_part = {pk: _Tally.of(len(days)) for pk in parts}
    levels: dict[int, str] = {}
    ends: dict[int, dict[tuple[str, int], date]] = {}
    words: dict[tuple[str, int], tuple[str, str]] = {}
    for person in outlook(people, days):
        for stretch in person.stretches:
            units = units_of(stretch.facts, stretch.plan)
            if unit.pk not in units:
                continue
            asked = [row for row in stretch.rows if row.mandatory]
            for row in asked:
                levels[row.level] = row.requirement.level_name
            if level != ALL:
                asked = [row for row in asked if row.level == level]
            if not asked:
                continue
            standing = standing_of(asked)
            whole.add(stretch, standing)
            if any(
                post.unit_pk == unit.pk and post.ends >= stretch.plan.day
                for post in stretch.facts.employments
            ):
                direct.add(stretch, standing)
            for pk in units & of_part.keys():
                of_part[pk].add(stretch, standing)
        for row, on in _ends(person, days, level, unit.pk):
            key = (row.area, row.level)
            words[row.area, row.level] = (row.requirement.area_name, row.requirement.level_name)
            known = ends.setdefault(row.person_pk, {})
            known[key] = min(known.get(key, on), on)
    names = {
        person.pk: person
        for person in Person.objects.filter(pk__in=ends).only(
            "given_name", "family_name", "person_id"
        )
    }
    found = sorted(
        RunsOut(on, names[pk].name, names[pk].person_id, *words[area, of_level])
        for pk, of_person in ends.items()
        for (area, of_level), on in of_person.items()
    )
    chosen = set(wanted)
    curves: list[tuple[Unit | None, tuple[OutlookDay, ...]]] = []
    if parts:
        curves.append((None, direct.curve(days, chosen)))
        curves += [(part, of_part[pk].curve(days, chosen)) for pk, part in parts.items()]
    return TeamOutlook(
        curve=whole.curve(days, chosen),
        units=tuple(
            UnitOutlook(part, curve)
            for part, curve in curves
            if any(day.counted or day.introduction or day.paused for day in curve)
        ),
        months=tuple(_months(found, wanted)),
        levels=tuple(sorted(levels.items())),
    )


def _ends(
    person: Outlook, days: list[date], level: int, unit_pk: int
) -> Iterator[tuple[GapRow, date]]:
    """The mandatory rows whose last valid day comes while they stand, for somebody who works in
    the unit that day."""
    for stretch in person.stretches:
        stop = days[stretch.stop].toordinal() if stretch.stop < len(days) else None
        last = days[-1].toordinal() if stop is None else stop - 1
        for part in person.between(stretch, last):
            if unit_pk not in units_of(part.facts, stretch.plan.seen_from(part.first)):
                continue
            for row in part.rows:
                if (
                    row.mandatory
                    and row.status in (MET, EXPIRING)
                    and row.valid_until is not None
                    and level in (ALL, row.level)
                    and part.first <= row.valid_until.toordinal() <= part.last
                ):
                    yield row, row.valid_until


def _months(found: list[RunsOut], days: list[date]) -> Iterator[Month]:
    by_month: dict[date, list[RunsOut]] = {}
    for each in found:
        by_month.setdefault(each.on.replace(day=1), []).append(each)
    for first in dict.fromkeys(day.replace(day=1) for day in days):
        yield Month(first, tuple(by_month.get(first, ())))
