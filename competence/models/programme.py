"""Standing programmes: training that never ends, for the few who support the others. Said of
functions and of how many they are, never of who they are."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyGroup
from lms.framework.models import CompetenceArea
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField
from lms.lib.kept import KeptOnce
from lms.people.models import PartnerOrganisation


class StandingProgramme(models.Model):
    """One row per standing programme of continuous training, for those of one key group. Never
    updated or deleted."""

    append_only = AppendOnly()

    key_group = models.OneToOneField(
        KeyGroup, on_delete=models.PROTECT, related_name="programme", verbose_name=_("key group")
    )
    name = GuardedCharField(_("name"), max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("standing programme")
        verbose_name_plural = _("standing programmes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProgrammeTopic(models.Model):
    """One row per topic of a standing programme. Ended by its last day, never deleted."""

    append_only = AppendOnly(free=("ends_on",))

    programme = models.ForeignKey(
        StandingProgramme, on_delete=models.PROTECT, related_name="topics"
    )
    title = GuardedCharField(_("topic"), max_length=120)
    area = models.ForeignKey(
        CompetenceArea,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("area"),
    )
    starts_on = models.DateField(_("first day"))
    # Last day, inclusive. Empty: until further.
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("topic of a programme")
        verbose_name_plural = _("topics of programmes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="programme_topic_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProgrammeMember(models.Model):
    """One row per function that takes part in a standing programme, and how many hold it. Those of
    another organisation, as the police, are a number and no more. Ended by its last day, never
    deleted."""

    append_only = AppendOnly(free=("ends_on",))

    programme = models.ForeignKey(
        StandingProgramme, on_delete=models.PROTECT, related_name="members"
    )
    function = GuardedCharField(_("function"), max_length=120)
    # Empty: the municipality's own.
    organisation = models.ForeignKey(
        PartnerOrganisation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("organisation"),
    )
    headcount = models.PositiveSmallIntegerField(
        _("how many"), default=1, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    starts_on = models.DateField(_("first day"))
    # Last day, inclusive. Empty: until further.
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("member of a programme")
        verbose_name_plural = _("members of programmes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="programme_member_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            )
        ]

    def __str__(self) -> str:
        return self.function


class ProgrammeTurn(models.Model):
    """One row per function and quarter: which topic it takes then. Another topic may be chosen
    until it is held; that it was held is set once, and then nothing changes."""

    append_only = KeptOnce(column="held_on")

    member = models.ForeignKey(ProgrammeMember, on_delete=models.PROTECT, related_name="turns")
    topic = models.ForeignKey(ProgrammeTopic, on_delete=models.PROTECT, related_name="turns")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2000), MaxValueValidator(2200)]
    )
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    # Empty: not held yet.
    held_on = models.DateField(_("held"), null=True, blank=True)

    class Meta:
        verbose_name = _("turn in a programme")
        verbose_name_plural = _("turns in programmes")
        ordering = ["year", "quarter", "member"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year", "quarter"],
                name="function_takes_one_topic_a_quarter",
                violation_error_message=_("The function already has a topic that quarter."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)),
                name="programme_turn_is_in_a_quarter",
                violation_error_message=_("A quarter is one of four."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.year} {self.quarter}"
