"""Tables: how wide each column is, how a cell looks, and what each is to a screen reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from lms.pdf import colours, fonts
from lms.pdf.passages import BODY, Passage, TaggedTable, held_together
from lms.pdf.tagged import Node

PADDING = 5.0
SIZE, LEADING = 9.0, 12.0
# Where the words of a table are too wide for the page they are set smaller, but no smaller than
# this; after that the longest of them are broken, and never a number.
SMALLEST, STEP = 8.0, 0.5
# A column is never wider than what this many times the mean would take of the rest.
ROOMY = 3.0
# The headings of a table of figures get at least this part of its width.
LEAST_HEAD = 4


class Align(Enum):
    START = TA_LEFT
    MIDDLE = TA_CENTER
    END = TA_RIGHT


@dataclass(frozen=True)
class GridColumn:
    name: str
    align: Align = Align.START


@dataclass(frozen=True)
class GridCell:
    """`step` 1–5 tints it; what it means is always written too."""

    text: str
    step: int = 0
    strong: bool = False


@dataclass(frozen=True)
class Grid:
    """The first column heads its rows. `caption` says what the table is. `headed` False leaves
    the row of column names out, where the rows' own headings say it all; `dense` sets the rows
    close, for a matrix that is to be seen whole."""

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[GridCell, ...], ...]
    caption: str = ""
    headed: bool = True
    dense: bool = False


def _style(align: Align, size: float, *, head: bool, strong: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"cell-{align.name}-{size}-{head}-{strong}",
        BODY,
        fontName=fonts.SEMIBOLD if head or strong else fonts.REGULAR,
        fontSize=size - 0.5 if head else size,
        leading=LEADING * size / SIZE,
        alignment=align.value,
        textColor=colours.INK_SOFT if head else colours.INK,
        spaceAfter=0,
        allowWidows=1,
        allowOrphans=1,
    )


def fits(grid: Grid, width: float) -> bool:
    """Whether every word and every figure of the table has room in a width, unbroken."""
    return sum(_measured(grid, SIZE).least) <= width


def laid_out(grid: Grid, node: Node, width: float, page_height: float) -> TaggedTable:
    """The table as a flowable, its rows and cells as elements below `node`; `page_height` is what
    is free on an empty page."""
    size = _size(grid, width)
    rows: list[list[Passage]] = []
    if grid.headed:
        head = node.add("TR")
        cells = []
        for column in grid.columns:
            cell = Passage.of(
                column.name,
                _style(column.align, size, head=True),
                head.add("TH", scope="Column"),
            )
            cell.again_is_decoration = True
            cells.append(cell)
        rows.append(cells)
    for row in grid.rows:
        of_row = node.add("TR")
        rows.append(
            [
                Passage.of(
                    cell.text,
                    _style(column.align, size, head=False, strong=cell.strong),
                    of_row.add("TD") if index else of_row.add("TH", scope="Row"),
                )
                for index, (column, cell) in enumerate(zip(grid.columns, row, strict=True))
            ]
        )
    table = TaggedTable(
        [[[cell] for cell in row] for row in rows],
        colWidths=_widths(_measured(grid, size), _is_figures(grid), width),
        repeatRows=int(grid.headed),
        hAlign="LEFT",
    )
    table.page_height = page_height
    table.setStyle(_looks(grid))
    table.spaceAfter = 14
    return table


def _looks(grid: Grid) -> list[tuple[object, ...]]:
    head = int(grid.headed)
    looks: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2 if grid.dense else 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5 if grid.dense else 6),
        ("LINEBELOW", (0, head), (-1, -1), 0.5, colours.LINE),
    ]
    if grid.headed:
        looks.append(("VALIGN", (0, 0), (-1, 0), "BOTTOM"))
        looks.append(("LINEBELOW", (0, 0), (-1, 0), 1, colours.DEEP))
    looks += [
        ("BACKGROUND", (column, row), (column, row), colours.STEPS[cell.step - 1])
        for row, cells in enumerate(grid.rows, head)
        for column, cell in enumerate(cells)
        if cell.step
    ]
    return looks


@dataclass(frozen=True)
class _Measured:
    """Of each column: the room for its longest word and figure, the room that its cells wish with
    a heading on two lines, that of the whole heading, and whether its words may be broken."""

    least: list[float]
    wished: list[float]
    whole: list[float]
    breaks: list[bool]


def _measured(grid: Grid, size: float) -> _Measured:
    around = 2 * PADDING + 1
    measured = _Measured([], [], [], [])
    for index, column in enumerate(grid.columns):
        texts = [(row[index].text, row[index].strong) for row in grid.rows]
        words = [_measure(word, strong, size) for text, strong in texts for word in _words(text)]
        cells = max((_measure(text, strong, size) for text, strong in texts), default=0)
        heads = [_measure(word, True, size) for word in _words(column.name) if grid.headed]
        head = _measure(column.name, True, size) if grid.headed else 0
        on_two_lines = _on_two_lines(column.name, size) if grid.headed else 0
        least = max([*words, *heads], default=0)
        measured.least.append(least + around)
        measured.wished.append(max(least, cells, on_two_lines) + around)
        measured.whole.append(max(least, cells, head) + around)
        longest = max(
            (word for text, _strong in texts for word in _words(text)), key=len, default=""
        )
        is_figure = any(letter.isdigit() for letter in longest)
        measured.breaks.append(column.align is Align.START and not is_figure)
    return measured


def _on_two_lines(name: str, size: float) -> float:
    words = _words(name)
    return min(
        max(_measure(" ".join(part), True, size) for part in (words[:place], words[place:]))
        for place in range(len(words))
    )


def _size(grid: Grid, width: float) -> float:
    size = SIZE
    while size > SMALLEST and sum(_measured(grid, size).least) > width:
        size -= STEP
    return size


def _words(text: str) -> list[str]:
    """What is not broken: a figure's groups and a day with its month are one."""
    return re.split(r"[ \n]+", held_together(text))


def _widths(measured: _Measured, of_figures: bool, width: float) -> list[float]:
    """Every column as wide as its longest word; what is left goes to those with most to say."""
    least = measured.least
    for wished in (measured.whole, measured.wished):
        spare = width - sum(wished)
        if spare >= 0:
            # What is left stands between the first column and the figures.
            return [wished[0] + spare, *wished[1:]] if of_figures else _shared(wished, spare)
    if sum(least) >= width:
        return _narrowed(least, measured.breaks, width)
    wished = measured.wished
    if of_figures:
        first = min(wished[0], max(least[0], width - sum(wished[1:]), width / LEAST_HEAD))
        first = min(first, width - sum(least[1:]))
        return [first, *_between(least[1:], wished[1:], width - first)]
    return _between(least, wished, width)


@lru_cache(maxsize=16384)
def _measure(text: str, strong: bool, size: float) -> float:
    return fonts.width(text, fonts.SEMIBOLD if strong else fonts.REGULAR, size)


def _is_figures(grid: Grid) -> bool:
    return all(column.align is not Align.START for column in grid.columns[1:])


def _shared(wished: Sequence[float], spare: float) -> list[float]:
    return [each + spare * each / sum(wished) for each in wished]


def _narrowed(least: Sequence[float], breaks: Sequence[bool], width: float) -> list[float]:
    """Columns of words give what is lacking; where they are none, or cannot, all do."""
    words = sum(each for each, gives in zip(least, breaks, strict=True) if gives)
    left = width - sum(least) + words
    if left <= words / 2:
        return [width * each / sum(least) for each in least]
    return [
        each * left / words if gives else each for each, gives in zip(least, breaks, strict=True)
    ]


def _between(least: Sequence[float], wished: Sequence[float], width: float) -> list[float]:
    """Those who wish no more than an even part get it; the others their least, and the rest by what
    they lack, no column more than ROOMY times its part."""
    given: dict[int, float] = {}
    while True:
        others = [index for index in range(len(least)) if index not in given]
        left = width - sum(given.values())
        even = left / max(len(others), 1)
        room = left - sum(least[index] for index in others)
        modest = [
            index
            for index in others
            if wished[index] <= even and wished[index] - least[index] <= room
        ]
        if not modest or len(modest) == len(others):
            break
        index = min(modest, key=lambda each: wished[each] - least[each])
        given[index] = wished[index]
    lacking = {index: max(min(wished[index], even * ROOMY) - least[index], 0.0) for index in others}
    total = sum(lacking.values()) or 1.0
    return [
        given[index]
        if index in given
        else least[index] + (left - sum(least[each] for each in others)) * lacking[index] / total
        for index in range(len(least))
    ]
