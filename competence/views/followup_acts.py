"""What the coordinator does with a follow-up report: makes it, writes in it, signs it off, releases
it and notes who was given it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from competence.figures.followup.doubts import doubts_about
from competence.figures.followup.periods import Period
from competence.followup_forms import (
    HandoverForm,
    ReportForm,
    WordsForm,
    period_value,
    usual_period,
)
from competence.jobs import report_asked_for
from competence.models import FollowUpReport
from competence.services.followup import (
    FollowUpError,
    discard_report,
    frozen,
    hand_over,
    release_report,
    sign_off_report,
    write_words,
)
from competence.services.publishing import held
from competence.views.altered import said_where_altered
from competence.views.as_seen import changed_since, mark_of, refuse_unseen
from competence.views.scope import acting_user
from lms.lib.dates import STOCKHOLM, today
from lms.people.models import User

_WORDS = ("summary", "proposals", "next_steps")
both = require_http_methods(["GET", "HEAD", "POST"])


@both
def new_report(request: HttpRequest) -> HttpResponse:
    """Ask for a report; the work is followed on a page of its own. `ersatter`: the one it puts
    right."""
    day, user = today(), acting_user(request)
    supersedes = None
    if number := request.GET.get("ersatter", ""):
        supersedes = get_object_or_404(FollowUpReport, number=number, signed_off_at__isnull=False)
    initial = (
        usual_period(day)
        if supersedes is None
        else {
            "kind": supersedes.kind,
            "period": period_value(Period(supersedes.period_from, supersedes.period_until)),
            "cut_off": supersedes.cut_off.isoformat(),
        }
    )
    form = ReportForm(request.POST or None, today=day, supersedes=supersedes, initial=initial)
    doubts = None
    if request.method == "POST" and form.is_valid():
        doubts = doubts_about(supersedes, day, form.cleaned_data)
    if doubts is not None and ("anyway" in request.POST or not doubts):
        asked: dict[str, Any] = {
            name: value if isinstance(value, str) else value.isoformat()
            for name, value in form.cleaned_data.items()
        }
        if supersedes is not None:
            asked["supersedes"] = supersedes.pk
        try:
            return redirect(report_asked_for(params=asked, by=user))
        except FollowUpError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "competence/followup/new.html",
        {"form": form, "supersedes": supersedes, "doubts": doubts, "withheld": held()},
    )


@both
@said_where_altered
def report_words(request: HttpRequest, number: str) -> HttpResponse:
    report = get_object_or_404(FollowUpReport, number=number)
    latest = report.words.first()
    initial = {name: getattr(latest, name) for name in _WORDS} if latest else {}
    form = WordsForm(request.POST or None, initial=initial)
    seen = mark_of(report.pk, latest.pk if latest else None)
    if request.method == "POST" and form.is_valid() and not refuse_unseen(request, form, seen):
        try:
            write_words(
                report=report,
                **{name: form.cleaned_data[name] for name in _WORDS},
                at=timezone.now(),
                by=acting_user(request),
            )
            messages.success(request, _("Saved."))
            return redirect("competence:report", number)
        except (FollowUpError, ValidationError) as error:
            _add(form, error)
    return render(
        request,
        "competence/followup/words.html",
        {
            "report": report,
            "form": form,
            "document": frozen(report),
            "seen": seen,
            "stands": latest if changed_since(request, seen) else None,
        },
    )


@both
def report_handover(request: HttpRequest, number: str) -> HttpResponse:
    day = today()
    report = get_object_or_404(FollowUpReport.objects.released(), number=number)
    assert report.released_at is not None
    form = HandoverForm(
        request.POST or None,
        today=day,
        earliest=report.released_at.astimezone(STOCKHOLM).date(),
        initial={"given_on": day},
    )
    if request.method == "POST" and form.is_valid():
        try:
            hand_over(
                report=report,
                **{name: form.cleaned_data[name] for name in ("form", "forum", "given_on")},
                at=timezone.now(),
                by=acting_user(request),
            )
            messages.success(request, _("It is noted."))
            return redirect("competence:report", number)
        except (FollowUpError, ValidationError) as error:
            _add(form, error)
    return render(
        request,
        "competence/followup/handover.html",
        {"report": report, "form": form, "handovers": report.handovers.select_related("by")},
    )


def _add(form: Any, error: FollowUpError | ValidationError) -> None:
    form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))


@dataclass(frozen=True)
class _Step:
    """What cannot be undone, with its question."""

    act: Callable[..., FollowUpReport]
    title: str | Promise
    text: str | Promise
    button: str | Promise
    done: str | Promise
    danger: bool = False


_STEPS = {
    "faststall": _Step(
        sign_off_report,
        gettext_lazy("Sign off the report?"),
        gettext_lazy(
            "Figures and words can no longer be changed. What turns out to be wrong is put right in"
            " a new report that supersedes this one."
        ),
        gettext_lazy("Sign off"),
        gettext_lazy("The report is signed off. Release it when its readers are to see it."),
    ),
    "slapp": _Step(
        release_report,
        gettext_lazy("Release the report?"),
        gettext_lazy("Those who may read reports see it at once, and managers their own part."),
        gettext_lazy("Release"),
        gettext_lazy("The report is released."),
    ),
    "kasta": _Step(
        discard_report,
        gettext_lazy("Throw the draft away?"),
        gettext_lazy("Its number is not used again."),
        gettext_lazy("Throw away"),
        gettext_lazy("The draft is thrown away."),
        danger=True,
    ),
}


@both
def report_step(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """After a question: sign off, release, or throw away."""
    report = get_object_or_404(FollowUpReport, number=number)
    asked = _STEPS[step]
    latest = report.words.first()
    seen = mark_of(report.pk, latest.pk if latest else None)
    if changed_since(request, seen):
        messages.error(
            request,
            _("Somebody has written in the report since you opened the page. Read it first."),
        )
        return redirect("competence:report", number)
    if request.method == "POST":
        user: User = acting_user(request)
        try:
            asked.act(report=report, at=timezone.now(), by=user)
            messages.success(request, str(asked.done))
        except FollowUpError as error:
            messages.error(request, str(error))
        return (
            redirect("competence:reports")
            if asked.danger
            else redirect("competence:report", number)
        )
    return render(
        request,
        "competence/followup/step.html",
        {"report": report, "asked": asked, "step": step, "seen": seen},
    )
