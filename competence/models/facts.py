"""What people have reached, and what they are excused from."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from competence.models.history import HistoryBatch
from competence.querysets import (
    AchievementQuerySet,
    OutsideRecordQuerySet,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import AppendOnly
from lms.lib.dates import MAX_MONTHS
from lms.lib.fields import GuardedCharField
from lms.people.models import Person


class OutsideCourse(models.Model):
    """One row per course that others give (CVE, the county, the police, a university) and that
    can be recognised. Renamed by a logged change; `retired_at` takes it out of what can be chosen;
    never deleted."""

    name = GuardedCharField(_("name"), max_length=200)
    provider = GuardedCharField(_("given by"), max_length=200)
    # Where the course is described. Empty: nowhere known.
    url = models.URLField(_("web address"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outside course")
        verbose_name_plural = _("outside courses")
        ordering = ["name", "provider"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                Lower("provider"),
                name="outside_course_is_name_and_provider",
                violation_error_message=_("This course is already in the list."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.provider})"


class EquivalenceRule(models.Model):
    """One row per decision that an outside course, taken within a period, gives a level in an
    area. It reads one way only, and may give less than the course holds. What it says is never
    changed: it is withdrawn, and another decided."""

    number = models.PositiveIntegerField(_("rule"), unique=True)
    outside_course = models.ForeignKey(
        OutsideCourse, on_delete=models.PROTECT, related_name="rules"
    )
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="rules")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="rules")
    # How long what it gives is valid, from the day the course was completed. Empty: no end.
    validity_months = models.PositiveIntegerField(
        _("valid for, months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_MONTHS)],
    )
    # The courses completed within these days, both inclusive. Last day empty: open.
    completed_from = models.DateField(_("for courses completed from"))
    completed_until = models.DateField(_("and until"), null=True, blank=True)
    decided_on = models.DateField(_("decided on"))
    reason = GuardedCharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Gives nothing more from this day; what it gave is revoked from it.
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    append_only = AppendOnly(free=("outside_course_id",), once=("withdrawn_on",))

    class Meta:
        verbose_name = _("equivalence rule")
        verbose_name_plural = _("equivalence rules")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_until__isnull=True)
                | Q(completed_until__gte=F("completed_from")),
                name="equivalence_period_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(validity_months__isnull=True)
                | Q(validity_months__range=(1, MAX_MONTHS)),
                name="equivalence_is_valid_for_a_lifetime_at_most",
                violation_error_message=_("A period is at most a hundred years."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("rule %(number)s") % {"number": self.number})


class OutsideRecord(models.Model):
    """One row per outside course that a person has completed, as it was accepted: by whoever
    decided a claim, or in an import of history. Equivalence rules decide what it gives, whenever
    they are decided. `withdrawn_at` marks one taken back as a mistake; nothing else changes."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="outside_records")
    outside_course = models.ForeignKey(
        OutsideCourse, on_delete=models.PROTECT, related_name="records"
    )
    completed_on = models.DateField(_("completed on"))
    # Last valid day that the provider has set, inclusive. Empty: none.
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The import of history that brought it; what is taken back with the whole of it.
    history_batch = models.ForeignKey(
        HistoryBatch,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="outside_records",
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OutsideRecordQuerySet.as_manager()
    append_only = AppendOnly(free=("person_id", "outside_course_id"), once=("withdrawn_at",))
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("outside record")
        verbose_name_plural = _("outside records")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "outside_course", "completed_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="outside_record_is_person_course_and_day",
                violation_error_message=_("This course is already recorded for that day."),
            )
        ]


class Achievement(models.Model):
    """One row per level reached in an area. `revoked_on` and `withdrawn_at` are set once; nothing
    else changes. Identified by person, area, level, day and source. One withdrawn never counted:
    it was taken back as a mistake with the import or the record that brought it."""

    append_only = AppendOnly(
        free=("person_id",), once=("revoked_on", "revoked_with_rule", "withdrawn_at")
    )

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="achievements")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="achievements")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="achievements")
    achieved_on = models.DateField(_("achieved on"))
    # Last valid day, inclusive. Empty: no end of its own.
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    # Revoked because the rule was withdrawn, which says nothing of this person. Empty: not
    # revoked, or by a decision about this very fact, after which no rule gives it anew.
    revoked_with_rule = models.BooleanField(null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    # What gave it: a course completion, an outside record with an equivalence rule, or neither
    # (an import, a correction, a decision in the single case).
    completion = models.ForeignKey(
        "courses.Completion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="achievements",
    )
    outside_record = models.ForeignKey(
        OutsideRecord,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="achievements",
    )
    rule = models.ForeignKey(
        EquivalenceRule,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="achievements",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The import of history that brought it; what is taken back with the whole of it.
    history_batch = models.ForeignKey(
        HistoryBatch,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="achievements",
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # What was recorded wrongly and in whose place it stands.
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )

    objects = AchievementQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "area", "level", "achieved_on", "source"],
                condition=Q(withdrawn_at__isnull=True),
                name="achievement_is_person_area_level_day_and_source",
                violation_error_message=_("This achievement is already recorded."),
            ),
            models.UniqueConstraint(
                fields=["outside_record", "rule"],
                condition=Q(
                    outside_record__isnull=False,
                    rule__isnull=False,
                    revoked_on__isnull=True,
                    withdrawn_at__isnull=True,
                ),
                name="rule_gives_once_for_a_record",
                violation_error_message=_("The rule has already given this."),
            ),
        ]


class Exemption(models.Model):
    """One row per decided exemption. `ends_on` may be brought forward by a logged decision;
    `withdrawn_at` marks one taken back before it began."""

    append_only = AppendOnly(free=("person_id", "ends_on", "withdrawn_at"))

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exemptions")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="exemptions")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="exemptions")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    reason = GuardedCharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("exemption")
        verbose_name_plural = _("exemptions")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "area", "level", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="exemption_is_person_area_level_and_first_day",
                violation_error_message=_("This exemption is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="exemption_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]
