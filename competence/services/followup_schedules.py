"""Telling recipients of the latest report on the days decided: a notice with a link, never the
figures. Whether the recipient may read reports is asked again each time; who does not open them is
not told more; and where there is nothing new, that is what is said."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.models import FollowUpReport, ReportHandover, ReportSchedule, ReportSending
from lms.audit.services import record
from lms.notifications.services import notify
from lms.people.access import MATRIX, Action, Obj, Scope, scopes
from lms.people.models import RoleAssignment, User
from lms.people.querysets import valid_on_q

# The notice kind that competence.notices registers.
REPORT_READY = "competence.report_ready"
UNOPENED = 3
"""So many in a row that were not opened, and nothing more is sent until one is."""

Outcome = ReportSending.Outcome


class ScheduleError(ValueError):
    """What cannot be decided about a schedule; the message says why."""


def may_read_whole(user: User, day: date) -> bool:
    """Whether the account reads reports and not only its own part of them."""
    return Scope.ALL in scopes(user, Action.READ, Obj.REPORT, day=day)


def readers_on(day: date) -> QuerySet[User]:
    """The accounts that read whole reports by a role they hold, of those who can be told."""
    roles = [
        role
        for role, given in MATRIX[Obj.REPORT].items()
        if any(Action.READ in grant.actions and grant.scope is Scope.ALL for grant in given)
    ]
    assigned = RoleAssignment.objects.filter(valid_on_q(day), role__in=roles, user=OuterRef("pk"))
    return (
        User.objects.filter(Exists(assigned), is_active=True, person__isnull=False)
        .select_related("person")
        .order_by("email")
    )


@transaction.atomic
def schedule_report(
    *, form: str, recipient: User, first_on: date, every: int, at: datetime, by: User, day: date
) -> ReportSchedule:
    """Decide that an account is told of the latest report on certain days."""
    if recipient.person is None or not may_read_whole(recipient, day):
        raise ScheduleError(_("This account may not read whole reports."))
    if first_on < day:
        raise ScheduleError(_("The first time cannot be before today."))
    User.objects.select_for_update().get(pk=recipient.pk)
    schedule = ReportSchedule(
        form=form, recipient=recipient, first_on=first_on, every=every, created_at=at, by=by
    )
    schedule.full_clean()
    schedule.save()
    record(
        "report_schedule.created",
        schedule,
        by=by,
        after={
            "form": form,
            "recipient": recipient.pk,
            "first_on": first_on.isoformat(),
            "every": every,
        },
    )
    return schedule


@transaction.atomic
def end_schedule(*, schedule: ReportSchedule, on: date, by: User) -> ReportSchedule:
    """Send nothing more from `on`."""
    locked = ReportSchedule.objects.select_for_update().get(pk=schedule.pk)
    if locked.ended_on is not None:
        raise ScheduleError(_("It has ended already."))
    locked.ended_on = on
    locked.save(update_fields=["ended_on"])
    record(
        "report_schedule.ended",
        locked,
        by=by,
        before={"ended_on": None},
        after={"ended_on": on.isoformat()},
    )
    return locked


def send_due(*, day: date, at: datetime) -> list[ReportSending]:
    """Send what is due by `day` and is not sent; a second call sends nothing."""
    return [
        sending
        for schedule in ReportSchedule.objects.filter(ended_on__isnull=True).order_by("pk")
        if (due := schedule.due_by(day)) is not None
        and (sending := _send(schedule, due, day, at)) is not None
    ]


@transaction.atomic
def _send(schedule: ReportSchedule, due: date, day: date, at: datetime) -> ReportSending | None:
    locked = (
        ReportSchedule.objects.select_for_update(of=("self",))
        .select_related("recipient__person")
        .get(pk=schedule.pk)
    )
    if locked.ended_on is not None or locked.sendings.filter(due_on=due).exists():
        return None
    report = FollowUpReport.objects.counting().order_by("-released_at", "-pk").first()
    outcome = _outcome(locked, report, day)
    sending = ReportSending.objects.create(
        schedule=locked, due_on=due, report=report, outcome=outcome, created_at=at
    )
    person = locked.recipient.person
    if outcome in (Outcome.SENT, Outcome.NOTHING_NEW) and person is not None:
        notify(
            kind=REPORT_READY,
            person=person,
            dedupe_key=f"{REPORT_READY}:{locked.pk}:{due.isoformat()}",
            context={
                "number": report.number if report else "",
                "cut_off": report.cut_off if report else None,
                "new": outcome == Outcome.SENT,
                "last": outcome == Outcome.SENT and _unopened(locked) == UNOPENED,
            },
            url=address_of(report, locked.form),
            at=at,
        )
    return sending


def _outcome(schedule: ReportSchedule, report: FollowUpReport | None, day: date) -> str:
    if schedule.recipient.person is None or not may_read_whole(schedule.recipient, day):
        return Outcome.REFUSED
    if _unopened(schedule) >= UNOPENED:
        return Outcome.PAUSED
    told = schedule.sendings.filter(outcome=Outcome.SENT, report=report)
    return Outcome.NOTHING_NEW if report is None or told.exists() else Outcome.SENT


def _unopened(schedule: ReportSchedule) -> int:
    """How many of the latest that were sent have not been opened, in a row."""
    opened = schedule.sendings.filter(outcome=Outcome.SENT).values_list("opened_at", flat=True)
    count = 0
    for at in opened[:UNOPENED]:
        if at is not None:
            break
        count += 1
    return count


def paused_schedules() -> set[int]:
    """The schedules (primary keys) of which nothing is sent until a report is opened. One query."""
    sent = (
        ReportSending.objects.filter(outcome=Outcome.SENT, schedule__ended_on__isnull=True)
        .order_by("schedule", "-due_on", "-pk")
        .values_list("schedule", "opened_at")
    )
    latest: dict[int, list[bool]] = {}
    for schedule, opened_at in sent:
        latest.setdefault(schedule, []).append(opened_at is None)
    return {
        schedule
        for schedule, unopened in latest.items()
        if len(unopened) >= UNOPENED and all(unopened[:UNOPENED])
    }


def address_of(report: FollowUpReport | None, form: str) -> str:
    if report is None:
        return reverse("competence:reports")
    extract = form == ReportHandover.Form.EXTRACT
    name = "competence:report_extract" if extract else "competence:report"
    return reverse(name, args=[report.number])


def note_opened(*, report: FollowUpReport, user: User, at: datetime) -> int:
    """The recipient has opened the page: whatever was sent of reports up to this one counts as
    opened. How many sendings that was."""
    return ReportSending.objects.filter(
        schedule__recipient=user,
        outcome=Outcome.SENT,
        opened_at__isnull=True,
        report__released_at__lte=report.released_at,
    ).update(opened_at=at)
