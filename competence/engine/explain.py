"""Why: each row with the sentence that says it, from facts alone (docs/gap.md, "Why")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from competence.engine.loader import load_people, load_plan
from competence.engine.pieces import Pieces, text_of
from competence.engine.rows import GapRow, rows_of
from competence.engine.sentence import Sentence
from competence.engine.suppose import Supposed
from competence.engine.timeline import Timeline, timeline_of
from competence.engine.traces import Details, Trace
from lms.framework.rules import PersonRule
from lms.people.models import Person


@dataclass(frozen=True)
class Explanation:
    """A row, its sentence in pieces, and what the sentence rests on. `rule` is the rule that made
    the person a member by an employment; none for a naming."""

    row: GapRow
    pieces: Pieces
    rule: PersonRule | None
    achievement_pk: int | None
    exemption_pk: int | None
    timeline: Timeline

    @property
    def sentence(self) -> str:
        return text_of(self.pieces)


def explain(
    people: QuerySet[Person] | None,
    as_of: date,
    key_groups: Collection[str] | None = None,
    areas: Collection[str] | None = None,
    *,
    you: bool = True,
    supposed: Supposed | None = None,
) -> list[Explanation]:
    """The rows of `people` with their sentences, told to them or (`you=False`) about them; as if
    they had the post `supposed`, where one is given. Seventeen queries whatever the size."""
    plan = load_plan(as_of, key_groups, areas)
    traced: list[Trace] = []
    for person in load_people(people, as_of, plan):
        facts = supposed.of(person) if supposed else person
        rows = rows_of(facts, plan)
        traced.extend(Trace(row, facts, plan) for row in rows)
    details = Details(traced, as_of, supposed)
    return [_explanation(trace, details, you) for trace in traced]


def _explanation(trace: Trace, details: Details, you: bool) -> Explanation:
    return Explanation(
        trace.row,
        Sentence(trace, details, you).pieces(),
        trace.rule,
        trace.best.achievement.pk if trace.best else None,
        trace.exemption_pk,
        timeline_of(trace.row, trace.person, trace.plan),
    )
