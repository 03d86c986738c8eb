"""The job that counts the forecast of a week where it takes long."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from competence import jobs
from lms.notifications.jobs import register_job

register_job(jobs.OUTLOOK, _("Forecast of the week"), jobs.make_outlook_in_background)
