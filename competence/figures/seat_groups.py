"""Whom the seats of an area and level are for, and how such sessions usually are held: what the
forecast's counts do not say and a planned activity must."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from competence.engine.seats import Supposed
from competence.figures.plan import in_effect_q
from competence.figures.words import named
from competence.models import PlanActivity, PlanChapter, PlanVersion, Requirement

Key = tuple[str, int]
_LONGEST = 120


def groups_behind(
    version: PlanVersion | None, day: date, supposed: Supposed | None = None
) -> dict[Key, frozenset[str]]:
    """The key groups (codes) that a version of the plan asks for each area and level on a day, with
    what is supposed otherwise. From the plan alone, nothing of anybody. One query."""
    found: dict[Key, frozenset[str]] = {}
    if version is not None:
        asked = version.requirements.filter(in_effect_q(day), kind=Requirement.Kind.MANDATORY)
        for area, level, group in asked.values_list(
            "area__code", "level__number", "key_group__code"
        ):
            found[area, level] = found.get((area, level), frozenset()) | {group}
    return _supposing(found, supposed) if supposed else found


def _supposing(found: dict[Key, frozenset[str]], supposed: Supposed) -> dict[Key, frozenset[str]]:
    key = (supposed.area, supposed.level)
    groups = found.pop(key, frozenset()) - {supposed.group_out}
    groups |= {supposed.group_in} - {""}
    becomes = (supposed.area, supposed.to_level or supposed.level)
    return {**found, becomes: found.get(becomes, frozenset()) | groups}


def in_words(codes: frozenset[str], names: Mapping[str, str]) -> str:
    """ "Elevhälsa, Rektorer, Omsorg and 2 more" """
    return named([names.get(code, code) for code in sorted(codes)])


@dataclass(frozen=True)
class Terms:
    """How a session is held, and the function that answers for it; each may be unknown."""

    form: str
    responsible: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.form, self.responsible) if part)


def usual_terms(version: PlanVersion | None) -> Callable[[str, int], Terms]:
    """For an area and level, what the latest planned sessions of the same say; else that they are
    held on site, and the function that answers for the plan in force. At most four queries."""
    found: dict[Key, Terms] = {}
    for planned in (
        PlanActivity.objects.filter(sessions__gt=0, seats__gt=0)
        .exclude(form="", responsible="")
        .order_by("version__number", "activity__number")
        .prefetch_related("areas", "levels")
    ):
        for area in planned.areas.all():
            for level in planned.levels.all():
                found[area.code, level.number] = Terms(planned.form, planned.responsible)
    chapter = version and version.chapters.filter(key=PlanChapter.Key.RESPONSIBLE).first()
    otherwise = Terms(_("on site"), chapter.text[:_LONGEST] if chapter else "")
    return lambda area, level: found.get((area, level), otherwise)
