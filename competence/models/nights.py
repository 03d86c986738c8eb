"""What the units stood at, night by night: figures kept so that a trend need not be counted anew.
A projection, not facts: a night can be made again from the facts (services/nights.py)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyGroup
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


class Counts(models.Model):
    """How many are what. Each of those with something mandatory to hold is in exactly one of
    covered, gap, introduction and paused; `only_exempt` are those of the covered who would not be
    without an exemption."""

    people = models.PositiveIntegerField()
    covered = models.PositiveIntegerField()
    gap = models.PositiveIntegerField()
    introduction = models.PositiveIntegerField()
    paused = models.PositiveIntegerField()
    only_exempt = models.PositiveIntegerField()

    class Meta:
        abstract = True


_ADD_UP: dict[str, Any] = {
    "condition": Q(people__gte=F("covered") + F("gap") + F("introduction") + F("paused"))
    & Q(only_exempt__lte=F("covered")),
    "violation_error_message": _("The counts are of more people than there are."),
}


class UnitFigures(Counts):
    """One row per night and unit with all below it, each person once whatever the number of posts
    and key groups; and one more (`direct`) of those with a post in the unit itself, where there are
    units below. A unit where nobody worked has none. Goes with its night."""

    night = models.ForeignKey(FiguresNight, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    direct = models.BooleanField(default=False)

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
            models.CheckConstraint(name="unit_figures_add_up", **_ADD_UP),
        ]

    def __str__(self) -> str:
        return f"{self.night}, {self.unit}"


class GroupFigures(Counts):
    """One row per night, key group and unit with all below it; and one without a unit of everyone
    in the group, also those without a post. Goes with its night."""

    night = models.ForeignKey(FiguresNight, on_delete=models.CASCADE, related_name="groups")
    # Empty: everyone in the group.
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    key_group = models.ForeignKey(KeyGroup, on_delete=models.CASCADE, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("figures of a key group")
        verbose_name_plural = _("figures of key groups")
        constraints = [
            models.UniqueConstraint(
                fields=["night", "key_group", "unit"],
                condition=Q(unit__isnull=False),
                name="group_figures_are_one_per_night_and_unit",
                violation_error_message=_("The figures of this night are kept already."),
            ),
            models.UniqueConstraint(
                fields=["night", "key_group"],
                condition=Q(unit__isnull=True),
                name="group_figures_of_everyone_are_one_per_night",
                violation_error_message=_("The figures of this night are kept already."),
            ),
            models.CheckConstraint(name="group_figures_add_up", **_ADD_UP),
        ]

    def __str__(self) -> str:
        return f"{self.night}, {self.key_group}, {self.unit or '–'}"
