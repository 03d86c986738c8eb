"""One row per person and requirement: the rules put together. Facts in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from competence.engine.days import as_date, covers
from competence.engine.facts import AchievementFact, PersonFacts, PlanOnDay, RequiredLevel
from competence.engine.membership import memberships
from competence.engine.status import EXEMPT, HOLDING, PAUSED, SEVERITY, Status, is_exempt, verdict
from competence.engine.validity import best_achievement


class GapRow(NamedTuple):
    """The answer for one person and one requirement on the day. `only_exempt`: exempt, and no
    valid achievement stands behind the exemption. `only_recognised`: it holds, and would not
    without what was learnt elsewhere and is recognised."""

    person_pk: int
    person_id: str
    requirement: RequiredLevel
    status: Status
    due_on: date | None
    valid_until: date | None
    member_since: date
    only_exempt: bool = False
    only_recognised: bool = False

    @property
    def requirement_pk(self) -> int:
        return self.requirement.pk

    @property
    def key_group(self) -> str:
        return self.requirement.key_group

    @property
    def area(self) -> str:
        return self.requirement.area

    @property
    def level(self) -> int:
        return self.requirement.level

    @property
    def kind(self) -> str:
        return self.requirement.kind

    @property
    def mandatory(self) -> bool:
        return self.requirement.mandatory


def rows_of(person: PersonFacts, plan: PlanOnDay) -> list[GapRow]:
    """Every row of one person, key group by key group."""
    groups = memberships(person, plan)
    if not groups:
        return []
    day = plan.day
    pk, person_id, leaves = person.pk, person.person_id, person.leaves
    paused = bool(leaves) and covers(leaves, day)
    by_area: dict[int, list[AchievementFact]] = {}
    recognised: set[int] = set()
    for achievement in person.achievements:
        by_area.setdefault(achievement.area_pk, []).append(achievement)
        if achievement.recognised:
            recognised.add(achievement.area_pk)
    rows = []
    for group_pk, since in groups:
        member_since = as_date(since)
        for requirement in plan.requirements[group_pk]:
            if paused:
                rows.append(GapRow(pk, person_id, requirement, PAUSED, None, None, member_since))
                continue
            best = best_achievement(by_area.get(requirement.area_pk, ()), requirement)
            if person.exemptions and is_exempt(person.exemptions, requirement):
                only = best is None or best.last_valid < day
                rows.append(
                    GapRow(pk, person_id, requirement, EXEMPT, None, None, member_since, only)
                )
                continue
            status, due_on, valid_until = verdict(
                requirement, day=day, member_since=since, leaves=leaves, best=best
            )
            rows.append(
                GapRow(
                    pk,
                    person_id,
                    requirement,
                    status,
                    None if due_on is None else as_date(due_on),
                    None if valid_until is None else as_date(valid_until),
                    member_since,
                    False,
                    requirement.area_pk in recognised
                    and status in HOLDING
                    and not _holds_without(by_area[requirement.area_pk], requirement, day),
                )
            )
    return rows


def _holds_without(
    achievements: Iterable[AchievementFact], requirement: RequiredLevel, day: int
) -> bool:
    """Whether what was not learnt elsewhere is enough for the requirement on the day."""
    own = (achievement for achievement in achievements if not achievement.recognised)
    best = best_achievement(own, requirement)
    return best is not None and best.last_valid >= day


def cells(rows: Iterable[GapRow]) -> dict[tuple[int, str], Status]:
    """(person pk, area code) → the worst status among the person's mandatory rows there."""
    worst: dict[tuple[int, str], Status] = {}
    for row in rows:
        if row.mandatory:
            key = (row.person_pk, row.area)
            known = worst.get(key)
            if known is None or SEVERITY[row.status] < SEVERITY[known]:
                worst[key] = row.status
    return worst


def running_out(rows: Iterable[GapRow], as_of: date, days: int = 90) -> Iterator[GapRow]:
    """The rows that hold on `as_of` and whose last valid day is within `days` of it, whatever
    the requirement's own window ("Går ut inom 90 dagar")."""
    limit = as_of + timedelta(days=days)
    for row in rows:
        if row.valid_until is not None and as_of <= row.valid_until <= limit:
            yield row
