"""Visa som: which manager's team pages, and why."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.lib.dates import today
from lms.people.forms import ViewAsForm
from lms.people.models import Person
from lms.people.services import view_as
from lms.people.views.reader import reader


def choose(request: HttpRequest) -> HttpResponse:
    day, by, now = today(), reader(request), timezone.now()
    searching = "search" in request.POST
    managers = Person.objects.current().managing_on(day).who_sign_in().exclude(pk=by.person_id)
    form = ViewAsForm(
        None if searching or request.method != "POST" else request.POST,
        initial=request.POST.dict() if searching else None,
        people=managers,
        day=day,
    )
    if form.is_bound and form.is_valid():
        try:
            view_as.view_as(
                session=request.session,
                by=by,
                manager=form.cleaned_data["person"].user,
                reason=form.cleaned_data["reason"],
                at=now,
                day=day,
            )
        except (view_as.ViewAsError, ValidationError) as error:
            form.add_error(None, str(error))
        else:
            return redirect("competence:team")
    context = {
        "form": form,
        "viewing": view_as.current(session=request.session, user=by, at=now, day=day),
        "header_title": _("See as a manager"),
        "header_icon": "view",
    }
    return render(request, "people/view_as.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    view_as.stop(session=request.session, by=reader(request))
    return redirect("people_admin:view_as")
