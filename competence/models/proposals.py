"""From answers to requirements: proposals, what they rest on, and how each was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models.needs import NeedsAnswer, NeedsRound
from competence.models.plan import KeyGroup, Requirement
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField


class NeedsProposal(models.Model):
    """One row per proposal that answers of a round be met by a requirement. Never changed: it is
    decided by rows of its own."""

    needs_round = models.ForeignKey(NeedsRound, on_delete=models.PROTECT, related_name="proposals")
    key_group = models.ForeignKey(KeyGroup, on_delete=models.PROTECT, related_name="proposals")
    area = models.ForeignKey(CompetenceArea, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(TrainingLevel, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20, choices=Requirement.Kind)
    motive = GuardedCharField(_("motive"), max_length=300)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    append_only = AppendOnly()

    class Meta:
        verbose_name = _("proposal from needs")
        verbose_name_plural = _("proposals from needs")
        ordering = ["key_group__code", "area__sort_order", "area__code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["needs_round", "key_group", "area", "level"],
                name="a_round_proposes_a_level_once",
                violation_error_message=_("This is already proposed in the round."),
            )
        ]


class ProposalSource(models.Model):
    """One row per answer that a proposal rests on. Never changed."""

    proposal = models.ForeignKey(NeedsProposal, on_delete=models.PROTECT, related_name="sources")
    answer = models.ForeignKey(NeedsAnswer, on_delete=models.PROTECT, related_name="proposals")

    append_only = AppendOnly()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "answer"],
                name="a_proposal_rests_once_on_an_answer",
                violation_error_message=_("The proposal already rests on this answer."),
            )
        ]


class ProposalDecision(models.Model):
    """One row per decision about a proposal: the last one counts. Never changed. A requirement is
    copied from version to version, so it names the version by its number and the requirement by
    key group, area and level."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        POSTPONED = "postponed", _("postponed")

    proposal = models.ForeignKey(NeedsProposal, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome)
    # Why it was rejected or postponed.
    reason = GuardedCharField(_("reason"), max_length=300, blank=True)
    # The draft that the requirement was written into. Empty unless it was accepted.
    version_number = models.PositiveIntegerField(_("version"), null=True, blank=True)
    decided_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    append_only = AppendOnly()

    class Meta:
        verbose_name = _("decision about a proposal")
        verbose_name_plural = _("decisions about proposals")
        ordering = ["decided_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="accepted", version_number__isnull=False)
                | (~Q(outcome="accepted") & Q(version_number__isnull=True) & ~Q(reason="")),
                name="a_proposal_is_accepted_into_a_version_or_answered_with_a_reason",
                violation_error_message=_(
                    "A proposal is accepted into a draft, or answered with a reason."
                ),
            )
        ]
