"""The forecast of seats: what it is reckoned from, week by week, and what of it has been taken into
a training plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models.training import TrainingActivity
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField


class WeekSeats(models.Model):
    """One row per week whose forecast of seats was counted: the counts of that week, made once.
    Never updated or deleted: two counts of the same week would differ by one person's doing, and a
    year later the week tells how right the forecast was."""

    append_only = AppendOnly()

    monday = models.DateField(
        _("week"),
        unique=True,
        error_messages={"unique": _("The forecast of the week is counted already.")},
    )
    made_at = models.DateTimeField(_("counted"))
    # Lines and names (competence.figures.seats.as_json); no person.
    figures = models.JSONField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("forecast of seats of a week")
        verbose_name_plural = _("forecasts of seats of weeks")
        ordering = ["-monday"]

    def __str__(self) -> str:
        return f"{self.monday}"


class AcceptedSessions(models.Model):
    """One row per activity that was made of a forecast's sessions: what was accepted, and when it
    had to be decided. Never updated or deleted; whether it still stands is whether the activity is
    in a version of the training plan."""

    append_only = AppendOnly()

    activity = models.OneToOneField(
        TrainingActivity, on_delete=models.PROTECT, related_name="accepted"
    )
    # Area, level and quarter (competence.engine.sessions.Quarter.code): the same sessions in the
    # forecast of any week.
    code = models.CharField(_("sessions"), max_length=60, db_index=True)
    # The forecast it was taken from.
    monday = models.DateField(_("week"))
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="+")
    sessions = models.PositiveIntegerField(_("sessions"))
    seats = models.PositiveIntegerField(_("seats in a session"))
    latest_start = models.DateField(_("latest start"))
    decide_by = models.DateField(_("to be decided by"))
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("accepted sessions")
        verbose_name_plural = _("accepted sessions")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sessions__gte=1) & Q(seats__gte=1),
                name="accepted_sessions_are_some",
                violation_error_message=_("Accept at least one session with one seat."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SeatScenario(models.Model):
    """One row per what if of the forecast that was saved with a name: what is supposed, and no
    figure, so that it is reckoned from the counts of the week it is opened in. Shared by those who
    plan; deleted when it is no longer wanted, since nothing rests on it."""

    name = GuardedCharField(
        _("name"),
        max_length=80,
        unique=True,
        error_messages={"unique": _("There is a scenario with this name already.")},
    )
    # What the form of the forecast asked, by the names of its fields. Parameters only.
    asked = models.JSONField(_("what is supposed"))
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("seat scenario")
        verbose_name_plural = _("seat scenarios")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
