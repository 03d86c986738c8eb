"""Remissammanställning: who has answered, what was said, and how each view is met."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from competence.figures.consultation import compilation_table, read_consultation
from competence.figures.consultation_standing import last_day_of, leads_nowhere
from competence.figures.way import way_of
from competence.models import Consultation, ConsultationComment, WrittenOpinion
from competence.plan_forms import AnswerForm, MoreTimeForm, OpinionForm, ReasonForm
from competence.services.consultation_end import close_consultation
from competence.services.consultations import (
    ConsultationError,
    answer,
    extend_consultation,
    is_open,
    register_opinion,
    withdraw_opinion,
)
from competence.services.plan_states import Status
from competence.views.plan_kinds import version_or_404
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.tables import table_response


def _found(kind: str, number: int) -> Consultation:
    version_or_404(kind, number)
    found: Consultation = get_object_or_404(Consultation.objects.on(kind, number))
    return found


def compilation(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Everything that was said, with the form for an opinion that came from outside."""
    plan, version = version_or_404(kind, number)
    found, day = _found(kind, number), today()
    form = OpinionForm(request.POST or None, day=day, initial={"dated_on": day})
    if request.method == "POST" and form.is_valid():
        try:
            register_opinion(
                consultation=found,
                by=acting_user(request),
                at=timezone.now(),
                **form.cleaned_data,
            )
        except (ConsultationError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("The written opinion is registered."))
            return redirect(request.path)
    return render(
        request,
        "competence/admin/compilation.html",
        {
            "plan": plan,
            "version": version,
            "consultation": found,
            "figures": read_consultation(found, None),
            "way": way_of(version, day),
            "is_open": is_open(found, version, day),
            "is_out": version.is_sent and version.status == Status.CONSULTATION,
            "leads_nowhere": leads_nowhere(found),
            "last_day": last_day_of(found, version),
            "form": form,
            "header_title": _("Views on version %(number)s") % {"number": number},
            "header_icon": "comment",
        },
    )


@require_safe
def compilation_file(
    request: HttpRequest, kind: str, number: int, form: str = "csv"
) -> HttpResponse:
    """Remissammanställningen as a file: a row per view."""
    figures = read_consultation(_found(kind, number), None)
    return table_response(
        f"remissammanstallning-{kind}-{number}-{today().isoformat()}",
        *compilation_table(figures),
        kind=form,
    )


def more_time(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """A later last day."""
    plan, version = version_or_404(kind, number)
    found, day = _found(kind, number), today()
    earliest = max(found.closes_on + timedelta(days=1), day)
    form = MoreTimeForm(request.POST or None, earliest=earliest, initial={"closes_on": earliest})
    if request.method == "POST" and form.is_valid():
        try:
            extend_consultation(
                consultation=found,
                closes_on=form.cleaned_data["closes_on"],
                day=day,
                by=acting_user(request),
            )
            messages.success(request, _("The consultation has a later last day."))
            return redirect("competence_admin:compilation", kind, number)
        except ConsultationError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "competence/admin/version_step.html",
        {
            "plan": plan,
            "version": version,
            "way": way_of(version, day),
            "form": form,
            "text": _("Those who have been asked see the new day. Nobody is told again."),
            "button": _("Give more time"),
            "back": ("competence_admin:compilation", kind, number),
            "header_title": _("More time for views on version %(number)s") % {"number": number},
            "header_icon": "time",
        },
    )


def close(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The end of a consultation that no decision will end."""
    plan, version = version_or_404(kind, number)
    found = _found(kind, number)
    if found.has_ended:
        # Sent twice, or by two: the page that it goes to says how it ended.
        messages.info(request, _("The consultation has ended already. Nothing was changed."))
        return redirect("competence_admin:compilation", kind, number)
    if not leads_nowhere(found):
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_consultation(
                consultation=found,
                reason=form.cleaned_data["reason"],
                by=acting_user(request),
                at=timezone.now(),
            )
            messages.success(request, _("The consultation is closed, and those who answered told."))
            return redirect("competence_admin:compilation", kind, number)
        except (ConsultationError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
    unanswered = read_consultation(found, None).unanswered
    text = _(
        "What was said and how it was met then stand as they are. Those who gave views are told. "
        "It cannot be opened again."
    )
    if unanswered:
        waiting = ngettext(
            "One view has not been met: say how first.",
            "%(count)s views have not been met: say how first.",
            unanswered,
        )
        text = f"{waiting % {'count': unanswered}} {text}"
    return render(
        request,
        "competence/admin/version_step.html",
        {
            "plan": plan,
            "version": version,
            "way": way_of(version, today()),
            "form": form,
            "text": text,
            "button": _("Close the consultation"),
            "back": ("competence_admin:compilation", kind, number),
            "danger": True,
            "header_title": _("Close the consultation on version %(number)s") % {"number": number},
            "header_icon": "comment",
        },
    )


def answer_view(request: HttpRequest, kind: str, number: int, what: str, pk: int) -> HttpResponse:
    """How one view is met, and why."""
    found = _found(kind, number)
    view: ConsultationComment | WrittenOpinion = (
        get_object_or_404(found.opinions, pk=pk)
        if what == "yttrande"
        else get_object_or_404(found.comments, pk=pk)
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer(to=view, by=acting_user(request), at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The answer is given."))
            return redirect("competence_admin:compilation", kind, number)
        except (ConsultationError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
    figures = read_consultation(found, None)
    return render(
        request,
        "competence/admin/answer_view.html",
        {
            "consultation": found,
            "view": next(
                (
                    each
                    for each in figures.views
                    if each.pk == pk and each.is_opinion == (what == "yttrande")
                ),
                None,
            ),
            "form": form,
            "header_title": _("How the view is met"),
            "header_icon": "comment",
        },
    )


def withdraw_written(request: HttpRequest, kind: str, number: int, pk: int) -> HttpResponse:
    """Take back an opinion that was registered by mistake."""
    plan, version = version_or_404(kind, number)
    opinion = get_object_or_404(_found(kind, number).opinions, pk=pk)
    if opinion.withdrawn_at is not None:
        messages.info(request, _("The written opinion is taken out already. Nothing was changed."))
        return redirect("competence_admin:compilation", kind, number)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_opinion(
                opinion=opinion,
                reason=form.cleaned_data["reason"],
                by=acting_user(request),
                at=timezone.now(),
            )
            messages.success(request, _("The written opinion is taken out of the compilation."))
            return redirect("competence_admin:compilation", kind, number)
        except ConsultationError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "competence/admin/version_step.html",
        {
            "plan": plan,
            "version": version,
            "way": way_of(version, today()),
            "form": form,
            "text": _("For an opinion registered by mistake. The ledger keeps that it was here."),
            "button": _("Take it out"),
            "back": ("competence_admin:compilation", kind, number),
            "danger": True,
            "header_title": _("Take out the opinion of %(who)s") % {"who": opinion.organisation},
            "header_icon": "cross",
        },
    )
