"""Coverage goals: how large a share of a key group is to hold what the plan asks, and by when. Part
of a version of the competence plan, and decided with it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from competence.models.plan import WITH_ITS_VERSION, KeyGroup, PlanVersion
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import GuardedCharField

_NONE = Value(0)


class CoverageGoal(models.Model):
    """One row per goal of a plan version: so many percent of a key group are to be covered by a
    day. Frozen with its version. Several for the same group, each with its day, are steps."""

    frozen = WITH_ITS_VERSION

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="goals")
    # Empty: all key groups together.
    key_group = models.ForeignKey(
        KeyGroup,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("key group"),
    )
    # Empty, both: all that is mandatory for the group.
    area = models.ForeignKey(
        CompetenceArea,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("area"),
    )
    level = models.ForeignKey(
        TrainingLevel,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("level"),
    )
    percent = models.PositiveSmallIntegerField(
        _("goal, per cent"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    reach_by = models.DateField(_("to be reached by"))
    note = GuardedCharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("coverage goal")
        verbose_name_plural = _("coverage goals")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__range=(1, 100)),
                name="coverage_goal_is_a_share",
                violation_error_message=_("A goal is 1 to 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(area__isnull=True, level__isnull=True)
                | Q(area__isnull=False, level__isnull=False, key_group__isnull=False),
                name="coverage_goal_of_an_area_has_level_and_group",
                violation_error_message=_("A goal for an area has a level, and a key group."),
            ),
            models.UniqueConstraint(
                "plan_version",
                Coalesce("key_group", _NONE),
                Coalesce("area", _NONE),
                Coalesce("level", _NONE),
                "reach_by",
                name="coverage_goal_is_of_one_thing_and_day",
                violation_error_message=_("There is a goal for this by that day already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_group or '*'} {self.percent} % {self.reach_by}"

    def clean(self) -> None:
        if (self.area_id is None) != (self.level_id is None):
            raise ValidationError({"level": _now("Choose both an area and a level, or neither.")})
        if self.area_id is not None and self.key_group_id is None:
            raise ValidationError({"key_group": _now("Choose the key group of the area's goal.")})
