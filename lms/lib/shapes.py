"""What a drawing is made of, in its own units from the top left. The page draws it as SVG and the
PDF kit as vectors: one geometry for both. A style is a name; what it looks like is the medium's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

Point = tuple[float, float]
TEXT_SIZE = 15
"""The height of a drawing's words, which its geometry reckons with."""


@dataclass(frozen=True, slots=True)
class Box:
    kind: ClassVar[str] = "box"
    x: float
    y: float
    width: float
    height: float
    style: str


@dataclass(frozen=True, slots=True)
class Strokes:
    """Lines through points, all in one style."""

    kind: ClassVar[str] = "strokes"
    lines: tuple[tuple[Point, ...], ...]
    style: str

    @property
    def path(self) -> str:
        return "".join("M" + "L".join(f"{x:g},{y:g}" for x, y in points) for points in self.lines)


@dataclass(frozen=True, slots=True)
class Dot:
    kind: ClassVar[str] = "dot"
    x: float
    y: float
    style: str


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; `anchor` is start, middle or end, as in SVG."""

    kind: ClassVar[str] = "words"
    x: float
    y: float
    text: str
    style: str = ""
    anchor: str = "start"


Shape = Box | Strokes | Dot | Words


@dataclass(frozen=True, slots=True)
class Picture:
    width: float
    height: float
    shapes: tuple[Shape, ...]

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width:g} {self.height:g}"


def text_width(text: str) -> float:
    """About how wide words are drawn, on the safe side: a drawing has no fonts to ask."""
    return round(len(text) * TEXT_SIZE * 0.54, 1)
