"""The forecast of seats as the pages show it: base and what if, the calendar, and how right the
forecast of a year ago was. Reckoned from counts alone; those told of a week (`seats.told`) for
whoever may not see individuals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from competence.engine.assume import Assumptions
from competence.engine.seats import (
    BACKLOG_MONTHS,
    Line,
    Need,
    Supposed,
    needs_of,
    summed,
)
from competence.engine.sessions import Quarter, calendar, quarters, wanted_sessions
from competence.figures.seats import YEAR, Counted, Key, ToldSeats, told
from competence.models import WeekSeats
from competence.services.assumptions import assumed_on, assumptions_on

WEEKS_IN_A_YEAR = 52
_NEAR_A_YEAR = timedelta(days=21)


@dataclass(frozen=True)
class LineForecast:
    """One area at one level over the 24 months."""

    line: Line
    area: str
    level: str
    is_taught: bool
    needs: tuple[Need, ...]

    @property
    def code(self) -> str:
        return f"{self.line.area}-{self.line.level}"

    @property
    def year(self) -> Need:
        """The first twelve months together."""
        return _together(self.needs[:YEAR])

    @property
    def both(self) -> Need:
        return _together(self.needs)


def _together(needs: tuple[Need, ...]) -> Need:
    total = needs[0]
    for need in needs[1:]:
        total = total + need
    return total


@dataclass(frozen=True)
class Forecast:
    """All lines. What is learnt on the web takes no seats in a session, and is in no sum."""

    first: date
    assume: Assumptions
    lines: tuple[LineForecast, ...]

    @cached_property
    def taught(self) -> list[LineForecast]:
        return [each for each in self.lines if each.is_taught]

    @cached_property
    def total(self) -> tuple[Need, ...]:
        return summed(each.needs for each in self.taught)

    def months_of(self, code: str) -> tuple[Need, ...]:
        """The months of one line, or of all that is taught."""
        return next((each.needs for each in self.lines if each.code == code), self.total)

    def calendar(self, day: date) -> tuple[Quarter, ...]:
        needs = {each.line.key: each.needs for each in self.taught}
        held = calendar(wanted_sessions(needs, self.assume), self.assume, day=day)
        return quarters(held, self.assume)


def seats_so_far(needs: tuple[Need, ...]) -> list[int]:
    return list(accumulate(need.seats for need in needs))


def forecast(
    counted: Counted,
    assume: Assumptions,
    *,
    backlog_months: int = BACKLOG_MONTHS,
    supposed: Supposed | None = None,
) -> Forecast:
    """What the counts come to. Raises SupposedError."""
    lines = counted.lines if supposed is None else supposed.of(counted.lines)
    return Forecast(
        counted.first,
        assume,
        tuple(
            LineForecast(
                line,
                counted.areas.get(line.area, line.area),
                counted.levels.get(line.level, str(line.level)),
                assume.is_taught(line.area, line.level),
                needs_of(line, assume, first=counted.first, backlog_months=backlog_months),
            )
            for line in lines
        ),
    )


@dataclass(frozen=True)
class Hit:
    """One area and level: how many were said to need it in the year, and how many came to: each
    time that somebody has reached it since, and those who lack it now."""

    area: str
    level: str
    said: int
    reached: int
    lacking: int

    @property
    def came(self) -> int:
        return self.reached + self.lacking

    @property
    def off(self) -> int:
        return self.said - self.came


@dataclass(frozen=True)
class Looked:
    """The forecast of a year ago beside what came. No `week`: none was made then."""

    week: date | None
    hits: tuple[Hit, ...] = ()

    @property
    def said(self) -> int:
        return sum(each.said for each in self.hits)

    @property
    def came(self) -> int:
        return sum(each.came for each in self.hits)

    @property
    def off_percent(self) -> int | None:
        """How much too many the forecast said, in per cent of what came; below nought: too few."""
        return round(100 * (self.said - self.came) / self.came) if self.came else None


def look_back(now: ToldSeats, monday: date) -> Looked:
    """The week nearest a year ago that was kept within three weeks of it, with what was assumed
    then. One query, and one more."""
    wished = monday - timedelta(weeks=WEEKS_IN_A_YEAR)
    kept = WeekSeats.objects.filter(
        monday__range=(wished - _NEAR_A_YEAR, wished + _NEAR_A_YEAR)
    ).values_list("monday", "figures")
    week, figures = min(kept, key=lambda row: abs(row[0] - wished), default=(None, None))
    if week is None or figures is None:
        return Looked(None)
    assume = replace(assumed_on(week), no_show_percent=0)
    return Looked(week, compare(told(figures).counted, now.counted, assume))


def compare(then: Counted, now: Counted, assume: Assumptions) -> tuple[Hit, ...]:
    """What was said of the year, with those that had begun to lack it, beside what came."""
    said = {each.line.key: each.year.people for each in forecast(then, assume).lines}
    lines: Mapping[Key, Line] = {line.key: line for line in now.lines}
    return tuple(
        Hit(
            now.areas.get(area, area),
            now.levels.get(level, str(level)),
            said[area, level],
            now.reached[area, level],
            int(lines[area, level].backlog),
        )
        for area, level in sorted(said.keys() & lines.keys())
    )


@dataclass(frozen=True)
class ForecastStanding:
    """For the hub: the week it is told from, the seats of the next month, and the quarter whose
    sessions must be decided soonest (none: nothing to decide)."""

    monday: date
    month: date
    seats: int
    soonest: Quarter | None


def standing_of_forecast(day: date) -> ForecastStanding | None:
    """From the latest week that is counted; none where none is. Four queries."""
    made = WeekSeats.objects.filter(monday__lte=day).first()
    if made is None:
        return None
    found = forecast(told(made.figures).counted, assumptions_on(day))
    if not found.total:
        return ForecastStanding(made.monday, found.first, 0, None)
    following = next((need for need in found.total if need.month > day), found.total[-1])
    return ForecastStanding(
        made.monday,
        following.month,
        following.seats,
        min(found.calendar(day), key=lambda each: each.decide_by, default=None),
    )
