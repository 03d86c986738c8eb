"""Utbildningsutdrag: what one person has learnt, period by period, on as many pages as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit

from competence.figures.transcript import Period, Transcript
from lms.content.templatetags.ui import status_text
from lms.pdf import colours, fonts
from lms.pdf.tagged import TaggedCanvas

WIDTH, HEIGHT = A4
LEFT = 50.0
RIGHT = WIDTH - 50.0
TOP = HEIGHT - 56.0
BOTTOM = 62.0
SIZE = 9.5
LINE = 12.5
GAP = 10.0

# The left edges of the columns, as parts of the width between the margins.
_ASKED = (0.0, 0.42, 0.60)
_LEARNT = (0.0, 0.165, 0.30, 0.69)
_EXEMPT = (0.0, 0.50, 0.72)
_WISHED = (0.0, 0.50)


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


class _Sheet:
    """Pages that are filled from the top: a heading never stands alone at the foot, and a table
    says its columns again on each page."""

    def __init__(self, data: Transcript, pages: int) -> None:
        self.data = data
        self.pages = pages
        self.page = 1
        self.y = TOP
        self.canvas = TaggedCanvas(
            title=gettext("Training transcript: %(name)s") % {"name": data.name},
            lang=get_language() or "sv",
            author=data.organisation,
        )
        self._foot()

    def _foot(self) -> None:
        made = gettext("%(name)s, as known on %(day)s") % {
            "name": self.data.name,
            "day": _day(self.data.day),
        }
        of = gettext("Page %(number)s of %(total)s") % {"number": self.page, "total": self.pages}
        with self.canvas.artifact():
            self.canvas.setStrokeColor(colours.LINE)
            self.canvas.line(LEFT, 46, RIGHT, 46)
            self.canvas.setFillColor(colours.INK_SOFT)
            self.canvas.setFont(fonts.REGULAR, 8.5)
            self.canvas.drawString(LEFT, 32, fonts.printable(made))
            self.canvas.drawRightString(RIGHT, 32, fonts.printable(of))

    def need(self, height: float) -> bool:
        """Begin a new page where less is left; whether one was begun."""
        if self.y - height >= BOTTOM:
            return False
        self.canvas.showPage()
        self.page += 1
        self.y = TOP
        self._foot()
        return True

    def words(
        self,
        text: str,
        *,
        size: float = 10.5,
        font: str = fonts.REGULAR,
        role: str = "P",
        soft: bool = False,
    ) -> None:
        for line in simpleSplit(fonts.printable(text, font), font, size, RIGHT - LEFT):
            self.need(size * 1.35)
            self.y -= size * 1.35
            self.canvas.text(
                LEFT,
                self.y,
                line,
                font=font,
                size=size,
                colour=colours.INK_SOFT if soft else colours.INK,
                role=role,
            )

    def heading(self, text: str) -> None:
        self.need(80)
        self.y -= 22
        self.words(text, size=14, font=fonts.SEMIBOLD, role="H2")
        self.y -= 4

    def table(
        self,
        columns: Sequence[float],
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        about: str,
    ) -> None:
        """`about` stands over what goes on on another page."""
        self._head(columns, head)
        for row in rows:
            self._row(columns, head, row, about)

    def _cells(self, columns: Sequence[float], row: Sequence[str], font: str) -> list[list[str]]:
        width = RIGHT - LEFT
        edges = [*columns, 1.0]
        return [
            simpleSplit(
                fonts.printable(text, font),
                font,
                SIZE,
                (edges[number + 1] - edges[number]) * width - GAP,
            )
            for number, text in enumerate(row)
        ]

    def _draw(
        self, columns: Sequence[float], cells: Sequence[Sequence[str]], fonts_of: Sequence[str]
    ) -> None:
        """The cells of one row, read out as one paragraph."""
        for start, lines, font in zip(columns, cells, fonts_of, strict=True):
            self.canvas.setFont(font, SIZE)
            for number, line in enumerate(lines):
                self.canvas.drawString(
                    LEFT + start * (RIGHT - LEFT), self.y - (number + 1) * LINE, line
                )

    def _head(self, columns: Sequence[float], head: Sequence[str], again: str = "") -> None:
        cells = self._cells(columns, head, fonts.SEMIBOLD)
        if again:
            with self.canvas.artifact():
                self.canvas.setFillColor(colours.INK)
                self.canvas.setFont(fonts.SEMIBOLD, 11)
                self.canvas.drawString(LEFT, self.y - 11, fonts.printable(again, fonts.SEMIBOLD))
            self.y -= 17
        with self.canvas.artifact() if again else self.canvas.tag("P"):
            self.canvas.setFillColor(colours.INK_SOFT)
            self._draw(columns, cells, [fonts.SEMIBOLD] * len(cells))
        self.y -= max(len(lines) for lines in cells) * LINE + 5
        self._rule()

    def _row(
        self, columns: Sequence[float], head: Sequence[str], row: Sequence[str], about: str
    ) -> None:
        cells = self._cells(columns, row, fonts.REGULAR)
        height = max(len(lines) for lines in cells) * LINE + 8
        if self.need(height):
            self._head(columns, head, gettext("%(about)s, continued") % {"about": about})
        self.y -= 2
        with self.canvas.tag("P"):
            self.canvas.setFillColor(colours.INK)
            self._draw(columns, cells, [fonts.REGULAR] * len(cells))
        self.y -= height - 2
        self._rule()

    def _rule(self) -> None:
        with self.canvas.artifact():
            self.canvas.setStrokeColor(colours.LINE)
            self.canvas.setLineWidth(0.6)
            self.canvas.line(LEFT, self.y, RIGHT, self.y)


def _lasts(period: Period, day: date) -> str:
    if period.revoked_on is not None:
        return gettext("revoked from %(day)s") % {"day": _day(period.revoked_on)}
    if period.until is None:
        return gettext("without end date")
    if period.until < day:
        return gettext("ran out %(day)s") % {"day": _day(period.until)}
    return gettext("valid until %(day)s") % {"day": _day(period.until)}


def _written(data: Transcript, pages: int) -> _Sheet:
    sheet = _Sheet(data, pages)
    sheet.words(data.organisation, size=11, font=fonts.SEMIBOLD, soft=True)
    sheet.y -= 8
    sheet.words(gettext("Training transcript"), size=13, font=fonts.SEMIBOLD, role="H1")
    sheet.words(data.name, size=26, font=fonts.SEMIBOLD)
    sheet.y -= 4
    for post in data.posts or (gettext("No post on this day"),):
        sheet.words(post, size=11)
    sheet.words(gettext("As it is known on %(day)s.") % {"day": _day(data.day)}, size=11, soft=True)
    sheet.heading(gettext("What is asked, and how it stands"))
    if data.asked:
        sheet.table(
            _ASKED,
            (gettext("Area"), gettext("Level"), gettext("Status")),
            [
                (
                    each.area,
                    each.level
                    if each.mandatory
                    else gettext("%(level)s (recommended)") % {"level": each.level},
                    status_text(each.status, each.on, date.min),
                )
                for each in data.asked
            ],
            gettext("What is asked"),
        )
    else:
        sheet.words(gettext("No requirements apply on this day."))
    sheet.heading(gettext("What has been learnt"))
    if data.periods:
        _learnt(sheet, data)
    else:
        sheet.words(gettext("Nothing is recorded yet."))
    if data.exemptions:
        sheet.heading(gettext("Exemptions"))
        sheet.table(
            _EXEMPT,
            (gettext("Area"), gettext("Up to and with level"), gettext("Days")),
            [
                (
                    each.area,
                    each.level,
                    f"{_day(each.starts_on)} – {_day(each.ends_on)}"
                    if each.ends_on
                    else gettext("from %(first)s") % {"first": _day(each.starts_on)},
                )
                for each in data.exemptions
            ],
            gettext("Exemptions"),
        )
    if data.wishes:
        sheet.heading(gettext("What you have said you need"))
        sheet.words(
            gettext("In a round of needs that is not counted yet. Nobody else is shown this part."),
            size=10,
            soft=True,
        )
        sheet.table(
            _WISHED,
            (gettext("Area"), gettext("Answer")),
            [*data.wishes],
            gettext("What you have said you need"),
        )
    return sheet


def _learnt(sheet: _Sheet, data: Transcript) -> None:
    sheet.words(
        gettext("Every period is kept: a renewal is added and takes nothing away."),
        size=10,
        soft=True,
    )
    if any(each.code for each in data.periods):
        sheet.words(
            gettext("A certificate is checked by its code at %(address)s")
            % {"address": data.verify_at},
            size=10,
            soft=True,
        )
    head = (
        gettext("Reached"),
        gettext("Level"),
        gettext("Source, and the certificate's code"),
        gettext("Validity"),
    )
    areas: dict[str, list[Period]] = {}
    for period in data.periods:
        areas.setdefault(period.area, []).append(period)
    for area, periods in areas.items():
        sheet.need(70)
        sheet.y -= 12
        sheet.words(area, size=11, font=fonts.SEMIBOLD, role="H3")
        sheet.y -= 2
        sheet.table(
            _LEARNT,
            head,
            [
                (
                    _day(each.achieved_on),
                    each.level,
                    f"{each.source} · {each.code}" if each.code else each.source,
                    _lasts(each, data.day),
                )
                for each in periods
            ],
            area,
        )


def build(data: Transcript) -> bytes:
    """The transcript as a PDF, in the language in use. Written twice: how many pages there are is
    known when all of them are."""
    pages = _written(data, 1).page
    return _written(data, pages).canvas.finish()
