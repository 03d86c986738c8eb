"""The training plan in the admin: its versions, and the activities of a draft step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.figures.budget import budget, standing_of_training_plan
from competence.forms import AdoptForm
from competence.models import PlanActivity, TrainingPlanVersion
from competence.models.decided import states_on
from competence.plan_forms import CompareForm
from competence.services.activities import (
    change_activity,
    copy_activity,
    create_activity_once,
    move_activity,
    partners_of,
    remove_activity,
    said_of,
    set_partners,
)
from competence.services.plan_states import PlanError
from competence.services.training_plan import (
    adopt_training_plan,
    create_training_draft,
    discard_training_draft,
    training_fingerprint,
)
from competence.training_forms import (
    CostForm,
    HowMuchForm,
    PartnerFormSet,
    SplitForm,
    WhatForm,
)
from competence.views.as_seen import FIELD, changed_since, mark_of, refuse_removal, refuse_unseen
from competence.views.plan_kinds import (
    compared_with,
    decided_already,
    said_where_refused,
    thrown_away,
    training_changes_context,
    training_lines,
    way_context,
)
from competence.views.scope import acting_user
from lms.lib.dates import today

ICON = "calendar-alt"
_STEPS: tuple[tuple[type, Callable[[], str]], ...] = (
    (WhatForm, lambda: _("What, for whom and when")),
    (HowMuchForm, lambda: _("How much, and who is responsible")),
    (CostForm, lambda: _("What it costs")),
    (SplitForm, lambda: _("With whom")),
)


def training_versions(request: HttpRequest) -> HttpResponse:
    """Every version, and the way to a new draft."""
    day = today()
    versions = list(TrainingPlanVersion.objects.all())
    states = states_on(versions, day)
    return render(
        request,
        "competence/admin/training_versions.html",
        {
            "standing": standing_of_training_plan(day),
            "versions": [(version, states[version.pk]) for version in versions],
            "header_title": _("Training plan"),
            "header_icon": ICON,
        },
    )


def compare_training(request: HttpRequest) -> HttpResponse:
    """What tells any two versions apart, in words and in figures."""
    form = CompareForm(request.GET or None, versions=TrainingPlanVersion.objects.all())
    shown: dict[str, Any] = {}
    if request.GET and form.is_valid():
        day, asked = today(), form.cleaned_data
        lines = training_lines(asked["becomes"], day)
        shown = {**asked, **training_changes_context(asked["was"], lines, day)}
    return render(
        request,
        "competence/admin/compare_training.html",
        {
            "form": form,
            **shown,
            "header_title": _("Compare two versions of the training plan"),
            "header_icon": ICON,
        },
    )


@require_POST
def new_training_draft(request: HttpRequest) -> HttpResponse:
    """A draft with the activities of the version in force, or of the latest. Where there is a draft
    already it is offered first; `another` makes one more on purpose."""
    drafts = TrainingPlanVersion.objects.filter(status=TrainingPlanVersion.Status.DRAFT)
    if "another" not in request.POST and drafts.exists():
        return render(
            request,
            "competence/admin/training_draft_exists.html",
            {
                "drafts": drafts,
                "header_title": _("There is a draft already"),
                "header_icon": ICON,
            },
        )
    source = TrainingPlanVersion.objects.in_force_on(today()) or TrainingPlanVersion.objects.first()
    draft = create_training_draft(source=source, by=acting_user(request))
    return redirect("competence_admin:training_version", draft.number)


def _draft(number: int) -> TrainingPlanVersion:
    version = get_object_or_404(TrainingPlanVersion, number=number)
    if not version.is_draft:
        raise Http404
    return version


def training_version(request: HttpRequest, number: int) -> HttpResponse:
    """The activities of a version, year by year, and what they cost."""
    version = get_object_or_404(TrainingPlanVersion, number=number)
    day = today()
    lines = training_lines(version, day)
    earlier = compared_with(version, day)
    years: dict[int, list[Any]] = {}
    for line in lines:
        years.setdefault(line.starts_on.year, []).append(line)
    return render(
        request,
        "competence/admin/training_version.html",
        {
            "version": version,
            "state": states_on([version], day)[version.pk],
            **way_context(version, day),
            "earlier": earlier,
            **training_changes_context(earlier, lines, day),
            "years": years,
            "budget": budget(lines),
            "header_title": str(version),
            "header_icon": ICON,
        },
    )


@said_where_refused("competence_admin:training_version")
def discard_training(request: HttpRequest, number: int) -> HttpResponse:
    version = _draft(number)
    seen = mark_of(version.pk, training_fingerprint(version))
    if request.method == "POST" and not changed_since(request, seen):
        discard_training_draft(version=version, by=acting_user(request))
        messages.success(request, _("The draft has been discarded."))
        return redirect("competence_admin:training")
    return _confirm(
        request,
        title=_("Discard the draft"),
        about=str(version),
        note=thrown_away(
            _("What is planned in it is removed. What has come of activities stays."),
            version,
            changed=request.method == "POST",
        ),
        back=("competence_admin:training_version", number),
        seen=seen,
    )


def adopt_training(request: HttpRequest, number: int) -> HttpResponse:
    version = get_object_or_404(TrainingPlanVersion, number=number)
    if not (version.is_draft or version.is_sent):
        return decided_already(request, "competence_admin:training_version", number)
    day = today()
    form = AdoptForm(
        request.POST or None,
        version=version,
        today=day,
        initial={"in_force_from": day, "adopted_on": day},
    )
    if request.method == "POST" and form.is_valid():
        try:
            adopt_training_plan(
                version=version,
                as_shown=request.POST.get(FIELD, ""),
                by=acting_user(request),
                **form.cleaned_data,
            )
        except PlanError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Version %(number)s is decided.") % {"number": number})
            return redirect("competence_admin:training")
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": _("Decide"),
            "about": str(version),
            "note": _("Once decided the version can no longer be changed."),
            "seen": training_fingerprint(version),
            "header_title": _("Decide on the training plan"),
            "header_icon": "check",
        },
    )


def new_activity(request: HttpRequest, number: int) -> HttpResponse:
    version = _draft(number)
    form = WhatForm(request.POST or None, initial={"kind": PlanActivity.Kind.IN_DEPTH})
    if request.method == "POST" and form.is_valid():
        try:
            planned, is_new = create_activity_once(
                version=version, by=acting_user(request), **form.cleaned_data
            )
        except (PlanError, ValidationError) as error:
            _tell(form, error)
        else:
            if not is_new:
                messages.info(
                    request,
                    _("“%(title)s” is in the draft already, as you wrote it. No other was added.")
                    % {"title": planned.title},
                )
            return redirect("competence_admin:activity", number, planned.activity.number, 2)
    return _step_page(request, version, None, 1, form)


def _planned(version: TrainingPlanVersion, activity: int) -> PlanActivity:
    return get_object_or_404(version.activities.with_parts(), activity__number=activity)


def edit_activity(request: HttpRequest, number: int, activity: int, step: int) -> HttpResponse:
    """One step of an activity in a draft."""
    version = _draft(number)
    planned = _planned(version, activity)
    if not 1 <= step <= len(_STEPS):
        raise Http404
    if step == len(_STEPS):
        return _edit_partners(request, version, planned)
    form = _STEPS[step - 1][0](request.POST or None, initial=_initial(planned))
    seen = _mark(planned)
    if request.method == "POST" and form.is_valid() and not refuse_unseen(request, form, seen):
        try:
            change_activity(planned=planned, by=acting_user(request), **form.cleaned_data)
        except (PlanError, ValidationError) as error:
            _tell(form, error)
        else:
            return _onward(request, version, planned, step)
    return _step_page(request, version, planned, step, form)


def _mark(planned: PlanActivity) -> str:
    """Of what an activity says, and with whom."""
    return mark_of(planned.pk, said_of(planned), partners_of(planned))


def _initial(planned: PlanActivity) -> dict[str, Any]:
    plain = (
        *("title", "kind", "starts_on", "ends_on", "audience", "note", "sessions", "seats"),
        *("people", "form", "responsible", "cost_external", "cost_trainer", "cost_venue", "hours"),
        *("split", "own_percent"),
    )
    return {name: getattr(planned, name) for name in plain} | {
        "key_groups": [group.pk for group in planned.key_groups.all()],
        "areas": [area.pk for area in planned.areas.all()],
        "levels": [level.pk for level in planned.levels.all()],
        "measures": ", ".join(planned.measures),
        "responsible_unit": [planned.responsible_unit.code] if planned.responsible_unit else [],
        "course": planned.course_id,
    }


def _edit_partners(
    request: HttpRequest, version: TrainingPlanVersion, planned: PlanActivity
) -> HttpResponse:
    form = SplitForm(request.POST or None, initial=_initial(planned))
    formset = PartnerFormSet(
        request.POST or None,
        initial=[
            {
                "organisation": row.organisation_id,
                "role": row.role,
                "seats": row.seats,
                "share": row.share,
            }
            for row in planned.partners.all()
        ],
        prefix="parter",
    )
    is_sound = request.method == "POST" and form.is_valid() and formset.is_valid()
    if is_sound and not refuse_unseen(request, form, _mark(planned)):
        parts = [part for each in formset.forms if (part := each.part()) is not None]
        try:
            set_partners(planned=planned, parts=parts, by=acting_user(request), **form.cleaned_data)
        except (PlanError, ValidationError) as error:
            _tell(form, error)
        else:
            return _onward(request, version, planned, len(_STEPS))
    return _step_page(request, version, planned, len(_STEPS), form, formset)


def _onward(
    request: HttpRequest, version: TrainingPlanVersion, planned: PlanActivity, step: int
) -> HttpResponse:
    messages.success(request, _("“%(title)s” is saved in the draft.") % {"title": planned.title})
    if "next" in request.POST and step < len(_STEPS):
        return redirect(
            "competence_admin:activity", version.number, planned.activity.number, step + 1
        )
    return redirect("competence_admin:training_version", version.number)


def _tell(form: Any, error: PlanError | ValidationError) -> None:
    """Beside the field where the form has it, otherwise above them all."""
    if not isinstance(error, ValidationError):
        form.add_error(None, str(error))
        return
    for name, words in getattr(error, "message_dict", {"": error.messages}).items():
        form.add_error(name if name in form.fields else None, words)


def _step_page(
    request: HttpRequest,
    version: TrainingPlanVersion,
    planned: PlanActivity | None,
    step: int,
    form: Any,
    formset: Any = None,
) -> HttpResponse:
    return render(
        request,
        "competence/admin/activity.html",
        {
            "version": version,
            "planned": planned,
            "form": form,
            "formset": formset,
            # Asked anew: what failed to be saved is not what stands.
            "seen": _mark(_planned(version, planned.activity.number)) if planned else "",
            "step": step,
            "steps": [(place, words()) for place, (_form, words) in enumerate(_STEPS, 1)],
            "header_title": planned.title if planned else _("New activity"),
            "header_icon": ICON,
        },
    )


@require_POST
@said_where_refused("competence_admin:training_version")
def copy(request: HttpRequest, number: int, activity: int) -> HttpResponse:
    """The same again a year later, as an activity of its own."""
    version = _draft(number)
    made = copy_activity(
        planned=_planned(version, activity), version=version, years=1, by=acting_user(request)
    )
    messages.success(
        request, _("The copy is %(code)s, a year later.") % {"code": str(made.activity)}
    )
    return redirect("competence_admin:activity", number, made.activity.number, 1)


@require_POST
@said_where_refused("competence_admin:training_version")
def move(request: HttpRequest, number: int, activity: int) -> HttpResponse:
    """The same activity a year later, or a year earlier."""
    version = _draft(number)
    years = -1 if "earlier" in request.POST else 1
    moved = move_activity(planned=_planned(version, activity), years=years, by=acting_user(request))
    messages.success(
        request,
        _("“%(title)s” is moved to %(year)s.")
        % {"title": moved.title, "year": moved.starts_on.year},
    )
    return redirect("competence_admin:training_version", number)


@said_where_refused("competence_admin:training_version")
def remove(request: HttpRequest, number: int, activity: int) -> HttpResponse:
    planned = _planned(_draft(number), activity)
    seen = _mark(planned)
    if request.method == "POST" and not refuse_removal(request, seen):
        remove_activity(planned=planned, by=acting_user(request))
        messages.success(
            request, _("“%(title)s” is taken out of the draft.") % {"title": planned.title}
        )
        return redirect("competence_admin:training_version", number)
    return _confirm(
        request,
        title=_("Take the activity out of the draft"),
        about=planned.title,
        note=_("Other versions keep it, and what has come of it stays."),
        back=("competence_admin:training_version", number),
        seen=seen,
    )


def _confirm(
    request: HttpRequest,
    *,
    title: str,
    about: str,
    note: str,
    back: tuple[str, int],
    seen: str = "",
) -> HttpResponse:
    return render(
        request,
        "competence/admin/confirm_training.html",
        {
            "about": about,
            "note": note,
            "button": title,
            "seen": seen,
            "back_name": back[0],
            "back_number": back[1],
            "header_title": title,
            "header_icon": "warning",
        },
    )
