"""Line charts worked out on the server: places of lines, dots and words, in three sizes.

Direct labels at the line's end, few grid lines, readable in grey; `components/chart_line.html`
draws it and puts the table behind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.lib.shapes import Dot, Picture, Shape, Strokes, Words

Values = tuple[float | None, ...]
Scale = Callable[[float], float]

STYLES = ("a", "b", "c")
LABEL_HEIGHT = 20


@dataclass(frozen=True, slots=True)
class Series:
    """One line; None is a day without a figure (a suppressed one, for instance)."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    y: float
    label: str = ""
    text_y: float = 0
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    style: str
    segments: tuple[str, ...]
    dots: tuple[Mark, ...]
    name: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    left: int
    right: int
    axis_x: int
    name_x: int
    grid: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    target: Mark | None
    lines: tuple[Line, ...]

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"

    @property
    def picture(self) -> Picture:
        """The same drawing as shapes, for a medium that is not the page."""
        shapes: list[Shape] = []
        for line in self.grid:
            shapes.append(Strokes((((self.left, line.y), (self.right, line.y)),), "grid"))
            shapes.append(Words(self.axis_x, line.text_y, line.label, anchor="end"))
        if self.target is not None:
            at = self.target.y
            shapes.append(Strokes((((self.left, at), (self.right, at)),), "target"))
            shapes.append(Words(self.left, self.target.text_y, self.target.label))
        shapes += [Words(tick.x, tick.y, tick.label, anchor=tick.anchor) for tick in self.ticks]
        for each in self.lines:
            shapes.append(Strokes(tuple(map(_points, each.segments)), f"line-{each.style}"))
            shapes += [Dot(dot.x, dot.y, f"dot-{each.style}") for dot in each.dots]
            shapes += [
                Words(self.name_x, part.y, part.label, f"name-{each.style}") for part in each.name
            ]
        return Picture(self.width, self.height, tuple(shapes))


@dataclass(frozen=True, slots=True)
class Chart:
    summary: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    wide: Drawing
    narrow: Drawing
    paper: Drawing


def line_chart(
    *,
    summary: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    target: float | None = None,
    target_label: str = "",
    top: float = 100,
) -> Chart:
    """A chart of at most three series over `labels`; `summary` says in words what it shows."""
    if len(series) > len(STYLES):
        raise ValueError("A line chart shows at most three series.")
    parts = (tuple(labels), tuple(series), target, target_label, top)
    return Chart(
        summary=summary,
        unit=unit,
        labels=tuple(labels),
        series=tuple(series),
        wide=_draw(*parts, width=1120, height=340, right=930, most_ticks=9),
        narrow=_draw(*parts, width=360, height=340, right=230, most_ticks=2),
        paper=_draw(*parts, width=700, height=300, right=520, most_ticks=6),
    )


@dataclass(frozen=True, slots=True)
class Spark:
    """A line the size of a word, without axes; `summary` says every figure of it."""

    summary: str
    width: int
    height: int
    # Where nought is.
    nought: int
    segments: tuple[str, ...]
    dots: tuple[Mark, ...]

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"


def sparkline(
    *, summary: str, places: Sequence[float], values: Values, top: float = 100
) -> Spark | None:
    """A small line through `values`, each as far along as its place (0 to 1); none where there are
    fewer than two figures. All are drawn from nought to `top`, so that two can be compared."""
    if sum(value is not None for value in values) < 2:
        return None
    width, height, edge = 112, 32, 4

    def x(index: float) -> float:
        return round(edge + (width - 2 * edge) * places[int(index)], 1)

    def y(value: float) -> float:
        return round(height - edge - (height - 2 * edge) * min(value, top) / top, 1)

    return Spark(
        *(summary, width, height, height - edge), _segments(values, x, y), _dots(values, x, y)
    )


def _draw(
    labels: tuple[str, ...],
    series: tuple[Series, ...],
    target: float | None,
    target_label: str,
    top: float,
    *,
    width: int,
    height: int,
    right: int,
    most_ticks: int,
) -> Drawing:
    left, bottom, ceiling = 44, height - 34, 18

    def x(index: float) -> float:
        return round(left + (right - left) * index / max(len(labels) - 1, 1), 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - ceiling) * min(value, top) / top, 1)

    last = len(labels) - 1
    shown = _ticks(last, most_ticks)
    ends = _spread([(index, y(_last(one.values))) for index, one in enumerate(series)])
    return Drawing(
        width=width,
        height=height,
        left=left,
        right=right,
        axis_x=left - 8,
        name_x=right + 14,
        grid=tuple(Mark(left, y(value), f"{value:g}", y(value) + 5) for value in (0, top / 2, top)),
        ticks=tuple(
            Mark(x(i), height - 8, labels[i], anchor={0: "start", last: "end"}.get(i, "middle"))
            for i in shown
        ),
        target=(
            None if target is None else Mark(left, y(target), target_label, round(y(target) - 7, 1))
        ),
        lines=tuple(
            Line(
                style=STYLES[index],
                segments=_segments(one.values, x, y),
                dots=_dots(one.values, x, y),
                name=(Mark(right, ends[index] + 5, f"{one.name} {_last(one.values):g}"),)
                if _has_any(one.values)
                else (),
            )
            for index, one in enumerate(series)
        ),
    )


def _ticks(last: int, most: int) -> list[int]:
    """Which labels are written: evenly far apart from the first one, and always the last, in the
    place of one that stands closer to it."""
    step = max(1, -(-last // max(most - 1, 1)))
    shown = [index for index in range(0, last + 1, step) if last - index >= step]
    return [*shown, last] if last >= 0 else []


def _points(segment: str) -> tuple[tuple[float, float], ...]:
    pairs = (point.split(",") for point in segment.split())
    return tuple((float(x), float(y)) for x, y in pairs)


def _has_any(values: Values) -> bool:
    return any(value is not None for value in values)


def _last(values: Values) -> float:
    return next((value for value in reversed(values) if value is not None), 0)


def _segments(values: Values, x: Scale, y: Scale) -> tuple[str, ...]:
    """The points of each unbroken stretch: a missing figure breaks the line."""
    stretches: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{x(index)},{y(value)}")
    return tuple(" ".join(points) for points in stretches if len(points) > 1)


def _dots(values: Values, x: Scale, y: Scale) -> tuple[Mark, ...]:
    """The last figure, and every figure that stands alone between gaps."""
    known = {index: value for index, value in enumerate(values) if value is not None}
    alone = {index for index in known if index - 1 not in known and index + 1 not in known}
    last = max(known, default=None)
    return tuple(
        Mark(x(index), y(value))
        for index, value in known.items()
        if index in alone or index == last
    )


def _spread(ends: list[tuple[int, float]]) -> dict[int, float]:
    """Heights of the names, moved apart so that no two stand on each other."""
    placed: dict[int, float] = {}
    height = float("-inf")
    for index, wished in sorted(ends, key=lambda end: end[1]):
        height = max(wished, height + LABEL_HEIGHT)
        placed[index] = height
    return placed
