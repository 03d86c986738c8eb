"""The job that makes a follow-up report, and the daily round that tells of the latest."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from competence import jobs
from competence.services import followup_schedules
from lms.notifications.jobs import register_job
from lms.notifications.models import Delivery
from lms.notifications.registry import Mail, NoticeKind, register, register_daily

register_job(jobs.REPORT, _("Follow-up report"), jobs.make_report_in_background)

register(
    NoticeKind(
        code=followup_schedules.REPORT_READY,
        label=_("Follow-up report"),
        templates="competence/mail/report_ready",
        category=Delivery.Category.RECEIPT,
        mail=Mail.AT_ONCE,
        action=_("Read the report"),
        sample={
            "number": "UR-2027-01",
            "cut_off": date(2027, 1, 4),
            "new": True,
            "last": False,
        },
    )
)


@register_daily
def send_reports_that_are_due(day: date) -> None:
    """What the worker calls once a day."""
    followup_schedules.send_due(day=day, at=timezone.now())
