"""The coverage goals of the plan that a day is counted by, joined to shares that are told already.
A goal is a decided, public number; how a share stands to it is said only where the share itself is
shown, from the whole percent that is shown, so that it tells nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.coverage import DayFrame
from competence.models import PlanVersion
from competence.services.plan_content import GoalContent, goals_of

Key = tuple[str, str, int]
EVERYONE = ""
"""The key group code of a goal for all key groups together."""


@dataclass(frozen=True)
class Goal:
    percent: int
    reach_by: date

    def __str__(self) -> str:
        """ "90 % by 31 December 2027" """
        return _("%(percent)s %% by %(day)s") % {
            "percent": self.percent,
            "day": date_format(self.reach_by),
        }


@dataclass(frozen=True)
class Against:
    """How a share stands to its goal on a day. No `goal`: none is decided. No `percent`: the share
    is not shown, or there is none, and then nothing is said of it."""

    goal: Goal | None
    percent: int | None
    day: date

    @property
    def points(self) -> int | None:
        """Percentage points over the goal; below nought: under it."""
        if self.goal is None or self.percent is None:
            return None
        return self.percent - self.goal.percent

    @property
    def is_reached(self) -> bool:
        return self.points is not None and self.points >= 0

    @property
    def is_under(self) -> bool:
        return self.points is not None and self.points < 0

    @property
    def decided(self) -> str:
        return str(self.goal) if self.goal else _("no goal is decided")

    @property
    def stands(self) -> str:
        """Over or under, in words; empty where it is not told."""
        if self.goal is None or self.points is None:
            return ""
        if self.points == 0:
            return _("on the goal")
        words = (
            ngettext("%(n)s percentage point over", "%(n)s percentage points over", self.points)
            if self.points > 0
            else ngettext(
                "%(n)s percentage point under", "%(n)s percentage points under", -self.points
            )
        ) % {"n": abs(self.points)}
        if self.points < 0 and self.goal.reach_by < self.day:
            return _("%(words)s, and the day has passed") % {"words": words}
        return words


@dataclass(frozen=True)
class Goals:
    """The goals that count on a day: of steps for the same thing the next one, or the last where
    all have passed."""

    day: date
    steps: Mapping[Key, tuple[Goal, ...]] = field(default_factory=dict)

    def of(self, key_group: str, area: str = "", level: int = 0) -> Goal | None:
        steps = self.steps.get((key_group, area, level), ())
        coming = [goal for goal in steps if goal.reach_by >= self.day]
        return coming[0] if coming else steps[-1] if steps else None

    def against(
        self, percent: int | None, key_group: str, area: str = "", level: int = 0
    ) -> Against:
        return Against(self.of(key_group, area, level), percent, self.day)

    def of_areas(self, key_group: str) -> list[tuple[str, int]]:
        """The areas and levels that the key group has goals of its own for."""
        return sorted(
            (area, level) for group, area, level in self.steps if group == key_group and area
        )

    @property
    def any(self) -> bool:
        return bool(self.steps)


def goals_beside(frame: DayFrame) -> Goals:
    """The goals of the plan that a day's figures are counted by. What is published of a day is
    kept: goals decided for it afterwards stand beside the figures of later days. Two queries."""
    version = None
    if frame.plan_number is not None:
        version = PlanVersion.objects.get(number=frame.plan_number)
    return Goals(frame.as_of, _steps(goals_of(version)) if version else {})


def _steps(goals: Iterable[GoalContent]) -> dict[Key, tuple[Goal, ...]]:
    found: dict[Key, list[Goal]] = {}
    for row in sorted(goals, key=lambda row: row.reach_by):
        found.setdefault((row.key_group, row.area, row.level), []).append(
            Goal(row.percent, row.reach_by)
        )
    return {key: tuple(steps) for key, steps in found.items()}


@dataclass(frozen=True)
class Reached:
    """How many key groups have reached their goal, of those with a goal and a share that is
    shown."""

    reached: int
    told: int


def reached(goals: Goals, percents: Mapping[str, int | None]) -> Reached:
    """`percents`: the share that is shown of each key group in all."""
    told = [
        against
        for group, percent in percents.items()
        if (against := goals.against(percent, group)).points is not None
    ]
    return Reached(sum(each.is_reached for each in told), len(told))
