"""The planning assumptions in the admin: what is assumed, where it comes from, and changing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.assumptions import assumed_groups, changes_in_words
from competence.models import AssumptionChange
from competence.planning_forms import AssumptionsForm, DatedReasonForm
from competence.services.assumptions import (
    AssumptionChangeError,
    assumed_on,
    change_assumptions,
    undo_assumption_change,
)
from competence.views.scope import acting_user
from lms.lib.dates import today


def assumptions(request: HttpRequest) -> HttpResponse:
    """Every value with its unit and origin, the form that changes them, and every change."""
    day = today()
    counting = assumed_on(day)
    form = AssumptionsForm(request.POST or None, assumptions=counting, today=day)
    if request.method == "POST" and form.is_valid():
        try:
            change_assumptions(
                values=form.values(),
                starts_on=form.cleaned_data["starts_on"],
                reason=form.cleaned_data["reason"],
                by=acting_user(request),
            )
        except AssumptionChangeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The planning assumptions are changed."))
            return redirect("competence_admin:assumptions")
    return render(
        request,
        "competence/admin/assumptions.html",
        {
            "form": form,
            "groups": assumed_groups(counting, day),
            "changes": changes_in_words(),
            "day": day,
            "header_title": _("Planning assumptions"),
            "header_icon": "sliders",
        },
    )


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put back what one change changed, by a change of its own."""
    change = get_object_or_404(AssumptionChange.objects.filter(undone_by=None), pk=pk)
    earliest = max(today(), change.starts_on)
    form = DatedReasonForm(request.POST or None, today=earliest, initial={"starts_on": earliest})
    if request.method == "POST" and form.is_valid():
        try:
            undo_assumption_change(change=change, by=acting_user(request), **form.cleaned_data)
        except AssumptionChangeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The change is undone by a new one."))
            return redirect("competence_admin:assumptions")
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": _("Undo the change"),
            "about": _("Changed from %(day)s: %(reason)s")
            % {"day": date_format(change.starts_on), "reason": change.reason},
            "header_title": _("Undo a change"),
            "header_icon": "sliders",
        },
    )
