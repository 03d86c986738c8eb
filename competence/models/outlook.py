"""The forecast that readers of figures are shown, as it was counted for a week."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class WeekOutlook(models.Model):
    """One row per week whose forecast somebody asked for: the counts of that week, made once. Never
    updated or deleted: two counts of the same week would differ by one person's doing."""

    monday = models.DateField(
        _("week"),
        unique=True,
        error_messages={"unique": _("The forecast of the week is counted already.")},
    )
    made_at = models.DateTimeField(_("counted"))
    # Days, units, levels and counts (competence.figures.week_outlook.WeekFigures); no person.
    figures = models.JSONField()

    class Meta:
        verbose_name = _("forecast of a week")
        verbose_name_plural = _("forecasts of weeks")
        ordering = ["-monday"]

    def __str__(self) -> str:
        return f"{self.monday}"
