"""Leaving a needs form to a colleague, and ending that."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from competence.models import NeedsDelegation
from competence.needs_forms import ColleagueForm
from competence.services.needs_delegations import (
    NeedsDelegationError,
    colleagues_of,
    end_needs_delegation,
    leave_to_colleague,
)
from competence.views.needs import needed_form
from competence.views.scope import acting_user
from lms.lib.dates import today


@require_http_methods(["GET", "HEAD", "POST"])
def needs_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Who fills in the form in the manager's place, and until when."""
    day, user = today(), acting_user(request)
    needs_form = needed_form(request, pk, day, write=True)
    people = colleagues_of(user, needs_form, day)
    if not people.exists():
        raise PermissionDenied
    searching = "search" in request.POST
    latest = needs_form.needs_round.ends_on
    form = ColleagueForm(
        None if searching or request.method != "POST" else request.POST,
        initial=request.POST.dict() if searching else {"ends_on": latest},
        people=people,
        day=day,
        latest=latest,
    )
    if form.is_bound and form.is_valid():
        try:
            leave_to_colleague(
                form=needs_form,
                colleague=form.cleaned_data["person"],
                ends_on=form.cleaned_data["ends_on"],
                by=user,
                at=timezone.now(),
            )
        except NeedsDelegationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("%(name)s can fill in the form and has been told.")
                % {"name": form.cleaned_data["person"]},
            )
            return redirect("competence:needs_form", needs_form.pk)
    return render(
        request,
        "competence/needs_leave.html",
        {
            "day": day,
            "needs_form": needs_form,
            "form": form,
            "left_to": NeedsDelegation.objects.in_force_on(day)
            .filter(form=needs_form)
            .select_related("colleague"),
        },
    )


@require_POST
def needs_end_leave(request: HttpRequest, pk: int) -> HttpResponse:
    user = acting_user(request)
    delegation = get_object_or_404(NeedsDelegation, pk=pk)
    if user.person_id not in (delegation.giver_id, delegation.colleague_id):
        raise PermissionDenied
    try:
        end_needs_delegation(delegation=delegation, by=user, on=today())
    except NeedsDelegationError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It has ended."))
    if user.person_id == delegation.giver_id:
        return redirect("competence:needs_form", delegation.form_id)
    return redirect("competence:needs")
