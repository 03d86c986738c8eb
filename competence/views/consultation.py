"""Remiss: a proposal to read, what has been said of it, and the form for a unit's own view."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from competence.figures.consultation import read_consultation
from competence.figures.consultation_standing import last_day_of, leads_nowhere
from competence.figures.way import way_of
from competence.models import Consultation
from competence.plan_forms import CommentForm
from competence.services.consultations import (
    ENDED,
    ConsultationError,
    comment,
    is_open,
    units_spoken_for,
    withdraw_comment,
)
from competence.views.plan_kinds import version_or_404
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.unsent import Unsent, typed_in


@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The proposal, and a view on it."""
    plan, version = version_or_404(kind, number)
    found = get_object_or_404(Consultation.objects.on(kind, number))
    day, user = today(), acting_user(request)
    units = units_spoken_for(user, day)
    takes_views = is_open(found, version, day)
    unsent: Unsent | None = None
    form = CommentForm(
        request.POST or None, units=units, key_groups=plan.key_groups(version), prefix="svar"
    )
    if request.method == "POST":
        if not units:
            raise PermissionDenied
        if not takes_views:
            unsent = Unsent(str(ENDED), typed_in(form))
        elif form.is_valid():
            about, key_group = form.subject()
            try:
                comment(
                    consultation=found,
                    unit=form.cleaned_data["unit"],
                    about=about,
                    key_group=key_group,
                    text=form.cleaned_data["text"],
                    by=user,
                    day=day,
                    at=timezone.now(),
                )
            except (ConsultationError, ValidationError) as error:
                form.add_error(None, error if isinstance(error, ValidationError) else str(error))
            else:
                messages.success(request, _("Your view is given. It stands with the others."))
                return redirect(f"{request.path}#synpunkter")
    return render(
        request,
        "competence/consultation.html",
        {
            "day": day,
            "plan": plan,
            "version": version,
            "consultation": found,
            "is_open": takes_views,
            "last_day": last_day_of(found, version),
            "leads_nowhere": leads_nowhere(found),
            "way": way_of(version, day),
            "figures": read_consultation(found, user),
            "form": form if units and takes_views else None,
            "unsent": unsent,
            **plan.proposal(version, day),
        },
    )


@require_POST
def withdraw(request: HttpRequest, kind: str, number: int, pk: int) -> HttpResponse:
    """Take one's own view back while the consultation lasts."""
    found = get_object_or_404(Consultation.objects.on(kind, number))
    view = get_object_or_404(found.comments, pk=pk)
    try:
        withdraw_comment(comment=view, by=acting_user(request), day=today(), at=timezone.now())
        messages.success(request, _("Your view is withdrawn."))
    except ConsultationError as error:
        messages.error(request, str(error))
    return redirect("competence:consultation", kind, number)
