"""The coverage goals of a draft in the admin: set, changed and taken out."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.models import CoverageGoal, PlanVersion
from competence.plan_forms import CoverageGoalForm
from competence.services.plan_goals import remove_goal, save_goal
from competence.views.as_seen import mark_of, refuse_removal, refuse_unseen
from competence.views.plan_kinds import said_where_refused
from competence.views.scope import acting_user


def _draft(number: int) -> PlanVersion:
    version = get_object_or_404(PlanVersion, number=number)
    if not version.is_draft:
        raise Http404
    return version


def _mark(version: PlanVersion, pk: int) -> str:
    """Of a goal as it is stored: a form writes on its instance."""
    return mark_of(version.pk, *version.goals.filter(pk=pk).values_list().get())


@said_where_refused("competence_admin:version")
def edit_goal(request: HttpRequest, number: int, pk: int | None = None) -> HttpResponse:
    """Set a goal in a draft, or change one."""
    version = _draft(number)
    goal = get_object_or_404(version.goals, pk=pk) if pk else CoverageGoal(plan_version=version)
    initial = {} if pk else {"key_group": request.GET.get("grupp")}
    seen = _mark(version, pk) if pk else ""
    form = CoverageGoalForm(request.POST or None, instance=goal, initial=initial)
    if request.method == "POST" and form.is_valid() and not refuse_unseen(request, form, seen):
        try:
            save_goal(goal=form.save(commit=False), by=acting_user(request))
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The goal is saved in the draft."))
            return redirect("competence_admin:version", version.number)
    return render(
        request,
        "competence/admin/goal.html",
        {
            "form": form,
            "seen": seen,
            "version": version,
            "goal": goal if pk else None,
            "header_title": _("Coverage goal"),
            "header_icon": "pick",
        },
    )


@require_POST
@said_where_refused("competence_admin:version")
def delete_goal(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    version = _draft(number)
    goal = get_object_or_404(version.goals, pk=pk)
    if refuse_removal(request, _mark(version, pk)):
        return redirect("competence_admin:goal", number, pk)
    remove_goal(goal=goal, by=acting_user(request))
    messages.success(request, _("The goal is taken out of the draft."))
    return redirect("competence_admin:version", number)
