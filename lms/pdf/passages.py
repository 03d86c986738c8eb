"""What flows down the pages: ReportLab's flowables, each drawn into the element that it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Table

from lms.lib.shapes import Picture
from lms.pdf import colours, fonts, pictures
from lms.pdf.tagged import Node, TaggedCanvas

# So many rows of a table stand together where it begins and where it ends.
TOGETHER = 3
_CLOSE = 0.01

BODY = ParagraphStyle(
    "body",
    fontName=fonts.REGULAR,
    fontSize=10.5,
    leading=15,
    textColor=colours.INK,
    spaceAfter=7,
    allowWidows=0,
    allowOrphans=0,
)
SOFT = ParagraphStyle(
    "soft", BODY, fontSize=9, leading=12.5, textColor=colours.INK_SOFT, spaceAfter=6
)
LEAD = ParagraphStyle("lead", BODY, fontSize=12.5, leading=18, spaceAfter=10)
POINT = ParagraphStyle("point", BODY, leftIndent=14, spaceAfter=3)
CAPTION = ParagraphStyle(
    "caption",
    BODY,
    fontName=fonts.SEMIBOLD,
    fontSize=9.5,
    leading=13,
    spaceBefore=8,
    spaceAfter=4,
)
HEADINGS = {
    1: ParagraphStyle("h1", BODY, fontName=fonts.SEMIBOLD, fontSize=24, leading=29, spaceAfter=10),
    2: ParagraphStyle(
        "h2",
        BODY,
        fontName=fonts.SEMIBOLD,
        fontSize=17,
        leading=22,
        spaceBefore=26,
        spaceAfter=8,
        textColor=colours.DEEP,
    ),
    3: ParagraphStyle(
        "h3", BODY, fontName=fonts.SEMIBOLD, fontSize=12, leading=16, spaceBefore=14, spaceAfter=4
    ),
}


_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september"),
    *("oktober", "november", "december"),
)
_DAY = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)})\b")


def held_together(text: str) -> str:
    """Text in which a day stays on the line with its month."""
    return _DAY.sub("\\1\N{NO-BREAK SPACE}\\2", text)


def words_of(text: str, font: str) -> str:
    """Text as ReportLab's paragraphs take it, with letters that the font has."""
    return escape(fonts.printable(held_together(text), font))


class Passage(Paragraph):
    """A paragraph that goes on being the same element over a page break. `again_is_decoration`:
    a table's head is read once, though it stands on every page."""

    node: Node | None = None
    again_is_decoration = False
    bookmark: tuple[str, str, int] | None = None
    # The width that its lines were broken for last.
    _broken_for: float | None = None

    @classmethod
    def of(cls, text: str, style: ParagraphStyle, node: Node) -> Passage:
        made = cls(words_of(text, style.fontName), style)
        made.node = node
        return made

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        """A table asks each cell of its height over and over; its lines are broken once."""
        if availWidth != self._broken_for or not hasattr(self, "blPara"):
            super().wrap(availWidth, availHeight)
            self._broken_for = availWidth
        return self.width, self.height

    def draw(self) -> None:
        canvas: TaggedCanvas = self.canv
        if self.bookmark is not None:
            key, title, level = self.bookmark
            canvas.bookmark(key, title, level, top=self.height + 12)
        if self.node is None or not self.frags:
            return
        if self.again_is_decoration and self.node.is_written:
            with canvas.artifact("Pagination"):
                super().draw()
            return
        with canvas.content(self.node):
            super().draw()

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        parts = super().split(availWidth, availHeight)
        for part in parts:
            part.node, part.again_is_decoration = self.node, self.again_is_decoration
        if parts:
            parts[0].bookmark = self.bookmark
        return parts


class Point(Passage):
    """One item of a list: the mark and what it says."""

    mark = "•"
    mark_node: Node | None = None

    def draw(self) -> None:
        canvas: TaggedCanvas = self.canv
        if self.mark_node is not None:
            with canvas.content(self.mark_node):
                canvas.setFont(fonts.REGULAR, self.style.fontSize)
                canvas.setFillColor(colours.INK)
                canvas.drawString(2, self.height - self.style.leading + 4, self.mark)
        super().draw()

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        parts = super().split(availWidth, availHeight)
        if parts:
            parts[0].mark, parts[0].mark_node = self.mark, self.mark_node
        return parts


class ContentsLine(Passage):
    """A line of the table of contents: the title, the page, and the way there."""

    page = 0
    key = ""
    target = ""

    def draw(self) -> None:
        canvas: TaggedCanvas = self.canv
        assert self.node is not None
        super().draw()
        with canvas.content(self.node):
            canvas.setFont(fonts.REGULAR, self.style.fontSize)
            canvas.setFillColor(colours.INK)
            canvas.drawRightString(self.width, self.height - self.style.leading + 4, str(self.page))
        canvas.link(self.node, self.key, self.target, (0, 0, self.width, self.height))


class TaggedTable(Table):
    """A table whose lines and tints are decoration; its cells are Passages. Its last rows are never
    alone on a page, and only a row that is higher than a page is split."""

    # What is free on an empty page.
    page_height = 0.0

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        self._calc(availWidth, availHeight)
        heights, head = self._rowHeights, self.repeatRows
        fitting, used = 0, 0.0
        while fitting < len(heights) and used + heights[fitting] <= availHeight:
            used += heights[fitting]
            fitting += 1
        if fitting == len(heights):
            return [self]
        of_head = sum(heights[:head])
        last = len(heights) - TOGETHER
        if fitting > last and of_head + sum(heights[max(last, head) :]) <= self.page_height:
            fitting = last
        if fitting > head:
            parts = self._splitRows(sum(heights[:fitting]) + _CLOSE)
        elif of_head + heights[head] > self.page_height:
            parts = self._splitRows(availHeight, doInRowSplit=1)
        else:
            parts = []
        for part in parts:
            part.page_height = self.page_height
        return list(parts)

    def _drawBkgrnd(self) -> None:
        with self.canv.artifact():
            super()._drawBkgrnd()

    def _drawLines(self) -> None:
        with self.canv.artifact():
            super()._drawLines()


class Illustration(Flowable):
    """A picture with its words for those who do not see it."""

    def __init__(self, picture: Picture, node: Node, width: float, highest: float) -> None:
        super().__init__()
        self.picture, self.node = picture, node
        scale = min(width / picture.width, highest / picture.height)
        self.width, self.height = picture.width * scale, picture.height * scale
        self.spaceBefore = self.spaceAfter = 8

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas: TaggedCanvas = self.canv
        x, y = canvas.absolutePosition(0, 0)
        self.node.box = (x, y, x + self.width, y + self.height)
        with canvas.content(self.node):
            pictures.draw(canvas, self.picture, width=self.width)


class Band(Flowable):
    """The deep field at the top of a cover, with the document's name on it."""

    def __init__(self, above: Sequence[Passage], width: float, height: float) -> None:
        super().__init__()
        self.above, self.width, self.height = above, width, height
        self.spaceAfter = 26

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:
        return availWidth, self.height

    def draw(self) -> None:
        canvas: TaggedCanvas = self.canv
        with canvas.artifact():
            canvas.setFillColor(colours.DEEP)
            canvas.rect(-72, 0, self.width, self.height + 100, fill=1, stroke=0)
            canvas.setFillColor(colours.HILL_MID)
            path = canvas.beginPath()
            path.moveTo(-72, 0)
            path.curveTo(80, 70, 240, 10, 330, 34)
            path.curveTo(420, 58, 480, 20, self.width - 72, 46)
            path.lineTo(self.width - 72, 0)
            path.close()
            canvas.drawPath(path, fill=1, stroke=0)
        room = self.width - 144
        heights = [passage.wrap(room, 1000)[1] + passage.getSpaceAfter() for passage in self.above]
        y = (self.height + sum(heights)) / 2 + 12
        for passage, height in zip(self.above, heights, strict=True):
            y -= height
            passage.drawOn(canvas, 0, y + passage.getSpaceAfter())
