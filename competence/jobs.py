"""The long steps of a history import, the forecasts of a week and the making of a report: done
while the reader waits where they are short, otherwise by the worker, with a page to follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from competence.models import FollowUpReport, WeekOutlook, WeekSeats
from competence.models.history import HistoryBatch
from competence.services import followup, history
from competence.services.week_outlook import make_week_outlook
from competence.services.week_seats import make_week_seats
from lms.lib.dates import today
from lms.notifications.jobs import JobError, Reporter, job_url, start_job
from lms.notifications.models import Job
from lms.people.models import Person, User

OUTLOOK = "competence.week_outlook"
REPORT = "competence.followup_report"
SEATS = "competence.week_seats"
MANY = 10_000
"""How many people are too many to wait for a forecast of."""
READ, COMMIT = "competence.history_read", "competence.history_commit"
LONG = 2_000
"""How many rows are too many to wait for."""


def page_of(batch: HistoryBatch) -> str:
    return reverse("competence_admin:history_batch", args=[batch.pk])


def read(*, batch: HistoryBatch, columns: Mapping[str, int], by: User) -> str:
    """Read the rows, or have it done; the address to go on to. HistoryError."""
    if batch.summary.get("lines", 0) > LONG:
        params = {"batch": batch.pk, "columns": dict(columns), "by": by.pk}
        with transaction.atomic():
            return job_url(start_job(kind=READ, by=by, params=params))
    history.read_rows(batch=batch, columns=columns, day=today(), by=by)
    return page_of(batch)


def commit(*, batch: HistoryBatch, by: User) -> str:
    """Take the batch in, or have it done; however often it is asked for, once. HistoryError."""
    if batch.summary.get("lines", 0) > LONG and batch.state == HistoryBatch.State.WAITING:
        params = {"batch": batch.pk, "by": by.pk}
        with transaction.atomic():
            job = start_job(kind=COMMIT, by=by, params=params, key=f"{COMMIT}:{batch.pk}")
            return job_url(job)
    history.commit_batch(batch=batch, by=by)
    return page_of(batch)


def _named(params: Mapping[str, Any]) -> tuple[HistoryBatch, User]:
    batch = HistoryBatch.objects.get(pk=params["batch"])
    return batch, User.objects.get(pk=params["by"])


def read_in_background(params: Mapping[str, Any], progress: Reporter) -> str:
    batch, by = _named(params)
    try:
        history.read_rows(
            batch=batch, columns=params["columns"], day=today(), by=by, progress=progress
        )
    except history.HistoryError as error:
        raise JobError(str(error)) from None
    return page_of(batch)


def commit_in_background(params: Mapping[str, Any], progress: Reporter) -> str:
    batch, by = _named(params)
    try:
        history.commit_batch(batch=batch, by=by, progress=progress)
    except history.HistoryError as error:
        raise JobError(str(error)) from None
    return page_of(batch)


def outlook_of_week(*, monday: date, day: date, by: User) -> WeekOutlook | Job:
    """The week's forecast; where it is not made and takes too long to wait for, the job that
    makes it. One that fails is tried again the next day it is asked for."""
    made = WeekOutlook.objects.filter(monday=monday).first()
    if made is not None:
        return made
    if Person.objects.current().count() <= MANY:
        return make_week_outlook(monday=monday)
    with transaction.atomic():
        return start_job(
            kind=OUTLOOK,
            by=by,
            params={"monday": monday.isoformat()},
            key=f"{OUTLOOK}:{monday}:{day}",
        )


def make_outlook_in_background(params: Mapping[str, Any], progress: Reporter) -> str:
    make_week_outlook(monday=date.fromisoformat(params["monday"]), progress=progress)
    return reverse("competence:coverage_outlook")


def report_asked_for(*, params: Mapping[str, Any], by: User) -> str:
    """Have a report made; the address to follow the work on. What cannot be made is refused at
    once: FollowUpError."""
    followup.check_period(
        period_from=date.fromisoformat(params["period_from"]),
        period_until=date.fromisoformat(params["period_until"]),
        cut_off=date.fromisoformat(params["cut_off"]),
        today=today(),
    )
    superseded = params.get("supersedes")
    followup.check_superseding(
        FollowUpReport.objects.get(pk=superseded) if superseded else None,
        params.get("correction", ""),
    )
    with transaction.atomic():
        return job_url(start_job(kind=REPORT, by=by, params={**params, "by": by.pk}))


def make_report_in_background(params: Mapping[str, Any], progress: Reporter) -> str:
    """Made from the beginning where it stopped half-way: nothing is written before the end."""
    superseded = params.get("supersedes")
    try:
        report = followup.make_report(
            kind=params["kind"],
            period_from=date.fromisoformat(params["period_from"]),
            period_until=date.fromisoformat(params["period_until"]),
            cut_off=date.fromisoformat(params["cut_off"]),
            supersedes=FollowUpReport.objects.get(pk=superseded) if superseded else None,
            correction=params.get("correction", ""),
            at=timezone.now(),
            by=User.objects.get(pk=params["by"]),
            progress=progress,
        )
    except followup.FollowUpError as error:
        raise JobError(str(error)) from None
    return reverse("competence:report", args=[report.number])


def seats_of_week(*, monday: date, day: date, by: User) -> WeekSeats | Job:
    """The week's forecast of seats, or the job that counts it; as `outlook_of_week`."""
    made = WeekSeats.objects.filter(monday=monday).first()
    if made is not None:
        return made
    if Person.objects.current().count() <= MANY:
        return make_week_seats(monday=monday)
    with transaction.atomic():
        return start_job(
            kind=SEATS,
            by=by,
            params={"monday": monday.isoformat()},
            key=f"{SEATS}:{monday}:{day}",
        )


def make_seats_in_background(params: Mapping[str, Any], progress: Reporter) -> str:
    make_week_seats(monday=date.fromisoformat(params["monday"]), progress=progress)
    return reverse("competence:seats")
