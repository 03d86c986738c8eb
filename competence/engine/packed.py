"""The facts of each person packed by the database into one text for each kind of fact. They are
read several times as fast as the rows, and they say whether anything about somebody has changed:
whoever has the same texts, by the same plan, has the same rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Aggregate, QuerySet, TextField
from django.db.models.functions import JSONArray

from competence.engine import loader
from competence.engine.facts import OrderFact, PersonFacts, PlanOnDay
from competence.engine.loader import Row
from lms.people.querysets import Listed


class Packed(NamedTuple):
    """Everything the rules read about one person: a JSON list for each kind of fact, empty where
    there is none."""

    person_id: str
    employments: str
    namings: str
    leaves: str
    achievements: str
    exemptions: str


@dataclass(frozen=True, eq=False)
class Terms:
    """What somebody's rows depend on beside their own facts: the plan on the day, with its rules
    and the unit tree, and the renewal orders that count."""

    plan: PlanOnDay
    orders: Mapping[int, list[OrderFact]]

    def say_the_same_as(self, other: Terms) -> bool:
        return self.orders == other.orders and self.plan.says_the_same_as(other.plan)


def load_terms(as_of: date) -> Terms:
    """Six queries."""
    orders = loader.orders_by_area(loader.orders_known_on(as_of))
    return Terms(loader.load_plan(as_of), orders)


class _Rows(Aggregate):
    """The rows of a group as one JSON list of lists. PostgreSQL would give them in another order
    from one time to the next, and is told which; SQLite walks the same index each time."""

    function = "JSON_GROUP_ARRAY"
    output_field = TextField()

    def __init__(self, *columns: str) -> None:
        super().__init__(JSONArray(*columns), "pk")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        rows, _order, *others = self.get_source_expressions()
        unordered = self.copy()
        unordered.set_source_expressions([rows, *others])
        return unordered.as_sql(compiler, connection, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            function="JSON_AGG",
            arg_joiner=" ORDER BY ",
            template="%(function)s(%(expressions)s)::text",
        )


def load_packed(
    person_ids: Mapping[int, str],
    people: Sequence[int] | Listed,
    as_of: date,
) -> dict[int, Packed]:
    """What is known on `as_of` about those of `person_ids`, by primary key; `people` are the same,
    as a query asks for them. Five queries."""

    def rows(facts: QuerySet[Any, Any], columns: tuple[str, ...]) -> dict[int, str]:
        of_each = facts.filter(person__in=people).order_by().values("person_id")
        packed = of_each.annotate(packed=_Rows(*columns))
        return dict(packed.values_list("person_id", "packed"))

    known = loader.facts_known_on(as_of)
    kinds = (
        rows(known.employments, loader.EMPLOYMENT),
        rows(known.namings, loader.NAMING),
        rows(known.leaves, loader.LEAVE),
        rows(known.achievements, loader.ACHIEVEMENT),
        rows(known.exemptions, loader.EXEMPTION),
    )
    return {
        pk: Packed(person_id, *(of_kind.get(pk, "") for of_kind in kinds))
        for pk, person_id in person_ids.items()
    }


def unpacked(pk: int, packed: Packed, terms: Terms) -> PersonFacts:
    """The facts in the texts; nothing is read."""
    return loader.person_facts(
        pk,
        packed.person_id,
        employments=(
            (pk, unit, job, bool(manager), form, _day(starts), _end(ends))
            for unit, job, manager, form, starts, ends in _listed(packed.employments)
        ),
        namings=(
            (pk, group, _day(starts), _end(ends)) for group, starts, ends in _listed(packed.namings)
        ),
        leaves=((pk, _day(starts), _end(ends)) for starts, ends in _listed(packed.leaves)),
        achievements=(
            (pk, area, _day(achieved_on), level, _end(ends), fact, bool(recognised))
            for area, achieved_on, level, ends, fact, recognised in _listed(packed.achievements)
        ),
        exemptions=((pk, *row) for row in _listed(packed.exemptions)),
        orders=terms.orders,
    )


def _listed(text: str) -> list[Row]:
    rows: list[Row] = json.loads(text) if text else []
    return rows


_day = lru_cache(maxsize=16_384)(date.fromisoformat)


def _end(text: str | None) -> date | None:
    return None if text is None else _day(text)
