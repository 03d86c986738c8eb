"""Vår del: what a partner's contact reads of the training plan."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from competence.figures.activities import activity_lines
from competence.figures.own_part import own_parts
from competence.models import TrainingPlanVersion
from competence.services.assumptions import assumptions_on
from competence.views.scope import acting_user
from courses.sharing import shared_with
from lms.lib.dates import today


@require_safe
@never_cache
def our_part(request: HttpRequest) -> HttpResponse:
    """The activities that the reader's organisation takes part in, and its own people."""
    day = today()
    shared = shared_with(acting_user(request), day)
    if shared is None:
        raise PermissionDenied
    version = TrainingPlanVersion.objects.in_force_on(day)
    lines = activity_lines(version, day=day, assumed=assumptions_on(day)) if version else ()
    return render(
        request,
        "competence/our_part.html",
        {
            "organisation": shared.organisation,
            "parts": own_parts(shared.organisation.pk, lines, shared.lines),
            "day": day,
        },
    )
