"""Background jobs, for the apps above.

    register_job("people.hr_import", _("HR import"), run_import)     # in <app>/notices.py

    def run_import(params: Mapping[str, Any], progress: Reporter) -> str | None:
        ...
        progress(done, total, "enheter")        # as often as you like
        raise JobError(_("Rad 7: …"))           # stops, with words for the reader
        return reverse("people:import_run", args=[run.pk])   # where the result is read

    job = start_job(kind="people.hr_import", by=user, params={"upload": upload.pk})
    redirect(job_url(job))

A job may be run again after a stop half-way (a killed worker, the retry button): do the writing
in one transaction, or make each step find what is already done.
"""

from django.urls import reverse

from lms.notifications.models import Job
from lms.notifications.registry import Reporter, register_job
from lms.notifications.services.jobs import JobError, start_job

__all__ = ["JobError", "Reporter", "job_url", "register_job", "start_job"]


def job_url(job: Job) -> str:
    """The page where its starter follows the job."""
    return reverse("notifications:job", args=[job.pk])
