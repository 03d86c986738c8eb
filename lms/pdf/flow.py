"""A document that flows over as many pages as it takes, tagged for screen readers: headings with
bookmarks, a table of contents with links, lists, tables whose head stands on every page, figures.

ReportLab's platypus does the layout. The document is laid out until its page numbers stand still,
so it is kept as parts that can be made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)

from lms.lib.shapes import Picture
from lms.pdf import colours, fonts, grids
from lms.pdf.grids import Grid
from lms.pdf.passages import (
    BODY,
    CAPTION,
    HEADINGS,
    POINT,
    SOFT,
    TOGETHER,
    Band,
    ContentsLine,
    Illustration,
    Passage,
    Point,
)
from lms.pdf.tagged import Node, TaggedCanvas

SIDE, BOTTOM = 72.0, 76.0
TOP, WIDE_TOP = 64.0, 40.0
WIDE_SIDE = 44.0
UPRIGHT, LYING = A4, landscape(A4)
TEXT_WIDTH = UPRIGHT[0] - 2 * SIDE
WIDE_WIDTH = LYING[0] - 2 * WIDE_SIDE
# So many lines of a paragraph stand with the heading over it.
LEAST_LINES = 3
# A heading and so many short passages stand with what they lead to.
MOST_LEADING = 5
MOST_PASSES = 5
# What a figure leaves on its page for the heading and the caption over it.
ABOVE = 90.0


@dataclass(frozen=True)
class About:
    """What stands on every page, and in the file's own description."""

    title: str
    number: str
    checksum: str
    author: str
    lang: str = "sv"

    @property
    def name(self) -> str:
        """The title with the number, which it may have already."""
        return self.title if self.number in self.title else f"{self.title} · {self.number}"


@dataclass(frozen=True)
class Entry:
    """One heading as the table of contents has it."""

    level: int
    text: str
    key: str
    page: int = 0


class _Pass:
    """One laying out: the story, and where its headings came to stand."""

    def __init__(self, about: About, entries: Sequence[Entry], pages: int) -> None:
        self.about = about
        self.entries = entries
        self.pages = pages
        self.root = Node("Document")
        self.story: list[Flowable] = []
        self.width = TEXT_WIDTH
        self.headings: list[tuple[Entry, Passage]] = []
        # Flowables that may not be the last on a page.
        self.leading: set[int] = set()

    @property
    def height(self) -> float:
        """What is free on an empty page."""
        return _height(LYING if self.width == WIDE_WIDTH else UPRIGHT)

    def put(self, *made: Flowable, leading: bool = False) -> None:
        self.story += made
        if leading:
            self.leading |= {id(each) for each in made}


Part = Callable[[_Pass], None]


class Flow:
    """The document as it is written, from the top; `finish()` gives its bytes."""

    def __init__(self, about: About) -> None:
        fonts.register()
        self.about = about
        self._parts: list[Part] = []
        self._count = 0
        # How many pages it came to; known when it is finished.
        self.pages = 0

    def cover(self, above: str, title: str, below: str = "") -> None:
        """The field on the first page with the document's name: its first heading."""

        def part(making: _Pass) -> None:
            kicker = _on_deep("kicker", SOFT, size=11, colour=colours.ON_DEEP_SOFT)
            name = _on_deep("name", HEADINGS[1], size=27, colour=colours.WHITE)
            under = _on_deep("under", BODY, size=13, colour=colours.ON_DEEP_SOFT)
            said = [Passage.of(above, kicker, making.root.add("P"))]
            said.append(Passage.of(title, name, making.root.add("H1")))
            said[-1].bookmark = ("title", fonts.printable(title), 0)
            if below:
                said.append(Passage.of(below, under, making.root.add("P")))
            making.put(Band(said, UPRIGHT[0], 250))

        self._parts.append(part)

    def heading(self, level: int, text: str, *, listed: bool = True) -> None:
        """A heading of level 1 to 3, with a bookmark; `listed` in the table of contents."""
        self._count += 1
        entry = Entry(level, text, f"part-{self._count}")

        def part(making: _Pass) -> None:
            passage = Passage.of(text, HEADINGS[level], making.root.add(f"H{level}"))
            passage.bookmark = (entry.key, fonts.printable(text), level - 1)
            if listed:
                making.headings.append((entry, passage))
            making.put(passage, leading=True)

        self._parts.append(part)

    def words(self, text: str, style: ParagraphStyle = BODY) -> None:
        """A paragraph."""
        self._parts.append(lambda making: making.put(Passage.of(text, style, making.root.add("P"))))

    def points(self, items: Sequence[str], *, numbered: bool = False) -> None:
        """A list."""

        def part(making: _Pass) -> None:
            node = making.root.add("L")
            for number, item in enumerate(items, 1):
                of_item = node.add("LI")
                mark = of_item.add("Lbl")
                point = Point.of(item, POINT, of_item.add("LBody"))
                assert isinstance(point, Point)
                point.mark, point.mark_node = f"{number}." if numbered else "•", mark
                making.put(point)
            making.put(Spacer(0, 5))

        self._parts.append(part)

    def table(self, grid: Grid) -> None:
        """A table over as many pages as it takes."""

        def part(making: _Pass) -> None:
            node = making.root.add("Table")
            if grid.caption:
                making.put(Passage.of(grid.caption, CAPTION, node.add("Caption")), leading=True)
            making.put(grids.laid_out(grid, node, making.width, making.height))

        self._parts.append(part)

    def picture(self, picture: Picture, *, title: str, alt: str) -> None:
        """A figure with its caption over it; `alt` says what it shows."""

        def part(making: _Pass) -> None:
            node = making.root.add("Figure", alt=fonts.printable(alt))
            if title:
                caption = Passage.of(title, CAPTION, making.root.add("P"))
                # The caption stands over the figure and is read before it.
                making.root.kids.remove(node)
                making.root.kids.append(node)
                making.put(caption, leading=True)
            making.put(Illustration(picture, node, making.width, making.height - ABOVE))

        self._parts.append(part)

    def contents(self, title: str) -> None:
        """The table of contents, of the headings of level 1 and 2."""

        def part(making: _Pass) -> None:
            heading = Passage.of(title, HEADINGS[2], making.root.add("H2"))
            heading.bookmark = ("contents", fonts.printable(title), 1)
            making.put(heading, leading=True)
            node = making.root.add("TOC")
            style = ParagraphStyle("contents", BODY, rightIndent=40, spaceAfter=4)
            for entry in making.entries:
                if entry.level > 2:
                    continue
                line = ContentsLine.of(entry.text, style, node.add("TOCI").add("Link"))
                assert isinstance(line, ContentsLine)
                line.page, line.key, line.target = entry.page, entry.key, entry.text
                making.put(line)

        self._parts.append(part)

    def new_page(self) -> None:
        self._parts.append(lambda making: making.put(PageBreak()))

    def lying(self) -> None:
        """What follows stands on pages that lie down, from a new one."""
        self._turn("lying", WIDE_WIDTH)

    def upright(self) -> None:
        self._turn("upright", TEXT_WIDTH)

    def _turn(self, template: str, width: float) -> None:
        def part(making: _Pass) -> None:
            making.width = width
            making.put(NextPageTemplate(template), PageBreak())

        self._parts.append(part)

    def finish(self) -> bytes:
        _content, entries, pages = self._laid_out([], 1)
        for _pass in range(MOST_PASSES):
            content, found, count = self._laid_out(entries, pages)
            if (found, count) == (entries, pages):
                self.pages = count
                return content
            entries, pages = found, count
        raise RuntimeError("The page numbers of a document did not come to rest.")

    def _laid_out(self, entries: list[Entry], pages: int) -> tuple[bytes, list[Entry], int]:
        making = _Pass(self.about, entries, pages)
        for part in self._parts:
            part(making)
        document = _Pages(making)
        document.build(_kept_together(making))
        found = [
            Entry(entry.level, entry.text, entry.key, document.page_of.get(id(passage), 0))
            for entry, passage in making.headings
        ]
        return document.content, found, document.count


def _on_deep(name: str, parent: ParagraphStyle, *, size: float, colour: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name, parent, fontSize=size, leading=size * 1.25, textColor=colour, spaceAfter=10
    )


def _kept_together(making: _Pass) -> list[Flowable]:
    """The story with a new page wherever a heading would stand alone at the foot."""
    story: list[Flowable] = []
    width, height = TEXT_WIDTH, _height(UPRIGHT)
    run: list[Flowable] = []
    for flowable in making.story:
        if isinstance(flowable, NextPageTemplate):
            lies = flowable.action[1] == "lying"
            width = WIDE_WIDTH if lies else TEXT_WIDTH
            height = _height(LYING if lies else UPRIGHT)
        if id(flowable) in making.leading or (
            0 < len(run) < MOST_LEADING and _is_short(flowable, width)
        ):
            run.append(flowable)
            continue
        if run:
            need = sum(_room(each, width) for each in run) + _beginning(flowable, width, height)
            story.append(CondPageBreak(min(need, height - 1)))
        story += [*run, flowable]
        run = []
    return [*story, *run]


def _is_short(flowable: Flowable, width: float) -> bool:
    """A line or two between a heading and what it is about."""
    if not isinstance(flowable, Passage | Spacer):
        return False
    return _room(flowable, width) < 3 * BODY.leading


def _height(page: tuple[float, float]) -> float:
    return page[1] - (WIDE_TOP if page is LYING else TOP) - BOTTOM


def _room(flowable: Flowable, width: float) -> float:
    _wide, high = flowable.wrap(width, 10_000)
    return float(high + flowable.getSpaceBefore() + flowable.getSpaceAfter())


def _beginning(flowable: Flowable, width: float, height: float) -> float:
    """How much of what follows a heading is to stand with it: of a table some rows, all of a small
    one, or the first where the rows are high."""
    room = _room(flowable, width)
    if isinstance(flowable, grids.TaggedTable):
        heights = [float(each) for each in flowable._rowHeights]
        first = flowable.repeatRows + 1
        for rows in (len(heights), first - 1 + TOGETHER):
            if rows < first + 2 * TOGETHER and sum(heights[:rows]) <= height / 3:
                return sum(heights[:rows])
        return sum(heights[:first])
    if isinstance(flowable, Passage):
        return min(room, flowable.style.leading * LEAST_LINES + flowable.getSpaceBefore())
    return room


class _Pages(BaseDocTemplate):
    """The pages: upright or lying, with their foot."""

    def __init__(self, making: _Pass) -> None:
        self.making = making
        self.page_of: dict[int, int] = {}
        self.content = b""
        self.count = 0
        super().__init__("", pagesize=UPRIGHT, title=making.about.title)
        self.addPageTemplates(
            [
                self._template("upright", UPRIGHT, SIDE),
                self._template("lying", LYING, WIDE_SIDE),
            ]
        )

    def _template(self, name: str, page: tuple[float, float], side: float) -> PageTemplate:
        frame = Frame(side, BOTTOM, page[0] - 2 * side, _height(page), *(0, 0, 0, 0), id=name)

        def foot(canvas: TaggedCanvas, _document: BaseDocTemplate) -> None:
            self._foot(canvas, page[0], side)

        return PageTemplate(id=name, frames=[frame], pagesize=page, onPageEnd=foot)

    def _foot(self, canvas: TaggedCanvas, width: float, side: float) -> None:
        about = self.making.about
        of = gettext("Page %(number)s of %(total)s") % {
            "number": canvas.getPageNumber(),
            "total": self.making.pages,
        }
        below = gettext("Checksum %(sum)s") % {"sum": about.checksum}
        with canvas.artifact("Pagination"):
            canvas.setStrokeColor(colours.LINE)
            canvas.setLineWidth(0.6)
            canvas.line(side, 56, width - side, 56)
            canvas.setFillColor(colours.INK_SOFT)
            canvas.setFont(fonts.REGULAR, 8.5)
            canvas.drawString(side, 42, fonts.printable(about.name))
            canvas.drawRightString(width - side, 42, of)
            canvas.setFont(fonts.REGULAR, 6.5)
            canvas.drawString(side, 31, below)

    def _makeCanvas(self, filename: Any = None, canvasmaker: Any = None) -> TaggedCanvas:
        about = self.making.about
        canvas = TaggedCanvas(
            title=about.title, lang=about.lang, author=about.author, subject=about.number
        )
        canvas.root = self.making.root
        canvas.showOutline()
        self._doSave = 0
        return canvas

    def afterFlowable(self, flowable: Flowable) -> None:
        self.page_of.setdefault(id(flowable), self.page)

    def _endBuild(self) -> None:
        super()._endBuild()
        self.count = self.canv.getPageNumber() - 1
        self.content = self.canv.finish()
