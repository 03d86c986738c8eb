"""A standing programme as a year is shown: functions, quarters and topics.

A function is often held by one person, so what a function takes, whether it was held and how many
hold it is for those who edit. Others are shown the functions by name, and each topic by quarter;
whether it was held only where more than one function takes part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from competence.engine.rotation import Quarter, quarters_of
from competence.models import (
    PlanVersion,
    ProgrammeMember,
    ProgrammeTurn,
    Requirement,
    StandingProgramme,
)
from competence.services.programme import quarter_of


@dataclass(frozen=True)
class Slot:
    """A function and a quarter: its topic, and whether it was held. `turn_pk` 0: none planned."""

    quarter: Quarter
    turn_pk: int
    topic: str
    area: str
    held_on: date | None
    is_late: bool


@dataclass(frozen=True)
class MemberYear:
    member: ProgrammeMember
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class TopicQuarter:
    """A topic and a quarter: how many turns are planned, and how many of them were held."""

    quarter: Quarter
    planned: int
    held: int
    is_late: bool


@dataclass(frozen=True)
class TopicYear:
    topic: str
    quarters: tuple[TopicQuarter, ...]


@dataclass(frozen=True)
class ProgrammeYear:
    programme: StandingProgramme
    year: int
    quarters: tuple[Quarter, ...]
    now: Quarter
    rows: tuple[MemberYear, ...]
    # What the plan in force asks of the key group, renewed again and again.
    requirements: tuple[Requirement, ...]

    @property
    def previous(self) -> int:
        return self.year - 1

    @property
    def following(self) -> int:
        return self.year + 1

    @property
    def functions(self) -> tuple[str, ...]:
        """Who takes part, by function and organisation: not how many they are."""
        return tuple(
            f"{row.member.function}, {row.member.organisation.name}"
            if row.member.organisation
            else row.member.function
            for row in self.rows
        )

    @property
    def tells_held(self) -> bool:
        """What one function alone has held is what one or a few people have."""
        return len(self.rows) > 1

    @property
    def topics(self) -> tuple[TopicYear, ...]:
        """The same turns by topic, without the functions that take them."""
        found: dict[str, list[Slot]] = defaultdict(list)
        for row in self.rows:
            for slot in row.slots:
                if slot.turn_pk:
                    found[slot.topic].append(slot)
        return tuple(
            TopicYear(
                topic, tuple(_topic_quarter(quarter, found[topic]) for quarter in self.quarters)
            )
            for topic in sorted(found)
        )

    @property
    def planned(self) -> int:
        return sum(bool(slot.turn_pk) for row in self.rows for slot in row.slots)

    @property
    def held(self) -> int:
        return sum(slot.held_on is not None for row in self.rows for slot in row.slots)

    @property
    def may_be_planned(self) -> bool:
        """Whether it is this year or the next, and a quarter that is not over lacks its topic."""
        return self.now.year <= self.year <= self.now.year + 1 and any(
            not slot.turn_pk and slot.quarter >= self.now for row in self.rows for slot in row.slots
        )


def programme_year(programme: StandingProgramme, year: int, day: date) -> ProgrammeYear:
    """A constant number of queries."""
    now = quarter_of(day)
    turns: dict[int, dict[int, ProgrammeTurn]] = defaultdict(dict)
    for turn in ProgrammeTurn.objects.filter(member__programme=programme, year=year).select_related(
        "topic__area"
    ):
        turns[turn.member_id][turn.quarter] = turn
    members = [
        member
        for member in programme.members.select_related("organisation")
        if member.starts_on.year <= year
        and (member.ends_on is None or member.ends_on.year >= year or turns[member.pk])
    ]
    in_force = PlanVersion.objects.in_force_on(day)
    asked = Requirement.objects.filter(
        plan_version=in_force, key_group=programme.key_group_id, level__number__gte=3
    )
    return ProgrammeYear(
        programme=programme,
        year=year,
        quarters=quarters_of(year),
        now=now,
        rows=tuple(
            MemberYear(
                member,
                tuple(
                    _slot(quarter, turns[member.pk].get(quarter.number), now)
                    for quarter in quarters_of(year)
                ),
            )
            for member in members
        ),
        requirements=tuple(
            asked.select_related("area", "level").order_by("area__sort_order", "area__code")
        )
        if in_force
        else (),
    )


def _topic_quarter(quarter: Quarter, slots: Sequence[Slot]) -> TopicQuarter:
    of_quarter = [slot for slot in slots if slot.quarter == quarter]
    return TopicQuarter(
        quarter,
        planned=len(of_quarter),
        held=sum(slot.held_on is not None for slot in of_quarter),
        is_late=any(slot.is_late for slot in of_quarter),
    )


def _slot(quarter: Quarter, turn: ProgrammeTurn | None, now: Quarter) -> Slot:
    if turn is None:
        return Slot(quarter, 0, "", "", None, False)
    return Slot(
        quarter,
        turn.pk,
        turn.topic.title,
        turn.topic.area.name,
        turn.held_on,
        turn.held_on is None and quarter < now,
    )
