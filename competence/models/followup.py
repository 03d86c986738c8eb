"""The follow-up reports that were made, what was written in them, who was given them, and to whom
they go by themselves."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.lib.append_only import AppendOnly
from lms.lib.dates import add_months
from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity


class FollowUpReportQuerySet(models.QuerySet["FollowUpReport"]):
    def released(self) -> FollowUpReportQuerySet:
        return self.filter(released_at__isnull=False)

    def counting(self) -> FollowUpReportQuerySet:
        """Released, and not superseded by another that is."""
        later = FollowUpReport.objects.released().filter(supersedes=OuterRef("pk"))
        return self.released().filter(~Exists(later))

    def live(self) -> FollowUpReportQuerySet:
        """Not thrown away."""
        return self.filter(discarded_at__isnull=True)

    def waiting(self) -> FollowUpReportQuerySet:
        """Made, and neither released nor thrown away."""
        return self.filter(released_at__isnull=True, discarded_at__isnull=True)


class FollowUpReport(models.Model):
    """One row per follow-up report made. Its figures are frozen when it is made; when it is signed
    off the whole document is set once, with a checksum of it. Nothing is changed after, and a
    report that was wrong is superseded by another; a draft that is thrown away stays as a number
    that was used."""

    class Kind(models.TextChoices):
        YEAR = "year", _("Yearly report")
        HALF = "half", _("Half-year report")

    append_only = AppendOnly(
        once=(
            *("document", "checksum", "signed_off_at", "signed_off_by_id"),
            *("released_at", "released_by_id", "discarded_at", "discarded_by_id"),
        )
    )

    number = GuardedCharField(
        _("number"), max_length=20, unique=True, sensitivity=Sensitivity.PLAIN
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    period_from = models.DateField(_("first day of the period"))
    period_until = models.DateField(_("last day of the period"))
    # A Monday that was published when the report was made.
    cut_off = models.DateField(_("figures of"))
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The frozen report without its words, as canonical JSON (competence.figures.followup.document).
    figures = GuardedTextField(sensitivity=Sensitivity.PLAIN)
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    # What was wrong in the report that this one supersedes.
    correction = GuardedCharField(_("what is put right"), max_length=300, blank=True)
    # Empty until it is signed off: the frozen report with its words.
    document = GuardedTextField(sensitivity=Sensitivity.PLAIN, blank=True, default="")
    checksum = GuardedCharField(
        _("checksum"), max_length=64, sensitivity=Sensitivity.PLAIN, blank=True, default=""
    )
    signed_off_at = models.DateTimeField(_("signed off"), null=True, blank=True)
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    discarded_at = models.DateTimeField(_("thrown away"), null=True, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = FollowUpReportQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("follow-up report")
        verbose_name_plural = _("follow-up reports")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_until__gte=F("period_from")),
                name="report_period_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(signed_off_at__isnull=True, document="", checksum="")
                | (Q(signed_off_at__isnull=False) & ~Q(document="") & ~Q(checksum="")),
                name="report_is_signed_off_whole",
                violation_error_message=_("A report is signed off with all that it says."),
            ),
            models.CheckConstraint(
                condition=Q(released_at__isnull=True)
                | Q(signed_off_at__isnull=False, discarded_at__isnull=True),
                name="report_is_signed_off_before_it_is_released",
                violation_error_message=_("A report is signed off before it is released."),
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True, correction="")
                | (Q(supersedes__isnull=False) & ~Q(correction="")),
                name="report_says_what_it_puts_right",
                violation_error_message=_("Say what was wrong in the report it supersedes."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_draft(self) -> bool:
        return self.signed_off_at is None and self.discarded_at is None


class ReportWords(models.Model):
    """One row per time what the coordinator writes in a report was saved; the latest counts until
    the report is signed off. Never updated or deleted."""

    append_only = AppendOnly()

    report = models.ForeignKey(FollowUpReport, on_delete=models.PROTECT, related_name="words")
    summary = GuardedTextField(_("summary"), blank=True)
    proposals = GuardedTextField(_("proposals to decide on"), blank=True)
    next_steps = GuardedTextField(_("next steps"), blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("words of a report")
        verbose_name_plural = _("words of reports")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.report} {self.created_at}"


class ReportHandover(models.Model):
    """One row per time a report, or the extract of it, was given to a forum: which day, to which,
    and the checksum of what was given. Never updated or deleted."""

    class Form(models.TextChoices):
        WHOLE = "whole", _("the whole report")
        EXTRACT = "extract", _("the extract of two pages")

    append_only = AppendOnly()

    report = models.ForeignKey(FollowUpReport, on_delete=models.PROTECT, related_name="handovers")
    form = models.CharField(_("form"), max_length=10, choices=Form)
    forum = GuardedCharField(_("forum"), max_length=120)
    given_on = models.DateField(_("given on"))
    checksum = GuardedCharField(_("checksum"), max_length=64, sensitivity=Sensitivity.PLAIN)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("handover of a report")
        verbose_name_plural = _("handovers of reports")
        ordering = ["-given_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.report} {self.forum} {self.given_on}"


class ReportSchedule(models.Model):
    """One row per decision that somebody is told of the latest report on certain days. What it
    says is never changed: `ended_on` is set once, and another is decided."""

    class Every(models.IntegerChoices):
        MONTH = 1, pgettext_lazy("how often", "every month")
        QUARTER = 3, pgettext_lazy("how often", "every three months")
        HALF = 6, pgettext_lazy("how often", "every half-year")
        YEAR = 12, pgettext_lazy("how often", "every year")

    append_only = AppendOnly(once=("ended_on",))

    form = models.CharField(_("form"), max_length=10, choices=ReportHandover.Form)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        related_name="report_schedules",
    )
    first_on = models.DateField(_("the first time"))
    every = models.PositiveSmallIntegerField(_("how often"), choices=Every)
    # From this day nothing more is sent. Empty: until further.
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("schedule of reports")
        verbose_name_plural = _("schedules of reports")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "form"],
                condition=Q(ended_on__isnull=True),
                name="one_schedule_goes_to_a_recipient",
                violation_error_message=_("The report goes to this account already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient} {self.first_on}"

    def due_by(self, day: date) -> date | None:
        """The latest day on or before `day` on which it is to be sent."""
        if day < self.first_on or (self.ended_on is not None and day >= self.ended_on):
            return None
        months = (day.year - self.first_on.year) * 12 + day.month - self.first_on.month
        step = months // self.every
        if add_months(self.first_on, step * self.every) > day:
            step -= 1
        return add_months(self.first_on, step * self.every)


class ReportSending(models.Model):
    """One row per schedule and day it was due: what was sent, or why nothing was. `opened_at` is
    set once, when the recipient opens the report's page; nothing else is changed."""

    class Outcome(models.TextChoices):
        SENT = "sent", _("sent")
        NOTHING_NEW = "nothing_new", _("told that there is nothing new")
        REFUSED = "refused", _("not sent: the account may no longer read reports")
        PAUSED = "paused", _("not sent: paused, since three in a row were not opened")

    append_only = AppendOnly(once=("opened_at",))

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="sendings")
    due_on = models.DateField(_("due"))
    # The latest report released by then. Empty: there was none.
    report = models.ForeignKey(
        FollowUpReport, null=True, blank=True, on_delete=models.PROTECT, related_name="sendings"
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("sending of a report")
        verbose_name_plural = _("sendings of reports")
        ordering = ["-due_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "due_on"],
                name="a_report_is_sent_once_for_a_day",
                violation_error_message=_("It is sent already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.due_on}"
