"""The sweeper: finds every row that waits, whether or not anybody was woken for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from lms.notifications.models import Job, Pulse, TaskRow
from lms.notifications.services.daily import plan_daily_work
from lms.notifications.services.jobs import recover_jobs, wake_waiting_jobs
from lms.notifications.services.outbox import give_up_left_behind, send_due
from lms.notifications.services.taskrows import run_waiting_tasks

Clock = Callable[[], datetime]
SWEEP = "sweep"
KEPT = timedelta(days=180)
SILENCE = timedelta(minutes=5)


def sweep(*, clock: Clock) -> None:
    """One round. Two rounds at once do no harm: every row is claimed before it is worked on."""
    Pulse.objects.update_or_create(name=SWEEP, defaults={"at": clock()})
    give_up_left_behind(at=clock())
    recover_jobs(at=clock())
    plan_daily_work(at=clock())
    wake_waiting_jobs()
    run_waiting_tasks(clock=clock)
    send_due(clock=clock)


def last_round() -> datetime | None:
    """When the background work last made its round; None where it never has."""
    return Pulse.objects.filter(name=SWEEP).values_list("at", flat=True).first()


def is_resting(*, at: datetime) -> bool:
    """Whether the background work has not been heard from for a while."""
    last = last_round()
    return last is None or at - last > SILENCE


def purge(*, at: datetime) -> int:
    """Remove jobs and failed tasks that ended long ago; how many rows went."""
    jobs, _per_model = Job.objects.filter(finished_at__lt=at - KEPT).delete()
    tasks, _per_model = TaskRow.objects.filter(failed_at__lt=at - KEPT).delete()
    return jobs + tasks
