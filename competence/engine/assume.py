"""What a plan costs in time, seats and kronor, where nobody has measured it yet: planning
assumptions. Every default is an example to be changed by the municipality, not a fact."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

HIGHEST = 3  # a higher level is counted as this one


class Unit(StrEnum):
    """What a value is counted in."""

    HOURS = "hours"
    SEATS = "seats"
    SESSIONS = "sessions"
    KRONOR = "kronor"
    PERCENT = "percent"
    DAYS = "days"
    LEVEL = "level"
    MONTHS = "months"  # of the year, 1 to 12


@dataclass(frozen=True)
class Course:
    """What is known of the published course that gives a level in an area: how long it is, and
    whether it is held at a session."""

    minutes: int
    is_taught: bool


class AssumptionError(ValueError):
    """A value that cannot be assumed; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Assumptions:
    """The planning assumptions on a day."""

    # Working hours that somebody needs for a level, the way there not counted. Where a published
    # course gives the level in the area, the length of the course counts instead.
    hours_level_1: Decimal = Decimal("1.25")
    hours_level_2: Decimal = Decimal("5")
    hours_level_3: Decimal = Decimal("16")
    # The lowest level that is taught at sessions; those below are learnt on the web. A published
    # course says it for itself.
    taught_from_level: int = 2
    seats_per_session: int = 20
    # For one session: who teaches and the material, by level; and the place.
    kronor_level_1: int = 4000
    kronor_level_2: int = 6000
    kronor_level_3: int = 12000
    kronor_venue: int = 2000
    # The part of the hours for which somebody else has to be called in, and what an hour costs.
    covered_percent: int = 30
    kronor_per_covered_hour: int = 300
    # Those who have a seat and do not come: they need another.
    no_show_percent: int = 10
    # The part of the staff that leaves and is replaced in a year.
    turnover_percent: int = 12
    # From a decision until the first session can be held.
    lead_days: int = 60
    # Sessions that can be held in a month in all; and in the months with fewer.
    sessions_per_month: int = 6
    sessions_in_slow_month: int = 1
    slow_months: tuple[int, ...] = (6, 7, 8, 12)
    # The part of a unit's staff that can be at the same session, at least one; and how many
    # sessions in a month the unit can spare people for.
    away_percent: int = 20
    sessions_a_unit_spares: int = 1

    # By area code and level. Not assumed: read from what is published.
    courses: Mapping[tuple[str, int], Course] = field(
        default_factory=lambda: MappingProxyType({}), hash=False
    )

    def hours(self, area: str, level: int) -> Decimal:
        """The hours somebody needs for a level in an area."""
        course = self.courses.get((area, level))
        if course is not None and course.minutes:
            return Decimal(course.minutes) / 60
        found: Decimal = getattr(self, f"hours_level_{_known(level)}")
        return found

    def is_taught(self, area: str, level: int) -> bool:
        """Whether the level in the area is learnt at a session, with a seat."""
        course = self.courses.get((area, level))
        return level >= self.taught_from_level if course is None else course.is_taught

    def kronor_per_session(self, level: int) -> int:
        found: int = getattr(self, f"kronor_level_{_known(level)}")
        return found + self.kronor_venue

    def seats_for(self, people: int) -> int:
        """The seats it takes for so many to have been there, some not coming the first time."""
        return _up(people * 100, 100 - self.no_show_percent)

    def sessions_for(self, seats: int) -> int:
        return _up(seats, self.seats_per_session)

    def kronor_for_cover(self, hours: Decimal) -> int:
        """What those cost who are called in while others learn for so many hours."""
        cost = hours * self.covered_percent / 100 * self.kronor_per_covered_hour
        return int(cost.to_integral_value())

    def sessions_held(self, decided_on: date, due_on: date) -> int:
        """The sessions that can be held in all after a decision, to the due day."""
        return int(
            sum(
                _part(
                    self.sessions_in_slow_month
                    if first.month in self.slow_months
                    else self.sessions_per_month,
                    first,
                    last,
                )
                for first, last in self._months(decided_on, due_on)
            )
        )

    def seats_of_unit(self, people: int, decided_on: date, due_on: date) -> int:
        """The seats that a unit of so many people can fill after a decision, to the due day."""
        at_once = max(1, people * self.away_percent // 100)
        spared = sum(
            _part(self.sessions_a_unit_spares, first, last)
            for first, last in self._months(decided_on, due_on)
            if first.month not in self.slow_months
        )
        return at_once * int(spared)

    def _months(self, decided_on: date, due_on: date) -> Iterator[tuple[date, date]]:
        """The days from the first possible session to the due day, month by month."""
        first = decided_on + timedelta(days=self.lead_days)
        while first <= due_on:
            last = min(first.replace(day=monthrange(first.year, first.month)[1]), due_on)
            yield first, last
            if last == due_on:
                return
            first = last + timedelta(days=1)

    def said(self) -> dict[str, Any]:
        """The values as plain JSON, by name."""
        return {name: plain(getattr(self, name)) for name in KINDS}

    def everything_said(self) -> dict[str, Any]:
        """The same with the length of each course that is counted with, in minutes."""
        courses = [
            [area, level, course.minutes, course.is_taught]
            for (area, level), course in sorted(self.courses.items())
        ]
        return self.said() | {"courses": courses}

    def replaced(self, values: Mapping[str, Any]) -> Assumptions:
        """With these plain values instead. Raises AssumptionError."""
        return replace(self, **{name: read(name, value) for name, value in values.items()})


class Kind(NamedTuple):
    """What a value is counted in, and the lowest and the highest that may be assumed."""

    unit: Unit
    low: int
    high: int


KINDS: Mapping[str, Kind] = {
    "hours_level_1": Kind(Unit.HOURS, 0, 400),
    "hours_level_2": Kind(Unit.HOURS, 0, 400),
    "hours_level_3": Kind(Unit.HOURS, 0, 400),
    "taught_from_level": Kind(Unit.LEVEL, 1, 9),
    "seats_per_session": Kind(Unit.SEATS, 1, 1000),
    "kronor_level_1": Kind(Unit.KRONOR, 0, 1_000_000),
    "kronor_level_2": Kind(Unit.KRONOR, 0, 1_000_000),
    "kronor_level_3": Kind(Unit.KRONOR, 0, 1_000_000),
    "kronor_venue": Kind(Unit.KRONOR, 0, 1_000_000),
    "covered_percent": Kind(Unit.PERCENT, 0, 100),
    "kronor_per_covered_hour": Kind(Unit.KRONOR, 0, 10_000),
    "no_show_percent": Kind(Unit.PERCENT, 0, 90),
    "turnover_percent": Kind(Unit.PERCENT, 0, 100),
    "lead_days": Kind(Unit.DAYS, 0, 730),
    "sessions_per_month": Kind(Unit.SESSIONS, 0, 500),
    "sessions_in_slow_month": Kind(Unit.SESSIONS, 0, 500),
    "slow_months": Kind(Unit.MONTHS, 1, 12),
    "away_percent": Kind(Unit.PERCENT, 1, 100),
    "sessions_a_unit_spares": Kind(Unit.SESSIONS, 1, 60),
}


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal("0.01")))
    return list(value) if isinstance(value, tuple) else value


def read(name: str, value: Any) -> Any:
    """A plain value of that name as it is counted with. Raises AssumptionError where it is none,
    or outside the limits."""
    if name not in KINDS:
        raise AssumptionError(name)
    unit, low, high = KINDS[name]
    try:
        if unit is Unit.MONTHS:
            months = tuple(sorted({int(month) for month in value}))
            if all(low <= month <= high for month in months):
                return months
        else:
            number = Decimal(str(value))
            if low <= number <= high:
                if unit is Unit.HOURS:
                    return number.quantize(Decimal("0.01"))
                if number == int(number):
                    return int(number)
    except (InvalidOperation, TypeError, ValueError):
        pass
    raise AssumptionError(name)


def _known(level: int) -> int:
    return min(max(level, 1), HIGHEST)


def _up(count: int, by: int) -> int:
    return -(-count // by)


def _part(each_month: int, first: date, last: date) -> Fraction:
    """What can be held on the days of a month, of so many in the whole of it."""
    _weekday, length = monthrange(first.year, first.month)
    return Fraction(each_month * ((last - first).days + 1), length)
