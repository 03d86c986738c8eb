"""Three invented people under a requirement that is being edited: what its days would mean. They
are facts in memory, given to the same rules as everybody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from competence.engine.days import FOREVER, last_day_of
from competence.engine.facts import (
    AchievementFact,
    EmploymentFact,
    KeyGroupRules,
    PersonFacts,
    PlanOnDay,
    RequiredLevel,
    UnitTree,
)
from competence.engine.rows import GapRow, rows_of
from competence.engine.timeline import timeline_of
from competence.figures.drawing import Drawing, drawing_of
from competence.models import Requirement
from lms.framework.rules import PersonRule

LONG_AGO = 5 * 365
ON_LEAVE = 200
FIRST_MONTHS = 12  # how long ago somebody achieved a level that is not renewed


@dataclass(frozen=True)
class Typical:
    """One invented person, their row, and their days."""

    who: str
    row: GapRow
    drawing: Drawing


def three_people(requirement: Requirement, day: date) -> list[Typical]:
    """A new employee, one who renewed early, and one back from leave during which it ran out."""
    level = _level(requirement, day)
    plan = PlanOnDay(
        day=day.toordinal(),
        requirements={1: (level,)},
        groups={1: KeyGroupRules((PersonRule(),), frozenset())},
        units=UnitTree({1: ("X", None)}),
    )
    return [
        _typical(who, person, plan, level.mandatory)
        for who, person in (
            (_("New employee today"), _person(plan.day)),
            (_("Renewed early"), _renewed_early(level, plan.day)),
            (_("Back from leave today"), _back_from_leave(level, plan.day)),
        )
    ]


def _typical(who: str, person: PersonFacts, plan: PlanOnDay, mandatory: bool) -> Typical:
    (row,) = rows_of(person, plan)
    line = timeline_of(row, person, plan)
    return Typical(who, row, drawing_of(line, mandatory=mandatory, you=False))


def _level(requirement: Requirement, day: date) -> RequiredLevel:
    return RequiredLevel(
        pk=1,
        key_group_pk=1,
        key_group="",
        key_group_name="",
        area_pk=1,
        area="",
        area_name="",
        area_label="",
        level=1,
        level_name="",
        mandatory=requirement.kind == Requirement.Kind.MANDATORY,
        effective_from=min(requirement.effective_from, day).toordinal(),
        grace_days=requirement.grace_days,
        renewal_months=requirement.renewal_months,
        window_days=requirement.window_days,
    )


def _person(starts: int) -> PersonFacts:
    return PersonFacts(1, "", employments=[EmploymentFact(1, "", False, "", starts, FOREVER)])


def _achieved(on: int) -> AchievementFact:
    return AchievementFact(1, on, 1, FOREVER, on)


def _length(level: RequiredLevel, day: int) -> int:
    months = level.renewal_months or FIRST_MONTHS
    return last_day_of(day, months) - day + 1


def _renewed_early(level: RequiredLevel, day: int) -> PersonFacts:
    """The level held from long ago, and again today in the middle of its window."""
    person = _person(day - LONG_AGO)
    left = min(level.window_days // 2, _length(level, day) - 1)
    first = day - _length(level, day) + left
    person.achievements = [_achieved(max(first, 1)), _achieved(day)]
    return person


def _back_from_leave(level: RequiredLevel, day: int) -> PersonFacts:
    """The level ran out in the middle of a leave that ended yesterday."""
    person = _person(day - LONG_AGO)
    person.leaves = [(day - ON_LEAVE, day - 1)]
    person.achievements = [_achieved(max(day - ON_LEAVE // 2 - _length(level, day), 1))]
    return person
