"""What managers ask the coordinator to decide."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.facts import Exemption
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import GuardedCharField
from lms.people.models import Person


class ExemptionRequestQuerySet(models.QuerySet["ExemptionRequest"]):
    def waiting(self) -> ExemptionRequestQuerySet:
        """Neither decided nor withdrawn; the one that has waited longest first."""
        return self.filter(decided_at__isnull=True, withdrawn_at__isnull=True).order_by(
            "created_at", "pk"
        )


class ExemptionRequest(models.Model):
    """One row per exemption that a manager has asked for: one person, one area. Decided once by
    somebody else, or withdrawn while it waits; nothing else changes, and it is never deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="exemption_requests")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("first day"))
    # A manager's request always ends; only a coordinator may decide until further.
    ends_on = models.DateField(_("last day"))
    reason = GuardedCharField(_("reason"), max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exemption_requests"
    )
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Empty: not decided.
    granted = models.BooleanField(_("granted"), null=True, blank=True)
    decision_reason = GuardedCharField(_("reason of the decision"), max_length=300, blank=True)
    # What the decision made; empty until it is granted.
    exemption = models.OneToOneField(
        Exemption, null=True, blank=True, on_delete=models.PROTECT, related_name="request"
    )

    objects = ExemptionRequestQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("request for an exemption")
        verbose_name_plural = _("requests for exemptions")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "area", "level"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="one_request_waits_for_a_person_area_and_level",
                violation_error_message=_("This exemption is already asked for."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="requested_exemption_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, granted__isnull=True, exemption__isnull=True)
                | (
                    Q(decided_at__isnull=False, withdrawn_at__isnull=True)
                    & (
                        Q(granted=True, exemption__isnull=False)
                        | (Q(granted=False, exemption__isnull=True) & ~Q(decision_reason=""))
                    )
                ),
                name="request_is_granted_with_an_exemption_or_refused_with_a_reason",
                violation_error_message=_(
                    "A request is granted with an exemption, or refused with a reason."
                ),
            ),
        ]
