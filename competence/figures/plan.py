"""The competence plan as a page says it: who must hold what, and who belongs, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.models import KeyGroup, PlanVersion, Requirement
from lms.framework.models import CompetenceArea
from lms.framework.rules import PersonRule
from lms.people.models import Employment, Unit


@dataclass(frozen=True)
class PlanCell:
    area: str
    area_label: str
    level: int
    level_name: str
    mandatory: bool


@dataclass(frozen=True)
class PlanRow:
    code: str
    name: str
    cells: tuple[PlanCell | None, ...]


@dataclass(frozen=True)
class PlanMatrix:
    """Key groups by area in a plan version; the level asked for in each cell."""

    version: PlanVersion
    areas: tuple[CompetenceArea, ...]
    rows: tuple[PlanRow, ...]


def plan_matrix(version: PlanVersion, as_of: date | None) -> PlanMatrix:
    """The requirements of a version in effect on a day (none: all of them). Three queries."""
    requirements = version.requirements.select_related("key_group", "area", "level")
    if as_of is not None:
        requirements = requirements.filter(in_effect_q(as_of))
    strictest: dict[tuple[str, str], Requirement] = {}
    for requirement in requirements.order_by("-kind", "level__number"):
        # Recommended before mandatory, low before high: the last one written is what is shown.
        strictest[requirement.key_group.code, requirement.area.code] = requirement
    areas = tuple(
        area
        for area in CompetenceArea.objects.all()
        if any(code == area.code for _group, code in strictest)
    )
    groups = KeyGroup.objects.filter(
        Q(definitions__plan_version=version) | Q(requirements__plan_version=version)
    ).distinct()
    return PlanMatrix(
        version,
        areas,
        tuple(
            PlanRow(
                group.code,
                group.name,
                tuple(_cell(area, strictest.get((group.code, area.code))) for area in areas),
            )
            for group in groups
        ),
    )


def in_effect_q(as_of: date) -> Q:
    return Q(effective_from__lte=as_of) & (
        Q(effective_until__isnull=True) | Q(effective_until__gte=as_of)
    )


def _cell(area: CompetenceArea, requirement: Requirement | None) -> PlanCell | None:
    if requirement is None:
        return None
    return PlanCell(
        area.code,
        area.label,
        requirement.level.number,
        requirement.level.name,
        requirement.kind == Requirement.Kind.MANDATORY,
    )


@dataclass(frozen=True)
class RequirementWords:
    """One requirement of a key group, in words."""

    pk: int
    area_name: str
    level_name: str
    mandatory: bool
    grace: str
    renewal: str
    window: str
    effect: str
    motive: str


def requirements_in_words(requirements: Iterable[Requirement]) -> list[RequirementWords]:
    return [
        RequirementWords(
            row.pk,
            row.area.name,
            row.level.name,
            row.kind == Requirement.Kind.MANDATORY,
            ngettext("%(count)s day", "%(count)s days", row.grace_days) % {"count": row.grace_days},
            renewal_in_words(row.renewal_months),
            ngettext("%(count)s day before", "%(count)s days before", row.window_days)
            % {"count": row.window_days},
            _effect(row),
            row.motive,
        )
        for row in requirements
    ]


def renewal_in_words(months: int | None) -> str:
    if months is None:
        return _("is not renewed")
    if months % 12 == 0:
        return ngettext("every %(count)s year", "every %(count)s years", months // 12) % {
            "count": months // 12
        }
    return ngettext("every %(count)s month", "every %(count)s months", months) % {"count": months}


def _effect(row: Requirement) -> str:
    if row.effective_until is None:
        return _("from %(day)s") % {"day": date_format(row.effective_from)}
    return _("%(first)s – %(last)s") % {
        "first": date_format(row.effective_from),
        "last": date_format(row.effective_until),
    }


@dataclass(frozen=True)
class Names:
    """What codes are called: units, and jobs as the register has them."""

    units: Mapping[str, str]
    jobs: Mapping[str, str]

    @classmethod
    def of(cls, rules: Iterable[PersonRule]) -> Names:
        """The names that the rules need. Two queries."""
        rules = list(rules)
        units = {code for rule in rules for code in (*rule.units, *rule.except_units)}
        jobs = {code for rule in rules for code in (*rule.job_codes, *rule.except_job_codes)}
        titles = (
            Employment.objects.filter(job_code__in=jobs)
            .exclude(job_title="")
            .order_by("job_code", "job_title")
            .values_list("job_code", "job_title")
            .distinct()
        )
        return cls(
            dict(Unit.objects.filter(code__in=units).values_list("code", "name")),
            dict(reversed(list(titles))),
        )


def either(words: Iterable[str]) -> str:
    """a, b or c"""
    *first, last = words
    if not first:
        return last
    return _("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last}


def rule_in_words(rule: PersonRule, names: Names) -> str:
    """Who a rule takes in, as the end of the sentence "Den som …"."""

    def units(codes: Iterable[str]) -> str:
        return either(names.units.get(code, code) for code in codes)

    def jobs(codes: Iterable[str]) -> str:
        return either(
            names.jobs[code].lower()
            if code in names.jobs
            # A code that nobody in the register has: its title is not known.
            else _("%(code)s (job code)") % {"code": code}
            for code in codes
        )

    parts = []
    if rule.managers_only:
        parts.append(_("is a manager with staff"))
    if rule.job_codes:
        parts.append(_("works as %(jobs)s") % {"jobs": jobs(rule.job_codes)})
    if rule.except_job_codes:
        parts.append(_("does not work as %(jobs)s") % {"jobs": jobs(rule.except_job_codes)})
    if rule.units:
        parts.append(_("works in %(units)s or below") % {"units": units(rule.units)})
    if rule.except_units:
        parts.append(_("does not work in %(units)s or below") % {"units": units(rule.except_units)})
    if rule.forms:
        parts.append(_("is employed as %(forms)s") % {"forms": either(rule.forms)})
    if not parts:
        return _("has any employment")
    *first, last = parts
    if not first:
        return last
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last}
