"""Notices to people, the mail that carries them, and the background work behind both."""

from lms.notifications.models.mail import Delivery, LastReminder
from lms.notifications.models.notices import Notice
from lms.notifications.models.work import Job, Pulse, TaskRow

__all__ = ["Delivery", "Job", "LastReminder", "Notice", "Pulse", "TaskRow"]
