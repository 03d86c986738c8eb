"""What the seats are reckoned from, counted of people by the engine: exactly for those who may see
them, and once a week, told roughly, for those who may not.

Told is one area at one level for the whole municipality. Each count is told in whole steps of twice
the threshold, as in `week_outlook`; what runs out, and what comes due, as the total up to each
month, so that the rounding does not grow with the months. Everything that is shown, whatever is
supposed and chosen, is reckoned from what is told (`ToldLine.line`) and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from typing import Any

from django.db.models import QuerySet

from competence.engine.coming_due import (
    AHEAD,
    KNOWN,
    NEVER,
    PersonDue,
    coming_due,
    days_ahead,
    first_month,
)
from competence.engine.outlook import Outlook, outlook
from competence.engine.rows import GapRow
from competence.engine.seats import GroupCount, Line
from competence.figures.week_outlook import LEAST_STEPS, NEAREST, Progress, Rough
from lms.lib.dates import add_months
from lms.people.models import Person

Key = tuple[str, int]
YEAR = 12
_REPORT_EVERY = 1000


def days_told(monday: date) -> list[date]:
    """The first day of a month that lies four weeks after the Monday at the least, and the 24
    first days after it."""
    earliest = monday + NEAREST
    first = earliest if earliest.day == 1 else add_months(earliest.replace(day=1), 1)
    return days_ahead(first)


@dataclass
class _Tally:
    """One line while it is counted."""

    renewals: Counter[int | None] = field(default_factory=Counter)
    graces: Counter[int] = field(default_factory=Counter)
    members: int = 0
    never: int = 0
    first_time: list[int] = field(default_factory=lambda: [0] * AHEAD)
    runs_out: list[int] = field(default_factory=lambda: [0] * (KNOWN + AHEAD + KNOWN))
    asked: Counter[str] = field(default_factory=Counter)
    only: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    reached: int = 0

    def line(self, key: Key) -> Line:
        months = min(
            self.renewals, key=lambda each: (-self.renewals[each], each or 0), default=None
        )
        return Line(
            *key,
            months,
            min(self.graces, key=lambda each: (-self.graces[each], each), default=0),
            self.members,
            self.never,
            tuple(self.first_time),
            tuple(self.runs_out),
            {
                group: GroupCount(self.asked[group], self.only[group], self.outside[group])
                for group in sorted(self.asked | self.outside)
            },
        )


@dataclass(frozen=True)
class Counted:
    """The lines of some people, and the names of what they speak of. `reached`: how many times
    those asked have reached it in the year before (`since`)."""

    first: date
    lines: tuple[Line, ...]
    areas: Mapping[str, str]
    levels: Mapping[int, str]
    groups: Mapping[str, str]
    reached: Mapping[Key, int] = field(default_factory=dict)


@dataclass
class _Counting:
    days: Sequence[date]
    unit_pk: int | None
    since: date | None
    tallies: dict[Key, _Tally] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    levels: dict[int, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    known: Counter[str] = field(default_factory=Counter)
    asked: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def add(self, person: Outlook) -> None:
        due = coming_due(person, self.days, self.unit_pk)
        for asked in due.asked:
            self._name(asked.row)
            tally = self._of(asked.row.area, asked.row.level)
            tally.members += 1
            tally.renewals[asked.row.requirement.renewal_months] += 1
            tally.graces[asked.row.requirement.grace_days] += 1
            tally.asked.update(asked.groups)
            if len(asked.groups) == 1:
                tally.only.update(asked.groups)
            if self.since is not None:
                tally.reached += _times_reached(person, asked.row, self.since)
        self._count_outside(due)
        for each in due.dues:
            tally = self._of(each.area, each.level)
            if each.kind != NEVER:
                tally.runs_out[each.month + KNOWN - 1] += 1
            elif each.month:
                tally.first_time[each.month - 1] += 1
            else:
                tally.never += 1

    def _count_outside(self, due: PersonDue) -> None:
        """For each key group, its members by the level that they are asked for in each area: who
        is not among them is not asked for it."""
        for group in due.groups:
            self.known[group] += 1
            for asked in due.asked:
                self.asked[group, asked.row.area, asked.row.level] += 1

    def _of(self, area: str, level: int) -> _Tally:
        return self.tallies.setdefault((area, level), _Tally())

    def _name(self, row: GapRow) -> None:
        wanted = row.requirement
        self.areas[row.area] = wanted.area_name
        self.levels[row.level] = wanted.level_name
        self.groups[row.key_group] = wanted.key_group_name

    def counted(self) -> Counted:
        levels = {level for _area, level in self.tallies}
        for (area, level), tally in self.tallies.items():
            for group, members in self.known.items():
                higher = sum(self.asked[group, area, other] for other in levels if other >= level)
                tally.outside[group] = members - higher
        return Counted(
            first_month(self.days),
            tuple(self.tallies[key].line(key) for key in sorted(self.tallies, key=_by_code)),
            dict(sorted(self.areas.items())),
            dict(sorted(self.levels.items())),
            dict(sorted(self.groups.items())),
            {key: tally.reached for key, tally in self.tallies.items()},
        )


def _by_code(key: Key) -> tuple[int, str, int]:
    """OM2 before OM10."""
    area, level = key
    return len(area), area, level


def _times_reached(person: Outlook, row: GapRow, since: date) -> int:
    """On how many days somebody has reached the level, or a higher one, from the day on."""
    return len(
        {
            fact.achieved_on
            for fact in person.span.achievements
            if fact.area_pk == row.requirement.area_pk
            and fact.level >= row.level
            and fact.achieved_on >= since.toordinal()
        }
    )


def count_seats(
    people: QuerySet[Person] | None,
    days: Sequence[date],
    *,
    unit_pk: int | None = None,
    since: date | None = None,
    progress: Progress | None = None,
) -> Counted:
    """One run of the engine over some people (none: everyone) and all the days, which are made by
    `days_ahead`."""
    counting = _Counting(days, unit_pk, since)
    total = Person.objects.current().count() if progress else 0
    for number, person in enumerate(outlook(people, days)):
        if progress and number % _REPORT_EVERY == 0:
            progress(number, total)
        counting.add(person)
    return counting.counted()


@dataclass(frozen=True)
class NamedSeats:
    """Everybody counted, in all and in each of some units (by primary key), and who (primary key)
    comes due for one level in the 24 months, in which of them; 0: lacks it already."""

    whole: Counted
    parts: Mapping[int, Counted]
    due: Mapping[int, int]


def count_named(days: Sequence[date], units: Collection[int], key: Key) -> NamedSeats:
    """One run of the engine over everyone, for the counts and the names of one area and level."""
    due: dict[int, int] = {}
    whole = _Counting(days, None, None)
    parts = {pk: _Counting(days, pk, None) for pk in units}
    for person in outlook(None, days):
        for counting in (whole, *parts.values()):
            counting.add(person)
        for each in coming_due(person, days).dues:
            if (each.area, each.level) == key and each.month <= AHEAD:
                due[person.span.pk] = max(each.month, 0)
    return NamedSeats(whole.counted(), {pk: part.counted() for pk, part in parts.items()}, due)


def count_week(monday: date, progress: Progress | None = None) -> Counted:
    """What a week is told from, before anything is hidden."""
    return count_seats(None, days_told(monday), since=add_months(monday, -YEAR), progress=progress)


def as_json(counted: Counted, threshold: int) -> dict[str, Any]:
    return {
        "first": counted.first.isoformat(),
        "areas": list(map(list, counted.areas.items())),
        "levels": list(map(list, counted.levels.items())),
        "groups": list(map(list, counted.groups.items())),
        "threshold": threshold,
        "lines": [
            {
                "area": line.area,
                "level": line.level,
                "renewal_months": line.renewal_months,
                "grace_days": line.grace_days,
                "members": line.members,
                "never": line.never,
                "first_time": list(line.first_time),
                "runs_out": list(line.runs_out),
                "groups": [[code, *count] for code, count in line.groups.items()],
                "reached": counted.reached[line.key],
            }
            for line in counted.lines
        ],
    }


def from_json(data: Mapping[str, Any]) -> Counted:
    lines = [
        Line(
            *(each["area"], each["level"], each["renewal_months"], each["grace_days"]),
            *(each["members"], each["never"]),
            tuple(each["first_time"]),
            tuple(each["runs_out"]),
            {code: GroupCount(*count) for code, *count in each["groups"]},
        )
        for each in data["lines"]
    ]
    return Counted(
        date.fromisoformat(data["first"]),
        tuple(lines),
        dict(data["areas"]),
        dict(data["levels"]),
        dict(data["groups"]),
        {(each["area"], each["level"]): each["reached"] for each in data["lines"]},
    )


@dataclass(frozen=True)
class ToldLine:
    """All that is told of a line: bounds of each count. `first_time` and `runs_out` are bounds of
    the totals up to each month."""

    area: str
    level: int
    renewal_months: int | None
    grace_days: int
    members: Rough
    never: Rough
    first_time: tuple[Rough, ...]
    runs_out: tuple[Rough, ...]
    groups: Mapping[str, tuple[Rough, ...]]
    reached: Rough

    @classmethod
    def of(cls, line: Line, reached: int, step: int) -> ToldLine:
        def rough(count: Any) -> Rough:
            return Rough.of(int(count), step)

        return cls(
            *(line.area, line.level, line.renewal_months, line.grace_days),
            rough(line.members),
            rough(line.never),
            tuple(map(rough, accumulate(line.first_time))),
            tuple(map(rough, accumulate(line.runs_out))),
            {code: tuple(map(rough, count)) for code, count in line.groups.items()},
            rough(reached),
        )

    @property
    def line(self) -> Line:
        """A line to reckon with: the middle of each step, and nobody where there may be nobody."""
        return Line(
            *(self.area, self.level, self.renewal_months, self.grace_days),
            middle(self.members),
            middle(self.never),
            _apart(self.first_time),
            _apart(self.runs_out),
            {code: GroupCount(*map(middle, count)) for code, count in self.groups.items()},
        )


def middle(count: Rough) -> int:
    return (count.at_least + count.at_most + 1) // 2 if count.at_least else 0


def _apart(totals: Iterable[Rough]) -> tuple[int, ...]:
    found, before = [], 0
    for total in totals:
        now = middle(total)
        found.append(now - before)
        before = now
    return tuple(found)


@dataclass(frozen=True)
class ToldSeats:
    """What is told of a week: the lines, and which are left out as too small."""

    counted: Counted
    told: tuple[ToldLine, ...]
    hidden: tuple[Key, ...]
    step: int


def told(data: Mapping[str, Any]) -> ToldSeats:
    """What the week's counts may say: from here on nothing else of them is known. A line is told
    where its members are as many as four steps, by what is told."""
    exact = from_json(data)
    step = 2 * data["threshold"]
    lines, hidden = [], []
    for line in exact.lines:
        each = ToldLine.of(line, exact.reached[line.key], step)
        if each.members.at_least < LEAST_STEPS * step:
            hidden.append(line.key)
        else:
            lines.append(each)
    return ToldSeats(
        replace(
            exact,
            lines=tuple(each.line for each in lines),
            reached={(each.area, each.level): middle(each.reached) for each in lines},
        ),
        tuple(lines),
        tuple(hidden),
        step,
    )
