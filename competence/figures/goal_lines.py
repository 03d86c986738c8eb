"""The coverage goals of one version of the plan, as pages and the document list them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from competence.models import PlanVersion


@dataclass(frozen=True)
class GoalLine:
    """`what`: all that is mandatory for the group, or one area and level."""

    pk: int
    group: str
    what: str
    percent: int
    reach_by: date
    note: str


def goal_lines(version: PlanVersion) -> tuple[GoalLine, ...]:
    """All key groups together first, then group by group. One query."""
    goals = version.goals.select_related("key_group", "area", "level").order_by(
        F("key_group__code").asc(nulls_first=True),
        F("area__sort_order").asc(nulls_first=True),
        "area__code",
        "level__number",
        "reach_by",
    )
    return tuple(
        GoalLine(
            goal.pk,
            goal.key_group.name if goal.key_group else _("All key groups together"),
            _("%(area)s, %(level)s") % {"area": goal.area.name, "level": goal.level.name}
            if goal.area and goal.level
            else _("all that is mandatory"),
            goal.percent,
            goal.reach_by,
            goal.note,
        )
        for goal in goals
    )
