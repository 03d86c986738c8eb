"""The jobs that count the forecasts of a week where it takes long."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from competence import jobs
from lms.notifications.jobs import register_job

register_job(jobs.OUTLOOK, _("Forecast of the week"), jobs.make_outlook_in_background)
register_job(jobs.SEATS, _("Seats needed, forecast of the week"), jobs.make_seats_in_background)
