"""What a decision would mean, counted before it is taken: it is made, the engine is asked, and it
is taken back in the same transaction.

Who prepares a decision may see figures but nobody's standing, and a draft can be written to ask
about one person. So nothing is said of who has or lacks what a draft asks for; people are counted
roughly, over everyone; and a key group is named without a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from competence.engine import GAPS, Status, iter_gap_rows
from competence.models import PlanVersion
from competence.services.plan import adopt_plan_version
from competence.services.renewals import order_renewal
from competence.suppression import About
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User

Standing = tuple[Status, date | None]
_TO_DO = GAPS | {Status.PENDING}


class _TakenBackError(Exception):
    """Rolls back what was made only to be counted."""


@dataclass(frozen=True)
class GroupChange:
    """A key group whose mandatory requirements come to apply to other people than before."""

    name: str
    some_join: bool
    some_leave: bool


@dataclass(frozen=True)
class PlanConsequences:
    """What adopting a draft would mean for people, on the day it comes into force."""

    gaining: About  # people who get something mandatory they did not have
    losing: About  # people who are rid of something mandatory
    groups: tuple[GroupChange, ...]
    unchanged: int  # key groups


@dataclass
class _Asked:
    """What is mandatory, by person; and for whom, by key group."""

    of_person: dict[int, set[tuple[str, int]]]
    groups: dict[str, set[int]]


def _asked_on(day: date) -> _Asked:
    asked = _Asked({}, {})
    for row in iter_gap_rows(None, day):
        if row.mandatory:
            asked.of_person.setdefault(row.person_pk, set()).add((row.area, row.level))
            asked.groups.setdefault(row.requirement.key_group_name, set()).add(row.person_pk)
    return asked


def consequences_of_adopting(
    *, version: PlanVersion, in_force_from: date, threshold: int
) -> PlanConsequences:
    """The plan in force on the day against the draft. Raises what adopting would raise."""
    before = _asked_on(in_force_from)
    found: list[_Asked] = []

    def ask() -> None:
        adopt_plan_version(version=version, in_force_from=in_force_from, adopted_on=None, by=None)
        found.append(_asked_on(in_force_from))

    _and_take_back(ask)
    after = found[0]
    people = before.of_person.keys() | after.of_person.keys()
    none: set[tuple[str, int]] = set()
    gaining = losing = 0
    for person in people:
        was, becomes = before.of_person.get(person, none), after.of_person.get(person, none)
        gaining += bool(becomes - was)
        losing += bool(was - becomes)
    names = before.groups.keys() | after.groups.keys()
    changed = []
    for name in sorted(names):
        members, to_be = before.groups.get(name, set()), after.groups.get(name, set())
        if members != to_be:
            changed.append(GroupChange(name, bool(to_be - members), bool(members - to_be)))
    return PlanConsequences(
        gaining=About.of(gaining, threshold),
        losing=About.of(losing, threshold),
        groups=tuple(changed),
        unchanged=len(names) - len(changed),
    )


@dataclass(frozen=True)
class RenewalReach:
    """Whom a renewal order would reach: how many lose days, and in which key groups."""

    people: About
    run_out_at_once: About  # of them, those left without it the day the order counts
    groups: tuple[str, ...]  # those in which it reaches as many as may be told


def reach_of_renewal(
    *,
    area: CompetenceArea,
    level: TrainingLevel | None,
    achieved_before: date,
    last_valid_day: date,
    decided_on: date,
    threshold: int,
    by: User | None,
) -> RenewalReach:
    """Whom the order would reach, on the day it is decided."""
    before = _validity(decided_on, [area.code])
    after: list[dict[tuple[int, str], Standing]] = []

    def ask() -> None:
        order_renewal(
            area=area,
            level=level,
            achieved_before=achieved_before,
            last_valid_day=last_valid_day,
            decided_on=decided_on,
            reason="-",
            by=by,
        )
        after.append(_validity(decided_on, [area.code]))

    _and_take_back(ask)
    changed = {key for key, standing in after[0].items() if standing != before.get(key)}
    groups = Counter(group for _person, group in changed)
    at_once = {person for person, group in changed if after[0][person, group][0] in _TO_DO}
    return RenewalReach(
        people=About.of(len({person for person, _group in changed}), threshold),
        run_out_at_once=About.of(len(at_once), threshold),
        groups=tuple(sorted(name for name, reached in groups.items() if reached >= threshold)),
    )


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
