"""Partner organisations: who outside the municipality learns here, and who of them belongs where
and when. Not units: whoever belongs to one is in no figure of the municipality's."""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from lms.lib.fields import GuardedCharField, Sensitivity
from lms.people.querysets import valid_on_q


class PartnerOrganisationQuerySet(models.QuerySet["PartnerOrganisation"]):
    def valid_on(self, day: date) -> PartnerOrganisationQuerySet:
        return self.filter(valid_on_q(day))


class PartnerOrganisation(models.Model):
    """One row per organisation that the municipality works with. Reached through a function, never
    a person's own address. Changed with a line in the ledger; ended by its last day, never
    deleted."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    # A function such as "rektorsexpeditionen", and its mailbox: the directory names nobody.
    contact_function = GuardedCharField(
        _("function to contact"), max_length=120, blank=True, sensitivity=Sensitivity.STRICT
    )
    mailbox = models.EmailField(_("mailbox of the function"), blank=True)
    # False for an organisation of which nobody gets an account (Säpo): only in the directory.
    takes_guests = models.BooleanField(_("its people can be guests here"), default=True)
    starts_on = models.DateField(_("first day"))
    # Last day, inclusive. Empty: open.
    ends_on = models.DateField(_("last day"), null=True, blank=True)

    objects = PartnerOrganisationQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("partner organisation")
        verbose_name_plural = _("partner organisations")
        ordering = ["name", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="partner_organisation_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def contact(self) -> str:
        """Whom to talk to there: the function and its mailbox, as far as they are known."""
        return ", ".join(part for part in (self.contact_function, self.mailbox) if part)


class PartnerMembershipQuerySet(models.QuerySet["PartnerMembership"]):
    def standing(self) -> PartnerMembershipQuerySet:
        """Rows that count: not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def in_force_on(self, day: date) -> PartnerMembershipQuerySet:
        """Those that hold on `day`, of organisations that do and have guests."""
        return self.standing().filter(
            valid_on_q(day), valid_on_q(day, "organisation__"), organisation__takes_guests=True
        )

    def of_guests_on(self, day: date) -> PartnerMembershipQuerySet:
        """Those in force on `day` of people without a post here: whoever works here learns as an
        employee."""
        posts = apps.get_model("people", "Employment").objects.valid_on(day)
        return self.in_force_on(day).filter(~Exists(posts.filter(person=OuterRef("person"))))


class PartnerMembership(models.Model):
    """One row per period in which a guest belongs to a partner organisation; one organisation at a
    time. A changed day is a line in the ledger; a row that never counted keeps `withdrawn_at`;
    nothing is deleted."""

    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="partner_memberships"
    )
    organisation = models.ForeignKey(
        PartnerOrganisation, on_delete=models.PROTECT, related_name="memberships"
    )
    # The organisation's contact: sees its people's shared courses and gives them their seats.
    sees_own = models.BooleanField(_("sees the organisation's own people"), default=False)
    starts_on = models.DateField(_("first day"))
    # Last day, inclusive. Empty: open.
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerMembershipQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("partner membership")
        verbose_name_plural = _("partner memberships")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "starts_on"],
                condition=Q(withdrawn_at__isnull=True),
                name="partner_membership_is_person_and_first_day",
                violation_error_message=_(
                    "The person already belongs to an organisation from this day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="partner_membership_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "starts_on", "ends_on"], name="partner_membership_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.organisation}"

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
