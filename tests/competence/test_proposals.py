"""From answers to requirements: what is proposed and decided, and the trace both ways."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from competence.figures.proposals import became_of, origins, proposal_standings, wished_for
from competence.models import NeedsAnswer, NeedsProposal, PlanVersion, ProposalDecision, Requirement
from competence.services.needs_answers import NeedsWritten, take_back_answer
from competence.services.needs_notices import DECIDED
from competence.services.plan import (
    PlanError,
    adopt_plan_version,
    draft_from,
    take_back_plan_version,
)
from competence.services.plan_documents import document_of
from competence.services.plan_editing import discard_draft, remove_requirement
from competence.services.plan_states import send_on
from competence.services.proposals import (
    ProposalError,
    accept_proposal,
    answer_proposal,
    propose,
    usual_renewal,
)
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.models import Notice
from lms.people.roles import Role
from tests.builders.competence import adopt, group, in_force, plan_of
from tests.builders.needs import answer, form_of, later, make_operation, open_round
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db
Motive = NeedsAnswer.Motive


@pytest.fixture
def asked(db, monday) -> SimpleNamespace:
    """Two operations have answered: one wishes for level 2 in OM4, the other for level 3."""
    top = make_unit("K")
    units = [make_operation(code, top, name) for code, name in (("A", "Norr"), ("B", "Söder"))]
    adopt(
        plan_of(
            {"area": "OM4", "level": 1, "renewal_months": 24},
            rules={"G": [{"job_codes": ["LAR"]}]},
        )
    )
    for unit in units:
        employ(make_person(), unit)
    managers = [make_manager(unit, f"CHEF{unit.code}") for unit in units]
    officer = account_with(Role.COORDINATOR)
    opened = open_round(officer)
    answers = [
        answer(
            form_of(unit), manager, NeedsWritten(need="yes", levels={"OM4": level}, motives="SP")
        )
        for unit, manager, level in zip(units, managers, (2, 3), strict=True)
    ]
    return SimpleNamespace(round=opened, officer=officer, answers=answers, managers=managers)


def proposed(asked, level: int = 2, kind: str = "mandatory") -> NeedsProposal:
    return propose(
        needs_round=asked.round,
        key_group=group(),
        area=CompetenceArea.objects.get(code="OM4"),
        level=TrainingLevel.objects.get(number=level),
        kind=kind,
        motive="Fler orosanmälningar behöver göras rätt",
        answers=asked.answers,
        by=asked.officer,
        at=later(1),
    )


def accepted(asked, proposal: NeedsProposal, version: PlanVersion | None = None):
    return accept_proposal(
        proposal=proposal,
        version=version,
        effective_from=date(2027, 1, 1),
        renewal_months=24,
        day=MONDAY,
        by=asked.officer,
        at=later(2),
    )


def trace(version: PlanVersion) -> dict[tuple[str, int], str]:
    return {
        (one.proposal.area.code, one.proposal.level.number): one.units
        for found in origins(version).values()
        for one in found
    }


def decided(version: PlanVersion, in_force_from: date = MONDAY) -> PlanVersion:
    return adopt_plan_version(
        version=version,
        in_force_from=in_force_from,
        adopted_on=MONDAY,
        adopted_by="Kommunstyrelsen",
        by=None,
    )


def kept_motives(version: PlanVersion) -> list[str]:
    """Why, in the table of proposals in the kept document's chapter on needs."""
    chapter = next(each for each in document_of(version, MONDAY).chapters if each.number == "2")
    caption = "Vad svaren ledde till i den här versionen"
    tables = [each.table for each in chapter.blocks if each.table is not None]
    return [row[3].text for each in tables if each.caption == caption for row in each.rows]


def test_wishes_are_joined_by_key_group_and_area(asked):
    (found,) = wished_for(asked.round, MONDAY)
    assert (
        found.key_group.code,
        found.area.code,
        [(level.number, number) for level, number in found.levels],
        found.motives,
        found.asked_now.number,
    ) == ("G", "OM4", [(3, 1), (2, 1)], [str(Motive.CONCERN.label), str(Motive.PLAN.label)], 1)
    take_back_answer(answer=asked.answers[1], by=asked.managers[1], at=later(1))
    (left,) = wished_for(asked.round, MONDAY)
    assert [(level.number, number) for level, number in left.levels] == [(2, 1)]


def test_a_proposal_rests_on_answers_that_stand_and_is_made_once(asked):
    for each, manager in zip(asked.answers, asked.managers, strict=True):
        take_back_answer(answer=each, by=manager, at=later(1))
    with pytest.raises(ProposalError):
        proposed(asked)
    asked.answers = [
        answer(form_of(a.form.unit), m) for a, m in zip(asked.answers, asked.managers, strict=True)
    ]
    proposed(asked)
    with pytest.raises(ValidationError):
        proposed(asked)


def test_an_accepted_proposal_is_a_requirement_of_a_new_draft_and_those_who_answered_are_told(
    asked,
):
    decision = accepted(asked, proposed(asked))
    draft = PlanVersion.objects.get(number=decision.version_number)
    written = draft.requirements.get(level__number=2)
    assert (draft.status, written.key_group.code, written.area.code, written.renewal_months) == (
        "draft",
        "G",
        "OM4",
        24,
    )
    assert draft.requirements.count() == 2
    told = Notice.objects.filter(kind=DECIDED)
    assert {each.person.person_id for each in told} == {"CHEFA", "CHEFB"}
    assert AuditEvent.objects.filter(action="plan_version.requirement_added").count() == 1
    with pytest.raises(ProposalError):
        accepted(asked, NeedsProposal.objects.get())


def test_a_proposal_is_not_written_into_an_adopted_version(asked):
    with pytest.raises(PlanError):
        accepted(asked, proposed(asked), in_force())
    assert not ProposalDecision.objects.exists()


def test_where_the_draft_asks_the_same_already_that_requirement_gets_the_motive(asked):
    draft = draft_from(in_force(), by=asked.officer)
    accepted(asked, proposed(asked, level=1), draft)
    only = draft.requirements.get()
    assert (only.level.number, only.motive) == (1, "Fler orosanmälningar behöver göras rätt")


def with_row(asked, *, level: int = 2, **fields) -> PlanVersion:
    """A draft that asks for the level already, otherwise than the proposal does."""
    draft = draft_from(in_force(), by=asked.officer)
    said = {"effective_from": date(2026, 1, 1), "renewal_months": 24, **fields}
    Requirement.objects.create(
        plan_version=draft,
        key_group=group(),
        area=CompetenceArea.objects.get(code="OM4"),
        level=TrainingLevel.objects.get(number=level),
        **said,
    )
    return draft


@pytest.mark.parametrize(
    "other",
    [
        {"effective_from": date(2030, 1, 1)},
        {"effective_until": date(2027, 6, 30)},
        {"effective_until": date(2026, 12, 31)},
        {"renewal_months": 12},
        {"kind": "recommended"},
    ],
)
def test_a_requirement_that_asks_for_something_else_is_left_as_it_is(asked, other):
    draft = with_row(asked, **other)
    before = draft.requirements.values().get(level__number=2)
    accepted(asked, proposed(asked), draft)
    was, new = draft.requirements.filter(level__number=2).order_by("pk").values()
    assert was == before
    assert (new["effective_from"], new["effective_until"], new["renewal_months"], new["kind"]) == (
        *(date(2027, 1, 1), None, 24),
        "mandatory",
    )


def test_where_they_meet_the_draft_is_not_adopted(asked):
    draft = with_row(asked, renewal_months=12)
    accepted(asked, proposed(asked), draft)
    with pytest.raises(PlanError):
        decided(draft)


def test_another_requirement_from_the_same_day_is_refused_in_words(asked):
    draft = with_row(asked, effective_from=date(2027, 1, 1), renewal_months=12)
    with pytest.raises(ProposalError, match="samma dag"):
        accepted(asked, proposed(asked), draft)
    assert not ProposalDecision.objects.exists()


def test_a_recommended_proposal_leaves_what_is_mandatory_mandatory(asked):
    draft = with_row(asked, kind="mandatory")
    accepted(asked, proposed(asked, kind="recommended"), draft)
    assert draft.requirements.get(level__number=2).kind == "mandatory"


def test_what_is_recommended_from_the_very_day_becomes_mandatory(asked):
    draft = with_row(asked, effective_from=date(2027, 1, 1), kind="recommended")
    accepted(asked, proposed(asked), draft)
    assert draft.requirements.get(level__number=2).kind == "mandatory"


def test_a_proposal_whose_answers_are_all_taken_back_is_not_accepted_until_answered_again(asked):
    proposal = proposed(asked)
    for each, manager in zip(asked.answers, asked.managers, strict=True):
        take_back_answer(answer=each, by=manager, at=later(1))
    with pytest.raises(ProposalError):
        accepted(asked, proposal)
    answer(asked.answers[0].form, asked.managers[0], NeedsWritten(need="no"), at=later(2))
    with pytest.raises(ProposalError):
        accepted(asked, proposal)
    assert not ProposalDecision.objects.exists()
    answer(asked.answers[1].form, asked.managers[1], at=later(2))
    assert accepted(asked, proposal).outcome == "accepted"


def test_a_rejection_says_why_and_one_put_off_can_be_accepted_later(asked):
    proposal = proposed(asked)
    decide = {"proposal": proposal, "by": asked.officer, "at": later(2)}
    with pytest.raises(ProposalError):
        answer_proposal(outcome="rejected", reason=" ", **decide)
    answer_proposal(outcome="postponed", reason="Kurs saknas", **decide)
    accepted(asked, proposal)
    (standing,) = became_of(asked.answers[0])
    assert [each.outcome for each in proposal.decisions.all()] == ["postponed", "accepted"]
    assert (standing.decision.outcome, standing.version) == ("accepted", standing.written_into)
    with pytest.raises(ProposalError):
        answer_proposal(outcome="rejected", reason="Nej", **decide)


def test_the_trace_survives_adoption_and_the_copies_that_follow(asked):
    decision = accepted(asked, proposed(asked))
    draft = PlanVersion.objects.get(number=decision.version_number)
    before = in_force()
    assert trace(before) == {}
    assert trace(draft) == {("OM4", 2): "Norr, Söder"}
    adopt_plan_version(
        version=draft,
        in_force_from=date(2027, 1, 1),
        adopted_on=MONDAY,
        adopted_by="Kommunstyrelsen",
        by=asked.officer,
    )
    following = draft_from(PlanVersion.objects.get(pk=draft.pk), by=asked.officer)
    assert trace(following) == {("OM4", 2): "Norr, Söder"}
    # The other way: what became of the answer, as the manager reads it.
    (standing,) = became_of(asked.answers[0])
    assert (standing.version, standing.is_in_force_from) == (draft, date(2027, 1, 1))
    # A requirement taken out has no trace, and none is invented for those beside it.
    remove_requirement(requirement=following.requirements.get(level__number=2), by=asked.officer)
    assert trace(following) == {}


def test_the_trace_follows_a_version_that_is_taken_back_into_the_draft_it_continues_as(asked):
    decision = accepted(asked, proposed(asked))
    sent = PlanVersion.objects.get(number=decision.version_number)
    send_on(
        version=sent,
        to=PlanVersion.Status.PREPARATION,
        taken_on=MONDAY,
        by=asked.officer,
    )
    again = take_back_plan_version(
        version=sent, taken_on=MONDAY, note="Ändras efter beredningen", by=asked.officer
    )
    assert trace(again) == {("OM4", 2): "Norr, Söder"}
    (standing,) = became_of(asked.answers[0])
    assert (standing.version, standing.is_in_force_from) == (again, None)


def test_the_trace_does_not_come_from_a_draft_beside_it(asked):
    proposal = proposed(asked)
    accepted(asked, proposal)
    (standing,) = proposal_standings([proposal])
    beside = with_row(asked, effective_from=date(2027, 1, 1))
    assert beside.number > standing.written_into.number
    assert trace(beside) == {}
    decided(beside)
    (standing,) = proposal_standings([proposal])
    assert (standing.version, standing.is_in_force_from) == (standing.written_into, None)
    decided(beside_it := standing.written_into, MONDAY - timedelta(days=1))
    assert beside_it.number < beside.number
    assert trace(draft_from(in_force(), by=None)) == {}


def test_the_trace_goes_on_into_a_version_that_is_read_from_a_file(asked):
    accepted(asked, proposed(asked), draft := draft_from(in_force(), by=None))
    decided(draft)
    adopt(
        plan_of(
            {"area": "OM4", "level": 2, "renewal_months": 12}, rules={"G": [{"job_codes": ["LAR"]}]}
        )
    )
    assert in_force().number > draft.number
    assert trace(in_force()) == {("OM4", 2): "Norr, Söder"}


def test_a_draft_that_is_thrown_away_leaves_the_proposal_to_be_decided_again(asked, monkeypatch):
    proposal = proposed(asked)
    decision = accepted(asked, proposal)
    discard_draft(version=PlanVersion.objects.get(number=decision.version_number), by=asked.officer)
    # The next draft gets the same number, and is another draft.
    monkeypatch.setattr("django.utils.timezone.now", lambda: later(60))
    same_number = draft_from(in_force(), by=asked.officer)
    assert same_number.number == decision.version_number
    (standing,) = proposal_standings([proposal])
    assert (standing.waits, standing.written_into, standing.version) == (True, None, None)
    assert trace(same_number) == {}
    accept_proposal(
        proposal=proposal,
        version=same_number,
        effective_from=date(2027, 1, 1),
        renewal_months=None,
        day=MONDAY,
        by=asked.officer,
        at=later(61),
    )
    assert trace(same_number) == {("OM4", 2): "Norr, Söder"}


def test_a_proposal_accepted_on_the_page_into_a_new_draft_has_its_trace_at_once(
    asked, client, monkeypatch
):
    proposal = proposed(asked)
    ticks = (later(2) + timedelta(microseconds=each) for each in itertools.count())
    monkeypatch.setattr("django.utils.timezone.now", lambda: next(ticks))
    client.force_login(asked.officer)
    client.post(
        reverse("competence_admin:proposal", args=[proposal.pk]),
        {"accept": "1", "effective_from": "2027-01-01", "renewal_months": "24"},
    )
    (standing,) = proposal_standings([proposal])
    draft = PlanVersion.objects.get(status="draft")
    assert (standing.waits, standing.written_into) == (False, draft)
    assert trace(draft) == {("OM4", 2): "Norr, Söder"}


def test_the_kept_document_tells_of_no_proposal_of_a_draft_that_was_thrown_away(asked, monkeypatch):
    decision = accepted(asked, proposed(asked))
    discard_draft(version=PlanVersion.objects.get(number=decision.version_number), by=asked.officer)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later(60))
    same_number = decided(draft_from(in_force(), by=asked.officer))
    assert same_number.number == decision.version_number
    assert kept_motives(same_number) == []


def test_the_kept_document_tells_of_the_proposal_after_a_consultation_and_in_what_follows(asked):
    decision = accepted(asked, proposed(asked))
    sent = PlanVersion.objects.get(number=decision.version_number)
    send_on(version=sent, to=PlanVersion.Status.CONSULTATION, taken_on=MONDAY, by=asked.officer)
    again = decided(take_back_plan_version(version=sent, taken_on=MONDAY, note="Ändras", by=None))
    told = ["Fler orosanmälningar behöver göras rätt"]
    assert kept_motives(again) == told
    following = draft_from(again, by=asked.officer)
    assert kept_motives(decided(following, MONDAY + timedelta(days=1))) == told


def test_the_usual_renewal_is_that_of_the_group_in_the_area(asked):
    assert usual_renewal(in_force(), proposed(asked)) == 24


def test_the_trace_asks_the_same_number_of_queries_for_one_and_for_three(
    asked, django_assert_max_num_queries
):
    draft = draft_from(in_force(), by=asked.officer)
    for level in (2, 3):
        accepted(asked, proposed(asked, level), draft)
    with django_assert_max_num_queries(8):
        assert len(trace(draft)) == 2
