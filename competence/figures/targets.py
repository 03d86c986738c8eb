"""Coverage targets of a day: which places reach them, where all hangs on one, and who is nearest
to qualifying. Counted by `competence.engine.targets`; named only to who may see the people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from competence.engine.days import as_date
from competence.engine.loader import load_people, load_plan
from competence.engine.targets import (
    SOON,
    Near,
    Place,
    PlaceCount,
    TargetFact,
    place_counts,
    stays,
)
from competence.figures.enrolled import OpenEnrolment, OpenEnrolments
from competence.models import CoverageTarget
from courses.offer import CourseOffer, Refreshers, offer_index, refreshers_for
from lms.people.models import Person, Unit

CLOSEST_SHOWN = 3
# Somebody whose level ran out so lately needs the least to have it again.
LATELY = 365


class Standing(StrEnum):
    """What a place is against its target, worst first."""

    LACKING = "lacking"
    SINGLE = "single"  # one holds it where more are wanted
    FRAGILE = "fragile"  # reached, but no longer within SOON days
    REACHED = "reached"


@dataclass(frozen=True)
class PlaceFacts:
    """One place counted: on the day, and as it is known to become."""

    target: CoverageTarget
    unit: Unit | None
    now: PlaceCount
    stay: int

    @property
    def holds(self) -> int:
        return len(self.now.holding)

    @property
    def lacking(self) -> int:
        return max(self.target.at_least - self.holds, 0)

    @property
    def standing(self) -> Standing:
        if self.holds < self.target.at_least:
            return Standing.SINGLE if self.holds == 1 else Standing.LACKING
        return Standing.FRAGILE if self.stay < self.target.at_least else Standing.REACHED

    @property
    def place(self) -> Place:
        return Place(self.target.pk, self.unit.pk if self.unit else None)


def targets_on(day: date) -> list[CoverageTarget]:
    """The targets in force. One query."""
    return list(
        CoverageTarget.objects.in_force_on(day).select_related("key_group", "unit", "area", "level")
    )


def places_of(target: CoverageTarget, units: Sequence[Unit]) -> tuple[Unit | None, ...]:
    """Where a target is counted, among all `units`."""
    if target.places == CoverageTarget.Places.WHOLE:
        return (target.unit,)
    if target.places == CoverageTarget.Places.BELOW:
        return tuple(unit for unit in units if unit.parent_id == target.unit_id)
    return tuple(
        unit
        for unit in units
        if unit.kind == target.unit_kind and (target.unit is None or target.unit.covers(unit))
    )


def count_places(
    targets: Sequence[CoverageTarget],
    day: date,
    *,
    people: QuerySet[Person] | None = None,
    within: Sequence[Unit] | None = None,
) -> list[PlaceFacts]:
    """The places of the targets, worst first; with `within`, only those in these units, of which
    `people` must then be everybody there. The facts are read twice: on the day, and as they are
    known to become by the plan in force on it."""
    if not targets:
        return []
    units = list(Unit.objects.order_by("tree_left"))
    where: list[tuple[CoverageTarget, Unit | None]] = [
        (target, unit)
        for target in targets
        for unit in places_of(target, units)
        if within is None or (unit is not None and any(own.covers(unit) for own in within))
    ]
    if not where:
        return []
    facts = _facts(where)
    areas = {target.area_id for target, _unit in where}
    plan = load_plan(
        day,
        areas={target.area.code for target, _unit in where},
        also_groups={fact.key_group_pk for fact in facts if fact.key_group_pk is not None},
    )
    now = place_counts(load_people(people, day, plan, areas), plan, facts)
    horizon = day + timedelta(days=SOON)
    then = plan.seen_from(horizon.toordinal())
    later = place_counts(load_people(people, horizon, then, areas), then, facts)
    found = []
    for target, unit in where:
        place = Place(target.pk, unit.pk if unit else None)
        if unit is None or now[place].people:
            stay = len(stays(now[place], later[place]))
            found.append(PlaceFacts(target, unit, now[place], stay))
    order = list(Standing)
    found.sort(key=lambda each: (order.index(each.standing), -each.lacking))
    return found


def _facts(where: Iterable[tuple[CoverageTarget, Unit | None]]) -> list[TargetFact]:
    places: dict[int, list[int | None]] = {}
    targets = {}
    for target, unit in where:
        targets[target.pk] = target
        places.setdefault(target.pk, []).append(unit.pk if unit else None)
    return [
        TargetFact(
            pk,
            target.key_group_id,
            target.area_id,
            target.level.number,
            target.at_least,
            tuple(places[pk]),
        )
        for pk, target in targets.items()
    ]


@dataclass(frozen=True)
class Holder:
    person: Person
    # The last day that is known; none where it is further off than is said.
    until: date | None


@dataclass(frozen=True)
class Candidate:
    """Somebody near to qualifying: why, and the course to take."""

    person: Person
    ran_out: date | None
    level: int
    enrolment: OpenEnrolment | None
    offer: CourseOffer | None


@dataclass(frozen=True)
class NamedPlace:
    """A place with the names of those it speaks of."""

    facts: PlaceFacts
    holders: tuple[Holder, ...]
    away: tuple[Person, ...]
    closest: tuple[Candidate, ...]

    @property
    def going(self) -> list[Holder]:
        return [holder for holder in self.holders if holder.until is not None]


def with_names(
    places: Sequence[PlaceFacts], day: date, *, closest: bool = True
) -> list[NamedPlace]:
    """The same places with names: for those who may see the people, or have opened them with a
    reason. A constant number of queries; one, where those nearest to qualifying are not wanted."""
    near = {
        each.person_pk
        for place in places
        if closest and place.standing is not Standing.REACHED
        for each in place.now.near
    }
    holders = {each.person_pk for place in places for each in (*place.now.holding, *place.now.away)}
    people = Person.objects.in_bulk(near | holders)
    if not closest:
        none = OpenEnrolments(())
        return [
            _named(place, day, people, none, Refreshers(), {}, closest=False) for place in places
        ]
    enrolments = OpenEnrolments.of(near)
    refreshers = refreshers_for(near, day)
    offers = offer_index()
    return [_named(place, day, people, enrolments, refreshers, offers) for place in places]


def _named(
    place: PlaceFacts,
    day: date,
    people: Mapping[int, Person],
    enrolments: OpenEnrolments,
    refreshers: Refreshers,
    offers: Mapping[tuple[str, int], tuple[CourseOffer, ...]],
    *,
    closest: bool = True,
) -> NamedPlace:
    horizon = (day + timedelta(days=SOON)).toordinal()
    nearest: list[Candidate] = []
    if closest and place.standing is not Standing.REACHED:
        candidates = [
            _candidate(each, place.target, people[each.person_pk], enrolments, refreshers, offers)
            for each in place.now.near
        ]
        candidates.sort(key=lambda each: _nearness(each, place.target.level.number, day))
        nearest = candidates[:CLOSEST_SHOWN]
    return NamedPlace(
        place,
        tuple(
            Holder(people[each.person_pk], as_date(each.until) if each.until <= horizon else None)
            for each in sorted(place.now.holding, key=lambda each: each.until)
        ),
        tuple(people[each.person_pk] for each in place.now.away),
        tuple(nearest),
    )


def _candidate(
    near: Near,
    target: CoverageTarget,
    person: Person,
    enrolments: OpenEnrolments,
    refreshers: Refreshers,
    offers: Mapping[tuple[str, int], tuple[CourseOffer, ...]],
) -> Candidate:
    area, level = target.area.code, target.level.number
    giving = [
        each
        for each in enrolments.of_person(person.pk)
        if any(given == area and high >= level for given, high in each.grants)
    ]
    able = refreshers.to(person.pk, area, level) or offers.get((area, level), ())
    return Candidate(
        person=person,
        ran_out=None if near.ran_out is None else as_date(near.ran_out),
        level=near.level,
        enrolment=max(giving, key=lambda each: each.started, default=None),
        offer=next(iter(able), None),
    )


def _nearness(each: Candidate, level: int, day: date) -> tuple[int, int, str]:
    """Had it lately; has the level below; is learning it; is enrolled; had it once; the rest."""
    started = each.enrolment is not None and each.enrolment.started
    if each.ran_out is not None and (day - each.ran_out).days <= LATELY:
        rank = 0
    elif each.level and each.level >= level - 1:
        rank = 1
    elif started:
        rank = 2
    elif each.enrolment is not None:
        rank = 3
    else:
        rank = 4 if each.ran_out is not None else 5
    return (rank, not started, each.person.person_id)


@dataclass(frozen=True)
class RoughPlaces:
    """What may be said of a target to who may not see the people: how many places it is counted
    in, and roughly in how many of them too few hold the level. Said so that each single place may
    still be one that reaches the target or one that does not, whatever else is asked: in steps of
    the threshold, nobody told apart from a few, nor all from nearly all."""

    places: int
    # At least so many lack it; 0: fewer than the threshold, perhaps none.
    at_least: int
    threshold: int

    @property
    def may_be_said(self) -> bool:
        return self.places >= 2 * self.threshold

    @classmethod
    def of(cls, places: int, lacking: int, threshold: int) -> RoughPlaces:
        step = lacking - lacking % threshold
        highest = max(places - threshold, 0)
        return cls(places, min(step, highest - highest % threshold), threshold)


def rough_places(
    targets: Sequence[CoverageTarget], places: Sequence[PlaceFacts], threshold: int
) -> dict[int, RoughPlaces]:
    """By target. Nothing of one with few places."""
    found = {}
    for target in targets:
        own = [each for each in places if each.target.pk == target.pk]
        lacking = sum(each.holds < target.at_least for each in own)
        found[target.pk] = RoughPlaces.of(len(own), lacking, threshold)
    return found
