"""Who lacks what, on any day: the heart of the product, and the place to start reading.

The question is always the same: which people must hold which level in which area of
competence, and do they, on the day `as_of`? The answer is a row per person and requirement with
one of seven statuses. Every page, export, PDF and mail asks here; nothing stores the answer.

    rows = gap_rows(Person.objects.visible_to(user, day), day)
    cells(rows)                  # the worst status by person and area
    coverage(None, day)          # täckningsgrad by key group and by unit
    explain(people, day)         # each row with the sentence that says why

Read the rules in the order they build on each other. Each module is a page of pure functions
over plain values; none knows the database, the clock, the reader's rights or the language:

    days         counting days past leave, months that keep the day
    facts        what a plan and a person look like to the rules
    membership   who is in which key group, and since when
    validity     how long an achievement lasts, and which one is best
    status       the due day and the status
    rows         the above for one person: the rows; the cell
    coverage     counting people, not rows

`loader` turns the database into those facts (`spans` those of many days, for `outlook`, which asks
ahead), and `explain` turns facts into sentences. `packed` reads the same facts as texts, for
whoever remembers the rows of those whose facts are as they were (`competence.figures.remembered`).
People are narrowed by the caller; the facts of others are never read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from django.db.models import QuerySet

from competence.engine.coverage import Count, Coverage, CoverageReport, count_person
from competence.engine.explain import Explanation, explain
from competence.engine.loader import load_people, load_plan
from competence.engine.rows import GapRow, cells, rows_of, running_out
from competence.engine.status import GAPS, SEVERITY, Status
from lms.people.models import Person

__all__ = [
    "GAPS",
    "SEVERITY",
    "Count",
    "Coverage",
    "CoverageReport",
    "Explanation",
    "GapRow",
    "Status",
    "cells",
    "coverage",
    "explain",
    "gap_rows",
    "iter_gap_rows",
    "running_out",
]


def iter_gap_rows(
    people: QuerySet[Person] | None,
    as_of: date,
    key_groups: Collection[str] | None = None,
    areas: Collection[str] | None = None,
) -> Iterator[GapRow]:
    """The rows of `people` (none: everyone) on `as_of`, by person; optionally only of key groups
    and areas, by code. Twelve queries whatever the size, one person in memory at a time: write
    nothing until it is drained."""
    plan = load_plan(as_of, key_groups, areas)
    for person in load_people(people, as_of, plan):
        yield from rows_of(person, plan)


def gap_rows(
    people: QuerySet[Person] | None,
    as_of: date,
    key_groups: Collection[str] | None = None,
    areas: Collection[str] | None = None,
) -> list[GapRow]:
    """`iter_gap_rows`, drained."""
    return list(iter_gap_rows(people, as_of, key_groups, areas))


def coverage(
    people: QuerySet[Person] | None, as_of: date, key_groups: Collection[str] | None = None
) -> CoverageReport:
    """Coverage and uptake of `people` (none: everyone), by key group and by unit."""
    plan = load_plan(as_of, key_groups)
    report = CoverageReport()
    for person in load_people(people, as_of, plan):
        rows = rows_of(person, plan)
        if rows:
            count_person(report, person, plan, rows)
    return report
