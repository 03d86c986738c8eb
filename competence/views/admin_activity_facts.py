"""What came of an activity, in the admin: how it stands, what was held, what it took, and what its
partners have answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.figures.activities import ActivityLine, activity_lines
from competence.models import (
    ActivityExpense,
    ActivityOutcome,
    ActivityPartner,
    PlanActivity,
    TrainingActivity,
    TrainingPlanVersion,
)
from competence.services.activity_facts import (
    note_expense,
    note_partner_step,
    note_step,
    report_outcome,
    share_course,
    take_back_expense,
    take_back_outcome,
)
from competence.services.assumptions import assumptions_on
from competence.services.plan_states import PlanError
from competence.training_forms import ExpenseForm, OutcomeForm, PartnerStepForm, StepForm
from competence.views.scope import acting_user
from courses.services.seats import QuotaError
from lms.content.models import SiteSettings
from lms.lib.dates import today


def _of_version(activity: TrainingActivity) -> PlanActivity:
    """What is planned of it: in the version in force, otherwise in the latest that has it."""
    planned = activity.planned.order_by("-version__number")
    in_force = planned.filter(version=TrainingPlanVersion.objects.in_force_on(today()))
    return get_object_or_404(in_force if in_force.exists() else planned[:1])


def _line(planned: PlanActivity) -> ActivityLine:
    day = today()
    threshold = SiteSettings.load().suppression_threshold
    lines = activity_lines(
        planned.version, day=day, assumed=assumptions_on(day), threshold=threshold
    )
    return next(line for line in lines if line.pk == planned.pk)


def activity_facts(request: HttpRequest, activity: int) -> HttpResponse:
    """All that has come of an activity, and the forms for more."""
    row = get_object_or_404(TrainingActivity, number=activity)
    planned, day = _of_version(row), today()
    line = _line(planned)
    partners = [partner.organisation_pk for partner in line.partners]
    asked = request.POST.get("vad") if request.method == "POST" else None
    kinds: dict[str, tuple[Any, Callable[..., Any], str, dict[str, Any]]] = {
        "lage": (StepForm, note_step, _("How it stands is written."), {}),
        "utfall": (OutcomeForm, report_outcome, _("What was held is written."), {}),
        "kostnad": (ExpenseForm, note_expense, _("The expense is written."), {}),
        "part": (
            PartnerStepForm,
            note_partner_step,
            _("The answer is written."),
            {"partners": partners},
        ),
    }
    forms = {}
    for code, (form_class, act, said, more) in kinds.items():
        form = form_class(
            request.POST if asked == code else None, initial={"on": day}, prefix=code, **more
        )
        forms[code] = form
        if asked != code or not form.is_valid():
            continue
        try:
            act(activity=row, day=day, by=acting_user(request), **form.cleaned_data)
        except (PlanError, ValidationError) as error:
            words = error.messages if isinstance(error, ValidationError) else str(error)
            form.add_error(None, words)
        else:
            messages.success(request, said)
            return redirect("competence_admin:activity_facts", activity)
    return render(
        request,
        "competence/admin/activity_facts.html",
        {
            "row": row,
            "planned": planned,
            "line": line,
            "forms": forms,
            "steps": row.steps.all(),
            "outcomes": row.outcomes.standing(),  # type: ignore[attr-defined]
            "expenses": row.expenses.standing(),  # type: ignore[attr-defined]
            "answers": row.partner_steps.select_related("organisation"),
            "parts": planned.partners.select_related("organisation"),
            "header_title": f"{row} {planned.title}",
            "header_icon": "tasks",
        },
    )


@require_POST
def withdraw_fact(request: HttpRequest, activity: int, kind: str, pk: int) -> HttpResponse:
    """Take back a report or a sum that was wrong."""
    row = get_object_or_404(TrainingActivity, number=activity)
    try:
        if kind == "utfall":
            outcome = get_object_or_404(ActivityOutcome, pk=pk, activity=row)
            take_back_outcome(outcome=outcome, by=acting_user(request), at=timezone.now())
        else:
            expense = get_object_or_404(ActivityExpense, pk=pk, activity=row)
            take_back_expense(expense=expense, by=acting_user(request), at=timezone.now())
    except PlanError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It has been taken back."))
    return redirect("competence_admin:activity_facts", activity)


@require_POST
def give_seats(request: HttpRequest, activity: int, pk: int) -> HttpResponse:
    """Give a partner its planned seats in the activity's course."""
    part = get_object_or_404(
        ActivityPartner.objects.select_related("planned__course", "organisation"),
        pk=pk,
        planned__activity__number=activity,
    )
    try:
        share_course(partner=part, by=acting_user(request))
    except (PlanError, QuotaError) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(
            request,
            _("%(organisation)s has its seats in the course.")
            % {"organisation": part.organisation},
        )
    return redirect("competence_admin:activity_facts", activity)
