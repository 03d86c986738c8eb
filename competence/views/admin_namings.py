"""Key persons in the admin: who is named, who is to be reviewed, and one naming with its layers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from competence.fact_forms import NamingForm
from competence.figures.namings import (
    NamingStanding,
    layers_of,
    naming_standings,
    standing_namings,
)
from competence.forms import EndForm
from competence.models import KeyPersonAssignment
from competence.needs_forms import NamingFilterForm, ReviewForm
from competence.services.namings import NamingError, end_naming, name_key_person
from competence.views.namings import is_standing, reviewed
from competence.views.scope import acting_user
from lms.lib.dates import today

PAGE_SIZE = 50


def namings(request: HttpRequest) -> HttpResponse:
    """Who is named, who is to be reviewed, and the form for one more."""
    day = today()
    form = NamingForm(request.POST or None, initial={"starts_on": day})
    if request.method == "POST" and form.is_valid():
        try:
            naming = name_key_person(by=acting_user(request), **form.cleaned_data)
        except (NamingError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
        else:
            messages.success(
                request,
                _("%(person)s is named in %(group)s.")
                % {"person": naming.person, "group": naming.key_group},
            )
            return redirect("competence_admin:namings")
    filters = NamingFilterForm(request.GET)
    filters.is_valid()
    standings = naming_standings(standing_namings(day), day)
    shown = _shown(standings, filters.cleaned_data)
    asked = request.GET.copy()
    asked.pop("p", None)
    return render(
        request,
        "competence/admin/namings.html",
        {
            "form": form,
            "filters": filters,
            "to_review": sum(each.why is not None for each in standings),
            "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("p")),
            "query": asked.urlencode(),
            "day": day,
            "header_title": _("Key persons"),
            "header_icon": "user",
        },
    )


def _shown(standings: Sequence[NamingStanding], asked: dict[str, object]) -> list[NamingStanding]:
    """Those asked for, in the order asked for; what has no day comes last."""
    group = asked.get("grupp")
    found = [each for each in standings if group is None or each.naming.key_group == group]
    if asked.get("visa") == "granska":
        found = [each for each in found if each.why]
    elif asked.get("visa") == "utan":
        found = [each for each in found if each.naming.deputy is None]
    order = {
        "namn": lambda each: (each.naming.person.family_name, each.naming.person.given_name),
        "granskas": lambda each: each.review_on or date.max,
        "slutar": lambda each: each.naming.ends_on or date.max,
    }.get(str(asked.get("ordning")))
    return sorted(found, key=order) if order else found


def naming(request: HttpRequest, pk: int) -> HttpResponse:
    """One naming: function, days, deputy, reviews, and the layers of what is asked."""
    day = today()
    found = get_object_or_404(
        KeyPersonAssignment.objects.select_related("person", "key_group", "deputy"), pk=pk
    )
    (standing,) = naming_standings([found], day)
    form = ReviewForm(request.POST or None, naming=found, day=day)
    if is_standing(found, day) and reviewed(request, form, found, day):
        return redirect("competence_admin:naming", found.pk)
    return render(
        request,
        "competence/admin/naming.html",
        {
            "standing": standing,
            "layers": layers_of(found.person, day),
            "form": form if is_standing(found, day) else None,
            "day": day,
            "header_title": found.person.name,
            "header_icon": "user",
        },
    )


def end(request: HttpRequest, pk: int) -> HttpResponse:
    naming = get_object_or_404(
        KeyPersonAssignment.objects.select_related("person", "key_group"), pk=pk
    )
    form = EndForm(request.POST or None, initial={"ends_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            end_naming(naming=naming, by=acting_user(request), **form.cleaned_data)
        except NamingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The naming is ended."))
            return redirect("competence_admin:namings")
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": _("End the naming"),
            "about": f"{naming.person}, {naming.key_group}",
            "day": today(),
            "header_title": _("End a naming"),
            "header_icon": "user",
        },
    )
