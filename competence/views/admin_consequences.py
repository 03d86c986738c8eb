"""What a draft of the plan would mean, while it is written and before it is decided: roughly to
everybody who may edit it, and exactly, by unit and name, behind a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from competence.engine.difference import StandingChange
from competence.engine.facts import KeyGroupRules
from competence.figures.consequences import NeedCounts
from competence.figures.consequences_named import changed_people, exact
from competence.figures.consequences_shown import Shown
from competence.forms import (
    BaseExcludedFormSet,
    CountedOnForm,
    ExcludedFormSet,
    RequirementForm,
    RuleForm,
    RuleFormSet,
)
from competence.models import KeyGroup, PlanVersion, Requirement
from competence.services.disclosure import Purpose, name_also, standing_opening
from competence.services.plan_consequences import (
    Edit,
    Summary,
    compared,
    consequences_shown,
    counted_on,
    needs_by,
)
from competence.views.disclosure import names_part
from competence.views.plan_kinds import changed_goals
from competence.views.scope import acting_user
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.framework.rules import PersonRule
from lms.lib.dates import today
from lms.lib.tables import csv_response

PAGE_SIZE = 50


@dataclass(frozen=True)
class Part:
    """One block of the panel: the change that is being written, or the whole draft."""

    title: str
    shown: Shown


def undecided(number: int) -> PlanVersion:
    """The version, where it is still to be decided."""
    version = get_object_or_404(PlanVersion, number=number)
    if not (version.is_draft or version.is_sent):
        raise Http404
    return version


def draft(number: int) -> PlanVersion:
    version = undecided(number)
    if not version.is_draft:
        raise Http404
    return version


def summaries(
    request: HttpRequest, version: PlanVersion, edit: Edit | None, day: date | None = None
) -> list[Summary]:
    """The consequences as they are shown; that they were looked at is recorded."""
    now = today()
    day = day or counted_on(version, today=now, edit=edit)
    found = consequences_shown(
        version,
        day,
        today=now,
        threshold=SiteSettings.load().suppression_threshold,
        edit=edit,
    )
    record(
        "plan_version.consequences_seen",
        version,
        by=acting_user(request),
        after={"counted_on": day.isoformat()} | (_written(edit) if edit else {}),
    )
    return found


def _written(edit: Edit) -> dict[str, Any]:
    if edit.requirement is None:
        return {"key_group": edit.group}
    wanted = edit.requirement
    return {
        "key_group": edit.group,
        "area": wanted.area_id,
        "level": wanted.level_id,
        "effective_from": wanted.effective_from.isoformat(),
    }


def parts(request: HttpRequest, version: PlanVersion, edit: Edit | None) -> list[Part]:
    """The panel: the change that is being written, then the whole draft."""
    titles = [_("The whole draft")]
    if edit is not None:
        titles.insert(0, _("This requirement") if edit.requirement else _("This key group"))
    found = summaries(request, version, edit)
    return [Part(title, summary.shown) for title, summary in zip(titles, found, strict=True)]


def requirement_edit(form: RequirementForm, pk: int | None) -> Edit | None:
    """What the form says, where it says a whole requirement."""
    if not form.is_valid():
        return None
    requirement: Requirement = form.instance
    return Edit(requirement.key_group_id, requirement=requirement, instead_of=pk)


def rules_of(formset: BaseFormSet[RuleForm]) -> list[PersonRule]:
    return [
        rule
        for form in formset.forms
        if not form.cleaned_data.get("DELETE") and (rule := form.rule()) is not None
    ]


def rules_edit(
    group: KeyGroup, formset: BaseFormSet[RuleForm], excluded: BaseExcludedFormSet
) -> Edit | None:
    if not (formset.is_valid() and excluded.is_valid()):
        return None
    left_out = frozenset(person.pk for person in excluded.people())
    return Edit(group.pk, rules=KeyGroupRules(tuple(rules_of(formset)), left_out))


def _fragment(request: HttpRequest, found: Sequence[Part], version: PlanVersion) -> HttpResponse:
    return render(
        request,
        "competence/admin/part_consequences.html",
        {"parts": found, "version": version},
    )


@require_POST
def draft_part(request: HttpRequest, number: int) -> HttpResponse:
    """The panel of a version as it is saved."""
    version = undecided(number)
    return _fragment(request, parts(request, version, None), version)


@require_POST
def requirement_part(request: HttpRequest, number: int, pk: int | None = None) -> HttpResponse:
    """The panel of a requirement as it is being written; nothing is saved."""
    version = draft(number)
    requirement = (
        get_object_or_404(version.requirements, pk=pk) if pk else Requirement(plan_version=version)
    )
    edit = requirement_edit(RequirementForm(request.POST, instance=requirement), pk)
    return _fragment(request, parts(request, version, edit) if edit else [], version)


@require_POST
def rules_part(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The panel of a key group's rules as they are being written; nothing is saved."""
    version = draft(number)
    group = get_object_or_404(KeyGroup, code=code)
    excluded = ExcludedFormSet(request.POST, prefix="excluded")
    edit = rules_edit(group, RuleFormSet(request.POST), excluded)
    return _fragment(request, parts(request, version, edit) if edit else [], version)


def consequences(request: HttpRequest, number: int) -> HttpResponse:
    """The consequences of a version that is to be decided; exact and by name behind a reason."""
    version, now = undecided(number), today()
    usual = counted_on(version, today=now)
    form = CountedOnForm(request.GET or None, today=now, initial={"dag": usual})
    day = form.cleaned_data["dag"] if form.is_bound and form.is_valid() else usual
    found: list[tuple[NeedCounts, list[StandingChange]]] = []

    def needs() -> tuple[NeedCounts, list[StandingChange]]:
        if not found:
            found.append(needs_by(compared(version, day)))
        return found[0]

    part = names_part(
        request,
        purpose=Purpose.PLAN_CONSEQUENCES,
        matter=str(version.number),
        about=version,
        people=lambda: {change.person_pk for change in needs()[1]},
    )
    (summary,) = summaries(request, version, None, day)
    context: dict[str, Any] = {}
    if part.opening:
        counts, changes = needs()
        lines = changed_people(changes, day)
        context = {
            "exact": exact(counts, day=day, decided_on=now, assumptions=summary.assumptions),
            "page": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("p")),
            "total": ngettext("%(count)s person", "%(count)s people", len(lines))
            % {"count": len(lines)},
        }
    return render(
        request,
        "competence/admin/consequences.html",
        {
            "version": version,
            "form": form,
            "day": day,
            "shown": summary.shown,
            "goals": changed_goals(version, day),
            "part": part,
            "query": f"dag={day.isoformat()}",
            "header_title": _("What version %(number)s would mean") % {"number": number},
            "header_icon": "view",
            **context,
        },
    )


@require_safe
def consequences_file(request: HttpRequest, number: int) -> HttpResponse:
    """Those whose standing changes, as a file, while the names are open."""
    version, by = undecided(number), acting_user(request)
    form = CountedOnForm(request.GET, today=today())
    opening = standing_opening(
        session=request.session,
        by=by,
        purpose=Purpose.PLAN_CONSEQUENCES,
        matter=str(version.number),
        at=timezone.now(),
    )
    if opening is None or not form.is_valid():
        return redirect(reverse("competence_admin:consequences", args=[number]))
    day = form.cleaned_data["dag"]
    _counts, changes = needs_by(compared(version, day))
    name_also(
        opening=opening,
        by=by,
        purpose=Purpose.PLAN_CONSEQUENCES,
        matter=str(version.number),
        people={change.person_pk for change in changes},
    )
    lines = changed_people(changes, day)
    record(
        "plan_version.names_fetched",
        version,
        by=by,
        after={"people": len(lines), "counted_on": day.isoformat()},
        reason=opening.reason,
    )
    return csv_response(
        f"foljder-version-{version.number}-{day.isoformat()}.csv",
        [
            *(_("Person id"), _("Name"), _("Unit"), _("Lacks"), _("Lacks no longer")),
            *(_("Red at once"), _("Last day")),
        ],
        (
            [
                *(line.person.person_id, line.person.name, ", ".join(line.units)),
                *("; ".join(line.lacks), "; ".join(line.lacks_no_longer)),
                _("yes") if line.red_at_once else "",
                line.last_day,
            ]
            for line in lines
        ),
    )
