"""What whoever may not see individuals is shown of a draft's consequences (docs/decisions/0088).
Everything follows from posts, namings and the draft itself, told in steps; nothing is counted from
what anybody has learnt. What it would take is the most it can take: if nobody in the top of the
step had learnt it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from competence.engine.assume import Assumptions
from competence.engine.difference import Pair
from competence.figures.consequences import (
    Asked,
    AskedCounts,
    Cost,
    GroupAsked,
    away_from_work,
    cost_of,
)
from competence.suppression import About

MOST_UNITS = 20


@dataclass(frozen=True)
class GroupLine:
    """A key group that comes to ask something else, or of others."""

    name: str
    some_join: bool
    some_leave: bool
    asked: About
    at_most: Cost


@dataclass(frozen=True)
class UnitLine:
    """A unit that may not make it: how many times somebody is away at most, and for how many of
    them there is room before the last day."""

    name: str
    away: int
    room: int


@dataclass(frozen=True)
class Shown:
    """The consequences of a draft, as they stand on the page and are kept with the decision."""

    counted_on: date
    asked: About
    released: About
    redated: About
    # Those who should have done it before that day, by their post: red at once if they have not.
    late: About
    people_at_most: int
    at_most: Cost
    groups: tuple[GroupLine, ...]
    last_day: date | None
    # Sessions that can be held until then; more may be needed.
    sessions_held: int
    units: tuple[UnitLine, ...]
    more_units: bool

    @property
    def is_nothing(self) -> bool:
        return not (self.asked or self.released or self.redated or self.groups)

    @property
    def too_many_sessions(self) -> bool:
        return self.at_most.sessions > self.sessions_held

    @property
    def groups_add_up(self) -> bool:
        """Whether the lines of the key groups come to what it takes in all. They do not where
        somebody is in several of them, where a session has people of several, or where what each
        rounds up to is more."""
        lines = [line.at_most for line in self.groups]
        return all(
            sum(getattr(line, what) for line in lines) == getattr(self.at_most, what)
            for what in ("hours", "sessions", "kronor")
        )

    def said(self) -> dict[str, Any]:
        """As JSON keeps it."""
        said: dict[str, Any] = _plain(asdict(self))
        return said

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Shown:
        return cls(
            counted_on=date.fromisoformat(said["counted_on"]),
            asked=About(**said["asked"]),
            released=About(**said["released"]),
            redated=About(**said["redated"]),
            late=About(**said["late"]),
            people_at_most=said["people_at_most"],
            at_most=_cost(said["at_most"]),
            groups=tuple(
                GroupLine(
                    line["name"],
                    line["some_join"],
                    line["some_leave"],
                    About(**line["asked"]),
                    _cost(line["at_most"]),
                )
                for line in said["groups"]
            ),
            last_day=date.fromisoformat(said["last_day"]) if said["last_day"] else None,
            sessions_held=said["sessions_held"],
            units=tuple(UnitLine(**line) for line in said["units"]),
            more_units=said["more_units"],
        )


def top_of_step(count: int, threshold: int) -> int:
    """The most people that what is told of a count can be: fewer than the threshold is one less."""
    return count - count % threshold + threshold - 1 if count else 0


def shown(
    counts: AskedCounts,
    *,
    day: date,
    decided_on: date,
    assumptions: Assumptions,
    threshold: int,
    groups: Mapping[int, str],
    units: Mapping[int, str],
    staff: Mapping[int, int],
) -> Shown:
    """The counts in steps. `groups` and `units` are names, `staff` how many work in a unit."""
    whole = counts.whole
    last_day = whole.last_day
    hard = _hard_pressed(counts, decided_on, assumptions, threshold, units, staff)
    return Shown(
        counted_on=day,
        asked=About.of(whole.people, threshold),
        released=About.of(counts.released, threshold),
        redated=About.of(counts.redated, threshold),
        late=About.of(whole.late, threshold),
        people_at_most=top_of_step(whole.concerned, threshold),
        at_most=_at_most(whole, assumptions, threshold),
        groups=_lines(counts.by_group, groups, assumptions, threshold),
        last_day=last_day,
        sessions_held=assumptions.sessions_held(decided_on, last_day) if last_day else 0,
        units=tuple(hard[:MOST_UNITS]),
        more_units=len(hard) > MOST_UNITS,
    )


def _tops(asked: Asked, threshold: int) -> dict[Pair, int]:
    return {pair: top_of_step(people, threshold) for pair, people in asked.pairs.items()}


def _at_most(asked: Asked, assumptions: Assumptions, threshold: int) -> Cost:
    return cost_of(_tops(asked, threshold), assumptions)


def _lines(
    counts: Mapping[int, GroupAsked],
    names: Mapping[int, str],
    assumptions: Assumptions,
    threshold: int,
) -> tuple[GroupLine, ...]:
    lines = (
        GroupLine(
            name=names[pk],
            some_join=count.joins > 0,
            some_leave=count.leaves > 0,
            asked=About.of(count.people, threshold),
            at_most=_at_most(count, assumptions, threshold),
        )
        for pk, count in counts.items()
    )
    return tuple(sorted(lines, key=lambda line: line.name))


def _hard_pressed(
    counts: AskedCounts,
    decided_on: date,
    assumptions: Assumptions,
    threshold: int,
    names: Mapping[int, str],
    staff: Mapping[int, int],
) -> list[UnitLine]:
    """The units that may not make it, the one with most to do too many first. A unit where fewer
    than the threshold are asked is not named."""
    found = []
    for pk, asked in counts.by_unit.items():
        if asked.concerned < threshold or asked.last_day is None:
            continue
        away = away_from_work(_tops(asked, threshold), assumptions)
        room = assumptions.seats_of_unit(staff.get(pk, 0), decided_on, asked.last_day)
        if away > room:
            found.append(UnitLine(names[pk], away, room))
    return sorted(found, key=lambda line: (line.room - line.away, line.name))


def _cost(said: Mapping[str, Any]) -> Cost:
    return Cost(**{**said, "hours": Decimal(said["hours"])})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
