"""What was said of a version of a plan while it was out for consultation (remiss), and how each
view was met. A view never edits the proposal."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from competence.models.plan import KeyGroup
from lms.lib.fields import GuardedCharField, GuardedTextField
from lms.lib.kept import AppendOnlyUntil
from lms.people.models import Unit

_OF_CONSULTATION = ("consultation_id", "competence_consultation")


class ConsultationQuerySet(models.QuerySet["Consultation"]):
    def on(self, kind: str, number: int) -> ConsultationQuerySet:
        return self.filter(document=kind, number=number)

    def closing_on(self, day: date) -> ConsultationQuerySet:
        return self.filter(closes_on=day)


class Consultation(models.Model):
    """One row per version of a plan that was sent out for consultation. Never deleted; its last
    day may be moved to a later one, with a line in the ledger. It ends once: with the decision
    that it led to, or closed where it led to none. From then on nothing of it changes, neither
    what was said nor how it was met.

    Which version is said by the plan's kind and the version's number, the same for both plans: a
    version that has been sent is neither deleted nor given another number."""

    append_only = AppendOnlyUntil(
        free=("closes_on",), once=("ended_at", "ended_by_id", "end_reason")
    )

    document = models.CharField(_("plan"), max_length=20)
    number = models.PositiveIntegerField(_("version"))
    opened_on = models.DateField(_("sent out"))
    # The last day for views, inclusive.
    closes_on = models.DateField(_("views at the latest"))
    question = GuardedTextField(_("what we ask about"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Empty: not ended. Later than `closes_on` as a rule: views are met after the last day for them.
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Why it was closed without a decision. Empty: a decision ended it.
    end_reason = GuardedTextField(_("why it is closed"), blank=True, default="")

    objects = ConsultationQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"],
                name="a_version_is_sent_out_once",
                violation_error_message=_("The version has been out for consultation already."),
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opened_on")),
                name="consultation_closes_after_it_opens",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True, end_reason=""),
                name="consultation_says_why_only_where_it_has_ended",
                violation_error_message=_("The consultation has not ended."),
            ),
        ]

    @property
    def has_ended(self) -> bool:
        """Whether what was said and how it was met stand as they are."""
        return self.ended_at is not None


class ConsultationParty(models.Model):
    """One row per unit or organisation that was asked for its view. Never updated or deleted."""

    append_only = AppendOnlyUntil(paths=((_OF_CONSULTATION,),))

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="parties")
    # A unit of our own, or an organisation outside by its name.
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = GuardedCharField(_("organisation"), max_length=200, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("party asked in a consultation")
        verbose_name_plural = _("parties asked in consultations")
        constraints = [
            models.CheckConstraint(
                condition=(Q(unit__isnull=False) & Q(organisation=""))
                | (Q(unit__isnull=True) & ~Q(organisation="")),
                name="party_is_a_unit_or_an_organisation",
                violation_error_message=_("A party is a unit or an organisation."),
            ),
            models.UniqueConstraint(
                fields=["consultation", "unit"],
                condition=Q(unit__isnull=False),
                name="a_unit_is_asked_once",
                violation_error_message=_("The unit is asked already."),
            ),
            models.UniqueConstraint(
                fields=["consultation", "organisation"],
                condition=~Q(organisation=""),
                name="an_organisation_is_asked_once",
                violation_error_message=_("The organisation is asked already."),
            ),
        ]


class ConsultationComment(models.Model):
    """One row per view that a unit gave on a proposal. Never changed: its author may withdraw it
    until the consultation ends, and write another."""

    append_only = AppendOnlyUntil(once=("withdrawn_at",), paths=((_OF_CONSULTATION,),))

    class About(models.TextChoices):
        WHOLE = "whole", _("The plan as a whole")
        REQUIREMENTS = "requirements", _("What is asked, of whom")
        TIMES = "times", _("Deadlines and renewal")
        RESOURCES = "resources", _("Time, money and resources")
        KEY_GROUP = "key_group", _("A key group")

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="comments"
    )
    # On whose behalf.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(_("about"), max_length=20, choices=About)
    # Where it is about a key group; else empty.
    key_group = models.ForeignKey(
        KeyGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = GuardedTextField(_("view"))
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("view in a consultation")
        verbose_name_plural = _("views in consultations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(about="key_group") & Q(key_group__isnull=False))
                | (~Q(about="key_group") & Q(key_group__isnull=True)),
                name="view_names_the_key_group_it_is_about",
                violation_error_message=_("Choose which key group the view is about."),
            ),
        ]


class WrittenOpinion(models.Model):
    """One row per written opinion (yttrande) that came from outside and was registered here. Never
    changed: one registered by mistake is withdrawn, and registered anew."""

    append_only = AppendOnlyUntil(once=("withdrawn_at",), paths=((_OF_CONSULTATION,),))

    consultation = models.ForeignKey(
        Consultation, on_delete=models.PROTECT, related_name="opinions"
    )
    organisation = GuardedCharField(_("organisation"), max_length=200)
    dated_on = models.DateField(_("dated"))
    registry_number = GuardedCharField(_("registry number"), max_length=60, blank=True)
    summary = GuardedTextField(_("summary"))
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("written opinion")
        verbose_name_plural = _("written opinions")
        ordering = ["dated_on", "pk"]


class ConsultationAnswer(models.Model):
    """One row per answer to a view or a written opinion; the latest counts. Never updated or
    deleted."""

    append_only = AppendOnlyUntil(
        paths=(
            (("comment_id", "competence_consultationcomment"), _OF_CONSULTATION),
            (("opinion_id", "competence_writtenopinion"), _OF_CONSULTATION),
        )
    )

    class Outcome(models.TextChoices):
        HEEDED = "heeded", _("heeded")
        PARTLY = "partly", _("heeded in part")
        NOT = "not", _("not heeded")

    comment = models.ForeignKey(
        ConsultationComment, null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    opinion = models.ForeignKey(
        WrittenOpinion, null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    motivation = GuardedTextField(_("motivation"))
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer to a view")
        verbose_name_plural = _("answers to views")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=False, opinion__isnull=True)
                | Q(comment__isnull=True, opinion__isnull=False),
                name="answer_is_to_a_view_or_an_opinion",
                violation_error_message=_("An answer is to a view or to a written opinion."),
            ),
        ]
