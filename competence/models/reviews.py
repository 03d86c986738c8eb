"""Reviews of key persons: whether a naming still holds when somebody has changed work."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyPersonAssignment
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField


class NamingReview(models.Model):
    """One row per review of a naming. Never changed: the last one says from which day changes of
    work are counted, and when it is to be reviewed next."""

    class Outcome(models.TextChoices):
        KEPT = "kept", _("The naming stands")
        ENDED = "ended", _("The naming is ended")
        MOVED = "moved", _("The deputy takes over")

    naming = models.ForeignKey(
        KeyPersonAssignment, on_delete=models.PROTECT, related_name="reviews"
    )
    outcome = models.CharField(_("review"), max_length=10, choices=Outcome)
    reviewed_on = models.DateField(_("reviewed on"))
    # Empty: when the person changes work.
    next_review_on = models.DateField(_("next review"), null=True, blank=True)
    reason = GuardedCharField(_("reason"), max_length=300)
    # The naming of the deputy who took over. Empty unless that is what was decided.
    successor = models.OneToOneField(
        KeyPersonAssignment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="succeeds",
    )
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True
    append_only = AppendOnly()

    class Meta:
        verbose_name = _("review of a key person")
        verbose_name_plural = _("reviews of key persons")
        ordering = ["reviewed_on", "pk"]
