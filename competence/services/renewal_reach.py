"""How many a renewal order would reach, as roughly as it may be told to who may not see the people.

The one who asks chooses the days, the level and how often, and can put the answers together. So
the days are whole months and the people are those of a Monday; only the largest units are told
apart, and no key group; and every figure is "at least", in steps of the threshold, with nobody not
told apart from a few and no more than leaves room in each of the parts that other looks tell of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from competence.models import RenewalOrder
from competence.services.consequences import Order, Reached, reached_by, units_with
from competence.suppression import AtLeast, at_least
from lms.framework.models import TrainingLevel
from lms.lib.dates import add_months
from lms.people.models import Unit, User


@dataclass(frozen=True)
class ReachedUnit:
    """One of the largest units in which an order reaches as many as may be told."""

    name: str
    people: AtLeast


@dataclass(frozen=True)
class RenewalReach:
    """Whom a renewal order would reach: how many lose days, and in which of the largest units."""

    # The order as it was counted: whole months, on a Monday.
    counted: Order
    people: AtLeast
    to_do_at_once: AtLeast  # of them, those with something to do from the day of the decision
    units: tuple[ReachedUnit, ...]


@dataclass(frozen=True)
class Counts:
    """How many one order reaches: in all, of them at once, and in each of the largest units."""

    people: int
    at_once: int
    units: dict[int, int]


@dataclass(frozen=True)
class Told:
    """What is told of those counts."""

    people: AtLeast
    at_once: AtLeast
    units: dict[int, AtLeast]


def in_whole_months(order: Order) -> Order:
    """The order that is counted in the place of the one that is drafted: what was reached before
    the first of its month, valid to the end of its month, decided on the Monday of its week."""
    first, last = order.achieved_before.replace(day=1), order.last_valid_day.replace(day=1)
    return replace(
        order,
        achieved_before=first,
        last_valid_day=add_months(last, 1) - timedelta(days=1),
        decided_on=order.decided_on - timedelta(days=order.decided_on.weekday()),
    )


def reach_of_renewal(*, order: Order, threshold: int, by: User | None) -> RenewalReach:
    """Whom the order would reach, as roughly as it may be told."""
    counted = in_whole_months(order)
    names = dict(
        Unit.objects.filter(parent__parent=None).exclude(parent=None).values_list("pk", "name")
    )
    by_level: list[Counts] = []
    if counted.level is None:
        by_level = [
            _counts(_reached(replace(counted, level=level), by), counted, names)
            for level in TrainingLevel.objects.all()
        ]
    told = tell(_counts(_reached(counted, by), counted, names), by_level, threshold=threshold)
    units = sorted((names[pk], shown) for pk, shown in told.units.items() if shown.number)
    return RenewalReach(
        counted=counted,
        people=told.people,
        to_do_at_once=told.at_once,
        units=tuple(ReachedUnit(name, shown) for name, shown in units),
    )


def _reached(order: Order, by: User | None) -> list[Reached]:
    """An order that is decided already, as it is counted, reaches nobody more."""
    if RenewalOrder.objects.filter(
        area=order.area,
        level=order.level,
        achieved_before=order.achieved_before,
        last_valid_day=order.last_valid_day,
        decided_on=order.decided_on,
    ).exists():
        return []
    return reached_by(order, by=by)


def _counts(reached: Iterable[Reached], order: Order, largest: dict[int, str]) -> Counts:
    people = list(reached)
    units: Counter[int] = Counter()
    for pks in units_with({each.person_pk for each in people}, order.decided_on).values():
        units.update(pk for pk in pks if pk in largest)
    return Counts(len(people), sum(each.at_once for each in people), dict(units))


def tell(counts: Counts, by_level: Iterable[Counts], *, threshold: int) -> Told:
    """What may be told of the counts. `by_level`: those of the same order at each level by itself,
    where the order is of every level: they can be asked for too."""
    levels = [(each, tell(each, (), threshold=threshold)) for each in by_level]

    def told(count: int, parts: Callable[[Counts, Told], tuple[int, AtLeast]]) -> AtLeast:
        covers = [[parts(each, said) for each, said in levels]] if levels else []
        return at_least(count, threshold, *covers)

    units = {
        pk: told(count, lambda each, said, pk=pk: _unit(each, said, pk))  # type: ignore[misc]
        for pk, count in counts.units.items()
    }
    whole = [(counts.units[pk], shown) for pk, shown in units.items()]
    people = min(
        at_least(counts.people, threshold, whole),
        told(counts.people, lambda each, said: (each.people, said.people)),
    )
    at_once = told(counts.at_once, lambda each, said: (each.at_once, said.at_once))
    return Told(people, min(at_once, people), units)


def _unit(counts: Counts, told: Told, pk: int) -> tuple[int, AtLeast]:
    return counts.units.get(pk, 0), told.units.get(pk, AtLeast(0))
