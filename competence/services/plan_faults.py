"""What a version of the competence plan cannot say, found before it is sent or decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from competence.models import DecidedDocument, PlanVersion, Requirement


def faults_of(version: DecidedDocument) -> Iterator[str]:
    """In words, with what to do; none where it can be decided."""
    if isinstance(version, PlanVersion):
        yield from _overlaps(version)
        yield from _unasked_goals(version)


def _overlaps(version: PlanVersion) -> Iterator[str]:
    """Two requirements that would apply at once."""
    latest: dict[tuple[int, int, int], date | None] = {}
    for row in version.requirements.select_related("key_group", "area", "level").order_by(
        "effective_from"
    ):
        key = (row.key_group_id, row.area_id, row.level_id)
        if key in latest:
            until = latest[key]
            if until is None or row.effective_from <= until:
                yield _(
                    "Two requirements for %(group)s, %(area)s, %(level)s apply the same day."
                ) % {"group": row.key_group, "area": row.area, "level": row.level}
        latest[key] = row.effective_until


def _unasked_goals(version: PlanVersion) -> Iterator[str]:
    """A coverage goal for a level that the version does not ask of the key group."""
    asked = set(
        version.requirements.filter(kind=Requirement.Kind.MANDATORY).values_list(
            "key_group", "area", "level"
        )
    )
    goals = version.goals.filter(area__isnull=False).select_related("key_group", "area", "level")
    for goal in goals:
        if (goal.key_group_id, goal.area_id, goal.level_id) not in asked:
            yield _(
                "There is a coverage goal for %(group)s, %(area)s, %(level)s, which the version"
                " does not ask. Take the goal out, or add the requirement."
            ) % {"group": goal.key_group, "area": goal.area, "level": goal.level}
