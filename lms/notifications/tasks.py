"""Celery's side: thin, idempotent, named. The rows say what is to be done."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from lms.notifications.schedule import HOUSEKEEPING
from lms.notifications.services.jobs import run_job
from lms.notifications.services.outbox import send_due
from lms.notifications.services.sweep import purge, sweep
from lms.notifications.services.taskrows import run_task_row


@shared_task(name="notifications.sweep")
def sweep_task() -> None:
    sweep(clock=timezone.now)


@shared_task(name="notifications.send_mail")
def send_mail_task() -> None:
    send_due(clock=timezone.now)


@shared_task(name="notifications.run_job")
def run_job_task(pk: int) -> None:
    run_job(pk)


@shared_task(name="notifications.run_task_row")
def run_task_row_task(pk: int) -> None:
    run_task_row(pk, clock=timezone.now)


@shared_task(name="notifications.housekeeping")
def housekeeping_task(command: str) -> None:
    args, options = HOUSEKEEPING[command]
    call_command(command, *args, **options)


@shared_task(name="notifications.purge")
def purge_task() -> None:
    purge(at=timezone.now())
