"""The plan in the admin: the version in force, drafts, and the decision with its consequences."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.figures.consequences_shown import Shown
from competence.figures.goal_lines import goal_lines
from competence.figures.plan_changes import plan_changes
from competence.figures.plan_changes_words import changes_in_words
from competence.figures.preview import three_people
from competence.figures.way import way_of
from competence.forms import (
    AdoptForm,
    BaseExcludedFormSet,
    ExcludedFormSet,
    KeyGroupForm,
    RequirementForm,
    RuleForm,
    RuleFormSet,
)
from competence.models import (
    KeyGroup,
    KeyGroupDefinition,
    PlanVersion,
    Requirement,
    ShownConsequences,
    state_words,
    states_on,
)
from competence.plan_forms import CompareForm
from competence.services.plan import PlanError, create_draft, draft_from
from competence.services.plan_consequences import Summary, counted_on, decide_as_shown
from competence.services.plan_content import content_of, fingerprint_of
from competence.services.plan_editing import (
    create_key_group,
    define_key_group,
    discard_draft,
    remove_requirement,
    save_requirement,
)
from competence.services.plan_states import refuse_faults
from competence.views.admin_consequences import (
    parts,
    requirement_edit,
    rules_edit,
    rules_of,
    summaries,
)
from competence.views.as_seen import (
    changed_since,
    changed_words,
    mark_of,
    refuse_removal,
    refuse_unseen,
)
from competence.views.plan_kinds import (
    changed_goals,
    compared_with,
    decided_already,
    group_pages,
    said_where_refused,
    thrown_away,
    way_context,
)
from competence.views.scope import acting_user
from lms.framework.rules import PersonRule
from lms.lib.dates import today
from lms.people.access import Action, Obj, can


def plan_versions(request: HttpRequest) -> HttpResponse:
    """Every version and where it stands, the one in force first in sight, and the way to a new
    draft."""
    day = today()
    versions = list(PlanVersion.objects.order_by("-number"))
    states = states_on(versions, day)
    return render(
        request,
        "competence/admin/plan.html",
        {
            "in_force": PlanVersion.objects.in_force_on(day),
            "versions": [
                (version, states[version.pk], state_words(version, states[version.pk]))
                for version in versions
            ],
            "may_edit": can(request.user, Action.UPDATE, Obj.REQUIREMENT, day=day),
            "day": day,
            "header_title": _("Competence plan"),
            "header_icon": "doc-full-inverse",
        },
    )


def plan_version(request: HttpRequest, number: int) -> HttpResponse:
    """A version: its way, what is changed in it, its key groups and their requirements."""
    version = get_object_or_404(PlanVersion, number=number)
    day = today()
    earlier = compared_with(version, day)
    changes = plan_changes(content_of(earlier), content_of(version)) if earlier else None
    kept = ShownConsequences.objects.filter(plan_version=version).first()
    return render(
        request,
        "competence/admin/version.html",
        {
            "version": version,
            "is_draft": version.is_draft,
            "undecided": version.is_draft or version.is_sent,
            "kept": kept,
            "shown": Shown.read(kept.shown) if kept else None,
            **way_context(version, day),
            "earlier": earlier,
            "changes": changes,
            "changed": changes_in_words(changes) if changes else (),
            "groups": group_pages(version),
            "goals": goal_lines(version),
            "header_title": str(version),
            "header_icon": "doc-full-inverse",
        },
    )


def compare(request: HttpRequest) -> HttpResponse:
    """What tells any two versions apart, in words."""
    form = CompareForm(request.GET or None, versions=PlanVersion.objects.all())
    changes = changed = None
    if request.GET and form.is_valid():
        asked = form.cleaned_data
        changes = plan_changes(content_of(asked["was"]), content_of(asked["becomes"]))
        changed = changes_in_words(changes)
    return render(
        request,
        "competence/admin/compare.html",
        {
            "form": form,
            "changes": changes,
            "changed": changed,
            "header_title": _("Compare two versions"),
            "header_icon": "doc-full-inverse",
        },
    )


@require_POST
def new_draft(request: HttpRequest) -> HttpResponse:
    """A draft that says what the version in force says."""
    current = PlanVersion.objects.in_force_on(today())
    by = acting_user(request)
    draft = draft_from(current, by=by) if current else create_draft(by=by)
    return redirect("competence_admin:version", draft.number)


@said_where_refused("competence_admin:version")
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """After a question: a draft that is thrown away is gone, with all that was written in it."""
    version = _draft(number)
    seen = mark_of(version.pk, fingerprint_of(version))
    if request.method == "POST" and not changed_since(request, seen):
        discard_draft(version=version, by=acting_user(request))
        messages.success(request, _("The draft has been discarded."))
        return redirect("competence_admin:plan")
    return render(
        request,
        "competence/admin/confirm_training.html",
        {
            "about": str(version),
            "note": thrown_away(
                _(
                    "Its requirements, key groups and chapters are removed. Proposals from needs "
                    "that were accepted into it wait for a decision again."
                ),
                version,
                changed=request.method == "POST",
            ),
            "button": _("Discard the draft"),
            "seen": seen,
            "back_name": "competence_admin:version",
            "back_number": number,
            "header_title": _("Discard the draft"),
            "header_icon": "warning",
        },
    )


def _draft(number: int) -> PlanVersion:
    version = get_object_or_404(PlanVersion, number=number)
    if version.status != PlanVersion.Status.DRAFT:
        raise Http404
    return version


@said_where_refused("competence_admin:version")
def edit_key_group(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """Who belongs to a key group in a draft."""
    version = _draft(number)
    group = get_object_or_404(KeyGroup, code=code)
    definition = KeyGroupDefinition.objects.filter(plan_version=version, key_group=group).first()
    initial = [
        RuleForm.initial_of(PersonRule.from_json(rule))
        for rule in (definition.rules if definition else [])
    ]
    left_out = (
        BaseExcludedFormSet.initial_of(definition.excluded.select_related("merged_into"))
        if definition
        else []
    )
    seen = mark_of(version.pk, initial, [row["excluded"].pk for row in left_out])
    formset = RuleFormSet(request.POST or None, initial=initial)
    excluded = ExcludedFormSet(request.POST or None, initial=left_out, prefix="excluded")
    panel = None
    if request.method == "POST" and "consequences" in request.POST:
        edit = rules_edit(group, formset, excluded)
        panel = parts(request, version, edit) if edit else []
    elif changed_since(request, seen):
        messages.error(request, changed_words())
    elif request.method == "POST" and formset.is_valid() and excluded.is_valid():
        define_key_group(
            version=version,
            key_group=group,
            rules=rules_of(formset),
            excluded=excluded.people(),
            by=acting_user(request),
        )
        messages.success(request, _("%(group)s is saved in the draft.") % {"group": group})
        return redirect("competence_admin:version", version.number)
    return render(
        request,
        "competence/admin/key_group.html",
        {
            "version": version,
            "group": group,
            "formset": formset,
            "excluded": excluded,
            "seen": seen,
            "parts": panel,
            "header_title": _("Who belongs: %(group)s") % {"group": group},
            "header_icon": "group",
        },
    )


def new_key_group(request: HttpRequest, number: int) -> HttpResponse:
    version = _draft(number)
    form = KeyGroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        group = create_key_group(by=acting_user(request), **form.cleaned_data)
        return redirect("competence_admin:edit_key_group", version.number, group.code)
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": _("Create the key group"),
            "back": version,
            "header_title": _("New key group"),
            "header_icon": "group",
        },
    )


def _mark(version: PlanVersion, pk: int) -> str:
    """Of a requirement as it is stored."""
    return mark_of(version.pk, *version.requirements.filter(pk=pk).values_list().get())


_DAYS = ("kind", "effective_from", "grace_days", "renewal_months", "window_days")


@said_where_refused("competence_admin:version")
def edit_requirement(request: HttpRequest, number: int, pk: int | None = None) -> HttpResponse:
    """Add or change a requirement of a draft."""
    version = _draft(number)
    requirement = (
        get_object_or_404(version.requirements, pk=pk) if pk else Requirement(plan_version=version)
    )
    initial = {} if pk else {"key_group": request.GET.get("grupp"), "effective_from": today()}
    form = RequirementForm(request.POST or None, instance=requirement, initial=initial)
    day = today()
    seen = _mark(version, pk) if pk else ""
    people = three_people(requirement, day) if pk and not form.is_bound else []
    panel = None
    if request.method == "POST" and "consequences" in request.POST:
        edit = requirement_edit(form, pk)
        panel = parts(request, version, edit) if edit else []
    elif request.method == "POST" and "preview" in request.POST:
        # Only the days are needed to show what they mean.
        if not form.errors.keys() & set(_DAYS):
            asked = Requirement(**{name: form.cleaned_data[name] for name in _DAYS})
            people = three_people(asked, day)
    elif request.method == "POST" and form.is_valid() and not refuse_unseen(request, form, seen):
        try:
            save_requirement(requirement=form.save(commit=False), by=acting_user(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The requirement is saved in the draft."))
            return redirect("competence_admin:version", version.number)
    return render(
        request,
        "competence/admin/requirement.html",
        {
            "form": form,
            "seen": seen,
            "button": _("Save"),
            "people": people,
            "parts": panel,
            "address": reverse(
                "competence_admin:requirement_consequences"
                if pk
                else "competence_admin:new_requirement_consequences",
                args=[number, pk] if pk else [number],
            ),
            "day": day,
            "back": version,
            "delete": requirement if pk else None,
            "header_title": _("Requirement"),
            "header_icon": "list-ul",
        },
    )


@require_POST
@said_where_refused("competence_admin:version")
def delete_requirement(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    version = _draft(number)
    requirement = get_object_or_404(version.requirements, pk=pk)
    if refuse_removal(request, _mark(version, pk)):
        return redirect("competence_admin:requirement", number, pk)
    remove_requirement(requirement=requirement, by=acting_user(request))
    messages.success(request, _("The requirement is taken out of the draft."))
    return redirect("competence_admin:version", number)


def adopt(request: HttpRequest, number: int) -> HttpResponse:
    """The decision: first what it would mean for people, then the button that decides."""
    version = get_object_or_404(PlanVersion, number=number)
    if not (version.is_draft or version.is_sent):
        return decided_already(request, "competence_admin:version", number)
    day = today()
    form = AdoptForm(
        request.POST or None,
        version=version,
        today=day,
        initial={"in_force_from": day, "adopted_on": day},
    )
    summary, content, starts = None, "", day
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        starts = asked["in_force_from"]
        try:
            refuse_faults(version)
            seen = _seen(request, version, asked["in_force_from"])
            if "decide" in request.POST and seen is not None:
                decide_as_shown(
                    version=version,
                    shown=seen["shown"],
                    assumed=seen["assumed"],
                    as_shown=seen["content"],
                    by=acting_user(request),
                    **asked,
                )
                messages.success(
                    request, _("Version %(number)s is decided.") % {"number": version.number}
                )
                return redirect("competence_admin:plan")
            if "decide" in request.POST:
                form.add_error(None, _("See what it means for this day before you decide."))
            counted = max(asked["in_force_from"], counted_on(version, today=day))
            content = fingerprint_of(version)
            (summary,) = summaries(request, version, None, counted)
        except PlanError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "competence/admin/adopt.html",
        {
            "version": version,
            "form": form,
            "goals": changed_goals(version, starts),
            "summary": summary,
            "seen": _sign(version, content, summary, form) if summary else "",
            "way": way_of(version, day),
            "header_title": _("Decide on version %(number)s") % {"number": version.number},
            "header_icon": "check",
        },
    )


SALT = "competence.consequences_seen"


def _sign(version: PlanVersion, content: str, summary: Summary, form: AdoptForm) -> str:
    """What is shown, to come back with the decision as it was shown. `content`: the fingerprint of
    the version before it was counted."""
    return signing.dumps(
        {
            "version": version.pk,
            "content": content,
            "in_force_from": form.cleaned_data["in_force_from"].isoformat(),
            "shown": summary.shown.said(),
            "assumed": summary.assumptions.everything_said(),
        },
        salt=SALT,
        compress=True,
    )


def _seen(request: HttpRequest, version: PlanVersion, day: date) -> dict[str, Any] | None:
    """What was shown of the version for this day; none where nothing was, or where the version has
    been changed since."""
    try:
        seen: dict[str, Any] = signing.loads(request.POST.get("seen", ""), salt=SALT)
    except signing.BadSignature:
        return None
    said = (version.pk, fingerprint_of(version), day.isoformat())
    return seen if (seen["version"], seen["content"], seen["in_force_from"]) == said else None
