"""What the product has told somebody: the inbox."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lms.notifications.encoding import ContextDecoder, ContextEncoder
from lms.notifications.models.mail import Delivery
from lms.people.models import Person


class NoticeQuerySet(models.QuerySet["Notice"]):
    def addressed_to(self, person: Person) -> NoticeQuerySet:
        return self.filter(person=person)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at__isnull=True)

    def unread_first(self) -> NoticeQuerySet:
        """Unread before read, newest first in each."""
        return self.order_by(F("read_at").asc(nulls_first=True), "-created_at", "-pk")

    def waiting_for_mail(self, kinds: list[str], since: datetime) -> NoticeQuerySet:
        """Unread notices of `kinds`, no older than `since`, that no mail has carried yet."""
        return self.unread().filter(kind__in=kinds, delivery__isnull=True, created_at__gte=since)


class Notice(models.Model):
    """One row per thing told to one person: their inbox. Text is made from `kind` and
    `context` when read, in the reader's language. Only `read_at` and `delivery` are ever set
    afterwards. Deleted on the disposal path, and where it was taken back before anybody had read
    it and before any mail carried it; the ledger then holds both."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=60)
    # Names the occasion and the person, e.g. "competence.due:9001:412:2026-11-30". Saying the
    # same thing again finds this row and writes nothing.
    dedupe_key = models.CharField(max_length=200)
    context = models.JSONField(
        default=dict, blank=True, encoder=ContextEncoder, decoder=ContextDecoder
    )
    url = models.CharField(_("address"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # The mail that carries it. Empty: in the inbox only, or still waiting to be merged.
    delivery = models.ForeignKey(
        Delivery, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )

    objects = NoticeQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                name="a_thing_is_said_once",
                violation_error_message=_("This has already been said."),
            )
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notice_inbox"),
            models.Index(
                fields=["person"], name="notice_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["kind", "created_at"],
                name="notice_without_mail",
                condition=Q(delivery__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.person_id} {self.created_at:%Y-%m-%d}"
