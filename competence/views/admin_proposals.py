"""From answers to requirements in the admin: what is wished for, what is proposed, and the
decisions."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.needs_staff import staff_of_area
from competence.figures.proposals import WishedFor, proposal_standings, wished_for
from competence.models import (
    KeyGroup,
    NeedsAnswer,
    NeedsProposal,
    NeedsRound,
    PlanVersion,
    ProposalDecision,
)
from competence.needs_forms import LONGEST_MOTIVE, AcceptForm, CloseForm, ProposalForm
from competence.services.plan import PlanError
from competence.services.proposals import (
    ProposalError,
    accept_proposal,
    answer_proposal,
    propose,
    usual_renewal,
)
from competence.views.admin_needs import note_opened
from competence.views.scope import acting_user
from lms.framework.models import CompetenceArea
from lms.lib.dates import today
from lms.people.access import Action, Obj, can


@require_safe
def proposals(request: HttpRequest, pk: int) -> HttpResponse:
    """What a round wishes for, group by group and area by area, and what has been proposed."""
    day = today()
    found = get_object_or_404(NeedsRound, pk=pk)
    note_opened(request, found, "wishes")
    standings = proposal_standings(found.proposals.all())
    return render(
        request,
        "competence/admin/proposals.html",
        {
            "needs_round": found,
            "wished": wished_for(found, day),
            "waiting": [each for each in standings if each.waits],
            "decided": [each for each in standings if not each.waits],
            "may_edit": can(request.user, Action.UPDATE, Obj.REQUIREMENT, day=day),
            "day": day,
            "header_title": _("From needs to requirements"),
            "header_icon": "form",
        },
    )


def _suggested_motive(needs_round: NeedsRound, wished: WishedFor | None) -> str:
    """The round, with as many of the motives as there is room for."""
    words = needs_round.name
    for number, motive in enumerate(wished.motives if wished else ()):
        longer = f"{words}{'; ' if number else ': '}{motive}"
        if len(longer) > LONGEST_MOTIVE:
            break
        words = longer
    return words


def new_proposal(request: HttpRequest, pk: int, group: str, area: str) -> HttpResponse:
    """A proposal from the answers about one key group and area."""
    day = today()
    found = get_object_or_404(NeedsRound, pk=pk)
    key_group = get_object_or_404(KeyGroup, code=group)
    wanted_area = get_object_or_404(CompetenceArea, code=area)
    answers = (
        NeedsAnswer.objects.standing()
        .filter(form__needs_round=found, form__key_group=key_group, wishes__area=wanted_area)
        .select_related("form__unit")
        .order_by("form__unit__tree_left")
    )
    wished = next(
        (
            each
            for each in wished_for(found, day)
            if each.key_group == key_group and each.area == wanted_area
        ),
        None,
    )
    form = ProposalForm(
        request.POST or None,
        answers=answers,
        initial={
            "answers": [each.pk for each in answers],
            "level": wished.levels[0][0] if wished else None,
            "motive": _suggested_motive(found, wished),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = propose(
                needs_round=found,
                key_group=key_group,
                area=wanted_area,
                by=acting_user(request),
                at=timezone.now(),
                **form.cleaned_data,
            )
        except (ProposalError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
        else:
            messages.success(request, _("The proposal is made. Decide it when you are ready."))
            return redirect("competence_admin:proposal", made.pk)
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "about": f"{key_group}, {wanted_area}",
            "button": _("Make the proposal"),
            "header_title": _("New proposal"),
            "header_icon": "form",
        },
    )


def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what it rests on, and its decision."""
    day = today()
    found = get_object_or_404(
        NeedsProposal.objects.select_related("needs_round", "key_group", "area", "level"), pk=pk
    )
    (standing,) = proposal_standings([found])
    staff = staff_of_area(found.needs_round).get((found.key_group_id, found.area_id), {})
    accepting = "accept" in request.POST
    current = PlanVersion.objects.in_force_on(day)
    accept = AcceptForm(
        request.POST if accepting else None,
        initial={"effective_from": day, "renewal_months": usual_renewal(current, found)},
    )
    refuse = CloseForm(request.POST if request.method == "POST" and not accepting else None)
    form = accept if accepting else refuse
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, found, form.cleaned_data, accepting=accepting)
        except (ProposalError, PlanError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
        else:
            messages.success(
                request, _("The proposal is decided, and those who answered are told.")
            )
            return redirect("competence_admin:proposals", found.needs_round_id)
    return render(
        request,
        "competence/admin/proposal.html",
        {
            "standing": standing,
            "rests_on": [(answer, staff.get(answer.form_id, "")) for answer in standing.answers],
            "proposal": found,
            "decisions": found.decisions.select_related("by"),
            "accept": accept,
            "refuse": refuse,
            "may_edit": can(request.user, Action.UPDATE, Obj.REQUIREMENT, day=day),
            "header_title": _("Proposal from needs"),
            "header_icon": "form",
        },
    )


def _decide(
    request: HttpRequest, proposal: NeedsProposal, said: dict[str, object], *, accepting: bool
) -> None:
    now, user = timezone.now(), acting_user(request)
    if accepting:
        accept_proposal(proposal=proposal, day=today(), by=user, at=now, **said)  # type: ignore[arg-type]
        return
    outcome = ProposalDecision.Outcome.REJECTED
    if "postpone" in request.POST:
        outcome = ProposalDecision.Outcome.POSTPONED
    answer_proposal(proposal=proposal, outcome=outcome, reason=str(said["reason"]), by=user, at=now)
