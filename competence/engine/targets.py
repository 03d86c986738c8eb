"""Coverage, not only headcount: how many hold a level in an area, place by place, against what is
wanted (docs/coverage-targets.md). Facts in, counts out; who may see them is the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from competence.engine.coverage import units_of
from competence.engine.days import FOREVER, covers
from competence.engine.facts import AchievementFact, PersonFacts, PlanOnDay, RequiredLevel
from competence.engine.membership import groups_by_rule, memberships
from competence.engine.validity import best_achievement

SOON = 90
"""Days ahead in which the loss of somebody is said."""


@dataclass(frozen=True, slots=True)
class TargetFact:
    """One target in force on the day. `places`: the units in which it is counted, or (none) the
    one place that is everybody it speaks of."""

    pk: int
    key_group_pk: int | None
    area_pk: int
    level: int
    at_least: int
    places: tuple[int | None, ...]


class Place(NamedTuple):
    target_pk: int
    unit_pk: int | None


class Holding(NamedTuple):
    """Somebody in a place who holds the level and is there. `until`: the last day of both that
    is known today; FOREVER where there is none."""

    person_pk: int
    until: int


class Near(NamedTuple):
    """Somebody in a place who is there and does not hold the level. `ran_out`: the last day it
    was held; none where it never was. `level`: the highest level held in the area; 0 for none."""

    person_pk: int
    ran_out: int | None
    level: int


@dataclass(slots=True)
class PlaceCount:
    """Who is in one place. `away` hold the level and are on leave; `people` is everybody with a
    post there, whether or not the target speaks of them."""

    people: int = 0
    holding: list[Holding] = field(default_factory=list)
    near: list[Near] = field(default_factory=list)
    away: list[Holding] = field(default_factory=list)


def last_valid_day(
    achievements: Sequence[AchievementFact], level: int, asked: Iterable[RequiredLevel]
) -> int | None:
    """The last day on which somebody holds `level` in the area of these achievements: by each of
    the requirements that apply to them there, the earliest; where none does, by the achievements'
    own last days and the renewal orders. None where it was never reached."""
    reached = [each for each in achievements if each.level >= level]
    if not reached:
        return None
    days = [
        best.last_valid
        for requirement in asked
        if (best := best_achievement(reached, replace(requirement, level=level)))
    ]
    return min(days) if days else max(each.ends for each in reached)


def place_counts(
    people: Iterable[PersonFacts], plan: PlanOnDay, targets: Sequence[TargetFact]
) -> dict[Place, PlaceCount]:
    """Every place of the targets with who is in it on the plan's day. Who has no active post is
    only in a place that is a whole key group."""
    counts = {Place(target.pk, unit): PlaceCount() for target in targets for unit in target.places}
    for person in people:
        _count(person, plan, targets, counts)
    return counts


def _count(
    person: PersonFacts,
    plan: PlanOnDay,
    targets: Sequence[TargetFact],
    counts: Mapping[Place, PlaceCount],
) -> None:
    member_of = {group_pk for group_pk, _since in memberships(person, plan)}
    units = units_of(person, plan)
    if not units and not member_of:
        return
    day = plan.day
    is_away = bool(person.leaves) and covers(person.leaves, day)
    for target in targets:
        in_places = [unit for unit in target.places if unit is None or unit in units]
        for unit in in_places:
            counts[Place(target.pk, unit)].people += 1
        if not in_places or not _speaks_of(target, units, member_of):
            continue
        own = [each for each in person.achievements if each.area_pk == target.area_pk]
        asked = [
            requirement
            for group_pk in member_of
            for requirement in plan.requirements[group_pk]
            if requirement.area_pk == target.area_pk
        ]
        last = last_valid_day(own, target.level, asked)
        for unit in in_places:
            count = counts[Place(target.pk, unit)]
            if last is not None and last >= day:
                until = min(last, _there_until(person, plan, unit, target.key_group_pk))
                (count.away if is_away else count.holding).append(Holding(person.pk, until))
            elif not is_away:
                held = max((each.level for each in own if each.ends >= day), default=0)
                count.near.append(Near(person.pk, last, held))


def _speaks_of(target: TargetFact, units: set[int], member_of: set[int]) -> bool:
    if target.key_group_pk is None:
        return bool(units)
    return target.key_group_pk in member_of


def _there_until(
    person: PersonFacts, plan: PlanOnDay, unit: int | None, key_group_pk: int | None
) -> int:
    """The last day somebody is known to be in a place: before their next leave, to the end of
    their posts there and of their naming."""
    day = plan.day
    here = max(
        (
            post.ends
            for post in person.employments
            if post.ends >= day and (unit is None or unit in plan.units.above(post.unit_pk))
        ),
        default=FOREVER,
    )
    ends = here
    if key_group_pk is not None:
        by_rule = [
            post.ends for post in person.employments if key_group_pk in groups_by_rule(post, plan)
        ]
        named = [naming.ends for naming in person.namings if naming.key_group_pk == key_group_pk]
        member = max([*by_rule, *named])
        # A naming needs no post, except in a place that is a unit.
        ends = member if unit is None else min(here, member)
    next_leave = min((start for start, _end in person.leaves if start > day), default=FOREVER)
    return min(ends, next_leave - 1)


def stays(now: PlaceCount, later: PlaceCount) -> list[Holding]:
    """Of those who hold the level now, those who still will on the later day, as it is known
    today: a post that is followed by another is no loss."""
    then = {holding.person_pk for holding in later.holding}
    return [holding for holding in now.holding if holding.person_pk in then]
