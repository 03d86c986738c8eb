"""What comes due for one person, of the rows of an outlook: the first month in which each level
asked for would become a gap if nothing is done. Never a second set of rules: whether a row is a
gap on a day is what the engine answers for the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from competence.engine.coverage import units_of
from competence.engine.outlook import Outlook
from competence.engine.rows import GapRow
from competence.engine.status import EXEMPT, EXPIRED, GAPS, HOLDING, PAUSED
from lms.lib.dates import add_months

AHEAD = 24
"""How many months the forecast reaches."""
KNOWN = 24
"""How many months before and after these the last valid days are told apart."""
NEVER = "never"
RUNS_OUT = "runs_out"


def days_ahead(day: date, months: int = AHEAD) -> list[date]:
    """`day`, and the first days of the months after it: what is a gap on one of them and was none
    the day before it came due in the month that ends there."""
    first = add_months(day.replace(day=1), 1)
    return [day, *(add_months(first, step) for step in range(months))]


def first_month(days: Sequence[date]) -> date:
    """The month that the first of the days to come ends."""
    return (days[1] - timedelta(days=1)).replace(day=1)


class Due(NamedTuple):
    """A level that comes due for somebody in month number `month`: 1 is the month of the first day
    asked for, 0 and less what is a gap on that day already. `kind`: NEVER reached before, or
    RUNS_OUT."""

    area: str
    level: int
    month: int
    kind: str


class Asked(NamedTuple):
    """The highest level asked of somebody in an area on the first day, and the key groups that ask
    it."""

    row: GapRow
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class PersonDue:
    """One person: what is asked on the first day, what comes due, and all their key groups."""

    person_pk: int
    asked: tuple[Asked, ...]
    dues: tuple[Due, ...]
    groups: frozenset[str]


def coming_due(person: Outlook, days: Sequence[date], unit_pk: int | None = None) -> PersonDue:
    """What comes due for the person, as long as they work in the unit (none: anywhere). A level
    comes due once: what follows on the seat taken for it is reckoned, not known (`seats`)."""
    first = days[0].replace(day=1)
    dues: dict[tuple[str, int], Due] = {}
    begin: list[GapRow] = []
    last: list[GapRow] = []
    for stretch in person.stretches:
        if unit_pk is not None and unit_pk not in units_of(stretch.facts, stretch.plan):
            last = []
            continue
        last = [row for row in stretch.rows if row.mandatory]
        if stretch.first == 0:
            begin = last
        for row in last:
            if row.status in GAPS:
                found = _due(row, stretch.first, first)
                known = dues.get((row.area, row.level))
                if known is None or found.month < known.month:
                    dues[row.area, row.level] = found
    for row in last:
        if row.status in HOLDING and row.valid_until and (row.area, row.level) not in dues:
            month = _months(first, row.valid_until) + 1
            if AHEAD < month <= AHEAD + KNOWN:
                dues[row.area, row.level] = Due(row.area, row.level, month, RUNS_OUT)
    asked = [row for row in begin if row.status not in (PAUSED, EXEMPT)]
    return PersonDue(
        person.span.pk,
        tuple(_highest(asked)),
        tuple(_without_lower(dues)),
        frozenset(row.key_group for row in begin),
    )


def _due(row: GapRow, number: int, first: date) -> Due:
    if row.status != EXPIRED:
        return Due(row.area, row.level, number, NEVER)
    month = number
    if number == 0 and row.valid_until is not None:
        month = min(0, max(_months(first, row.valid_until) + 1, 1 - KNOWN))
    return Due(row.area, row.level, month, RUNS_OUT)


def _months(first: date, day: date) -> int:
    return (day.year - first.year) * 12 + day.month - first.month


def _highest(rows: list[GapRow]) -> Iterator[Asked]:
    """Whoever is asked for two levels in an area is asked for the higher: it holds the lower."""
    by_area: dict[str, list[GapRow]] = {}
    for row in rows:
        by_area.setdefault(row.area, []).append(row)
    for of_area in by_area.values():
        level = max(row.level for row in of_area)
        here = [row for row in of_area if row.level == level]
        yield Asked(here[0], frozenset(row.key_group for row in here))


def _without_lower(dues: dict[tuple[str, int], Due]) -> Iterator[Due]:
    """One seat where a higher level comes due no later: it renews the lower as well."""
    for due in dues.values():
        if not any(
            other.area == due.area
            and other.level > due.level
            and max(other.month, 0) <= max(due.month, 0)
            for other in dues.values()
        ):
            yield due
