"""What is remembered of everybody's rows against a fresh run of the engine."""

from __future__ import annotations

from datetime import date

from competence import engine
from competence.engine import GapRow
from competence.engine.loader import in_query
from competence.figures.remembered import Known, known_rows
from lms.people.models import Person


def remembered(day: date) -> dict[int, Known]:
    persons = dict(Person.objects.current().order_by("pk").values_list("pk", "person_id"))
    return known_rows(persons, in_query(list(persons)), day)


def assert_remembered_is_right(day: date) -> None:
    """The same rows for everybody, and the same worst row of each area."""
    fresh = engine.gap_rows(None, day)
    known = remembered(day)
    assert _sorted([row for each in known.values() for row in each.rows]) == _sorted(fresh)
    assert {
        (pk, row.area): row.status for pk, each in known.items() for row in each.summary.worst
    } == engine.cells(fresh)


def _sorted(rows: list[GapRow]) -> list[GapRow]:
    return sorted(rows, key=lambda row: (row.person_pk, row.requirement_pk))
