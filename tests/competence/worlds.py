"""Small random organisations: few codes and a short calendar, so that everything collides."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Protocol, TypeVar

from django.utils import timezone

from competence.models import (
    Achievement,
    Exemption,
    KeyGroup,
    KeyGroupDefinition,
    KeyPersonAssignment,
    PlanVersion,
    RenewalOrder,
    Requirement,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Employment, Leave, Person, Unit
from lms.people.services.tree import rebuild_tree

FIRST = date(2024, 1, 1)
UNITS = {"R": None, "A": "R", "B": "A", "C": "R", "S": None}
JOBS = ("x", "y", "z")
FORMS = ("", "fast", "tim")
GROUPS = ("G1", "G2")
AREAS = ("M", "N")
LEVELS = (1, 2, 3)

T = TypeVar("T")


class Source(Protocol):
    """Where choices come from: a seeded generator, or hypothesis."""

    def number(self, low: int, high: int) -> int: ...
    def one_of(self, choices: Sequence[T]) -> T: ...


class Seeded:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def one_of(self, choices: Sequence[T]) -> T:
        return self._random.choice(choices)


@dataclass(frozen=True)
class EmploymentFact:
    person: str
    unit: str
    job: str
    manager: bool
    form: str
    start: date
    end: date | None


@dataclass(frozen=True)
class LeaveFact:
    person: str
    start: date
    end: date | None


@dataclass(frozen=True)
class NamingFact:
    group: str
    person: str
    start: date
    end: date | None


@dataclass(frozen=True)
class RequirementFact:
    group: str
    area: str
    level: int
    kind: str
    start: date
    end: date | None
    grace_days: int
    renewal_months: int | None
    window_days: int


@dataclass(frozen=True)
class Version:
    in_force_from: date | None
    rules: dict[str, list[dict[str, Any]]]
    excluded: dict[str, set[str]]
    requirements: list[RequirementFact]
    repealed_on: date | None = None


@dataclass(frozen=True)
class AchievementFact:
    person: str
    area: str
    level: int
    achieved_on: date
    valid_until: date | None
    revoked_on: date | None


@dataclass(frozen=True)
class ExemptionFact:
    person: str
    area: str
    level: int
    start: date
    end: date | None
    withdrawn: bool


@dataclass(frozen=True)
class OrderFact:
    area: str
    level: int | None
    achieved_before: date
    last_valid_day: date
    decided_on: date


@dataclass
class World:
    people: list[str] = field(default_factory=list)
    employments: list[EmploymentFact] = field(default_factory=list)
    leaves: list[LeaveFact] = field(default_factory=list)
    namings: list[NamingFact] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    achievements: list[AchievementFact] = field(default_factory=list)
    exemptions: list[ExemptionFact] = field(default_factory=list)
    orders: list[OrderFact] = field(default_factory=list)


def _day(source: Source) -> date:
    return FIRST + timedelta(days=source.number(0, 150))


def _end(source: Source, start: date) -> date | None:
    if source.number(0, 2) == 0:
        return None
    return start + timedelta(days=source.one_of((0, 1, 5, 29, 30, 31, 60)))


def _some(source: Source, choices: Sequence[T], chance: int = 3) -> list[T]:
    """None of the choices mostly; one or two otherwise."""
    if source.number(0, chance) > 0:
        return []
    return list(dict.fromkeys(source.one_of(choices) for _ in range(source.number(1, 2))))


def _rule(source: Source) -> dict[str, Any]:
    rule = {
        "units": _some(source, tuple(UNITS), 1),
        "except_units": _some(source, tuple(UNITS)),
        "job_codes": _some(source, JOBS, 1),
        "except_job_codes": _some(source, JOBS),
        "forms": _some(source, ("fast", "tim")),
        "managers_only": source.number(0, 4) == 0,
    }
    return {name: value for name, value in rule.items() if value}


def _requirement(source: Source) -> RequirementFact:
    start = FIRST + timedelta(days=source.number(-60, 100))
    return RequirementFact(
        source.one_of(GROUPS),
        source.one_of(AREAS),
        source.one_of((1, 1, 2, 3)),
        source.one_of(("mandatory", "mandatory", "recommended")),
        start,
        None if source.number(0, 3) else start + timedelta(days=source.number(0, 120)),
        source.one_of((0, 1, 10, 30)),
        source.one_of((None, 1, 1, 2, 3)),
        source.one_of((0, 1, 10, 30)),
    )


def _version(source: Source, people: list[str], in_force_from: date | None) -> Version:
    requirements: list[RequirementFact] = []
    for _ in range(source.number(1, 5)):
        new = _requirement(source)
        if all(
            (new.group, new.area, new.level) != (old.group, old.area, old.level)
            for old in requirements
        ):
            requirements.append(new)
    return Version(
        in_force_from,
        {group: [_rule(source) for _ in range(source.number(0, 2))] for group in GROUPS},
        {group: set(_some(source, people)) for group in GROUPS},
        requirements,
    )


def make_world(source: Source) -> World:
    world = World(people=[f"P{number}" for number in range(source.number(1, 4))])
    world.versions.append(_version(source, world.people, None))
    if source.number(0, 2) == 0:
        world.versions.append(_version(source, world.people, _day(source)))
        if source.number(0, 2) == 0:
            world.versions.append(_version(source, world.people, world.versions[1].in_force_from))
    if source.number(0, 3) == 0:
        place = source.number(0, len(world.versions) - 1)
        world.versions[place] = replace(world.versions[place], repealed_on=_day(source))
    for person in world.people:
        _employ(source, world, person)
        _achieve(source, world, person)
        for _ in range(source.one_of((0, 0, 1, 2, 3))):
            start = _day(source)
            world.leaves.append(LeaveFact(person, start, _end(source, start)))
        for _ in range(source.one_of((0, 0, 1, 2))):
            start = _day(source)
            naming = NamingFact(source.one_of(GROUPS), person, start, _end(source, start))
            world.namings.append(naming)
        for _ in range(source.one_of((0, 0, 1, 2))):
            start = _day(source)
            world.exemptions.append(
                ExemptionFact(
                    person,
                    source.one_of(AREAS),
                    source.one_of(LEVELS),
                    start,
                    _end(source, start),
                    source.number(0, 3) == 0,
                )
            )
    for _ in range(source.one_of((0, 0, 1, 2))):
        world.orders.append(_order(source, world))
    for fact in world.achievements:
        if source.number(0, 3) == 0:
            # Leave about the day on which it may run out.
            ends = fact.valid_until or fact.achieved_on + timedelta(days=30)
            start = ends + timedelta(days=source.one_of((-3, 0, 1)))
            world.leaves.append(LeaveFact(fact.person, start, _end(source, start)))
    world.exemptions = list(
        {
            (fact.person, fact.area, fact.level, fact.start): fact for fact in world.exemptions
        }.values()
    )
    world.leaves = list({(fact.person, fact.start): fact for fact in world.leaves}.values())
    world.namings = list(
        {(fact.group, fact.person, fact.start): fact for fact in world.namings}.values()
    )
    return world


def _order(source: Source, world: World) -> OrderFact:
    before = _day(source)
    if world.achievements:
        achieved_on = source.one_of(world.achievements).achieved_on
        before = achieved_on + timedelta(days=source.one_of((0, 1, 40)))
    last = before + timedelta(days=source.number(0, 40))
    decided = last + timedelta(days=source.number(-30, 10))
    return OrderFact(
        source.one_of(AREAS), source.one_of((None, None, 1, 2, 3)), before, last, decided
    )


def _employ(source: Source, world: World, person: str) -> None:
    start = FIRST + timedelta(days=source.number(-40, 60))
    for _ in range(source.number(0, 3)):
        end = _end(source, start)
        world.employments.append(
            EmploymentFact(
                person,
                source.one_of(tuple(UNITS)),
                source.one_of(JOBS),
                source.number(0, 3) == 0,
                source.one_of(FORMS),
                start,
                end,
            )
        )
        # The next one overlaps, touches, or leaves a break about as long as counts.
        start = (end or start) + timedelta(days=source.one_of((-10, 1, 2, 30, 31, 32, 33)))


def _achieve(source: Source, world: World, person: str) -> None:
    day = FIRST + timedelta(days=source.number(-40, 100))
    area = source.one_of(AREAS)
    for _ in range(source.number(0, 4)):
        world.achievements.append(
            AchievementFact(
                person,
                area,
                source.one_of((1, 2, 3, 3)),
                day,
                source.one_of((None, None, day + timedelta(days=source.number(0, 60)))),
                source.one_of((None, None, None, day + timedelta(days=source.number(0, 60)))),
            )
        )
        # A renewal within the window, on its edge, too early or too late.
        day += timedelta(days=source.one_of((0, 1, 20, 28, 29, 30, 31, 40, 58, 60)))


def days_to_ask(source: Source, world: World) -> list[date]:
    """Days on which something may turn: about the first or last day of some fact."""
    turning = [FIRST + timedelta(days=60)]
    for facts in (world.employments, world.leaves, world.namings, world.exemptions):
        for fact in facts:
            turning.append(fact.start)
            if fact.end:
                turning.append(fact.end)
    for fact in world.achievements:
        turning += [fact.achieved_on, fact.valid_until or fact.achieved_on]
        turning += [fact.revoked_on or fact.achieved_on, fact.achieved_on + timedelta(days=30)]
        for row in world.versions[0].requirements:
            ends = fact.valid_until or fact.achieved_on + timedelta(days=30)
            turning.append(ends - timedelta(days=row.window_days))
    for order in world.orders:
        turning += [order.decided_on, order.last_valid_day]
    for version in world.versions:
        turning += [row.start + timedelta(days=row.grace_days) for row in version.requirements]
        turning += [row.end for row in version.requirements if row.end]
        turning += [version.in_force_from or FIRST, version.repealed_on or FIRST]
    return [
        source.one_of(turning) + timedelta(days=source.one_of((-1, 0, 0, 1, 10))) for _ in range(5)
    ]


def edge_world() -> tuple[World, list[date]]:
    """One person for each turn that chance seldom takes, and the day on which all of them take
    it."""
    day = date(2024, 2, 14)
    usual = (date(2023, 11, 1), None, 10, None, 10)
    people = [f"P{number}" for number in range(9)]
    world = World(
        people=people,
        employments=[EmploymentFact(person, "A", "x", False, "", FIRST, None) for person in people],
        versions=[
            Version(
                None,
                {"G1": [{}], "G2": []},
                {"G1": set(), "G2": set()},
                [RequirementFact("G1", area, 1, "mandatory", *usual) for area in ("M", "N")],
            )
        ],
        # P0 ran out during a leave, and returns for too few days before one that is open.
        # P1 ran out on the last day of a leave. P7 ran out during a leave before the employment.
        leaves=[
            LeaveFact("P0", date(2024, 2, 11), date(2024, 2, 12)),
            LeaveFact("P0", date(2024, 2, 16), None),
            LeaveFact("P1", date(2024, 2, 5), date(2024, 2, 10)),
            LeaveFact("P7", date(2023, 12, 21), date(2023, 12, 22)),
        ],
        # P2 runs out exactly a window from now, P8 90 days from now. P3 achieved the day before an
        # order's limit, P4 on it. P6 is revoked on the day.
        achievements=[
            AchievementFact("P0", "M", 1, date(2024, 1, 10), date(2024, 2, 10), None),
            AchievementFact("P1", "M", 1, date(2024, 1, 10), date(2024, 2, 10), None),
            AchievementFact("P2", "M", 1, date(2024, 1, 10), date(2024, 2, 24), None),
            AchievementFact("P3", "M", 1, date(2024, 1, 4), None, None),
            AchievementFact("P4", "M", 1, date(2024, 1, 5), None, None),
            AchievementFact("P6", "M", 1, date(2024, 1, 10), None, day),
            AchievementFact("P7", "M", 1, date(2023, 12, 1), date(2023, 12, 20), None),
            AchievementFact("P8", "M", 1, date(2024, 1, 10), date(2024, 5, 14), None),
        ],
        orders=[OrderFact("M", None, date(2024, 1, 5), date(2024, 2, 1), day)],
        # P5 has one gap and is exempt from the other requirement.
        exemptions=[ExemptionFact("P5", "N", 1, FIRST, None, False)],
    )
    return world, [day]


def write_world(world: World) -> None:
    """Put the world into an empty database."""
    units: dict[str, Unit] = {}
    for code, parent in UNITS.items():
        units[code] = Unit.objects.create(
            code=code, name=code, parent=units[parent] if parent else None
        )
    rebuild_tree()
    areas = {code: CompetenceArea.objects.create(code=code, name=code) for code in AREAS}
    levels = {
        number: TrainingLevel.objects.create(number=number, name=str(number)) for number in LEVELS
    }
    groups = {code: KeyGroup.objects.create(code=code, name=code) for code in GROUPS}
    people = {code: Person.objects.create(person_id=code) for code in world.people}
    for number, version in enumerate(world.versions, 1):
        stored = PlanVersion.objects.create(number=number)
        for code, group in groups.items():
            definition = KeyGroupDefinition.objects.create(
                plan_version=stored, key_group=group, rules=version.rules[code]
            )
            definition.excluded.set(people[person] for person in version.excluded[code])
        Requirement.objects.bulk_create(
            Requirement(
                plan_version=stored,
                key_group=groups[fact.group],
                area=areas[fact.area],
                level=levels[fact.level],
                kind=fact.kind,
                effective_from=fact.start,
                effective_until=fact.end,
                grace_days=fact.grace_days,
                renewal_months=fact.renewal_months,
                window_days=fact.window_days,
            )
            for fact in version.requirements
        )
        PlanVersion.objects.filter(pk=stored.pk).update(
            status="adopted",
            in_force_from=version.in_force_from,
            repealed_on=version.repealed_on,
            repeal_decided_on=version.repealed_on,
            repealed_by="KS" if version.repealed_on else "",
            repeal_reason="Ny lag" if version.repealed_on else "",
        )
    Employment.objects.bulk_create(
        [
            Employment(
                person=people[fact.person],
                unit=units[fact.unit],
                job_code=fact.job,
                is_manager=fact.manager,
                form=fact.form,
                starts_on=fact.start,
                ends_on=fact.end,
            )
            for fact in world.employments
        ],
        ignore_conflicts=True,
    )
    Leave.objects.bulk_create(
        Leave(person=people[fact.person], starts_on=fact.start, ends_on=fact.end)
        for fact in world.leaves
    )
    KeyPersonAssignment.objects.bulk_create(
        KeyPersonAssignment(
            key_group=groups[fact.group],
            person=people[fact.person],
            starts_on=fact.start,
            ends_on=fact.end,
        )
        for fact in world.namings
    )
    Achievement.objects.bulk_create(
        Achievement(
            person=people[fact.person],
            area=areas[fact.area],
            level=levels[fact.level],
            achieved_on=fact.achieved_on,
            valid_until=fact.valid_until,
            revoked_on=fact.revoked_on,
            source=str(number),
        )
        for number, fact in enumerate(world.achievements)
    )
    Exemption.objects.bulk_create(
        Exemption(
            person=people[fact.person],
            area=areas[fact.area],
            level=levels[fact.level],
            starts_on=fact.start,
            ends_on=fact.end,
            withdrawn_at=timezone.now() if fact.withdrawn else None,
        )
        for fact in world.exemptions
    )
    RenewalOrder.objects.bulk_create(
        RenewalOrder(
            area=areas[fact.area],
            level=levels[fact.level] if fact.level else None,
            achieved_before=fact.achieved_before,
            last_valid_day=fact.last_valid_day,
            decided_on=fact.decided_on,
        )
        for fact in world.orders
    )
