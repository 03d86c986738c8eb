"""What a framework file says, as the content of a plan version."""

from __future__ import annotations

from collections.abc import Mapping

from competence.models import PlanVersion, Requirement
from competence.parsers.framework_yaml import FrameworkFile
from competence.services.plan_content import (
    GoalContent,
    PlanContent,
    RequirementContent,
    definition_content,
    goals_of,
)


def content_of_file(
    file: FrameworkFile, known: Mapping[str, int], *, beside: PlanVersion | None
) -> PlanContent:
    """The file as a plan; `known` are people by person id. A file that does not speak of goals
    leaves those of the version it stands `beside` as they are, for the key groups it knows of and
    the levels it asks of them."""
    return PlanContent(
        frozenset(
            definition_content(
                group.code, group.rules, (known[entry.person_id] for entry in group.excluded)
            )
            for group in file.key_groups
        ),
        frozenset(
            RequirementContent(
                row.key_group,
                row.area,
                row.level,
                row.kind,
                row.effective_from,
                row.effective_until,
                row.grace_days,
                row.renewal_months,
                row.window_days,
                row.motive,
            )
            for row in file.requirements
        ),
        _goals(file, beside),
    )


def _goals(file: FrameworkFile, beside: PlanVersion | None) -> frozenset[GoalContent]:
    if file.coverage_goals is not None:
        return frozenset(
            GoalContent(
                row.key_group, row.area, row.level or 0, row.percent, row.reach_by, row.note
            )
            for row in file.coverage_goals
        )
    known = {("", "", 0), *((group.code, "", 0) for group in file.key_groups)}
    known |= {
        (row.key_group, row.area, row.level)
        for row in file.requirements
        if row.kind == Requirement.Kind.MANDATORY
    }
    return frozenset(
        goal
        for goal in (goals_of(beside) if beside else ())
        if (goal.key_group, goal.area, goal.level) in known
    )
