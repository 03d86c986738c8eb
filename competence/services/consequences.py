"""What a decision would mean, counted before it is taken: it is made, the engine is asked, and it
is taken back in the same transaction."""

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
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User

Standing = tuple[Status, date | None]
_TO_DO = GAPS | {Status.PENDING}


class _TakenBackError(Exception):
    """Rolls back what was made only to be counted."""


@dataclass(frozen=True)
class GroupChange:
    """One key group: how many people its mandatory requirements apply to."""

    name: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


@dataclass(frozen=True)
class PlanConsequences:
    """What adopting a draft would mean for people, on the day it comes into force."""

    gaining: int  # people who get something mandatory they did not have
    losing: int  # people who are rid of something mandatory
    to_do_before: int  # people with something missing, expired or to be done
    to_do_after: int
    groups: tuple[GroupChange, ...]


@dataclass
class _Count:
    asked: dict[int, set[tuple[str, int]]]
    to_do: set[int]
    groups: dict[str, set[int]]


def _counted(day: date) -> _Count:
    count = _Count({}, set(), {})
    for row in iter_gap_rows(None, day):
        if not row.mandatory:
            continue
        count.asked.setdefault(row.person_pk, set()).add((row.area, row.level))
        count.groups.setdefault(row.requirement.key_group_name, set()).add(row.person_pk)
        if row.status in _TO_DO:
            count.to_do.add(row.person_pk)
    return count


def consequences_of_adopting(*, version: PlanVersion, in_force_from: date) -> PlanConsequences:
    """The plan in force on the day against the draft. Raises what adopting would raise."""
    before = _counted(in_force_from)
    after: list[_Count] = []

    def ask() -> None:
        adopt_plan_version(version=version, in_force_from=in_force_from, adopted_on=None, by=None)
        after.append(_counted(in_force_from))

    _and_take_back(ask)
    people = before.asked.keys() | after[0].asked.keys()
    none: set[tuple[str, int]] = set()
    changes = Counter[str]()
    for person in people:
        was, becomes = before.asked.get(person, none), after[0].asked.get(person, none)
        changes["gaining"] += bool(becomes - was)
        changes["losing"] += bool(was - becomes)
    return PlanConsequences(
        changes["gaining"],
        changes["losing"],
        len(before.to_do),
        len(after[0].to_do),
        tuple(
            GroupChange(name, len(before.groups.get(name, ())), len(after[0].groups.get(name, ())))
            for name in sorted(before.groups.keys() | after[0].groups.keys())
        ),
    )


@dataclass(frozen=True)
class RenewalReach:
    """Whom a renewal order would reach: how many lose days, and in how many key groups."""

    people: int
    run_out_at_once: int  # of them, those left without it the day the order counts
    groups: tuple[tuple[str, int], ...]


def reach_of_renewal(
    *,
    area: CompetenceArea,
    level: TrainingLevel | None,
    achieved_before: date,
    last_valid_day: date,
    decided_on: date,
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
    return RenewalReach(
        people=len({person for person, _group in changed}),
        run_out_at_once=len(
            {person for person, group in changed if after[0][person, group][0] in _TO_DO}
        ),
        groups=tuple(sorted(groups.items())),
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
