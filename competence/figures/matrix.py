"""The team as a matrix: people in the order asked for, and what each column counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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


def in_order(
    members: Sequence[Outline], order: str, areas: Sequence[CompetenceArea]
) -> list[Outline]:
    """The members sorted by `order`, "-" before it for the other way; by risk where it is not
    known. Those to whom the column says nothing come last, whichever way."""
    key, backwards = order.removeprefix("-"), order.startswith("-")
    codes = [area.code for area in areas]
    if key == NAME:
        return sorted(members, key=_name, reverse=backwards)
    if key == DAY:
        dated = [m for m in members if m.next_day]
        rest = [m for m in members if not m.next_day]
        dated.sort(key=lambda m: (m.next_day, _name(m)), reverse=backwards)
        return dated + sorted(rest, key=_name)
    if key.startswith(AREA) and (code := key.removeprefix(AREA)) in codes:
        worst = [(m, m.summary.worst_in(code)) for m in members]
        said = [(m, row) for m, row in worst if row is not None]
        rest = [m for m, row in worst if row is None]
        said.sort(key=lambda each: (*_badness(each[1]), each[0].need), reverse=backwards)
        return [m for m, _ in said] + sorted(rest, key=_need)
    return sorted(members, key=_need, reverse=backwards)


def _need(member: Outline) -> tuple[int, int, date, date, str]:
    return member.need


def _name(member: Outline) -> str:
    return member.need[-1]


def _badness(row: GapRow) -> tuple[int, date]:
    return (SEVERITY[row.status], shown_day(row) or date.max)
