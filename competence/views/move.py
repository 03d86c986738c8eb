"""What another post would ask of somebody: worked out in memory, nothing is written."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from competence.case_forms import CaseMoveForm, MoveForm
from competence.figures.move import changes_of
from competence.views.scope import acting_user, visible_person
from lms.audit.services import record
from lms.lib.dates import today

PREVIEWED = "person.move_previewed"


@require_safe
def team_move(request: HttpRequest, person_id: str) -> HttpResponse:
    """For the manager, about one of their own."""
    day = today()
    person = visible_person(request, person_id, day)
    asked = "enhet" in request.GET
    form = MoveForm(request.GET if asked else None, today=day)
    context: dict[str, Any] = {"person": person, "day": day, "form": form}
    if asked and form.is_valid():
        context |= {"changes": changes_of(person, form.supposed())}
    return render(request, "competence/team_move.html", context)


@never_cache
def case_move(request: HttpRequest) -> HttpResponse:
    """For the coordinator, about anybody, with a reason that goes into the ledger."""
    form = CaseMoveForm(request.POST or None, today=today())
    context: dict[str, Any] = {
        "form": form,
        "day": today(),
        "header_title": _("What another post would ask"),
        "header_icon": "resubmit",
    }
    if request.method == "POST" and form.is_valid():
        person, supposed = form.cleaned_data["person"], form.supposed()
        with transaction.atomic():
            record(
                PREVIEWED,
                person,
                by=acting_user(request),
                person=person,
                after={"unit": supposed.unit_code, "day": supposed.starts_on.isoformat()},
                reason=form.cleaned_data["reason"],
            )
        context |= {"person": person, "changes": changes_of(person, supposed)}
    return render(request, "competence/admin/move.html", context)
