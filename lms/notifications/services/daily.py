"""The day's work: what the apps registered, then the reminders. One job a day."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Job
from lms.notifications.registry import Reporter, dailies
from lms.notifications.services.jobs import JobError, start_job
from lms.notifications.services.reminders import collect_reminders

logger = logging.getLogger(__name__)
DAILY = "notifications.daily"


def plan_daily_work(*, at: datetime) -> Job | None:
    """Queue the day's work once it is time; None before that, or where it is queued already."""
    local = at.astimezone(STOCKHOLM)
    key = f"daily:{local.date()}"
    if local.hour < settings.DAILY_WORK_FROM_HOUR or Job.objects.filter(key=key).exists():
        return None
    return start_job(kind=DAILY, by=None, params={"day": local.date()}, key=key)


def run_daily_work(params: Mapping[str, Any], progress: Reporter) -> None:
    """Every registered function, then the reminders. One that fails does not stop the others;
    the job then ends as failed, and a retry runs them all again."""
    day: date = params["day"]
    functions = dailies()
    failed: list[str] = []
    for number, function in enumerate(functions):
        progress(number, len(functions) + 1)
        try:
            function(day)
        except Exception:
            name = f"{function.__module__}.{function.__qualname__}"
            logger.exception("Daily work failed: %s", name)
            failed.append(name)
    collect_reminders(day=day, at=timezone.now())
    progress(len(functions) + 1, len(functions) + 1)
    if failed:
        raise JobError(_("Not done today: %(what)s.") % {"what": ", ".join(failed)})
