"""The transactional outbox: mail that is to go, has gone, or may have gone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity
from lms.people.models import Person


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> DeliveryQuerySet:
        """Pending, and its time has come; oldest first."""
        return self.filter(state=Delivery.State.PENDING, not_before__lte=at).order_by(
            "not_before", "pk"
        )

    def left_behind(self, before: datetime) -> DeliveryQuerySet:
        """Claimed before `before` and never finished: the process that held it is gone."""
        return self.filter(state=Delivery.State.SENDING, claimed_at__lt=before)


class Delivery(models.Model):
    """One row per mail and reason: the outbox and, afterwards, the ledger "sent, why".

    A row is claimed (pending → sending) before the mail is handed over. A claim that is never
    finished becomes `uncertain` and is not sent again by itself: at most one mail for one
    reason. Never deleted outside the disposal path."""

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("mail", "waiting")
        SENDING = "sending", pgettext_lazy("mail", "being sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        FAILED = "failed", pgettext_lazy("mail", "failed")
        SKIPPED = "skipped", pgettext_lazy("mail", "not sent")
        UNCERTAIN = "uncertain", pgettext_lazy("mail", "uncertain")

    class Category(models.TextChoices):
        REMINDER = "reminder", pgettext_lazy("mail", "reminder")
        RECEIPT = "receipt", pgettext_lazy("mail", "receipt")
        ACCOUNT = "account", pgettext_lazy("mail", "account")
        TASK = "task", pgettext_lazy("mail", "task")

    # Empty: mail to an address that belongs to no person (an administrator's test, a guest).
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    category = models.CharField(_("category"), max_length=20, choices=Category)
    # A notice kind's code, "reminders" for a merged mail, "message" for other mail.
    kind = models.CharField(_("kind"), max_length=60)
    reason_key = models.CharField(max_length=220)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    # Why it was skipped, failed or is uncertain; for a pending one, why it still waits.
    state_reason = GuardedCharField(
        _("reason"), max_length=300, blank=True, sensitivity=Sensitivity.PLAIN
    )
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("created"))
    not_before = models.DateTimeField(_("not before"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    # Where it went and under what heading; set when sent (a notice's mail is made then, from
    # the person's address of the day), or from the start for mail that is not about a notice.
    recipient = GuardedCharField(
        _("to"), max_length=320, blank=True, sensitivity=Sensitivity.CONTACT
    )
    subject = GuardedCharField(
        _("subject"), max_length=300, blank=True, sensitivity=Sensitivity.PLAIN
    )
    # The whole of a mail that is not about a notice. It may hold a sign-in link: emptied when
    # sent, and where it never went when the link has grown old.
    raw_text = GuardedTextField(blank=True, sensitivity=Sensitivity.CONTACT)
    raw_html = GuardedTextField(blank=True, sensitivity=Sensitivity.CONTACT)

    objects = DeliveryQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mail")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["reason_key"],
                name="at_most_one_mail_for_a_reason",
                violation_error_message=_("There is already a mail for this reason."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(category="reminder", state="pending"),
                name="one_reminder_waits_per_person",
                violation_error_message=_("A reminder to this person is already waiting."),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(recipient=""),
                name="mail_has_a_person_or_an_address",
                violation_error_message=_("A mail needs a person or an address."),
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="sent_mail_says_when",
                violation_error_message=_("A sent mail must say when it was sent."),
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], name="delivery_due", condition=Q(state="pending")),
            models.Index(fields=["state", "-created_at"], name="delivery_ledger"),
            models.Index(fields=["person", "-created_at"], name="delivery_of_person"),
        ]

    @property
    def notice_kinds(self) -> list[tuple[str, int]]:
        """The kinds of the notices it carries, each with how many; the most first."""
        return Counter(notice.kind for notice in self.notices.all()).most_common()

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient or self.person_id} ({self.state})"


class LastReminder(models.Model):
    """One row per person who has been sent a reminder: the governor's memory. `at` is moved
    forward by compare-and-set when the next reminder is claimed, so that two can never be on
    their way within a week."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, related_name="last_reminder", primary_key=True
    )
    at = models.DateTimeField()
    # The reminder that took the week: only it may use the week again, for a new try.
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("latest reminder")
        verbose_name_plural = _("latest reminders")

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d}"
