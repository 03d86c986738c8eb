"""How the key groups stand to their goals, in one sentence for the planning year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from competence.figures.goals import EVERYONE, Goal, Reached, goals_beside, reached
from competence.figures.shown import percent_of
from competence.models import CoverageGoal
from competence.services.mondays import published_on
from competence.services.publishing import NotPublishedError


@dataclass(frozen=True)
class GoalsStanding:
    """`together`: the goal for all key groups together, where there is one."""

    together: Goal | None
    counted: Reached


def standing_of_goals(monday: date) -> GoalsStanding | None:
    """Of a published Monday, by the plan it is counted by; none where no goal is decided or the
    Monday is not published."""
    if not CoverageGoal.objects.exists():
        return None
    try:
        published = published_on(monday)
    except NotPublishedError:
        return None
    goals = goals_beside(published.figures)
    if not goals.any:
        return None
    percents = {group: percent_of(count.share) for group, count in published.totals.items()}
    return GoalsStanding(goals.of(EVERYONE), reached(goals, percents))
