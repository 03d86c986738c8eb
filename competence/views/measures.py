"""Åtgärdsregistret: the obligations of the governing document, how each stands and its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.measures import Obligation, counted, obligations_on
from competence.figures.passages import followed_on, passage_on
from competence.measure_forms import RegisterFilter
from competence.models import GoverningDocument, Passage
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.tables import Value, table_response
from lms.people.access import Action, Obj, Scope, can, scopes


def document_asked(request: HttpRequest, day: date) -> GoverningDocument | None:
    """The one in the query, or the one in force."""
    code = request.GET.get("dokument", "")
    if code:
        return get_object_or_404(GoverningDocument.objects.decided_by_day(day), code=code)
    return GoverningDocument.objects.in_force_on(day)


def _asked_day(request: HttpRequest) -> date:
    """The day in the query, today at the latest; what is no day is today."""
    try:
        return min(date.fromisoformat(request.GET.get("dag", "")), today())
    except ValueError:
        return today()


@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """How many obligations are done, ongoing and not started, and each of them."""
    day = _asked_day(request)
    document = document_asked(request, day)
    if document is None:
        return render(request, "competence/measures_empty.html", {"may_edit": _may_edit(request)})
    kind = request.GET.get("format")
    # A file goes on to others: what is in it is named as anybody may see it.
    every = obligations_on(day, document, None if kind in ("csv", "xlsx") else acting_user(request))
    form = RegisterFilter(
        request.GET,
        sections=list(dict.fromkeys(each.section for each in every if each.section)),
        owners=sorted({each.owner for each in every if each.owner}),
    )
    shown = _narrowed(every, form)
    if kind in ("csv", "xlsx"):
        return _file(shown, day, kind)
    return render(
        request,
        "competence/measures.html",
        {
            "document": document,
            "documents": GoverningDocument.objects.decided_by_day(day),
            "day": day,
            "is_today": day == today(),
            "form": form,
            "counts": counted(every),
            "every": every,
            "shown": shown,
            "others": document.passages.exclude(kind=Passage.Kind.OBLIGATION),
            "may_edit": _may_edit(request),
        },
    )


def _narrowed(every: Sequence[Obligation], form: RegisterFilter) -> list[Obligation]:
    status, section = form.status_chosen(), form.chosen("avsnitt")
    owner = form.chosen("ansvarig")
    return [
        each
        for each in every
        if (status is None or each.status == status)
        and (not section or each.section == section)
        and (not owner or each.owner == ("" if owner == "none" else owner))
    ]


def _may_edit(request: HttpRequest) -> bool:
    return can(acting_user(request), Action.UPDATE, Obj.REQUIREMENT, day=today())


def _file(shown: Sequence[Obligation], day: date, kind: str) -> HttpResponse:
    header = [
        *(_("Day"), _("Code"), _("Number"), _("In short"), _("Section"), _("In its own words")),
        *(_("Responsible"), _("Status"), _("Since"), _("Comment"), _("Evidence")),
    ]
    rows: list[list[Value]] = [
        [
            *(day, each.code, each.number, each.title, each.section, each.words),
            *(each.owner, each.status_words, each.since, each.comment),
            "; ".join(
                f"{one.title} ({one.url})" if one.url else one.title for one in each.evidence
            ),
        ]
        for each in shown
    ]
    name = f"atgarder-{day.isoformat()}"
    return table_response(name, header, rows, kind=kind, sheet=_("Obligations"))


@require_safe
def passage(request: HttpRequest, code: str) -> HttpResponse:
    """One passage in the document's words, with everything around it."""
    day = today()
    document = document_asked(request, day)
    if document is None:
        raise Http404
    wanted = get_object_or_404(
        document.passages.select_related("owner_unit", "document"), code=code
    )
    user = acting_user(request)
    # Figures are for those who see the whole municipality's: a manager who knows the own unit
    # would know more than is told.
    sees_figures = Scope.AGGREGATE in scopes(user, Action.READ, Obj.COVERAGE, day=day)
    return render(
        request,
        "competence/passage.html",
        {
            "passage": wanted,
            "document": document,
            "paragraphs": wanted.words.split("\n\n"),
            "on_day": passage_on(wanted, day, user),
            "laws": [each.code for each in wanted.legal_references.all()],
            "sees_figures": sees_figures,
            "followed": followed_on(wanted, day) if sees_figures else (),
            "day": day,
            "may_edit": _may_edit(request),
            "facts": _facts(wanted, document),
        },
    )


def _facts(wanted: Passage, document: GoverningDocument) -> list[tuple[str, str]]:
    not_stated = _("not stated in the document")
    owner = [wanted.owner_function, wanted.owner_unit.name if wanted.owner_unit else ""]
    facts = [
        (_("Document"), document.title),
        (_("Decided by"), document.decided_by or not_stated),
        (
            _("Decided on"),
            date_format(document.decided_on) if document.decided_on else not_stated,
        ),
    ]
    if wanted.is_obligation:
        facts.insert(0, (_("Responsible"), ", ".join(filter(None, owner)) or not_stated))
    return facts
