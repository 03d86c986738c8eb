"""What the coordinator has written to groups."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyGroup
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import GuardedCharField, GuardedTextField
from lms.people.models import Unit


class GroupMessage(models.Model):
    """One row per message that somebody wrote to those of a key group or unit who stand in a
    certain way. Never changed: `undone_at` or `sent_at` is set once. To whom it went is in their
    inboxes."""

    class Standing(models.TextChoices):
        GAP = "gap", _("lack it or have let it run out")
        TO_DO = "to_do", _("lack it or have it to do")
        EXPIRING = "expiring", _("have it, and it runs out soon")
        EVERYONE = "everyone", _("are asked to have it")

    key_group = models.ForeignKey(
        KeyGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="messages")
    # Empty: every level.
    level = models.ForeignKey(
        TrainingLevel, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    standing = models.CharField(_("those who"), max_length=20, choices=Standing)
    subject = GuardedCharField(_("subject"), max_length=120)
    text = GuardedTextField(_("text"), max_length=2000)
    reason = GuardedCharField(_("reason"), max_length=300)
    created_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("message to a group")
        verbose_name_plural = _("messages to a group")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(sent_at__isnull=True),
                name="group_message_is_sent_or_undone",
                violation_error_message=_("The message has already been sent."),
            )
        ]

    def __str__(self) -> str:
        return self.subject
