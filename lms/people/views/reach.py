"""Ändrad räckvidd: whose view of the organisation changed in a night, and why."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.lib.dates import today
from lms.lib.tables import csv_stream, xlsx_stream
from lms.people.forms import ReachForm
from lms.people.models import ReachChange, ReachNight
from lms.people.services import reach_reading

PAGE = 50


def _found(request: HttpRequest) -> tuple[ReachForm, QuerySet[ReachChange]]:
    form = ReachForm(request.GET)
    if not form.is_valid():
        return form, ReachChange.objects.none()
    return form, reach_reading.search(**form.cleaned_data)


@require_safe
@never_cache
def changed_reach(request: HttpRequest) -> HttpResponse:
    """The changes, the latest first. Managers and units; no learners."""
    form, changes = _found(request)
    page = Paginator(changes, PAGE).get_page(request.GET.get("p"))
    query = request.GET.copy()
    query.pop("p", None)
    context = {
        "form": form,
        "page": page,
        "told": reach_reading.tell(list(page)),
        "last": ReachNight.objects.first(),
        "much": reach_reading.MUCH,
        "query": query.urlencode(),
        "header_title": _("Changed reach"),
        "header_icon": "group",
    }
    return render(request, "people/reach.html", context)


@require_safe
@never_cache
def reach_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The changes that are found, as a file for a spreadsheet."""
    _form, changes = _found(request)
    header, rows = reach_reading.header(), reach_reading.as_rows(changes)
    name = f"rackvidd-{today().isoformat()}.{kind}"
    if kind == "xlsx":
        return xlsx_stream(name, header, rows, sheet=_("Changed reach"))
    return csv_stream(name, header, rows)
