"""The log: who did what, when and why, with before and after. Opening it is itself in it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from lms.audit.models import AuditEvent
from lms.lib.dates import today
from lms.lib.numbers import whole_number
from lms.lib.tables import csv_stream, xlsx_stream
from lms.people.forms import LedgerForm
from lms.people.models import Person
from lms.people.services import ledger as service
from lms.people.views.reader import reader

PAGE = 50


@require_GET
@never_cache
def ledger(request: HttpRequest) -> HttpResponse:
    """The log, searched."""
    return _page(request, None)


@require_GET
@never_cache
def person_ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """What the log says of one person."""
    return _page(request, get_object_or_404(Person, pk=pk))


def _found(
    request: HttpRequest, person: Person | None
) -> tuple[LedgerForm, service.Asked, QuerySet[AuditEvent]]:
    form = LedgerForm(request.GET, person=person)
    asked = form.asked()
    within = service.history_of(person) if person else None
    events = service.search(asked, within)
    return form, asked, events if form.is_valid() else events.none()


def _page(request: HttpRequest, person: Person | None) -> HttpResponse:
    form, asked, events = _found(request, person)
    # The first or the last entry on the page says where the next one begins: as quick at the
    # end of a long log as at its beginning.
    before = whole_number(request.GET.get("fore", ""))
    shown = service.earlier_than(events, before) if before else events
    rows = list(shown[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    count = service.counted(events)
    # The pages that follow too: an address may begin in the middle.
    service.note_reading(service.OPENED, asked, by=reader(request), person=person)
    query = request.GET.copy()
    query.pop("fore", None)
    context = {
        "form": form,
        "person": person,
        "told": service.tell(rows),
        "nobody": "" if rows else service.nobody_called(asked),
        "count": min(count, service.MOST_COUNTED),
        "over": count > service.MOST_COUNTED,
        "next": rows[-1].pk if more else None,
        "later": bool(before),
        "query": query.urlencode(),
        "header_title": _("The log of %(person)s") % {"person": person} if person else _("The log"),
        "header_icon": "history",
    }
    return render(request, "people/ledger.html", context)


@require_GET
@never_cache
def ledger_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The entries that are found, as a file for a spreadsheet."""
    pk = whole_number(request.GET.get("om", ""))
    person = get_object_or_404(Person, pk=pk) if pk else None
    _form, asked, events = _found(request, person)
    # What is exported is what was there when it was asked for, without this line.
    events = events.filter(pk__lte=AuditEvent.objects.values_list("pk", flat=True).first() or 0)
    service.note_reading(service.EXPORTED, asked, by=reader(request), person=person, kind=kind)
    header = [
        *(_("Number"), _("When"), _("What"), _("Who"), _("Person id"), _("Name")),
        *(_("About"), _("Before"), _("After"), _("Why"), _("Object")),
    ]
    rows = service.as_rows(service.tell_all(events), _("The system"))
    name = f"logg-{today().isoformat()}.{kind}"
    if kind == "xlsx":
        return xlsx_stream(name, header, rows, sheet=_("The log"))
    return csv_stream(name, header, rows)
