"""What readers of figures are shown of a Monday, as it was made once."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedTextField, Sensitivity


class PublishedMonday(models.Model):
    """One row per Monday that somebody was shown, or that the night made ready: what is published
    of it, with what is hidden left out. Never updated or deleted: the same Monday told twice, with
    other facts or another threshold, tells by subtraction what each hides."""

    append_only = AppendOnly()

    monday = models.DateField(
        _("Monday"),
        unique=True,
        error_messages={"unique": _("The figures of the Monday are made already.")},
    )
    made_at = models.DateTimeField(_("made"))
    # The number of the competence plan in force on the Monday; none where there was none.
    plan_number = models.PositiveIntegerField(null=True)
    # What a count is hidden under in this row, whatever is decided later.
    threshold = models.PositiveSmallIntegerField()
    # The tables and the names they are read by (competence.figures.kept); no hidden number.
    document = GuardedTextField(sensitivity=Sensitivity.PLAIN)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("figures of a Monday")
        verbose_name_plural = _("figures of Mondays")
        ordering = ["-monday"]

    def __str__(self) -> str:
        return f"{self.monday}"


class PublishingStep(models.Model):
    """One row per step: that the coverage is held back, and that its publishing has begun, each at
    most once and in that order. Never changed or removed. Without rows there is no plan yet, or
    there was one before the first plan held anything back: nothing is held back then."""

    class Kind(models.TextChoices):
        HELD = "held", _("held back")
        BEGUN = "begun", _("begun")

    class Reason(models.TextChoices):
        """What a system that is held back waits for."""

        START = "start", _("the first day")
        DEMO = "demo", _("the demo's history")

    append_only = AppendOnly()

    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=Kind,
        unique=True,
        error_messages={"unique": _("That is done already.")},
    )
    # Of what is held back; empty where it has begun.
    reason = models.CharField(_("reason"), max_length=10, choices=Reason, blank=True)
    at = models.DateTimeField(_("at"))
    # Empty: a command, or the demo.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("step in the publishing of figures")
        verbose_name_plural = _("steps in the publishing of figures")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
