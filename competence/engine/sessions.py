"""From seats to sessions: a calendar in which every session is held as late as may be and none
later than it is needed, and the day by which it must be decided. Arithmetic on what `seats` says;
docs/how-to/platsprognos.md has the worked example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from competence.engine.assume import Assumptions
from competence.engine.coming_due import AHEAD
from competence.engine.seats import Line, Need
from lms.lib.dates import ONE_DAY, add_months

Key = tuple[str, int]
_SATURDAY = 5
_FURTHEST_MONTHS = 10 * AHEAD


class Wanted(NamedTuple):
    """Sessions of one area and level that are needed in a month at the latest."""

    area: str
    level: int
    needed: date
    number: int


@dataclass(frozen=True, order=True)
class Held:
    """Sessions proposed for a month. `needed` is the month by which they are; `late`: there is no
    room for them before it ends."""

    month: date
    area: str
    level: int
    needed: date
    number: int
    late: bool = False


@dataclass(frozen=True)
class Quarter:
    """The sessions of one area and level in a quarter: what becomes an activity."""

    area: str
    level: int
    first: date
    sessions: int
    seats: int
    months: tuple[date, ...]
    late: int
    latest_start: date
    decide_by: date

    @property
    def code(self) -> str:
        """ "OM5-2-2027-1": the same in every week's forecast."""
        return f"{self.area}-{self.level}-{self.first.year}-{(self.first.month + 2) // 3}"

    @property
    def last_day(self) -> date:
        return last_day_of(self.months[-1])


def last_day_of(month: date) -> date:
    return add_months(month.replace(day=1), 1) - ONE_DAY


def last_weekday(month: date) -> date:
    day = last_day_of(month)
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def quarter_of(month: date) -> date:
    return date(month.year, (month.month - 1) // 3 * 3 + 1, 1)


def wanted_sessions(needs: Mapping[Key, Sequence[Need]], assume: Assumptions) -> list[Wanted]:
    """Sessions by the month in which their seats are needed, rounded up over all months so far."""
    found = []
    for (area, level), of_line in needs.items():
        seats = sessions = 0
        for need in of_line:
            seats += need.seats
            total = assume.sessions_for(seats)
            if total > sessions:
                found.append(Wanted(area, level, need.month, total - sessions))
            sessions = total
    return found


def room_in(month: date, assume: Assumptions) -> int:
    """How many sessions can be held in a month, of all areas and levels."""
    slow = month.month in assume.slow_months
    return assume.sessions_in_slow_month if slow else assume.sessions_per_month


def first_possible(day: date, assume: Assumptions) -> date:
    """The first whole month that begins when what is decided on the day can be held."""
    ready = day + timedelta(days=assume.lead_days)
    return ready if ready.day == 1 else add_months(ready.replace(day=1), 1)


def calendar(wanted: Iterable[Wanted], assume: Assumptions, *, day: date) -> tuple[Held, ...]:
    """Each session in a month with room. From the last month backwards: what is needed then or
    later and is not placed, what is needed last first. What the months before have no room for is
    late, and is held in the first months that have."""
    start = first_possible(day, assume)
    order = sorted(wanted, key=lambda one: (one.needed, one.area, one.level), reverse=True)
    last = max([start, *(each.needed for each in order)])
    months = [start]
    while months[-1] < last:
        months.append(add_months(months[-1], 1))
    room = {month: room_in(month, assume) for month in months}
    left = {each: each.number for each in order}
    found: list[Held] = []
    for month in reversed(months):
        for each in order:
            number = min(left[each], room[month])
            if each.needed >= month and number:
                found.append(Held(month, each.area, each.level, each.needed, number))
                left[each] -= number
                room[month] -= number
    # Where no month of any year has room, the rest is in no calendar.
    month, furthest = start, add_months(start, _FURTHEST_MONTHS)
    for each in reversed(order):
        while left[each]:
            if month not in room:
                room[month] = room_in(month, assume)
            number = min(left[each], room[month])
            if number:
                found.append(Held(month, each.area, each.level, each.needed, number, late=True))
                left[each] -= number
                room[month] -= number
            if left[each]:
                month = add_months(month, 1)
                if month > furthest:
                    return tuple(sorted(found))
    return tuple(sorted(found))


def quarters(held: Iterable[Held], assume: Assumptions) -> tuple[Quarter, ...]:
    """The calendar in quarters. The latest start is the last weekday of the first month in which a
    session is held; it must be decided as long before as the preparation takes."""
    groups: dict[tuple[date, str, int], list[Held]] = {}
    for each in sorted(held):
        groups.setdefault((quarter_of(each.month), each.area, each.level), []).append(each)
    found = []
    for (first, area, level), sessions in groups.items():
        latest = last_weekday(sessions[0].month)
        number = sum(each.number for each in sessions)
        found.append(
            Quarter(
                *(area, level, first, number, number * assume.seats_per_session),
                months=tuple(sorted({each.month for each in sessions})),
                late=sum(each.number for each in sessions if each.late),
                latest_start=latest,
                decide_by=latest - timedelta(days=assume.lead_days),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.first, each.area, each.level)))


@dataclass(frozen=True)
class Goal:
    """That `percent` of those asked hold it on a day. `group`: of the members of a key group, in
    all that it is asked; otherwise of one line."""

    percent: int
    by: date
    area: str = ""
    level: int = 0
    group: str = ""


@dataclass(frozen=True)
class Way:
    """What it takes to reach a goal. No latest start: it holds if nothing is done. `late`: there is
    no room for so many sessions from today."""

    people: int
    seats: int
    sessions: int
    latest_start: date | None
    decide_by: date | None
    late: bool


def way_to(
    goal: Goal, lines: Iterable[Line], assume: Assumptions, *, first: date, day: date
) -> Way | None:
    """How many more must hold it than do if nothing is done, and when the first session is at the
    latest; none where nobody is asked. Each area and level is a session of its own, and those that
    are learnt on the web take none."""
    months = (goal.by.year - first.year) * 12 + goal.by.month - first.month + 1
    # In a month that ends after the day no session is counted on.
    month = goal.by.replace(day=1)
    if goal.by < last_day_of(month):
        month = add_months(month, -1)
    people = seats = 0
    asked_any = False
    wanted = []
    for line in lines:
        asked = _asked(line, goal)
        if not asked:
            continue
        asked_any = True
        lacking = asked / Fraction(line.members) * Fraction(line.lacking(max(months, 0)))
        more = max(0, -((asked - lacking - asked * goal.percent / 100) // 1))
        people += more
        if more and assume.is_taught(line.area, line.level):
            of_line = assume.seats_for(more)
            seats += of_line
            wanted.append(Wanted(line.area, line.level, month, assume.sessions_for(of_line)))
    if not asked_any:
        return None
    held = calendar(wanted, assume, day=day)
    starts = quarters(held, assume)
    latest = min((each.latest_start for each in starts), default=None)
    return Way(
        people,
        seats,
        sum(each.number for each in wanted),
        latest,
        latest and latest - timedelta(days=assume.lead_days),
        any(each.late for each in held),
    )


def _asked(line: Line, goal: Goal) -> Fraction:
    if goal.group:
        asked = line.groups[goal.group].asked if goal.group in line.groups else 0
        return min(Fraction(asked), Fraction(line.members))
    return Fraction(line.members if line.key == (goal.area, goal.level) else 0)
