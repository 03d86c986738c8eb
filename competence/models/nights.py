"""What the units stood at, night by night: figures kept so that a trend need not be counted anew.
A projection, not facts: a night can be made again from the facts (services/nights.py)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import Unit


class FiguresNight(models.Model):
    """One row per day whose figures are kept: what the engine answered for `day` when it was asked
    at `created_at`, during the night to it or later where that night was missed. Replaced whole
    where it is made again; removed when it is older than the trend needs."""

    day = models.DateField(_("day"), unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("the night's figures")
        verbose_name_plural = _("the nights' figures")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"


class UnitFigures(models.Model):
    """One row per night and unit with all below it, each person once whatever the number of posts
    and key groups; and one more (`direct`) of those with a post in the unit itself, where there are
    units below. Each of those with something mandatory to hold is in exactly one of covered, gap,
    introduction and paused; `only_exempt` are those of the covered who would not be without an
    exemption. A unit where nobody worked has none. Goes with its night."""

    night = models.ForeignKey(FiguresNight, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    direct = models.BooleanField(default=False)
    people = models.PositiveIntegerField()
    covered = models.PositiveIntegerField()
    gap = models.PositiveIntegerField()
    introduction = models.PositiveIntegerField()
    paused = models.PositiveIntegerField()
    only_exempt = models.PositiveIntegerField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("figures of a unit")
        verbose_name_plural = _("figures of units")
        constraints = [
            models.UniqueConstraint(
                fields=["night", "unit", "direct"],
                name="unit_figures_are_one_per_night",
                violation_error_message=_("The figures of this night are kept already."),
            ),
            models.CheckConstraint(
                condition=Q(people__gte=F("covered") + F("gap") + F("introduction") + F("paused"))
                & Q(only_exempt__lte=F("covered")),
                name="unit_figures_add_up",
                violation_error_message=_("The counts are of more people than there are."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night}, {self.unit}"
