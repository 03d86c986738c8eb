"""Proposals from needs: made from answers, then accepted into a draft of the plan, rejected with a
reason or put off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from competence.figures.proposals import proposal_standings
from competence.models import (
    KeyGroup,
    NeedsAnswer,
    NeedsProposal,
    NeedsRound,
    PlanVersion,
    ProposalDecision,
    ProposalSource,
    Requirement,
)
from competence.services.needs_notices import tell_who_answered
from competence.services.plan import create_draft, draft_from
from competence.services.plan_editing import save_requirement
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User


class ProposalError(ValueError):
    """A proposal that cannot be made or decided; the message says why."""


@transaction.atomic
def propose(
    *,
    needs_round: NeedsRound,
    key_group: KeyGroup,
    area: CompetenceArea,
    level: TrainingLevel,
    kind: str,
    motive: str,
    answers: Iterable[NeedsAnswer],
    by: User,
    at: datetime,
) -> NeedsProposal:
    """Propose that standing answers of the round be met by a requirement."""
    rests_on = list(
        NeedsAnswer.objects.standing().filter(
            pk__in=[answer.pk for answer in answers],
            form__needs_round=needs_round,
            form__key_group=key_group,
        )
    )
    if not rests_on:
        raise ProposalError(_("Choose at least one answer that the proposal rests on."))
    if not motive.strip():
        raise ProposalError(_("State the motive."))
    proposal = NeedsProposal(
        needs_round=needs_round,
        key_group=key_group,
        area=area,
        level=level,
        kind=kind,
        motive=motive.strip(),
        created_at=at,
        by=by,
    )
    proposal.full_clean()
    proposal.save()
    ProposalSource.objects.bulk_create(
        ProposalSource(proposal=proposal, answer=answer) for answer in rests_on
    )
    record(
        "needs_proposal.made",
        proposal,
        by=by,
        after=_said(proposal) | {"answers": [answer.pk for answer in rests_on]},
        reason=proposal.motive,
    )
    return proposal


@transaction.atomic
def accept_proposal(
    *,
    proposal: NeedsProposal,
    version: PlanVersion | None,
    effective_from: date,
    renewal_months: int | None,
    day: date,
    by: User,
    at: datetime,
) -> ProposalDecision:
    """Write the proposal into a draft of the plan; None: a new one that says what the plan in force
    on `day` says. Where the draft asks for the same already, that requirement gets the proposal's
    kind and motive. Raises PlanError where the version is no draft."""
    _refuse_decided(proposal)
    draft = version or _new_draft(day, by)
    # A draft that the decision makes is there when it is decided.
    at = at if version else max(at, draft.created_at)
    requirement = _same(draft, proposal, effective_from) or Requirement(
        plan_version=draft,
        key_group=proposal.key_group,
        area=proposal.area,
        level=proposal.level,
        effective_from=effective_from,
        renewal_months=renewal_months,
    )
    requirement.kind = proposal.kind
    requirement.motive = proposal.motive
    save_requirement(requirement=requirement, by=by)
    return _decide(
        proposal, ProposalDecision.Outcome.ACCEPTED, by=by, at=at, version_number=draft.number
    )


@transaction.atomic
def answer_proposal(
    *, proposal: NeedsProposal, outcome: str, reason: str, by: User, at: datetime
) -> ProposalDecision:
    """Reject a proposal or put it off, with the reason, which those who answered are told."""
    if outcome == ProposalDecision.Outcome.ACCEPTED:
        raise ProposalError(_("A proposal is accepted into a draft."))
    _refuse_decided(proposal)
    if not reason.strip():
        raise ProposalError(_("State the reason."))
    return _decide(proposal, outcome, by=by, at=at, reason=reason.strip())


def usual_renewal(version: PlanVersion | None, proposal: NeedsProposal) -> int | None:
    """How often the plan renews what it asks of the key group in the area already."""
    rows = Requirement.objects.filter(
        plan_version=version, key_group=proposal.key_group, area=proposal.area
    )
    months: int | None = (
        rows.order_by("-level__number").values_list("renewal_months", flat=True).first()
    )
    return months


def _new_draft(day: date, by: User) -> PlanVersion:
    current = PlanVersion.objects.in_force_on(day)
    return draft_from(current, by=by) if current else create_draft(by=by)


def _same(draft: PlanVersion, proposal: NeedsProposal, day: date) -> Requirement | None:
    return draft.requirements.filter(
        Q(effective_until__isnull=True) | Q(effective_until__gte=day),
        key_group=proposal.key_group,
        area=proposal.area,
        level=proposal.level,
    ).first()


def _refuse_decided(proposal: NeedsProposal) -> None:
    # The same decided twice at once: the second sees the first.
    NeedsRound.objects.select_for_update(no_key=True).get(pk=proposal.needs_round_id)
    (standing,) = proposal_standings([proposal])
    if not standing.waits:
        raise ProposalError(_("The proposal is already decided."))


def _decide(
    proposal: NeedsProposal,
    outcome: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    version_number: int | None = None,
) -> ProposalDecision:
    decision = ProposalDecision(
        proposal=proposal,
        outcome=outcome,
        reason=reason,
        version_number=version_number,
        decided_at=at,
        by=by,
    )
    decision.full_clean()
    decision.save()
    record(
        f"needs_proposal.{outcome}",
        decision,
        by=by,
        after=_said(proposal) | {"proposal": proposal.pk, "version": version_number},
        reason=reason,
    )
    tell_who_answered(
        proposal=proposal, outcome=outcome, reason=reason, at=at, decision=decision.pk
    )
    return decision


def _said(proposal: NeedsProposal) -> dict[str, object]:
    return {
        "key_group": proposal.key_group.code,
        "area": proposal.area.code,
        "level": proposal.level.number,
        "kind": proposal.kind,
    }
