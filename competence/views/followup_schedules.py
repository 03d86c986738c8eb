"""To whom reports go by themselves, and what became of what was sent."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from competence.followup_forms import ScheduleForm
from competence.models import ReportSchedule, ReportSending
from competence.services.followup_schedules import (
    ScheduleError,
    end_schedule,
    paused_schedules,
    readers_on,
    schedule_report,
)
from competence.views.scope import acting_user
from lms.lib.dates import today

SENDINGS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def report_schedules(request: HttpRequest) -> HttpResponse:
    day = today()
    form = ScheduleForm(
        request.POST or None, today=day, recipients=readers_on(day), initial={"first_on": day}
    )
    if request.method == "POST" and form.is_valid():
        try:
            schedule_report(
                **{
                    name: form.cleaned_data[name]
                    for name in ("form", "recipient", "first_on", "every")
                },
                at=timezone.now(),
                by=acting_user(request),
                day=day,
            )
            messages.success(request, _("The schedule is decided."))
            return redirect("competence:report_schedules")
        except (ScheduleError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
    standing = ReportSchedule.objects.filter(ended_on__isnull=True).select_related(
        "recipient__person"
    )
    sendings = ReportSending.objects.select_related("schedule__recipient__person", "report")
    return render(
        request,
        "competence/followup/schedules.html",
        {
            "form": form,
            "schedules": standing,
            "paused": paused_schedules(),
            "sendings": sendings.order_by("-created_at", "-pk")[:SENDINGS_SHOWN],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end_report_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    schedule = get_object_or_404(ReportSchedule.objects.select_related("recipient__person"), pk=pk)
    if request.method == "POST":
        try:
            end_schedule(schedule=schedule, on=today(), by=acting_user(request))
            messages.success(request, _("Nothing more is sent."))
        except ScheduleError as error:
            messages.error(request, str(error))
        return redirect("competence:report_schedules")
    return render(request, "competence/followup/end_schedule.html", {"schedule": schedule})
