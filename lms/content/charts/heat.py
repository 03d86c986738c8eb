"""Heat maps: a figure in every cell, its colour in five steps, what is hidden hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.lib.shapes import Box, Picture, Point, Shape, Strokes, Words, text_width

HEIGHT = 34
# On paper the whole map is seen at once, on a page that lies down.
PAPER_HEIGHT = 25
GAP = 3


@dataclass(frozen=True, slots=True)
class HeatCell:
    """`step` 1–5 from low to high, 0 where there is no figure; `short` is written in the cell,
    `words` in the table behind. `hidden`: there is a figure that is not shown."""

    short: str
    words: str
    step: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class HeatColumn:
    """`code` is what fits over a narrow column."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class HeatChart:
    summary: str
    corner: str
    columns: tuple[HeatColumn, ...]
    names: tuple[str, ...]
    cells: tuple[tuple[HeatCell, ...], ...]
    wide: Picture
    narrow: Picture
    paper: Picture

    @property
    def rows(self) -> tuple[tuple[str, tuple[HeatCell, ...]], ...]:
        return tuple(zip(self.names, self.cells, strict=True))


def heat_chart(
    *,
    summary: str,
    corner: str,
    columns: Sequence[HeatColumn],
    rows: Sequence[tuple[str, Sequence[HeatCell]]],
) -> HeatChart:
    """Rows by columns; `corner` says what the rows are, `summary` what the map shows."""
    names = tuple(name for name, _cells in rows)
    cells = tuple(tuple(of_row) for _name, of_row in rows)
    parts = (tuple(columns), names, cells)
    return HeatChart(
        summary=summary,
        corner=corner,
        columns=tuple(columns),
        names=names,
        cells=cells,
        wide=_draw(*parts, width=1120, beside=True),
        narrow=_draw(*parts, width=360, beside=False),
        paper=_draw(*parts, width=1120, beside=True, high=PAPER_HEIGHT, roomy=True),
    )


def _draw(
    columns: tuple[HeatColumn, ...],
    names: tuple[str, ...],
    cells: tuple[tuple[HeatCell, ...], ...],
    *,
    width: int,
    beside: bool,
    high: int = HEIGHT,
    roomy: bool = False,
) -> Picture:
    """`beside`: names to the left and whole column names, else names above and codes. `roomy`: each
    column as wide as its words, and the drawing with them: paper has no tip to tell it."""
    left = min(max(map(text_width, names), default=0) + 16, width * 0.36) if beside else 0
    wides = [(width - left) / max(len(columns), 1)] * len(columns)
    if roomy:
        wides = [max(wides[index], _room(columns, cells, index)) for index in range(len(columns))]
        width = round(left + sum(wides))
    starts = [left + sum(wides[:index]) for index in range(len(columns))]
    heads = [
        _lines(column.name, wide) if beside else [column.code]
        for column, wide in zip(columns, wides, strict=True)
    ]
    deep = max(map(len, heads), default=1) * 17
    shapes: list[Shape] = []
    for start, wide, lines in zip(starts, wides, heads, strict=True):
        middle = round(start + wide / 2, 1)
        for number, line in enumerate(reversed(lines)):
            shapes.append(Words(middle, deep - 5 - number * 17, line, "head", "middle"))
    y = deep + 4.0
    for name, of_row in zip(names, cells, strict=True):
        if beside:
            shapes.append(Words(round(left - 12, 1), y + high / 2 + 5, name, "name", "end"))
        else:
            shapes.append(Words(0, y + 15, name, "name"))
            y += 21
        for start, wide, cell in zip(starts, wides, of_row, strict=True):
            _cell(shapes, cell, round(start, 1), y, round(wide - GAP, 1), high)
        y += high + (GAP if beside else 12)
    return Picture(width, round(y, 1), tuple(shapes))


def _room(
    columns: tuple[HeatColumn, ...], cells: tuple[tuple[HeatCell, ...], ...], index: int
) -> float:
    """What a column's longest word takes, in its head or in a cell."""
    words = [*columns[index].name.split(), *(of_row[index].short for of_row in cells)]
    return max(map(text_width, words), default=0) + GAP + 4


def _lines(name: str, wide: float) -> list[str]:
    """A column's name on as many lines as its words need."""
    lines: list[str] = []
    for word in name.split():
        if lines and text_width(f"{lines[-1]} {word}") <= wide - 4:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cell(
    shapes: list[Shape], cell: HeatCell, x: float, y: float, width: float, high: float
) -> None:
    if cell.hidden:
        shapes.append(Box(x, y, width, high, "cell-hidden"))
        shapes.append(Strokes(_corner(x, y, width, high), "hatch-hidden"))
    elif cell.step:
        shapes.append(Box(x, y, width, high, f"cell-{cell.step}"))
    shapes.append(
        Words(
            round(x + width / 2, 1),
            y + high / 2 + 5,
            cell.short,
            "on-cell" if cell.step else "soft",
            "middle",
        )
    )


def _corner(x: float, y: float, width: float, high: float) -> tuple[tuple[Point, ...], ...]:
    """Slanting lines in two corners, clear of the words between them."""
    right, low = x + width, y + high
    return tuple(
        line
        for step in (6, 11)
        for line in (
            ((round(x + step, 1), y), (x, round(y + step, 1))),
            ((round(right - step, 1), low), (round(right, 1), round(low - step, 1))),
        )
    )
