"""The jobs of the history import, and the daily round that throws old files away."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from competence import jobs
from competence.services import history
from lms.notifications.jobs import register_job
from lms.notifications.registry import register_daily

register_job(jobs.READ, _("Rehearsal of history"), jobs.read_in_background)
register_job(jobs.COMMIT, _("Import of history"), jobs.commit_in_background)


@register_daily
def throw_old_files_away(day: date) -> None:
    """What the worker calls once a day."""
    history.purge_old_files()
