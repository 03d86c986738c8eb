"""Requirements that no published course can meet ("krav utan utbud")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from competence.models import PlanVersion, Requirement
from courses.offer import offer_index


@dataclass(frozen=True)
class MissingSupply:
    """One level in an area that key groups must or should hold and no published course gives."""

    area: str
    area_name: str
    level: int
    level_name: str
    mandatory: bool  # for at least one of the groups
    key_groups: tuple[str, ...]


def requirements_without_supply(as_of: date) -> list[MissingSupply]:
    """The levels in effect on `as_of` that nothing on offer gives, by area and level. Three
    queries."""
    offered = offer_index()
    return [
        missing
        for missing in levels_required(as_of)
        if not offered.get((missing.area, missing.level))
    ]


def levels_required(as_of: date) -> list[MissingSupply]:
    """Every (area, level) that some requirement in effect asks for, with the groups that ask."""
    rows = (
        Requirement.objects.filter(
            Q(effective_until__isnull=True) | Q(effective_until__gte=as_of),
            plan_version=PlanVersion.objects.in_force_on(as_of),
            effective_from__lte=as_of,
        )
        .select_related("area", "level", "key_group")
        .order_by("area__sort_order", "area__code", "level__number", "key_group__code")
    )
    grouped: dict[tuple[str, int], list[Requirement]] = {}
    for row in rows:
        grouped.setdefault((row.area.code, row.level.number), []).append(row)
    return [
        MissingSupply(
            area=area,
            area_name=group[0].area.name,
            level=level,
            level_name=group[0].level.name,
            mandatory=any(row.kind == Requirement.Kind.MANDATORY for row in group),
            key_groups=tuple(dict.fromkeys(row.key_group.name for row in group)),
        )
        for (area, level), group in grouped.items()
    ]
