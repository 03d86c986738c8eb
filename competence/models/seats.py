"""The forecast of seats: what it is reckoned from, week by week, and what of it has been taken into
a training plan."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.append_only import AppendOnly


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
