"""The measure register in the admin: statuses set, evidence and services joined, owners and notes
edited; and the obligations that nobody has looked at for long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.figures.measures import Obligation, obligations_on
from competence.figures.passages import followed_on, passage_on
from competence.measure_forms import (
    EvidenceForm,
    IndicatorForm,
    PassageForm,
    ServingForm,
    StatusForm,
    WithdrawForm,
)
from competence.models import GoverningDocument, Passage, PassageLink
from competence.services.measures import (
    MeasureError,
    edit_passage,
    end_passage_link,
    join_to_passage,
    set_obligation_status,
)
from competence.views.scope import acting_user
from lms.lib.dates import add_months, today
from lms.lib.forms import Form

# An obligation is looked at once a year, unless another number of months is asked for.
MONTHS = 12
MONTHS_OFFERED = (3, 6, 12, 24)


def measures(request: HttpRequest) -> HttpResponse:
    """The passages to open, and the obligations whose status is older than so many months."""
    day = today()
    document = GoverningDocument.objects.in_force_on(day)
    asked = request.GET.get("manader", "")
    months = int(asked) if asked in map(str, MONTHS_OFFERED) else MONTHS
    obligations = obligations_on(day, document, acting_user(request)) if document else ()
    return render(
        request,
        "competence/admin/measures.html",
        {
            "document": document,
            "documents": GoverningDocument.objects.all(),
            "obligations": obligations,
            "due": _due(obligations, add_months(day, -months)),
            "months": months,
            "months_offered": MONTHS_OFFERED,
            "others": (document.passages.exclude(kind=Passage.Kind.OBLIGATION) if document else ()),
            "day": day,
            "header_title": _("Measure register"),
            "header_icon": "tasks",
        },
    )


def _due(obligations: tuple[Obligation, ...], before: date) -> list[Obligation]:
    """Those without a status, then those whose is oldest."""
    due = [each for each in obligations if each.since is None or each.since < before]
    return sorted(due, key=lambda each: each.since or date.min)


@dataclass(frozen=True)
class _Part:
    """One form of the page: its name on the button, and what it does with what is given."""

    form: type[Form]
    save: Callable[[Passage, Form, Any, date], None]
    done: str
    given: dict[str, Any]


def passage(request: HttpRequest, pk: int) -> HttpResponse:
    """One passage: every form of it on one page; the one that was sent keeps what was typed."""
    day = today()
    wanted = get_object_or_404(Passage.objects.select_related("document", "owner_unit"), pk=pk)
    parts = _parts(wanted, day)
    sent = next((name for name in parts if name in request.POST), "")
    forms = {
        name: part.form(request.POST if name == sent else None, prefix=name, **part.given)
        for name, part in parts.items()
    }
    if sent and forms[sent].is_valid():
        try:
            parts[sent].save(wanted, forms[sent], acting_user(request), day)
        except (MeasureError, ValidationError) as error:
            told = error.messages if isinstance(error, ValidationError) else str(error)
            forms[sent].add_error(None, told)
        else:
            messages.success(request, parts[sent].done)
            return redirect("competence_admin:passage", wanted.pk)
    return render(
        request,
        "competence/admin/passage.html",
        {
            "passage": wanted,
            "paragraphs": wanted.words.split("\n\n"),
            "forms": forms,
            "on_day": passage_on(wanted, day, acting_user(request)),
            "followed": followed_on(wanted, day),
            "statuses": wanted.statuses.select_related("by"),
            "day": day,
            "header_title": f"{wanted.code} {wanted.title}",
            "header_icon": "tasks",
        },
    )


def _parts(wanted: Passage, day: date) -> dict[str, _Part]:
    parts = {
        "words": _Part(
            PassageForm,
            _edit,
            _("The passage is saved."),
            {"initial": PassageForm.initial_of(wanted)},
        ),
        "serving": _Part(ServingForm, _join_serving, _("It is joined to the passage."), {}),
        "indicator": _Part(IndicatorForm, _join_indicator, _("The indicator is joined."), {}),
    }
    if wanted.is_obligation:
        parts["status"] = _Part(
            StatusForm, _set_status, _("The status is set."), {"today": day, "initial": {"on": day}}
        )
        parts["evidence"] = _Part(EvidenceForm, _join_evidence, _("The evidence is added."), {})
    return parts


def _set_status(wanted: Passage, form: Form, by: Any, day: date) -> None:
    set_obligation_status(passage=wanted, today=day, by=by, **form.cleaned_data)


def _edit(wanted: Passage, form: Form, by: Any, day: date) -> None:
    edit_passage(passage=wanted, by=by, **form.cleaned_data)


def _join_evidence(wanted: Passage, form: Form, by: Any, day: date) -> None:
    assert isinstance(form, EvidenceForm)
    join_to_passage(
        passage=wanted,
        role=PassageLink.Role.EVIDENCE,
        title=form.cleaned_data["title"],
        on=day,
        by=by,
        **form.joined(),
    )


def _join_serving(wanted: Passage, form: Form, by: Any, day: date) -> None:
    assert isinstance(form, ServingForm)
    join_to_passage(passage=wanted, role=PassageLink.Role.SERVES, on=day, by=by, **form.joined())


def _join_indicator(wanted: Passage, form: Form, by: Any, day: date) -> None:
    join_to_passage(
        passage=wanted,
        role=PassageLink.Role.INDICATOR,
        kind=PassageLink.Kind.INDICATOR,
        key=form.cleaned_data["indicator"],
        on=day,
        by=by,
    )


def end_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw what was joined, with a reason: asked before it is done."""
    link = get_object_or_404(PassageLink.objects.select_related("passage"), pk=pk)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_passage_link(
                link=link, on=today(), reason=form.cleaned_data["reason"], by=acting_user(request)
            )
        except MeasureError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is withdrawn. That it stood before is kept."))
            return redirect("competence_admin:passage", link.passage_id)
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": _("Withdraw it"),
            "about": f"{link.passage.code} · {link.get_role_display()}: "
            f"{link.title or link.key or link.url}",
            "note": _("It no longer counts from today. That it stood before is kept."),
            "back_url": reverse("competence_admin:passage", args=[link.passage_id]),
            "header_title": _("Withdraw from the passage"),
            "header_icon": "tasks",
        },
    )
