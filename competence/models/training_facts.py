"""What has come of the training plan's activities: facts beside the versions."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models.training import MOST_KRONOR, MOST_PEOPLE, TrainingActivity
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField
from lms.people.models import PartnerOrganisation

MOST_HOURS = 1_000_000


class StandingQuerySet(models.QuerySet):
    def standing(self) -> StandingQuerySet:
        """Rows that count: not taken back."""
        return self.filter(withdrawn_at__isnull=True)


class ActivityStep(models.Model):
    """One row per time an activity began, was carried out or was cancelled, or was planned again
    after that. The latest says how it stands; none is rewritten, one that was wrong is followed by
    another."""

    append_only = AppendOnly()

    class Step(models.TextChoices):
        PLANNED = "planned", _("planned")
        BEGUN = "begun", _("under way")
        DONE = "done", _("carried out")
        CANCELLED = "cancelled", _("cancelled")

    activity = models.ForeignKey(TrainingActivity, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=10, choices=Step)
    on = models.DateField(_("day"))
    # Why it was cancelled, or planned again.
    reason = GuardedCharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("step of an activity")
        verbose_name_plural = _("steps of activities")
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(step="cancelled") | ~Q(reason=""),
                name="cancelled_activity_says_why",
                violation_error_message=_("State the reason."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.step} {self.on}"


class ActivityOutcome(models.Model):
    """One row per report of what was held: sessions, how many took part, what it led to. In
    numbers, never who. Never rewritten: one that was wrong keeps `withdrawn_at`."""

    append_only = AppendOnly(once=("withdrawn_at",))

    activity = models.ForeignKey(
        TrainingActivity, on_delete=models.PROTECT, related_name="outcomes"
    )
    # The last day that the report is about.
    on = models.DateField(_("held by"))
    sessions = models.PositiveIntegerField(
        _("sessions held"), default=0, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    # Empty: not counted.
    people = models.PositiveIntegerField(
        _("took part"), null=True, blank=True, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    result = GuardedCharField(_("result"), max_length=500, blank=True)
    evaluation = models.URLField(_("link to the evaluation"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("outcome of an activity")
        verbose_name_plural = _("outcomes of activities")
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.on}"


class ActivityExpense(models.Model):
    """One row per sum or number of hours that an activity took. Never rewritten: one that was wrong
    keeps `withdrawn_at`."""

    append_only = AppendOnly(once=("withdrawn_at",))

    class Kind(models.TextChoices):
        EXTERNAL = "external", _("bought from others")
        TRAINER = "trainer", _("lecturers and trainers")
        VENUE = "venue", _("venue")
        STAFF = "staff", _("staff hours")
        COVER = "cover", _("cover for staff")

    activity = models.ForeignKey(
        TrainingActivity, on_delete=models.PROTECT, related_name="expenses"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    on = models.DateField(_("day"))
    # Of staff hours none: they are paid for already.
    kronor = models.PositiveIntegerField(
        _("kronor"), default=0, validators=[MaxValueValidator(MOST_KRONOR)]
    )
    # Of staff and cover only.
    hours = models.PositiveIntegerField(
        _("hours"), default=0, validators=[MaxValueValidator(MOST_HOURS)]
    )
    note = GuardedCharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("expense of an activity")
        verbose_name_plural = _("expenses of activities")
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="staff") | Q(kronor=0),
                name="staff_hours_are_no_kronor",
                violation_error_message=_("Staff hours are counted in hours, not in kronor."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["staff", "cover"]) | Q(hours=0),
                name="only_staff_and_cover_are_hours",
                violation_error_message=_("Hours are of staff and of cover."),
            ),
            models.CheckConstraint(
                condition=Q(kronor__gt=0) | Q(hours__gt=0),
                name="expense_is_of_something",
                violation_error_message=_("Write the kronor or the hours."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.kind} {self.on}"


class PartnerStep(models.Model):
    """One row per answer from a partner about an activity: asked, intends to, has confirmed, has
    done its part, has declined. The latest says how it stands, and it may fall back. Never
    rewritten."""

    append_only = AppendOnly()

    class Step(models.TextChoices):
        ASKED = "asked", _("asked")
        INTENDS = "intends", _("intends to")
        CONFIRMED = "confirmed", _("has confirmed")
        DONE = "done", _("has done its part")
        DECLINED = "declined", _("has declined")

    activity = models.ForeignKey(
        TrainingActivity, on_delete=models.PROTECT, related_name="partner_steps"
    )
    organisation = models.ForeignKey(
        PartnerOrganisation, on_delete=models.PROTECT, related_name="activity_steps"
    )
    step = models.CharField(_("step"), max_length=10, choices=Step)
    on = models.DateField(_("day"))
    note = GuardedCharField(_("note"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("step of a partner")
        verbose_name_plural = _("steps of partners")
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.organisation_id} {self.step} {self.on}"
