"""Acting managers: what a manager has let somebody else see and do in their place, and when."""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from lms.lib.fields import GuardedCharField, Sensitivity
from lms.people.querysets import valid_on_q


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force_on(self, day: date) -> DelegationQuerySet:
        """Those that let the deputy act on `day`: begun, neither over nor ended before, given by
        somebody who that day still manages the unit or one above by their own post, to somebody
        who still works here. So nothing has to be done when the giver or the deputy moves on."""
        posts = apps.get_model("people", "Employment").objects.valid_on(day)
        manages = posts.filter(
            person=OuterRef("giver"),
            is_manager=True,
            unit__tree_left__lte=OuterRef("unit__tree_left"),
            unit__tree_right__gte=OuterRef("unit__tree_right"),
        )
        return self.filter(
            valid_on_q(day),
            Q(ended_on__isnull=True) | Q(ended_on__gt=day),
            Exists(manages),
            Exists(posts.filter(person=OuterRef("deputy"))),
        )


class Delegation(models.Model):
    """One row per period in which a manager (`giver`) lets somebody else (`deputy`) act as manager
    for one of the units that the giver manages, and all below it. A fact of what was given: whether
    it is in force on a day also follows from the posts of both (`in_force_on`). Ended early with
    `ended_on`, never deleted."""

    giver = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="delegations_given"
    )
    deputy = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="delegations_received"
    )
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="delegations")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    # The first day on which it is not in force, where one of the two ended it before its last day.
    ended_on = models.DateField(null=True, blank=True)
    reason = GuardedCharField(_("reason"), max_length=300, sensitivity=Sensitivity.STRICT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DelegationQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("deputy")),
                name="delegation_is_to_somebody_else",
                violation_error_message=_("You cannot be your own deputy."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} – {self.unit}, {self.starts_on} – {self.ends_on}"
