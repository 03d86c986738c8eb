"""What is assumed when a plan is counted in time, seats and kronor, and what was shown of that
before a decision."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from competence.models.plan import PlanVersion
from competence.querysets import (
    AssumptionChangeQuerySet,
)
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField


class AssumptionChange(models.Model):
    """One row per change of the planning assumptions, of one value or of several at once: what is
    assumed from a day on, until a later row says otherwise. Never updated or deleted: a change is
    undone by another."""

    append_only = AppendOnly()

    # Of two from the same day, the one recorded last counts.
    starts_on = models.DateField(_("counts from"))
    # Only what changes, by name, as competence.engine.assume.plain writes it.
    values = models.JSONField()
    reason = GuardedCharField(_("reason"), max_length=300)
    # The change whose values this one puts back as they were. Empty: an ordinary change.
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AssumptionChangeQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("change of the planning assumptions")
        verbose_name_plural = _("changes of the planning assumptions")
        ordering = ["-starts_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.starts_on} {', '.join(sorted(self.values))}"


class ShownConsequences(models.Model):
    """One row per decided plan version whose consequences were shown before the decision: what was
    shown, as it was shown, and what was assumed. Never updated or deleted."""

    append_only = AppendOnly()

    plan_version = models.OneToOneField(
        PlanVersion,
        on_delete=models.PROTECT,
        related_name="shown_consequences",
        error_messages={"unique": _("What was shown before this decision is kept already.")},
    )
    # The day on which everything has taken effect.
    counted_on = models.DateField(_("counted for"))
    # competence.figures.consequences_shown.Shown: people in steps, key groups and units; no person.
    shown = models.JSONField()
    # competence.engine.assume.Assumptions.everything_said: every value that was counted with.
    assumed = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("consequences shown before a decision")
        verbose_name_plural = _("consequences shown before decisions")

    def __str__(self) -> str:
        return f"{self.plan_version}, {self.counted_on}"
