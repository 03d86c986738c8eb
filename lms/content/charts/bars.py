"""Bar charts: lying bars, side by side or stacked. A bar tells itself apart by its pattern and its
name as well as its colour; its figure stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lms.lib.shapes import Box, Picture, Point, Shape, Strokes, Words, text_width

STYLES = ("a", "b", "c", "d")
THICK = 22
ROW_GAP = 16
LINE = 21


@dataclass(frozen=True, slots=True)
class Amount:
    """One bar's figure; `value` None is a figure that is not shown, and `words` say why."""

    value: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """One series: a bar in each category."""

    name: str
    amounts: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class BarChart:
    summary: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[Bars, ...]
    wide: Picture
    narrow: Picture
    paper: Picture

    @property
    def rows(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The table behind: each category with its figures as they are said."""
        return tuple(
            (name, tuple(one.amounts[index].words for one in self.series))
            for index, name in enumerate(self.categories)
        )


def bar_chart(
    *,
    summary: str,
    unit: str,
    categories: Sequence[str],
    series: Sequence[Bars],
    stacked: bool = False,
    totals: Sequence[str] = (),
) -> BarChart:
    """A chart of at most four series over `categories`; `summary` says in words what it shows.
    Stacked bars say `totals` at their end where they are given."""
    if len(series) > len(STYLES):
        raise ValueError("A bar chart shows at most four series.")
    parts = (tuple(categories), tuple(series), stacked, tuple(totals))
    return BarChart(
        summary=summary,
        unit=unit,
        categories=tuple(categories),
        series=tuple(series),
        wide=_draw(*parts, width=1120, beside=True),
        narrow=_draw(*parts, width=360, beside=False),
        paper=_draw(*parts, width=700, beside=True),
    )


def _draw(
    categories: tuple[str, ...],
    series: tuple[Bars, ...],
    stacked: bool,
    totals: tuple[str, ...],
    *,
    width: int,
    beside: bool,
) -> Picture:
    """`beside`: the category's name stands to the left of its bars, else above them."""
    left = min(max(map(text_width, categories), default=0) + 16, width / 3) if beside else 0
    said = [amount.words for one in series for amount in one.amounts] + list(totals)
    room = max(width - left - max(map(text_width, said), default=0) - 14, 40)
    most = max(_longest(series, stacked), 1)
    shapes: list[Shape] = []
    y = _legend(shapes, series, width) if len(series) > 1 else 4.0
    top = y
    for index, name in enumerate(categories):
        amounts = [one.amounts[index] for one in series]
        height = THICK if stacked else THICK * len(amounts) + 4 * (len(amounts) - 1)
        if not beside:
            shapes.append(Words(0, y + 15, name, "name"))
            y += LINE
        else:
            shapes.append(Words(left - 16, y + height / 2 + 5, name, "name", "end"))
        if stacked:
            total = totals[index] if totals else ""
            _stack(shapes, amounts, left, y, room / most, total)
        else:
            for number, amount in enumerate(amounts):
                _bar(shapes, amount, STYLES[number], left, y + number * (THICK + 4), room / most)
        y += height + ROW_GAP
    if categories:
        shapes.insert(0, Strokes((((left, top - 4), (left, y - ROW_GAP + 4)),), "axis"))
    return Picture(width, round(y, 1), tuple(shapes))


def _longest(series: tuple[Bars, ...], stacked: bool) -> float:
    rows = zip(*((amount.value or 0 for amount in one.amounts) for one in series), strict=True)
    return max((sum(row) if stacked else max(row) for row in rows), default=0)


def _bar(
    shapes: list[Shape], amount: Amount, style: str, left: float, y: float, scale: float
) -> None:
    length = round((amount.value or 0) * scale, 1)
    if length:
        shapes += _filled(left, y, length, THICK, style)
    shapes.append(
        Words(round(left + length + 8, 1), y + 16, amount.words, "" if amount.value else "soft")
    )


def _stack(
    shapes: list[Shape], amounts: list[Amount], left: float, y: float, scale: float, total: str
) -> None:
    x = left
    for style, amount in zip(STYLES, amounts, strict=False):
        length = round((amount.value or 0) * scale, 1)
        if not length:
            continue
        shapes += _filled(x, y, length, THICK, style)
        plaque = text_width(amount.words) + 6
        if length >= plaque + 4:
            middle = round(x + length / 2, 1)
            shapes.append(Box(round(middle - plaque / 2, 1), y + 2.5, plaque, 17, "plaque"))
            shapes.append(Words(middle, y + 16, amount.words, "on-plaque", "middle"))
        x += length
    if total:
        shapes.append(Words(round(x + 8, 1), y + 16, total))


def _legend(shapes: list[Shape], series: tuple[Bars, ...], width: float) -> float:
    """Each pattern with its name, as many to a line as there is room for. Where the bars begin."""
    x, y = 0.0, 0.0
    for style, one in zip(STYLES, series, strict=False):
        wide = text_width(one.name) + 26 + 24
        if x and x + wide > width:
            x, y = 0, y + LINE + 4
        shapes += _filled(x, y + 2, 18, 14, style)
        shapes.append(Words(x + 26, y + 15, one.name))
        x += wide
    return y + LINE + 16


def _filled(x: float, y: float, width: float, height: float, style: str) -> list[Shape]:
    """A bar in its pattern: solid, slanting, hollow or striped."""
    box = Box(x, y, width, height, f"bar-{style}")
    if style == "b":
        return [box, Strokes(_slanting(x, y, width, height), "hatch-b")]
    if style == "d":
        return [box, Strokes(_striped(x, y, width, height), "hatch-d")]
    return [box]


def _slanting(x: float, y: float, width: float, height: float) -> tuple[tuple[Point, ...], ...]:
    """Lines at 45 degrees that begin and end at the box's edges."""
    lines = []
    start = 6.0
    while start < width + height:
        below, above = min(start, width), max(start - height, 0.0)
        lines.append(
            (
                (round(x + below, 1), round(y + start - below, 1)),
                (round(x + above, 1), round(y + start - above, 1)),
            )
        )
        start += 6
    return tuple(lines)


def _striped(x: float, y: float, width: float, height: float) -> tuple[tuple[Point, ...], ...]:
    return tuple(
        ((x, round(y + step, 1)), (round(x + width, 1), round(y + step, 1)))
        for step in range(4, int(height), 4)
    )
