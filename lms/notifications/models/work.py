"""Work done in the background: jobs people follow, small tasks nobody does, and a pulse."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.lib.fields import GuardedCharField, Sensitivity
from lms.notifications.encoding import ContextDecoder, ContextEncoder


class JobQuerySet(models.QuerySet["Job"]):
    def waiting(self) -> JobQuerySet:
        """To be run, oldest first."""
        return self.filter(state=Job.State.PENDING).order_by("pk")

    def left_behind(self, before: datetime) -> JobQuerySet:
        """Running, but not heard from since `before`."""
        return self.filter(state=Job.State.RUNNING, heartbeat_at__lt=before)


class Job(models.Model):
    """One row per piece of background work that somebody may want to follow. The row is the
    truth: a worker claims it, and one that dies leaves a row the sweeper finds. Kept 180 days
    after it ended, then purged."""

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("job", "waiting")
        RUNNING = "running", pgettext_lazy("job", "running")
        DONE = "done", pgettext_lazy("job", "done")
        FAILED = "failed", pgettext_lazy("job", "failed")
        CANCELLED = "cancelled", pgettext_lazy("job", "cancelled")

    kind = models.CharField(_("kind"), max_length=60)
    # Set for work that may exist only once, e.g. "daily:2026-11-22".
    key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    params = models.JSONField(
        default=dict, blank=True, encoder=ContextEncoder, decoder=ContextDecoder
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    done = models.PositiveIntegerField(_("done"), default=0)
    # 0: the size is not known yet.
    total = models.PositiveIntegerField(_("of"), default=0)
    message = GuardedCharField(
        _("message"), max_length=300, blank=True, sensitivity=Sensitivity.PLAIN
    )
    error = GuardedCharField(_("error"), max_length=1000, blank=True, sensitivity=Sensitivity.PLAIN)
    # Where the result can be read or fetched.
    result_url = models.CharField(max_length=500, blank=True)
    # How many times a worker has taken it up, and how many times a person asked again.
    attempts = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=0)
    # Empty: started by the schedule.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = JobQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "failed", "cancelled"])
                | Q(finished_at__isnull=False),
                name="an_ended_job_says_when",
                violation_error_message=_("An ended job must say when it ended."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "created_at"],
                name="job_to_do",
                condition=Q(state__in=["pending", "running"]),
            ),
            models.Index(fields=["by", "-created_at"], name="job_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PENDING, self.State.RUNNING)


class TaskRow(models.Model):
    """One row per small task that waits to be run (Wagtail's search index, reference index,
    file removal). Removed when done; one that keeps failing stays, `failed_at` set, until the
    purge."""

    path = models.CharField(max_length=200)
    args = models.JSONField(default=list)
    kwargs = models.JSONField(default=dict)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    run_after = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = GuardedCharField(max_length=500, blank=True, sensitivity=Sensitivity.PLAIN)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("waiting task")
        verbose_name_plural = _("waiting tasks")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["run_after"], name="taskrow_due", condition=Q(failed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.args}"


class Pulse(models.Model):
    """One row per part of the background work: when it last made its round. Overwritten each
    time: it tells whether anybody is at work, not what was done."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("pulse")
        verbose_name_plural = _("pulses")

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"
