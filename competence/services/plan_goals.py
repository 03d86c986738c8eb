"""The coverage goals of a draft of the competence plan: added, changed and taken out. They are
decided with the version, and frozen with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from competence.models import CoverageGoal
from competence.services.plan_states import locked_draft
from lms.audit.services import record
from lms.people.models import User


@transaction.atomic
def save_goal(*, goal: CoverageGoal, by: User | None) -> CoverageGoal:
    """Add a goal to a draft, or change it there. ValidationError, or PlanError where the version is
    no draft."""
    draft = locked_draft(goal.plan_version)
    goal.full_clean()
    is_new = goal.pk is None
    before = {} if is_new else _said(CoverageGoal.objects.get(pk=goal.pk))
    goal.save()
    record(
        "plan_version.goal_added" if is_new else "plan_version.goal_changed",
        draft,
        by=by,
        before=before,
        after=_said(goal),
    )
    return goal


@transaction.atomic
def remove_goal(*, goal: CoverageGoal, by: User | None) -> None:
    """Take a goal out of a draft."""
    draft = locked_draft(goal.plan_version)
    record("plan_version.goal_removed", draft, by=by, before=_said(goal))
    goal.delete()


def _said(goal: CoverageGoal) -> dict[str, Any]:
    return {
        "key_group": goal.key_group.code if goal.key_group else None,
        "area": goal.area.code if goal.area else None,
        "level": goal.level.number if goal.level else None,
        "percent": goal.percent,
        "reach_by": goal.reach_by.isoformat(),
        "note": goal.note,
    }
