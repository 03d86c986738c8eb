"""Export of a version of the plan (framework.yaml)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any

import yaml
from django.db.models import Q

from competence.models import KeyGroup, KeyPersonAssignment, PlanVersion, RenewalOrder
from competence.services.plan_content import GoalContent, goals_of
from lms.framework.models import CompetenceArea, TrainingLevel


def export_framework(*, as_of: date, without_people: bool = False) -> str:
    """The plan in force on `as_of` as framework.yaml: importing it again changes nothing.
    `without_people` leaves namings and exclusions out, for another municipality."""
    return export_version(PlanVersion.objects.in_force_on(as_of), without_people=without_people)


def export_version(version: PlanVersion | None, *, without_people: bool) -> str:
    """A version of the plan as framework.yaml."""
    definitions = {}
    if version is not None:
        for definition in version.definitions.prefetch_related("excluded__merged_into"):
            definitions[definition.key_group_id] = definition
    namings: dict[int, list[dict[str, Any]]] = {}
    if not without_people:
        for naming in (
            KeyPersonAssignment.objects.filter(withdrawn_at__isnull=True)
            .select_related("person")
            .order_by("person__person_id", "starts_on", "pk")
        ):
            entry: dict[str, Any] = {
                "person": naming.person.person_id,
                "from": naming.starts_on,
            }
            if naming.ends_on is not None:
                entry["until"] = naming.ends_on
            namings.setdefault(naming.key_group_id, []).append(entry)
    goals = goals_of(version) if version else frozenset()
    used = (
        Q(pk__in=definitions) | Q(pk__in=namings) | Q(code__in={goal.key_group for goal in goals})
    )
    data = {
        "areas": list(CompetenceArea.objects.values("code", "name")),
        "levels": [
            {"code": number, "name": name}
            for number, name in TrainingLevel.objects.values_list("number", "name")
        ],
        "key_groups": [
            {
                "code": group.code,
                "name": group.name,
                "rules": list(definitions[group.pk].rules) if group.pk in definitions else [],
                "persons": namings.get(group.pk, []),
                "exclude": []
                if without_people or group.pk not in definitions
                else sorted(
                    {
                        (person.merged_into or person).person_id
                        for person in definitions[group.pk].excluded.all()
                    }
                ),
            }
            for group in KeyGroup.objects.filter(used)
        ],
        "requirements": _exported_requirements(version),
        "renewal_orders": [
            {
                "area": order.area.code,
                "level": order.level.number if order.level else None,
                "achieved_before": order.achieved_before,
                "last_valid_day": order.last_valid_day,
                "decided_on": order.decided_on,
                "reason": order.reason,
            }
            for order in RenewalOrder.objects.select_related("area", "level").order_by("pk")
        ],
        "coverage_goals": _exported_goals(goals),
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def _exported_requirements(version: PlanVersion | None) -> list[dict[str, Any]]:
    if version is None:
        return []
    rows = []
    for row in version.requirements.select_related("key_group", "area", "level").order_by(
        "key_group__code", "area__sort_order", "area__code", "level__number", "effective_from"
    ):
        data = {
            "key_group": row.key_group.code,
            "area": row.area.code,
            "level": row.level.number,
            "kind": row.kind,
            "effective_from": row.effective_from,
            "effective_until": row.effective_until,
            "grace_days": row.grace_days,
            "renewal_months": row.renewal_months,
            "window_days": row.window_days,
        }
        if row.motive:
            data["motive"] = row.motive
        rows.append(data)
    return rows


def _exported_goals(goals: Iterable[GoalContent]) -> list[dict[str, Any]]:
    """What is left out of a goal: all key groups together, all that is mandatory, no note."""
    rows = []
    for goal in sorted(goals, key=attrgetter("key_group", "area", "level", "reach_by")):
        data: dict[str, Any] = {"key_group": goal.key_group} if goal.key_group else {}
        if goal.area:
            data |= {"area": goal.area, "level": goal.level}
        data |= {"percent": goal.percent, "reach_by": goal.reach_by}
        if goal.note:
            data["note"] = goal.note
        rows.append(data)
    return rows
