"""A drawing made of shapes (lms.lib.shapes) as vectors in a PDF; what each style looks like here.
The page's own looks are in chart.css."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms.lib.shapes import TEXT_SIZE, Box, Dot, Picture, Shape, Strokes, Words
from lms.pdf import colours, fonts
from lms.pdf.tagged import TaggedCanvas


@dataclass(frozen=True)
class _Look:
    fill: Any = None
    stroke: Any = None
    width: float = 1
    dash: tuple[float, ...] = ()
    font: str = fonts.REGULAR


_LOOKS: dict[str, _Look] = {
    "": _Look(fill=colours.INK_SOFT),
    "soft": _Look(fill=colours.INK_SOFT),
    "name": _Look(fill=colours.INK),
    "head": _Look(fill=colours.INK_SOFT, font=fonts.SEMIBOLD),
    "on-plaque": _Look(fill=colours.INK, font=fonts.SEMIBOLD),
    "on-cell": _Look(fill=colours.INK, font=fonts.SEMIBOLD),
    "axis": _Look(stroke=colours.CONTROL),
    "grid": _Look(stroke=colours.LINE),
    "target": _Look(stroke=colours.INK_SOFT, width=1.5, dash=(2, 5)),
    "line-a": _Look(stroke=colours.ACTION, width=3),
    "line-b": _Look(stroke=colours.EXPIRING, width=3, dash=(8, 5)),
    "line-c": _Look(stroke=colours.EXEMPT, width=3, dash=(2, 6)),
    "dot-a": _Look(fill=colours.ACTION),
    "dot-b": _Look(fill=colours.WHITE, stroke=colours.EXPIRING, width=3),
    "dot-c": _Look(fill=colours.EXEMPT, stroke=colours.WHITE),
    "name-a": _Look(fill=colours.ACTION, font=fonts.SEMIBOLD),
    "name-b": _Look(fill=colours.EXPIRING, font=fonts.SEMIBOLD),
    "name-c": _Look(fill=colours.EXEMPT, font=fonts.SEMIBOLD),
    "bar-a": _Look(fill=colours.ACTION),
    "bar-b": _Look(fill=colours.EXPIRING_SOFT, stroke=colours.EXPIRING),
    "bar-c": _Look(fill=colours.WHITE, stroke=colours.EXEMPT, width=1.5),
    "bar-d": _Look(fill=colours.PAUSED_SOFT, stroke=colours.PAUSED),
    "hatch-b": _Look(stroke=colours.EXPIRING, width=1.5),
    "hatch-d": _Look(stroke=colours.PAUSED),
    "plaque": _Look(fill=colours.WHITE),
    "cell-hidden": _Look(stroke=colours.LINE),
    "hatch-hidden": _Look(stroke=colours.CONTROL),
    **{f"cell-{step}": _Look(fill=fill) for step, fill in enumerate(colours.STEPS, 1)},
}


def draw(canvas: TaggedCanvas, picture: Picture, *, width: float) -> None:
    """The picture with its lower left corner at the origin, `width` wide."""
    scale = width / picture.width
    canvas.saveState()
    canvas.translate(0, picture.height * scale)
    canvas.scale(scale, scale)
    for shape in picture.shapes:
        _shape(canvas, shape)
    canvas.restoreState()


def _shape(canvas: TaggedCanvas, shape: Shape) -> None:
    """Shapes are counted from the top; a PDF from the bottom."""
    look = _LOOKS[shape.style]
    if look.fill is not None:
        canvas.setFillColor(look.fill)
    if look.stroke is not None:
        canvas.setStrokeColor(look.stroke)
        canvas.setLineWidth(look.width)
        canvas.setDash(list(look.dash))
    filled, stroked = int(look.fill is not None), int(look.stroke is not None)
    if isinstance(shape, Box):
        canvas.rect(
            shape.x,
            -shape.y - shape.height,
            shape.width,
            shape.height,
            fill=filled,
            stroke=stroked,
        )
    elif isinstance(shape, Strokes):
        path = canvas.beginPath()
        for (x, y), *rest in shape.lines:
            path.moveTo(x, -y)
            for further_x, further_y in rest:
                path.lineTo(further_x, -further_y)
        canvas.drawPath(path, fill=0, stroke=1)
    elif isinstance(shape, Dot):
        canvas.circle(shape.x, -shape.y, 5, fill=filled, stroke=stroked)
    else:
        _words(canvas, shape, look)


def _words(canvas: TaggedCanvas, shape: Words, look: _Look) -> None:
    text = fonts.printable(shape.text, look.font)
    canvas.setFont(look.font, TEXT_SIZE)
    if shape.anchor == "end":
        canvas.drawRightString(shape.x, -shape.y, text)
    elif shape.anchor == "middle":
        canvas.drawCentredString(shape.x, -shape.y, text)
    else:
        canvas.drawString(shape.x, -shape.y, text)
