"""What a renewal or a correction would mean, counted before it is decided: it is made, the engine
is asked, and it is taken back in the same transaction. (A draft of the plan is compared without
being adopted: `plan_consequences`.)"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from competence.engine import GAPS, Status, iter_gap_rows
from competence.models import Achievement
from competence.services.corrections import RightFact, put_right
from competence.services.renewals import order_renewal
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Employment, Person, Unit, User

Standing = tuple[Status, date | None]
_TO_DO = GAPS | {Status.PENDING}


class _TakenBackError(Exception):
    """Rolls back what was made only to be counted."""


@dataclass(frozen=True)
class Order:
    """A renewal order that has not been decided: what `order_renewal` is asked."""

    area: CompetenceArea
    level: TrainingLevel | None
    achieved_before: date
    last_valid_day: date
    decided_on: date


@dataclass(frozen=True)
class Reached:
    """One person who loses days: the last day without the order (none: it would never run out),
    the last day with it, and whether there is something to do from the day it counts."""

    person_pk: int
    key_groups: tuple[str, ...]
    was: date | None
    becomes: date | None
    at_once: bool


def reached_by(order: Order, *, by: User | None) -> list[Reached]:
    """Whom the order would reach, on the day it is decided: for who may be shown names."""
    before = _validity(order.decided_on, [order.area.code])
    after: list[dict[tuple[int, str], Standing]] = []

    def ask() -> None:
        order_renewal(
            area=order.area,
            level=order.level,
            achieved_before=order.achieved_before,
            last_valid_day=order.last_valid_day,
            decided_on=order.decided_on,
            reason="-",
            by=by,
        )
        after.append(_validity(order.decided_on, [order.area.code]))

    _and_take_back(ask)
    changed: dict[int, list[str]] = {}
    for key, standing in after[0].items():
        if standing != before.get(key):
            changed.setdefault(key[0], []).append(key[1])
    found = []
    for person, groups in changed.items():
        was = [before[person, group] for group in groups if (person, group) in before]
        becomes = [after[0][person, group] for group in groups]
        found.append(
            Reached(
                person,
                tuple(sorted(groups)),
                min((day for _status, day in was if day), default=None),
                min((day for _status, day in becomes if day), default=None),
                any(status in _TO_DO for status, _day in becomes),
            )
        )
    return found


@dataclass(frozen=True)
class StatusChange:
    """One requirement of one person that a correction makes stand otherwise. None: it did not or
    does not apply."""

    person: str
    area: str
    level: str
    before: Standing | None
    after: Standing | None


def consequences_of_correcting(
    *, achievement: Achievement, right: RightFact, by: User | None, day: date, at: datetime
) -> list[StatusChange]:
    """What putting a fact right would change for those it concerns. Raises what doing it would."""
    people = Person.objects.filter(pk__in={achievement.person_id, right.person.pk})
    before = _standings(people, day)
    after: list[dict[tuple[str, str, str], Standing]] = []

    def ask() -> None:
        put_right(achievement=achievement, right=right, reason="-", by=by, day=day, at=at)
        after.append(_standings(people, day))

    _and_take_back(ask)
    keys = sorted(before.keys() | after[0].keys())
    return [
        StatusChange(*key, before.get(key), after[0].get(key))
        for key in keys
        if before.get(key) != after[0].get(key)
    ]


def _standings(people: QuerySet[Person], day: date) -> dict[tuple[str, str, str], Standing]:
    names = {person.pk: person.name for person in people}
    return {
        (
            names[row.person_pk],
            row.requirement.area_name,
            row.requirement.level_name,
        ): (row.status, row.due_on or row.valid_until)
        for row in iter_gap_rows(people, day)
    }


def units_with(people: Collection[int], day: date) -> dict[int, set[int]]:
    """The units each person has a post in on the day, and every unit above. Two queries."""
    parents = dict(Unit.objects.order_by().values_list("pk", "parent_id"))
    found: dict[int, set[int]] = {}
    posts = Employment.objects.valid_on(day).filter(person__in=people).order_by()
    for person, unit in posts.values_list("person_id", "unit_id"):
        above = found.setdefault(person, set())
        while unit is not None and unit not in above:
            above.add(unit)
            unit = parents[unit]
    return found


def _validity(day: date, areas: Collection[str]) -> dict[tuple[int, str], Standing]:
    """By person and key group: the worst mandatory standing in the areas."""
    found: dict[tuple[int, str], Standing] = {}
    for row in iter_gap_rows(None, day, areas=areas):
        if row.mandatory:
            key = (row.person_pk, row.requirement.key_group_name)
            standing = (row.status, row.valid_until)
            if key not in found or (standing[1] or date.max) < (found[key][1] or date.max):
                found[key] = standing
    return found


def _and_take_back(ask: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            ask()
            raise _TakenBackError
    except _TakenBackError:
        pass
