"""What notifications itself registers: the day's work as a job, and accounts that follow the
register each day."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.notifications.registry import register_daily, register_job
from lms.notifications.services.daily import DAILY, run_daily_work
from lms.notifications.services.invitations import INVITE, send_invitations
from lms.notifications.services.outbox import forget_old_texts
from lms.people.services.accounts import deactivate_leavers, reactivate_returned
from lms.people.services.role_assignments import sync_all_admin_access

register_job(INVITE, _("Invitations by mail"), send_invitations)
register_job(DAILY, _("The day's reminders"), run_daily_work)


@register_daily
def old_links_leave_the_ledger(day: date) -> None:
    """Mail that never went does not keep its sign-in link for ever."""
    forget_old_texts(at=timezone.now())


@register_daily
def accounts_follow_the_register(day: date) -> None:
    """Close the accounts of those who have left, open those of the returned, follow the roles."""
    deactivate_leavers(day=day)
    reactivate_returned(day=day)
    sync_all_admin_access(day=day)
