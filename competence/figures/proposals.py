"""From answers to requirements, read both ways: what a round wishes for, what has been proposed and
decided, where a requirement comes from, and what became of an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch

from competence.figures.needs_staff import staff_of_area
from competence.models import (
    KeyGroup,
    NeedsAnswer,
    NeedsProposal,
    NeedsRound,
    PlanVersion,
    ProposalDecision,
    ProposalSource,
    Requirement,
    WishedLevel,
)
from lms.framework.models import CompetenceArea, TrainingLevel

Key = tuple[int, int, int]
"""Key group, area and level (primary keys): what stands from version to version."""


@dataclass(frozen=True)
class WishedFor:
    """What the standing answers of a round wish for in one area, for one key group."""

    key_group: KeyGroup
    area: CompetenceArea
    wishes: tuple[WishedLevel, ...]
    # The highest level that the plan in force asks for there today, if any.
    asked_now: TrainingLevel | None
    proposed: tuple[NeedsProposal, ...]
    # What the staff say of the area, in words, by form (primary key).
    staff: Mapping[int, str] = field(default_factory=dict)

    @property
    def by_unit(self) -> list[tuple[WishedLevel, str]]:
        """Each wish, with what the staff there say, if that is told."""
        return [(wish, self.staff.get(wish.answer.form_id, "")) for wish in self.wishes]

    @property
    def levels(self) -> list[tuple[TrainingLevel, int]]:
        """How many wish for each level, the highest first."""
        counted = Counter(wish.level for wish in self.wishes)
        return sorted(counted.items(), key=lambda each: -each[0].number)

    @property
    def motives(self) -> list[str]:
        """The motives as the form words them, the most frequent first."""
        given = Counter(letter for wish in self.wishes for letter in wish.answer.motives)
        return [str(NeedsAnswer.Motive(letter).label) for letter, _count in given.most_common()]


def wished_for(needs_round: NeedsRound, day: date) -> list[WishedFor]:
    """What a round wishes for, key group by key group, area by area. Five queries."""
    staff = staff_of_area(needs_round)
    version = PlanVersion.objects.in_force_on(day)
    asked: dict[tuple[int, int], TrainingLevel] = {}
    for row in (
        Requirement.objects.filter(plan_version=version)
        .select_related("level")
        .order_by("level__number")
    ):
        asked[row.key_group_id, row.area_id] = row.level
    proposed: dict[tuple[int, int], list[NeedsProposal]] = {}
    for proposal in needs_round.proposals.select_related("level"):
        proposed.setdefault((proposal.key_group_id, proposal.area_id), []).append(proposal)
    wishes: dict[tuple[int, int], list[WishedLevel]] = {}
    standing = (
        WishedLevel.objects.filter(
            answer__form__needs_round=needs_round, answer__taken_back_at__isnull=True
        )
        .select_related("area", "level", "answer__form__key_group", "answer__form__unit")
        .order_by(
            "answer__form__key_group__code",
            "area__sort_order",
            "area__code",
            "answer__form__unit__tree_left",
        )
    )
    for wish in standing:
        wishes.setdefault((wish.answer.form.key_group_id, wish.area_id), []).append(wish)
    return [
        WishedFor(
            each[0].answer.form.key_group,
            each[0].area,
            tuple(each),
            asked.get(key),
            tuple(proposed.get(key, ())),
            staff.get(key, {}),
        )
        for key, each in wishes.items()
    ]


@dataclass(frozen=True)
class ProposalStanding:
    """A proposal, the decision that counts, and the answers it rests on."""

    proposal: NeedsProposal
    decision: ProposalDecision | None
    answers: tuple[NeedsAnswer, ...]
    # The draft that an accepted one was written into; none where that has been thrown away.
    written_into: PlanVersion | None
    # Where the requirement stands now: of the draft and the versions that follow it, the first
    # decided one that holds it, else the latest that does.
    version: PlanVersion | None

    @property
    def units(self) -> str:
        """Of the answers about key groups: the unit of one about a key person would point out who
        that is."""
        return ", ".join(
            dict.fromkeys(
                answer.form.unit.name for answer in self.answers if answer.form.naming_id is None
            )
        )

    @property
    def waits(self) -> bool:
        """Whether it is to be decided: never, for now put off, or accepted into a draft that has
        been thrown away."""
        if self.decision is None or self.decision.outcome == ProposalDecision.Outcome.POSTPONED:
            return True
        accepted = self.decision.outcome == ProposalDecision.Outcome.ACCEPTED
        return accepted and self.written_into is None

    @property
    def is_in_force_from(self) -> date | None:
        version = self.version
        if version is None or version.status != PlanVersion.Status.ADOPTED:
            return None
        return version.in_force_from


def proposal_standings(proposals: Iterable[NeedsProposal]) -> list[ProposalStanding]:
    """How proposals stand. Five queries at most."""
    found = list(
        NeedsProposal.objects.filter(pk__in=[each.pk for each in proposals])
        .select_related("needs_round", "key_group", "area", "level")
        .prefetch_related(
            Prefetch("decisions", ProposalDecision.objects.select_related("by")),
            Prefetch(
                "sources", ProposalSource.objects.select_related("answer__form__unit", "answer__by")
            ),
        )
    )
    last = {each.pk: list(each.decisions.all())[-1:] for each in found}
    versions = _versions([decision for each in last.values() for decision in each])
    follows = {each.pk: each.follows_id for each in versions.values()}
    keys: dict[Key, list[PlanVersion]] = {}
    rows = Requirement.objects.filter(plan_version__in=[each.pk for each in versions.values()])
    for number, *key in rows.order_by("plan_version__number").values_list(
        "plan_version__number", "key_group_id", "area_id", "level_id"
    ):
        keys.setdefault((key[0], key[1], key[2]), []).append(versions[number])
    standings = []
    for each in found:
        decision = last[each.pk][0] if last[each.pk] else None
        written = _written_into(decision, versions)
        standings.append(
            ProposalStanding(
                each,
                decision,
                tuple(source.answer for source in each.sources.all()),
                written,
                _stands_in(keys.get(_key(each), []), written, follows),
            )
        )
    return standings


def _key(proposal: NeedsProposal) -> Key:
    return (proposal.key_group_id, proposal.area_id, proposal.level_id)


def _versions(decisions: Sequence[ProposalDecision]) -> dict[int, PlanVersion]:
    """By number, every version from the first that a proposal was accepted into."""
    numbers = [each.version_number for each in decisions if each.version_number is not None]
    if not numbers:
        return {}
    return {each.number: each for each in PlanVersion.objects.filter(number__gte=min(numbers))}


def _written_into(
    decision: ProposalDecision | None, versions: Mapping[int, PlanVersion]
) -> PlanVersion | None:
    """None where the draft has been thrown away, also where a later draft has got its number."""
    if decision is None or decision.version_number is None:
        return None
    version = versions.get(decision.version_number)
    return version if version is not None and _was_there(version, decision) else None


def _stands_in(
    holding: Sequence[PlanVersion],
    written: PlanVersion | None,
    follows: Mapping[int, int | None],
) -> PlanVersion | None:
    if written is None:
        return None
    later = [each for each in holding if written.pk in _lineage(each, follows)]
    decided = [each for each in later if each.status == PlanVersion.Status.ADOPTED]
    return next(iter(decided or reversed(later)), None)


def _lineage(version: PlanVersion, follows: Mapping[int, int | None]) -> list[int]:
    """The version and those it follows, one after the other, by primary key."""
    found: list[int] = []
    pk: int | None = version.pk
    while pk is not None:
        found.append(pk)
        pk = follows.get(pk)
    return found


def _was_there(version: PlanVersion, decision: ProposalDecision) -> bool:
    created: datetime = version.created_at
    return created <= decision.decided_at


def origins(
    version: PlanVersion, key_group: KeyGroup | None = None
) -> dict[Key, list[ProposalStanding]]:
    """Where the requirements of a version come from: the accepted proposals of the draft itself, or
    of a version that it follows. Eight queries."""
    accepted = ProposalDecision.objects.filter(
        outcome=ProposalDecision.Outcome.ACCEPTED, version_number__lte=version.number
    )
    if key_group is not None:
        accepted = accepted.filter(proposal__key_group=key_group)
    here = set(version.requirements.order_by().values_list("key_group_id", "area_id", "level_id"))
    lineage = set(_lineage(version, dict(PlanVersion.objects.values_list("pk", "follows_id"))))
    found: dict[Key, list[ProposalStanding]] = {}
    proposals = NeedsProposal.objects.filter(decisions__in=accepted)
    for standing in proposal_standings(proposals):
        key = _key(standing.proposal)
        written = standing.written_into
        if key in here and written is not None and written.pk in lineage:
            found.setdefault(key, []).append(standing)
    return found


def became_of(answer: NeedsAnswer) -> list[ProposalStanding]:
    """What became of an answer: the proposals that rest on it."""
    return proposal_standings(NeedsProposal.objects.filter(sources__answer=answer))
