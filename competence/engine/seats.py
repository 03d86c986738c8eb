"""How many seats are needed month by month, and why: arithmetic on counts, nothing of individuals.
The worked example is docs/how-to/platsprognos.md, and is run as a test.

For each area at a level (`Line`), month by month over 24 months:

    backlog      those with a gap on the first day, spread evenly over the first months
    first time   those whose due day comes, who never held it
    expiry       those whose validity runs out
    leavers      − those of all these who have left by then: (1 − turnover / 12) to the power of
                 the month is left
    newcomers    members × turnover / 12 begin each month, and are due grace days later
    again        those who took a seat so many months ago as the validity is, and are left

    people = the sum;  seats = people / (1 − no-show), rounded up over all months so far
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from competence.engine.assume import Assumptions
from competence.engine.coming_due import AHEAD, KNOWN
from lms.lib.dates import add_months

BACKLOG_MONTHS = 6
"""Over how many months what is lacking today is made up for, where nothing else is chosen."""
_DAYS_IN_MONTH = 30
_MIDDLE = 15
Count = int | Fraction


class GroupCount(NamedTuple):
    """How many members of a key group are asked for the level; of whom by no other group; and how
    many are not asked for it."""

    asked: Count = 0
    only: Count = 0
    outside: Count = 0


@dataclass(frozen=True)
class Line:
    """What is known on the first day of one area at one level. `members`: those for whom it is the
    highest level asked in the area. `never`: those of them with a gap who never held it.
    `first_time`: whose due day comes in month 1, 2 …. `runs_out`: whose validity runs out in month
    −23, …, 0 (and lack it on the first day), 1, …, 48; what ran out before them is in the first.
    Where key groups ask differently, what most members are asked for."""

    area: str
    level: int
    renewal_months: int | None
    grace_days: int
    members: Count = 0
    never: Count = 0
    first_time: tuple[Count, ...] = (0,) * AHEAD
    runs_out: tuple[Count, ...] = (0,) * (KNOWN + AHEAD + KNOWN)
    groups: Mapping[str, GroupCount] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> tuple[str, int]:
        return self.area, self.level

    @property
    def expired(self) -> Count:
        """Those who lack it on the first day because it has run out."""
        return sum(self.runs_out[:KNOWN])

    @property
    def backlog(self) -> Count:
        return self.never + self.expired

    @property
    def expiry(self) -> tuple[Count, ...]:
        """Whose validity runs out in each of the 24 months."""
        return self.runs_out[KNOWN : KNOWN + AHEAD]

    def lacking(self, month: int) -> Count:
        """How many lack it at the end of a month if nothing is done."""
        return self.backlog + sum(self.first_time[:month]) + sum(self.expiry[:month])


@dataclass(frozen=True)
class Need:
    """What one month takes: people by why, `leavers` below nought, and the seats for them."""

    month: date
    backlog: int = 0
    first_time: int = 0
    expiry: int = 0
    again: int = 0
    newcomers: int = 0
    leavers: int = 0
    seats: int = 0

    @property
    def people(self) -> int:
        return sum(getattr(self, name) for name in PARTS)

    @property
    def no_show(self) -> int:
        """The seats of those who do not come, who need another."""
        return self.seats - self.people

    def __add__(self, other: Need) -> Need:
        return Need(
            self.month,
            *(getattr(self, name) + getattr(other, name) for name in COUNTS),
        )


COUNTS = tuple(each.name for each in fields(Need) if each.name != "month")
PARTS = ("backlog", "first_time", "expiry", "again", "newcomers", "leavers")


def needs_of(
    line: Line, assume: Assumptions, *, first: date, backlog_months: int = BACKLOG_MONTHS
) -> tuple[Need, ...]:
    """The 24 months of a line; `first` is the first of them."""
    stays = 1 - Fraction(assume.turnover_percent, 1200)
    parts: dict[str, list[Fraction]] = {name: [Fraction(0)] * AHEAD for name in PARTS}
    begin = Fraction(line.members) * (1 - stays)
    due = newcomers_due(line.grace_days)
    people: list[Fraction] = []
    for number in range(AHEAD):
        known = {
            "backlog": Fraction(line.backlog) / backlog_months if number < backlog_months else 0,
            "first_time": line.first_time[number],
            "expiry": line.expiry[number],
        }
        for name, count in known.items():
            parts[name][number] = Fraction(count)
        parts["leavers"][number] = -Fraction(sum(known.values())) * (1 - stays ** (number + 1))
        if number >= due:
            parts["newcomers"][number] = begin
        renewed = line.renewal_months
        if renewed and number >= renewed:
            parts["again"][number] = people[number - renewed] * stays**renewed
        people.append(sum((parts[name][number] for name in PARTS), Fraction(0)))
    return _whole(parts, assume, first)


def newcomers_due(grace_days: int) -> int:
    """How many months after the one in which they begin newcomers are due, beginning in the middle
    of it."""
    return (_MIDDLE + grace_days) // _DAYS_IN_MONTH


def _whole(
    parts: Mapping[str, list[Fraction]], assume: Assumptions, first: date
) -> tuple[Need, ...]:
    """Whole people, rounded over all months so far: what is rounded off in one month comes in
    another. What would be fewer than nobody is taken off later."""
    found: list[Need] = []
    so_far = dict.fromkeys(PARTS, 0)
    people = seats = 0
    running = {name: list(accumulate(of_part)) for name, of_part in parts.items()}
    for number in range(AHEAD):
        now = {name: _half_up(running[name][number]) - so_far[name] for name in PARTS}
        rest = sum(now[name] for name in PARTS if name != "leavers")
        now["leavers"] = max(now["leavers"], -rest)
        for name in PARTS:
            so_far[name] += now[name]
        people += rest + now["leavers"]
        needed = assume.seats_for(people)
        found.append(Need(add_months(first, number), **now, seats=needed - seats))
        seats = needed
    return tuple(found)


def _half_up(number: Fraction) -> int:
    return (number + Fraction(1, 2)).__floor__()


def summed(lines: Iterable[Sequence[Need]]) -> tuple[Need, ...]:
    """All lines together, month by month."""
    found: tuple[Need, ...] = ()
    for needs in lines:
        found = (
            tuple(one + other for one, other in zip(found, needs, strict=True))
            if found
            else tuple(needs)
        )
    return found


class SupposedError(ValueError):
    """What cannot be supposed of the line."""


@dataclass(frozen=True)
class Supposed:
    """What if the plan asked otherwise for one area and level. `months` none with `endless`: what
    is reached never runs out."""

    area: str
    level: int
    months: int | None = None
    endless: bool = False
    to_level: int | None = None
    group_in: str = ""
    group_out: str = ""

    def of(self, lines: Sequence[Line]) -> tuple[Line, ...]:
        """The lines as they would be. Nobody is taken to hold what they are not asked for: a higher
        level and a new group are reckoned as if all had it to do. Raises SupposedError."""
        found = []
        for line in lines:
            if line.key == (self.area, self.level):
                line = self._changed(line)
            found.append(line)
        return tuple(found)

    def _changed(self, line: Line) -> Line:
        if self.group_out:
            line = _without(line, self.group_out)
        if self.endless or self.months is not None:
            line = _valid_for(line, None if self.endless else self.months)
        if self.to_level is not None and self.to_level != line.level:
            higher = self.to_level > line.level
            line = replace(_all_new(line, line.members) if higher else line, level=self.to_level)
        if self.group_in:
            line = _with(line, self.group_in)
        return line


def _without(line: Line, group: str) -> Line:
    """Without those whom only the group asks. They are taken to have come as far as the others."""
    only = line.groups.get(group, GroupCount()).only
    if not line.members:
        return line
    share = max(Fraction(0), 1 - Fraction(only) / Fraction(line.members))
    return replace(
        line,
        members=line.members * share,
        never=line.never * share,
        first_time=tuple(count * share for count in line.first_time),
        runs_out=tuple(count * share for count in line.runs_out),
    )


def _valid_for(line: Line, months: int | None) -> Line:
    """With another validity: each last valid day is moved as many months as it is longer."""
    was = line.renewal_months
    if was is None:
        if months is None:
            return line
        raise SupposedError("endless")
    size = len(line.runs_out)
    if months is None:
        return replace(line, renewal_months=None, runs_out=(0,) * size)
    if months < 1 or abs(months - was) >= KNOWN:
        raise SupposedError("too far")
    moved: list[Count] = [0] * size
    for index, count in enumerate(line.runs_out):
        place = index + months - was
        if place < size:
            moved[max(place, 0)] += count
    return replace(line, renewal_months=months, runs_out=tuple(moved))


def _all_new(line: Line, members: Count) -> Line:
    """All of them have it to do, and are due when the grace days have passed from now."""
    return replace(
        line,
        never=0,
        first_time=_due_at(line.grace_days, members),
        runs_out=(0,) * len(line.runs_out),
    )


def _with(line: Line, group: str) -> Line:
    more = line.groups.get(group, GroupCount()).outside
    return replace(
        line,
        members=line.members + more,
        first_time=tuple(
            one + other
            for one, other in zip(line.first_time, _due_at(line.grace_days, more), strict=True)
        ),
    )


def _due_at(grace_days: int, people: Count) -> tuple[Count, ...]:
    month = min(newcomers_due(grace_days), AHEAD - 1)
    return tuple(people if number == month else 0 for number in range(AHEAD))
