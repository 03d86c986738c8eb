"""How many of a partner organisation's people may take a course."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.people.models import PartnerOrganisation
from lms.people.querysets import valid_on_q


class SeatQuotaQuerySet(models.QuerySet["SeatQuota"]):
    def valid_on(self, day: date) -> SeatQuotaQuerySet:
        return self.filter(valid_on_q(day))


class SeatQuota(models.Model):
    """One row per number of seats that a partner organisation has in a course in a period; one at a
    time. Changed with a line in the ledger, never deleted. Who holds a seat follows from the
    enrolments (`courses.services.seats`)."""

    course = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.PROTECT, related_name="seat_quotas"
    )
    organisation = models.ForeignKey(
        PartnerOrganisation, on_delete=models.PROTECT, related_name="seat_quotas"
    )
    # None at all is a course that is shared, and full.
    seats = models.PositiveIntegerField(_("seats"))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SeatQuotaQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("seats of a partner organisation")
        verbose_name_plural = _("seats of partner organisations")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "organisation", "starts_on"],
                name="seat_quota_is_course_organisation_and_first_day",
                violation_error_message=_(
                    "The organisation already has seats in the course from this day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="seat_quota_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.course_id}: {self.seats}"

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on
