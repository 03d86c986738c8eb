"""How many must hold a level, place by place."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyGroup
from competence.querysets import (
    CoverageTargetQuerySet,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import GuardedCharField
from lms.people.models import Unit


class CoverageTarget(models.Model):
    """One row per decision that at least so many people are to hold a level in an area, place by
    place (docs/coverage-targets.md). What it says is never changed: `ends_on` is set once, and
    another is decided."""

    class Places(models.TextChoices):
        WHOLE = "whole", _("in all of it together")
        BELOW = "below", _("in each unit right below it")
        KIND = "kind", _("in each unit of a kind")

    # The forum whose members count (SSPF, SIG, an områdesgrupp). Empty: everyone with a post.
    key_group = models.ForeignKey(
        KeyGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="targets"
    )
    # Where. Empty: everywhere.
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="coverage_targets"
    )
    places = models.CharField(_("counted"), max_length=10, choices=Places, default=Places.WHOLE)
    # As in the HR file; only with `places` = kind.
    unit_kind = models.CharField(_("kind of unit"), max_length=60, blank=True)
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="targets")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="targets")
    at_least = models.PositiveSmallIntegerField(
        _("at least"), default=2, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    starts_on = models.DateField(_("in force from"))
    # Last day in force, inclusive. Empty: until further.
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    motive = GuardedCharField(_("motive"), max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CoverageTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage target")
        verbose_name_plural = _("coverage targets")
        ordering = ["area__sort_order", "area__code", "level__number", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="coverage_target_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(at_least__range=(1, 999)),
                name="coverage_target_is_of_somebody",
                violation_error_message=_("A target is of at least one person."),
            ),
            models.CheckConstraint(
                condition=(Q(places="kind") & ~Q(unit_kind=""))
                | (~Q(places="kind") & Q(unit_kind="")),
                name="coverage_target_names_a_kind_or_none",
                violation_error_message=_("Say which kind of unit."),
            ),
            models.CheckConstraint(
                condition=~Q(places="whole") | Q(key_group__isnull=False) | Q(unit__isnull=False),
                name="coverage_target_is_somewhere",
                violation_error_message=_("Say for which unit or which key group."),
            ),
        ]


class TargetShortfall(models.Model):
    """One row per time a whole forum came to have too few who hold a level that a target asks for:
    worked out by the night's work, so that it is said once. What it says is never changed;
    `ended_on` is set once. A target that replaces another goes on with its row."""

    key_group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="+")
    found_on = models.DateField(_("found"))
    # The day it was found to be reached, or asked for no longer. Empty: still short.
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("shortfall of a target")
        verbose_name_plural = _("shortfalls of targets")
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key_group", "area", "level"],
                condition=Q(ended_on__isnull=True),
                name="a_shortfall_is_noted_once",
                violation_error_message=_("That the target is not reached is noted already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("found_on")),
                name="shortfall_ends_after_it_is_found",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_group_id} {self.area_id} {self.level_id} {self.found_on}"
