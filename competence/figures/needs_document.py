"""What the competence plan's document tells of the needs behind it: how many forms were answered,
and which proposals became requirements. Forms are counted, not people, and no answer is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.document import Align, Block, DocumentColumn, nothing, sentence, table
from competence.figures.proposals import ProposalStanding, origins
from competence.models import NeedsAnswer, NeedsForm, NeedsRound, PlanVersion
from lms.people.models import Unit


def needs(version: PlanVersion, day: date) -> tuple[Block, ...]:
    """The latest round with a proposal accepted while the version was written, else the latest that
    had begun on `day`; and every proposal that is behind a requirement of the version."""
    behind = [each for found in origins(version).values() for each in found]
    found = _rests_on(version, behind) or _latest(day)
    if found is None:
        return (nothing(_("No needs round had been held when this was put together.")),)
    return (
        sentence(
            _("%(round)s, %(first)s – %(last)s.")
            % {
                "round": found.name,
                "first": date_format(found.starts_on),
                "last": date_format(found.ends_on),
            }
        ),
        _answered(found),
        *_proposals(behind),
    )


def _rests_on(version: PlanVersion, behind: Iterable[ProposalStanding]) -> NeedsRound | None:
    """Written into the version itself, or into one that was never decided and that it goes on from:
    what came with a decided version rests on the rounds of that one."""
    rounds = [
        each.proposal.needs_round
        for each in behind
        if each.written_into is not None
        and (each.written_into == version or each.written_into.status != version.Status.ADOPTED)
    ]
    return max(rounds, key=lambda each: (each.starts_on, each.pk), default=None)


def _latest(day: date) -> NeedsRound | None:
    return NeedsRound.objects.filter(starts_on__lte=day).first()


def _answered(found: NeedsRound) -> Block:
    """How many forms each department was asked, and how many came back. Those about one key
    person are left out."""
    departments = list(Unit.objects.filter(depth__lte=1).order_by("-depth"))
    forms = list(NeedsForm.objects.filter(needs_round=found, naming=None).select_related("unit"))
    answers = dict(
        NeedsAnswer.objects.standing()
        .filter(form__needs_round=found, form__naming=None)
        .values_list("form_id", "need")
    )
    asked, answered, needing = Counter[str](), Counter[str](), Counter[str]()
    for form in forms:
        name = _department(form.unit, departments)
        asked[name] += 1
        answered[name] += form.pk in answers
        needing[name] += answers.get(form.pk) == NeedsAnswer.Need.YES
    rows: list[tuple[str, ...]] = [
        (name, str(asked[name]), str(answered[name]), str(needing[name])) for name in sorted(asked)
    ]
    rows.append(
        (
            _("Together"),
            *(str(count.total()) for count in (asked, answered, needing)),
        )
    )
    return table(
        _("Forms about a key group in a unit"),
        (
            DocumentColumn(_("Department")),
            DocumentColumn(_("Asked"), Align.END),
            DocumentColumn(_("Answered"), Align.END),
            DocumentColumn(_("See a need"), Align.END),
        ),
        tuple(rows),
    )


def _department(unit: Unit, departments: Sequence[Unit]) -> str:
    return next((each.name for each in departments if each.covers(unit)), unit.name)


def _proposals(behind: Sequence[ProposalStanding]) -> tuple[Block, ...]:
    if not behind:
        return (nothing(_("No proposal of the round has become a requirement here.")),)
    return (
        table(
            _("What the answers led to in this version"),
            (
                DocumentColumn(_("Key group")),
                DocumentColumn(_("Area")),
                DocumentColumn(_("Level")),
                DocumentColumn(_("Why")),
                DocumentColumn(_("Round")),
                DocumentColumn(_("Answers behind"), Align.END),
            ),
            tuple(
                (
                    each.proposal.key_group.name,
                    each.proposal.area.name,
                    each.proposal.level.name,
                    each.proposal.motive,
                    each.proposal.needs_round.name,
                    str(len(each.answers)),
                )
                for each in behind
            ),
        ),
    )
