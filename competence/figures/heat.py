"""The coverage page's tables, made of what is published: rows, cells, and what is weakest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from django.utils.translation import gettext as _

from competence.figures.coverage import UnitNode
from competence.figures.published import Published
from competence.figures.shown import ShownShare, percent_of
from competence.suppression import Figure, Hidden, ShownCount
from lms.framework.models import CompetenceArea


@dataclass(frozen=True)
class HeatCell:
    """One cell: a percentage with its counts, hidden, or nobody (`percent` none, not hidden)."""

    label: str
    percent: int | None
    covered: int | None
    counted: int | None
    hidden: Literal["", "small", "neighbour"]
    level: str = ""

    @property
    def text(self) -> str:
        return "" if self.percent is None else str(self.percent)

    def in_a_file(self, threshold: int) -> int | str | None:
        """The percentage as a number, or why it is hidden in words."""
        if self.hidden == "small":
            return _("fewer than %(threshold)s") % {"threshold": threshold}
        if self.hidden:
            return _("not shown")
        return self.percent


@dataclass(frozen=True)
class HeatRow:
    code: str
    name: str
    cells: tuple[HeatCell, ...]
    total: HeatCell
    introduction: Figure
    paused: Figure
    only_exempt: Figure
    only_recognised: Figure
    uptake: HeatCell | None

    @property
    def has_something_beside(self) -> bool:
        """Whether any figure beside the coverage is hidden or more than nobody."""
        beside = (self.introduction, self.paused, self.only_exempt, self.only_recognised)
        if any(figure.hidden or figure.value for figure in beside):
            return True
        return self.uptake is not None and bool(self.uptake.hidden or self.uptake.counted)


@dataclass(frozen=True)
class HeatTable:
    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]

    @property
    def covered(self) -> int:
        """Over the totals that are shown, and nothing else."""
        return sum(row.total.covered or 0 for row in self.rows)

    @property
    def counted(self) -> int:
        return sum(row.total.counted or 0 for row in self.rows)

    @property
    def percent(self) -> int | None:
        """Of those the shown totals are of, rounded as every other share."""
        if not self.counted:
            return None
        return percent_of(Figure(Fraction(self.covered, self.counted)))

    @property
    def rows_hidden(self) -> int:
        return sum(bool(row.total.hidden) for row in self.rows)

    @property
    def rows_beside(self) -> list[HeatRow]:
        """The rows with anything to say beside the coverage."""
        return [row for row in self.rows if row.has_something_beside]

    @property
    def rows_without_beside(self) -> int:
        return len(self.rows) - len(self.rows_beside)

    @property
    def weakest(self) -> tuple[HeatRow, HeatCell] | None:
        """The lowest shown figure, a whole row's or a cell's, and the row it is in; none where
        nobody lacks anything."""
        shown = [
            (cell.percent, row, cell)
            for row in self.rows
            for cell in (row.total, *row.cells)
            if cell.percent is not None and cell.percent < 100
        ]
        if not shown:
            return None
        _percent, row, cell = min(shown, key=lambda one: one[0])
        return row, cell

    @property
    def weakest_is_whole(self) -> bool:
        """Whether the lowest figure is that of a whole key group."""
        return self.weakest is not None and self.weakest[1] is self.weakest[0].total


def _hidden(figure: Figure) -> Literal["", "small", "neighbour"]:
    if figure.hidden is None:
        return ""
    return "small" if figure.hidden is Hidden.FEW else "neighbour"


def count_cell(label: str, count: ShownCount | None) -> HeatCell:
    if count is None:
        return HeatCell(label, None, None, None, "")
    covered, gap = count.covered.value, count.gap.value
    both = isinstance(covered, int) and isinstance(gap, int)
    return HeatCell(
        label,
        percent_of(count.share),
        covered if both and isinstance(covered, int) else None,
        covered + gap if isinstance(covered, int) and isinstance(gap, int) else None,
        _hidden(count.share),
    )


def share_cell(label: str, share: ShownShare | None, level: str = "") -> HeatCell:
    if share is None:
        return HeatCell(label, None, None, None, "")
    covered = share.covered.value
    return HeatCell(
        label,
        share.percent,
        covered if isinstance(covered, int) else None,
        share.counted,
        _hidden(share.share),
        level,
    )


_NOTHING = Figure(0)


def _row(
    published: Published, code: str, count: ShownCount | None, cells: Iterable[HeatCell]
) -> HeatRow:
    uptake = published.uptake.get(code)
    return HeatRow(
        code=code,
        name=published.figures.key_groups[code],
        cells=tuple(cells),
        total=count_cell("", count),
        introduction=count.introduction if count else _NOTHING,
        paused=count.paused if count else _NOTHING,
        only_exempt=count.only_exempt if count else _NOTHING,
        only_recognised=count.only_recognised if count else _NOTHING,
        uptake=share_cell("", uptake) if uptake else None,
    )


def _weakest_first(rows: list[HeatRow]) -> tuple[HeatRow, ...]:
    """By what is shown; what is hidden comes last, by code, so that the order tells nothing."""
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                row.total.percent is None,
                row.total.percent if row.total.percent is not None else 0,
                row.code,
            ),
        )
    )


def by_unit(published: Published, unit: UnitNode | None) -> HeatTable:
    """Key groups by the parts of a unit (none: by the largest units)."""
    figures = published.figures
    parts = figures.top_units if unit is None else figures.parts(unit.pk)
    at = None if unit is None else unit.pk
    groups = [
        group
        for group in published.totals
        if unit is None or published.count(group, unit.pk) is not None
    ]
    columns = [
        figures.units[part] for part in parts if any(published.count(g, part) for g in groups)
    ]
    return HeatTable(
        tuple(column.name for column in columns),
        _weakest_first(
            [
                _row(
                    published,
                    group,
                    published.count(group, at),
                    [
                        count_cell(column.name, published.count(group, column.pk))
                        for column in columns
                    ],
                )
                for group in groups
            ]
        ),
    )


def by_area(published: Published, areas: Iterable[CompetenceArea]) -> HeatTable:
    """Key groups by area, for everyone in them; the level asked for stands in the cell."""
    figures = published.figures
    keys = {(key.key_group, key.area): key for key in published.by_area}
    columns = [area for area in areas if any(area.code == key.area for key in published.by_area)]
    return HeatTable(
        tuple(area.label for area in columns),
        _weakest_first(
            [
                _row(
                    published,
                    group,
                    count,
                    [
                        share_cell(
                            area.label,
                            published.by_area.get(keys[group, area.code]),
                            figures.levels[keys[group, area.code].level],
                        )
                        if (group, area.code) in keys
                        else HeatCell(area.label, None, None, None, "")
                        for area in columns
                    ],
                )
                for group, count in published.totals.items()
            ]
        ),
    )


@dataclass(frozen=True)
class UnitRow:
    """A unit's figures for one key group."""

    unit: UnitNode
    cell: HeatCell
    introduction: Figure
    paused: Figure
    only_exempt: Figure
    only_recognised: Figure
    has_parts: bool


def of_group(published: Published, group: str, unit: UnitNode | None) -> list[UnitRow]:
    """One key group in the parts of a unit (none: the largest units), weakest first."""
    figures = published.figures
    rows = []
    for pk in figures.top_units if unit is None else figures.parts(unit.pk):
        count = published.count(group, pk)
        if count is None:
            continue
        node = figures.units[pk]
        rows.append(
            UnitRow(
                node,
                count_cell(node.name, count),
                count.introduction,
                count.paused,
                count.only_exempt,
                count.only_recognised,
                any(published.count(group, part) for part in figures.parts(pk)),
            )
        )
    rows.sort(key=lambda row: (row.cell.percent is None, row.cell.percent or 0, row.unit.code))
    return rows
