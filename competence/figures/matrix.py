"""The team as a matrix: people in the order asked for, and what each column counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from competence.engine import SEVERITY, GapRow
from competence.figures.summary import shown_day
from competence.figures.team import Outline
from lms.framework.models import CompetenceArea

RISK, NAME, DAY = "risk", "namn", "dag"
AREA = "omrade."
"""What a column of an area is called as an order; its code follows."""


@dataclass(frozen=True)
class Column:
    """One area: how many of those who must hold it lack it or have let it expire."""

    area: CompetenceArea
    gaps: int
    asked: int

    @property
    def order(self) -> str:
        return AREA + self.area.code


def columns(members: Iterable[Outline], areas: Sequence[CompetenceArea]) -> list[Column]:
    """The areas with their counts over `members`."""
    gaps, asked = Counter[str](), Counter[str]()
    # Few differ in what is asked of them and what they lack.
    alike = Counter((member.summary.areas, member.summary.lacking) for member in members)
    for (of_each, lacking), number in alike.items():
        for code in of_each:
            asked[code] += number
        for code in lacking:
            gaps[code] += number
    return [Column(area, gaps[area.code], asked[area.code]) for area in areas]


SortKey = tuple[Any, ...]


@dataclass(frozen=True, slots=True, order=False)
class Backwards:
    """What is sorted the other way."""

    value: Any

    def __lt__(self, other: Backwards) -> bool:
        return bool(other.value < self.value)


def sort_key(order: str) -> Callable[[Outline], SortKey]:
    """What each member is sorted by in `order`, "-" before it for the other way; by risk where it
    is not known, or is an area that nobody is asked for. Those to whom the column says nothing
    come last, whichever way. No two keys are the same: many members may be sorted part by part."""
    key = order.removeprefix("-")
    turned: Callable[[Any], Any] = Backwards if order.startswith("-") else _as_it_is

    def by_name(member: Outline) -> SortKey:
        return (turned(_name(member)), member.need, member.pk)

    def by_day(member: Outline) -> SortKey:
        if member.next_day:
            return (0, turned((member.next_day, _name(member))), member.need, member.pk)
        return (1, _name(member), member.need, member.pk)

    def by_area(member: Outline) -> SortKey:
        worst = member.summary.worst_in(code)
        if worst is None:
            return (1, member.need, member.pk)
        return (0, turned((*_badness(worst), member.need)), member.pk)

    def by_risk(member: Outline) -> SortKey:
        return (turned(member.need), member.pk)

    code = key.removeprefix(AREA)
    if key.startswith(AREA):
        return by_area
    return {NAME: by_name, DAY: by_day}.get(key, by_risk)


def in_order(members: Iterable[Outline], order: str) -> list[Outline]:
    """The members sorted by `order` (`sort_key`)."""
    return sorted(members, key=sort_key(order))


def _as_it_is(value: Any) -> Any:
    return value


def _name(member: Outline) -> str:
    return member.need[-1]


def _badness(row: GapRow) -> tuple[int, date]:
    return (SEVERITY[row.status], shown_day(row) or date.max)
