"""The competence plan: versions, key groups, requirements and what is decided beside them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.decided import DecidedDocument, DocumentStep
from competence.querysets import (
    PlanVersionQuerySet,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import AppendOnly
from lms.lib.dates import MAX_DAYS, MAX_MONTHS
from lms.lib.fields import GuardedCharField, GuardedTextField, refuse_personal_data
from lms.lib.frozen import FrozenWith
from lms.people.models import Person

WITH_ITS_VERSION = FrozenWith(path=(("plan_version_id", "competence_planversion"),))


class PlanVersion(DecidedDocument):
    """One row per version of the competence plan. Only a draft is edited; what was sent or decided
    is never updated, except for the facts that come later (see `DecidedDocument`)."""

    kind = "kompetensplan"
    audit_prefix = "plan_version"

    # The version that it was written after: copied from it, taken back from it, or read from a file
    # while that was in force. Empty: begun from nothing.
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )

    objects = PlanVersionQuerySet.as_manager()

    class Meta(DecidedDocument.Meta):
        verbose_name = _("plan version")
        verbose_name_plural = _("plan versions")

    def __str__(self) -> str:
        return str(_("Competence plan version %(number)s") % {"number": self.number})

    def own_words(self) -> list[str]:
        return [
            *super().own_words(),
            *self.chapters.values_list("text", flat=True),
            *self.goals.values_list("note", flat=True),
        ]


class PlanStep(DocumentStep):
    """One row per step of a version of the competence plan. Never updated or deleted."""

    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="steps")

    class Meta(DocumentStep.Meta):
        verbose_name = _("step of a plan version")
        verbose_name_plural = _("steps of plan versions")


class KeyGroupQuerySet(models.QuerySet["KeyGroup"]):
    def in_versions(self, versions: Iterable[PlanVersion]) -> KeyGroupQuerySet:
        """Those that some of the versions define, or ask something of."""
        held = versions if isinstance(versions, models.QuerySet) else list(versions)
        return self.filter(
            Q(
                pk__in=KeyGroupDefinition.objects.filter(plan_version__in=held)
                .order_by()
                .values("key_group")
            )
            | Q(
                pk__in=Requirement.objects.filter(plan_version__in=held)
                .order_by()
                .values("key_group")
            )
        )

    def outside_drafts(self) -> KeyGroupQuerySet:
        """Those of versions that were sent or decided. A key group of nothing but a draft is for
        those who write the draft: it may yet be called something else, or be thrown away."""
        return self.in_versions(PlanVersion.objects.exclude(status=PlanVersion.Status.DRAFT))


class KeyGroup(models.Model):
    """One row per key group (nyckelgrupp), the same through all plan versions. Renamed, never
    deleted."""

    append_only = AppendOnly(free=("name", "description"))

    code = models.CharField(
        _("code"), max_length=40, unique=True, validators=[refuse_personal_data]
    )
    name = models.CharField(_("name"), max_length=200, validators=[refuse_personal_data])
    description = GuardedTextField(_("description"), blank=True)

    objects = KeyGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("key group")
        verbose_name_plural = _("key groups")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class KeyGroupDefinition(models.Model):
    """One row per key group and plan version: who belongs by rule, and who is left out. Frozen
    with its version. No rules: nobody belongs by rule."""

    frozen = WITH_ITS_VERSION

    plan_version = models.ForeignKey(
        PlanVersion, on_delete=models.CASCADE, related_name="definitions"
    )
    key_group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="definitions")
    # A list of lms.framework.rules.PersonRule.to_json().
    rules = models.JSONField(default=list, blank=True)
    excluded = models.ManyToManyField(Person, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan_version", "key_group"],
                name="key_group_is_defined_once_in_a_version",
                violation_error_message=_("The key group is already in this version."),
            )
        ]


class KeyPersonAssignment(models.Model):
    """One row per naming of a key person (nyckelperson): a dated fact beside the plan versions.
    Ended, never deleted; `withdrawn_at` marks a naming taken back as a mistake."""

    append_only = AppendOnly(free=("person_id", "ends_on", "withdrawn_at", "deputy_id"))

    key_group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="namings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="namings")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    # Which function is held. Empty: named before it was asked for, or by a plan file.
    function = GuardedCharField(_("function"), max_length=200, blank=True)
    motive = GuardedCharField(_("motive"), max_length=300, blank=True)
    # Who takes over when a review moves the naming.
    deputy = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="deputy_in_namings"
    )
    # The first review; later ones are set by the reviews. Empty: when the person changes work.
    review_on = models.DateField(_("to be reviewed"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("key person")
        verbose_name_plural = _("key persons")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="naming_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.UniqueConstraint(
                fields=["key_group", "person", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="person_is_named_once_in_a_group_from_a_day",
                violation_error_message=_("The person is already named from this day."),
            ),
        ]


class Requirement(models.Model):
    """One row per requirement of a plan version: a key group must (or should) hold a level in an
    area. Frozen with its version. Days and months as in docs/gap.md."""

    frozen = WITH_ITS_VERSION

    class Kind(models.TextChoices):
        MANDATORY = "mandatory", _("mandatory")
        RECOMMENDED = "recommended", _("recommended")

    plan_version = models.ForeignKey(
        PlanVersion, on_delete=models.CASCADE, related_name="requirements"
    )
    key_group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="requirements")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="requirements")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="requirements")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.MANDATORY)
    effective_from = models.DateField(_("effective from"))
    # Last effective day, inclusive. Empty: open.
    effective_until = models.DateField(_("effective until"), null=True, blank=True)
    grace_days = models.PositiveIntegerField(
        _("grace days"), default=90, validators=[MaxValueValidator(MAX_DAYS)]
    )
    # Empty: an achievement never runs out for this requirement.
    renewal_months = models.PositiveIntegerField(
        _("renewal, months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_MONTHS)],
    )
    window_days = models.PositiveIntegerField(
        _("renewal window, days"), default=90, validators=[MaxValueValidator(MAX_DAYS)]
    )
    motive = GuardedCharField(_("motive"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_until__isnull=True)
                | Q(effective_until__gte=F("effective_from")),
                name="requirement_ends_after_it_starts",
                violation_error_message=_("The last effective day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(grace_days__lte=MAX_DAYS, window_days__lte=MAX_DAYS)
                & (Q(renewal_months__isnull=True) | Q(renewal_months__range=(1, MAX_MONTHS))),
                name="requirement_has_periods_of_a_lifetime",
                violation_error_message=_("A period is at most a hundred years."),
            ),
            models.UniqueConstraint(
                fields=["plan_version", "key_group", "area", "level", "effective_from"],
                name="requirement_is_group_area_level_and_first_day",
                violation_error_message=_("This requirement already exists."),
            ),
        ]


class RenewalOrder(models.Model):
    """One row per decision that what was achieved in an area (at a level, or at every level)
    before a day is valid no longer than another. Counts from `decided_on`. Never changed."""

    append_only = AppendOnly()

    area = models.ForeignKey(
        CompetenceArea, on_delete=models.PROTECT, related_name="renewal_orders"
    )
    # Empty: every level.
    level = models.ForeignKey(
        TrainingLevel,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="renewal_orders",
    )
    achieved_before = models.DateField(_("achieved before"))
    last_valid_day = models.DateField(_("last valid day"))
    decided_on = models.DateField(_("decided on"))
    reason = GuardedCharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("renewal order")
        verbose_name_plural = _("renewal orders")
