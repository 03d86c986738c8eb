"""What the rules read: a plan as it stands on the day, and one person's facts. Days are ordinals
(see `days`); the loader makes these, tests may make them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from competence.engine.days import Period
from lms.framework.rules import PersonRule


@dataclass(frozen=True, slots=True)
class RequiredLevel:
    """One requirement in effect on the day."""

    pk: int
    key_group_pk: int
    key_group: str
    key_group_name: str
    area_pk: int
    area: str
    area_name: str
    area_label: str
    level: int
    level_name: str
    mandatory: bool
    effective_from: int
    grace_days: int
    renewal_months: int | None
    window_days: int

    @property
    def kind(self) -> str:
        return "mandatory" if self.mandatory else "recommended"


class EmploymentFact(NamedTuple):
    unit_pk: int
    job_code: str
    is_manager: bool
    form: str
    starts: int
    ends: int


class NamingFact(NamedTuple):
    key_group_pk: int
    starts: int
    ends: int


class AchievementFact(NamedTuple):
    """One achievement that counts on the day (docs/gap.md, 2). `ends` is its own last day: the
    earlier of `valid_until` and what renewal orders leave of it. `recognised`: tillgodoräknad, what
    was learnt elsewhere counts here by a rule or a decision."""

    area_pk: int
    achieved_on: int
    level: int
    ends: int
    pk: int
    recognised: bool = False


class ExemptionFact(NamedTuple):
    """One exemption that covers the day."""

    area_pk: int
    level: int
    pk: int


class OrderFact(NamedTuple):
    """One renewal order that counts on the day. `level` none: every level."""

    level: int | None
    achieved_before: int
    last_valid: int


@dataclass(slots=True)
class PersonFacts:
    pk: int
    person_id: str
    employments: list[EmploymentFact] = field(default_factory=list)
    namings: list[NamingFact] = field(default_factory=list)
    leaves: list[Period] = field(default_factory=list)  # joined
    achievements: list[AchievementFact] = field(default_factory=list)  # by achieved_on
    exemptions: list[ExemptionFact] = field(default_factory=list)
    # Those of every area, whoever it is: what is achieved from now on is capped by them as well.
    orders: Mapping[int, list[OrderFact]] = field(default_factory=dict)


class UnitTree:
    """The units as they stand now; `above` answers from the parents, once per unit asked."""

    def __init__(self, units: Mapping[int, tuple[str, int | None]]) -> None:
        self._units = units
        self._above: dict[int, tuple[int, ...]] = {}
        self._codes: dict[int, frozenset[str]] = {}

    def above(self, unit_pk: int) -> tuple[int, ...]:
        """The unit and every unit above it."""
        known = self._above.get(unit_pk)
        if known is None:
            parent = self._units[unit_pk][1]
            known = (unit_pk,) if parent is None else (unit_pk, *self.above(parent))
            self._above[unit_pk] = known
        return known

    def codes_above(self, unit_pk: int) -> frozenset[str]:
        known = self._codes.get(unit_pk)
        if known is None:
            known = frozenset(self._units[pk][0] for pk in self.above(unit_pk))
            self._codes[unit_pk] = known
        return known

    def code(self, unit_pk: int) -> str:
        return self._units[unit_pk][0]

    def says_the_same_as(self, other: UnitTree) -> bool:
        return self._units == other._units


class KeyGroupRules(NamedTuple):
    """Who belongs to a key group by rule, and who is left out, in the version in force."""

    rules: tuple[PersonRule, ...]
    excluded: frozenset[int]


class PlanOnDay:
    """The plan version in force on a day: its requirements in effect by key group, the rules of
    those groups, and the unit tree the rules speak of."""

    def __init__(
        self,
        *,
        day: int,
        requirements: Mapping[int, tuple[RequiredLevel, ...]],
        groups: Mapping[int, KeyGroupRules],
        units: UnitTree,
        version_number: int | None = None,
        adopted_on: date | None = None,
    ) -> None:
        self.day = day
        self.requirements = requirements
        self.groups = groups
        self.units = units
        self.version_number = version_number
        self.adopted_on = adopted_on
        # What membership has answered by unit and post, and by post: employments differ in few
        # ways.
        self.matched: dict[tuple[int, str, bool, str], tuple[int, ...]] = {}
        self.fitting: dict[tuple[str, bool, str], list[tuple[int, list[PersonRule]]]] = {}

    def seen_from(self, day: int) -> PlanOnDay:
        """The same plan asked about another day, whatever comes into force between."""
        other = copy(self)
        other.day = day
        return other

    def says_the_same_as(self, other: PlanOnDay) -> bool:
        """Whether whoever has the same facts has the same rows by both, in the same order."""
        return (
            (self.day, self.version_number, self.adopted_on)
            == (other.day, other.version_number, other.adopted_on)
            and list(self.requirements.items()) == list(other.requirements.items())
            and list(self.groups.items()) == list(other.groups.items())
            and self.units.says_the_same_as(other.units)
        )
