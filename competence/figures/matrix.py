"""The team as a matrix: people in the order asked for, and what each column counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from competence.engine import GAPS, SEVERITY
from competence.figures.team import Member
from lms.framework.models import CompetenceArea
from lms.lib.alphabet import swedish_order

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


def columns(members: Iterable[Member], areas: Sequence[CompetenceArea]) -> list[Column]:
    """The areas with their counts over `members`, whose cells are in the order of `areas`."""
    gaps, asked = [0] * len(areas), [0] * len(areas)
    for member in members:
        for place, cell in enumerate(member.cells):
            if cell is not None:
                asked[place] += 1
                gaps[place] += cell.status in GAPS
    return [Column(*each) for each in zip(areas, gaps, asked, strict=True)]


def in_order(
    members: Sequence[Member], order: str, areas: Sequence[CompetenceArea]
) -> list[Member]:
    """The members sorted by `order`, "-" before it for the other way; by risk where it is not
    known. Those to whom the column says nothing come last, whichever way."""
    key, backwards = order.removeprefix("-"), order.startswith("-")
    codes = [area.code for area in areas]
    if key == NAME:
        return sorted(members, key=lambda m: swedish_order(m.name), reverse=backwards)
    if key == DAY:
        dated = [m for m in members if m.next_day]
        rest = [m for m in members if not m.next_day]
        dated.sort(key=lambda m: (m.next_day, swedish_order(m.name)), reverse=backwards)
        return dated + sorted(rest, key=lambda m: swedish_order(m.name))
    if key.startswith(AREA) and (code := key.removeprefix(AREA)) in codes:
        place = codes.index(code)
        said = [m for m in members if m.cells[place] is not None]
        rest = [m for m in members if m.cells[place] is None]
        said.sort(key=lambda m: (*_badness(m, place), m.need), reverse=backwards)
        return said + sorted(rest, key=lambda m: m.need)
    return sorted(members, key=lambda m: m.need, reverse=backwards)


def _badness(member: Member, place: int) -> tuple[int, date]:
    cell = member.cells[place]
    assert cell is not None
    return (SEVERITY[cell.status], cell.on or date.max)
