"""Tables: how wide each column is, how a cell looks, and what each is to a screen reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle

from lms.pdf import colours, fonts
from lms.pdf.passages import BODY, Passage, TaggedTable
from lms.pdf.tagged import Node

PADDING = 5.0
SIZE, LEADING = 9.0, 12.0
# A column is never wider than what this many times the mean would take of the rest.
ROOMY = 3.0
# The headings of a table of figures get at least this part of its width.
LEAST_HEAD = 4
TOGETHER = 3


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


def _style(align: Align, *, head: bool, strong: bool = False) -> ParagraphStyle:
    return ParagraphStyle(
        f"cell-{align.name}-{head}-{strong}",
        BODY,
        fontName=fonts.SEMIBOLD if head or strong else fonts.REGULAR,
        fontSize=SIZE - 0.5 if head else SIZE,
        leading=LEADING,
        alignment=align.value,
        textColor=colours.INK_SOFT if head else colours.INK,
        spaceAfter=0,
        allowWidows=1,
        allowOrphans=1,
    )


def laid_out(grid: Grid, node: Node, width: float) -> TaggedTable:
    """The table as a flowable, its rows and cells as elements below `node`."""
    rows: list[list[Passage]] = []
    if grid.headed:
        head = node.add("TR")
        cells = []
        for column in grid.columns:
            cell = Passage.of(
                column.name,
                _style(column.align, head=True),
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
                    _style(column.align, head=False, strong=cell.strong),
                    of_row.add("TD") if index else of_row.add("TH", scope="Row"),
                )
                for index, (column, cell) in enumerate(zip(grid.columns, row, strict=True))
            ]
        )
    table = TaggedTable(
        [[[cell] for cell in row] for row in rows],
        colWidths=_widths(grid, width),
        repeatRows=int(grid.headed),
        splitInRow=1,
        hAlign="LEFT",
    )
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
    if len(grid.rows) > TOGETHER:
        # The last rows are never alone on a page.
        looks.append(("NOSPLIT", (0, -TOGETHER), (0, -1)))
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


def _widths(grid: Grid, width: float) -> list[float]:
    """Every column as wide as its longest word; what is left goes to those with most to say."""
    least, wished = [], []
    for index, column in enumerate(grid.columns):
        texts = [(row[index].text, row[index].strong) for row in grid.rows]
        heads = [column.name] if grid.headed else []
        words = [_measure(word, strong) for text, strong in texts for word in text.split()]
        words += [_measure(word, True) for name in heads for word in name.split()]
        whole = [_measure(text, strong) for text, strong in texts]
        whole += [_measure(name, True) for name in heads]
        least.append(max(words, default=0) + 2 * PADDING + 1)
        wished.append(max(whole, default=0) + 2 * PADDING + 1)
    if sum(wished) <= width:
        spare = width - sum(wished)
        # What is left stands between the first column and the figures.
        return [wished[0] + spare, *wished[1:]] if _is_figures(grid) else _shared(wished, spare)
    if sum(least) >= width:
        return [width * each / sum(least) for each in least]
    if _is_figures(grid):
        first = min(wished[0], max(least[0], width - sum(wished[1:]), width / LEAST_HEAD))
        first = min(first, width - sum(least[1:]))
        return [first, *_between(least[1:], wished[1:], width - first)]
    return _between(least, wished, width)


@lru_cache(maxsize=8192)
def _measure(text: str, strong: bool) -> float:
    return fonts.width(text, fonts.SEMIBOLD if strong else fonts.REGULAR, SIZE)


def _is_figures(grid: Grid) -> bool:
    return all(column.align is not Align.START for column in grid.columns[1:])


def _shared(wished: Sequence[float], spare: float) -> list[float]:
    return [each + spare * each / sum(wished) for each in wished]


def _between(least: Sequence[float], wished: Sequence[float], width: float) -> list[float]:
    """Each its least, and the rest by what it lacks, no column more than ROOMY times its share."""
    spare = width - sum(least)
    mean = width / len(least) * ROOMY
    lacking = [max(min(wish, mean) - low, 0.0) for low, wish in zip(least, wished, strict=True)]
    total = sum(lacking) or 1.0
    return [low + spare * lack / total for low, lack in zip(least, lacking, strict=True)]
