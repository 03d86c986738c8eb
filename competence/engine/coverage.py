"""Täckningsgrad: which part of each key group holds what it must, in all and by unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from competence.engine.facts import PersonFacts, PlanOnDay
from competence.engine.rows import GapRow
from competence.engine.status import GAPS, PAUSED, PENDING


@dataclass(slots=True)
class Count:
    """How many members of a key group are what. Each is in exactly one of the first four;
    `only_exempt` are those of the covered who would not be without an exemption, and
    `only_recognised` those who would not be without what is recognised from elsewhere."""

    covered: int = 0
    gap: int = 0
    introduction: int = 0
    paused: int = 0
    only_exempt: int = 0
    only_recognised: int = 0

    @property
    def members(self) -> int:
        return self.covered + self.gap + self.introduction + self.paused

    @property
    def share(self) -> Fraction | None:
        """The coverage, or none where nobody is covered or has a gap."""
        counted = self.covered + self.gap
        return Fraction(self.covered, counted) if counted else None

    def add(self, standing: str, rows: list[GapRow]) -> None:
        """Count one member who is `standing` by these rows."""
        setattr(self, standing, getattr(self, standing) + 1)
        if standing == "covered":
            self.only_exempt += any(row.only_exempt for row in rows)
            self.only_recognised += any(row.only_recognised for row in rows)


@dataclass(slots=True)
class Coverage:
    """Counts by key group code, and by (unit pk, key group code) with every unit above."""

    by_key_group: dict[str, Count] = field(default_factory=dict)
    by_unit: dict[tuple[int, str], Count] = field(default_factory=dict)

    def add(self, key_group: str, units: Iterable[int], rows: list[GapRow]) -> None:
        """Count one member by the rows of the key group."""
        standing = standing_of(rows)
        self.by_key_group.setdefault(key_group, Count()).add(standing, rows)
        for unit in units:
            key = (unit, key_group)
            count = self.by_unit.get(key)
            if count is None:
                count = self.by_unit[key] = Count()
            count.add(standing, rows)


@dataclass(slots=True)
class CoverageReport:
    """Coverage of the mandatory requirements; uptake of the recommended, never mixed in."""

    mandatory: Coverage = field(default_factory=Coverage)
    uptake: Coverage = field(default_factory=Coverage)


def standing_of(rows: list[GapRow]) -> str:
    """What a member is, by the rows of one key group."""
    statuses = {row.status for row in rows}
    if PAUSED in statuses:
        return "paused"
    if statuses & GAPS:
        return "gap"
    return "introduction" if PENDING in statuses else "covered"


def units_of(person: PersonFacts, plan: PlanOnDay) -> set[int]:
    """The units a person counts in on the day: those of any active employment, and all above."""
    return {
        unit
        for employment in person.employments
        if employment.ends >= plan.day
        for unit in plan.units.above(employment.unit_pk)
    }


def count_person(
    report: CoverageReport, person: PersonFacts, plan: PlanOnDay, rows: list[GapRow]
) -> None:
    """Count one person in every key group the rows speak of."""
    units = units_of(person, plan)
    mandatory: dict[str, list[GapRow]] = {}
    recommended: dict[str, list[GapRow]] = {}
    for row in rows:
        kind = mandatory if row.mandatory else recommended
        kind.setdefault(row.key_group, []).append(row)
    for key_group, of_group in mandatory.items():
        report.mandatory.add(key_group, units, of_group)
    for key_group, of_group in recommended.items():
        report.uptake.add(key_group, units, of_group)
