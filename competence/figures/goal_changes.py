"""What tells the coverage goals of two versions of the plan apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from competence.services.plan_content import GoalContent


@dataclass(frozen=True)
class GoalChange:
    """A goal that is new (no `was`), taken out (no `becomes`), or says something else of the same
    thing."""

    was: GoalContent | None
    becomes: GoalContent | None

    @property
    def goal(self) -> GoalContent:
        found = self.becomes or self.was
        assert found is not None
        return found


def goal_changes(
    was: Collection[GoalContent], becomes: Collection[GoalContent]
) -> tuple[GoalChange, ...]:
    """Of the same thing, those of the same day belong together, and then the earliest of each."""
    before = sorted((each for each in was if each not in becomes), key=_order)
    after = sorted((each for each in becomes if each not in was), key=_order)
    found: list[GoalChange] = []
    for same in (_thing_and_day, _thing):
        for goal in list(before):
            twin = next((other for other in after if same(other) == same(goal)), None)
            if twin is not None:
                found.append(GoalChange(goal, twin))
                before.remove(goal)
                after.remove(twin)
    found += [GoalChange(goal, None) for goal in before]
    found += [GoalChange(None, goal) for goal in after]
    return tuple(sorted(found, key=lambda change: _order(change.goal)))


def _thing(goal: GoalContent) -> tuple[object, ...]:
    return goal.key_group, goal.area, goal.level


def _thing_and_day(goal: GoalContent) -> tuple[object, ...]:
    return *_thing(goal), goal.reach_by


def _order(goal: GoalContent) -> tuple[str, int, date]:
    return goal.area, goal.level, goal.reach_by
