"""The certificate: one page that can be hung on a wall and checked by its code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import segno
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import simpleSplit

from lms.pdf import colours, fonts
from lms.pdf.tagged import TaggedCanvas

if TYPE_CHECKING:
    from courses.models import Certificate

WIDTH, HEIGHT = A4
LEFT = 62.0
TEXT_WIDTH = WIDTH - 2 * LEFT


@dataclass(frozen=True)
class PrintedGrant:
    area: str
    level_name: str
    valid_until: date | None


@dataclass(frozen=True)
class CertificateData:
    """Every field that is printed."""

    code: str
    name: str
    course_title: str
    organisation: str
    issued_on: date
    valid_until: date | None
    grants: tuple[PrintedGrant, ...]
    verify_url: str

    @classmethod
    def of(cls, certificate: Certificate, *, verify_url: str) -> CertificateData:
        return cls(
            code=certificate.code,
            name=certificate.name,
            course_title=certificate.course_title,
            organisation=certificate.organisation,
            issued_on=certificate.issued_on,
            valid_until=certificate.valid_until,
            grants=tuple(
                PrintedGrant(
                    area=grant["area"],
                    level_name=grant["level_name"],
                    valid_until=(
                        date.fromisoformat(grant["valid_until"])
                        if grant.get("valid_until")
                        else None
                    ),
                )
                for grant in certificate.grants
            ),
            verify_url=verify_url,
        )


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _fitting(text: str, font: str, size: float, smallest: float, lines: int) -> tuple[float, list]:
    """The largest size at which the text takes at most that many lines."""
    while size > smallest:
        split = simpleSplit(fonts.printable(text, font), font, size, TEXT_WIDTH)
        if len(split) <= lines and all(
            fonts.width(line, font, size) <= TEXT_WIDTH for line in split
        ):
            return size, split
        size -= 1
    return size, simpleSplit(fonts.printable(text, font), font, size, TEXT_WIDTH)


def _landscape(canvas: TaggedCanvas) -> None:
    """The picture of the public front page: a low sun over three hills."""
    with canvas.artifact():
        canvas.setFillColor(colours.PAPER)
        canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
        top = HEIGHT - 196
        canvas.setFillColor(colours.DEEP)
        canvas.rect(0, top, WIDTH, 196, stroke=0, fill=1)
        canvas.setFillColor(colours.ACCENT)
        canvas.circle(WIDTH - 128, top + 74, 34, stroke=0, fill=1)
        for colour, points in (
            (colours.HILL_FAR, (52, 96, 30, 78, 40)),
            (colours.HILL_MID, (30, 34, 66, 26, 58)),
            (colours.PAPER, (22, 6, 30, 34, 12)),
        ):
            path = canvas.beginPath()
            path.moveTo(0, top - 4)
            path.lineTo(0, top + points[0])
            third = WIDTH / 2
            path.curveTo(
                third * 0.4, top + points[1], third * 0.7, top + points[2], third, top + points[2]
            )
            path.curveTo(
                third * 1.3, top + points[2], third * 1.6, top + points[3], WIDTH, top + points[4]
            )
            path.lineTo(WIDTH, top - 4)
            path.close()
            canvas.setFillColor(colour)
            canvas.drawPath(path, stroke=0, fill=1)


def _qr(canvas: TaggedCanvas, data: CertificateData, x: float, y: float, size: float) -> None:
    code = segno.make(data.verify_url, error="m")
    matrix = [list(row) for row in code.matrix]
    cell = size / len(matrix)
    alt = gettext("QR code that leads to the verification of this certificate")
    with canvas.tag("Figure", alt=alt):
        canvas.setFillColor(colours.INK)
        for row, line in enumerate(matrix):
            for column, dark in enumerate(line):
                if dark:
                    canvas.rect(
                        x + column * cell, y + size - (row + 1) * cell, cell + 0.05, cell + 0.05,
                        stroke=0, fill=1,
                    )  # fmt: skip
    canvas.linkURL(data.verify_url, (x, y, x + size, y + size), relative=0)


def _grants(canvas: TaggedCanvas, data: CertificateData, y: float) -> float:
    canvas.text(
        LEFT, y, gettext("The course gives"), font=fonts.SEMIBOLD, size=11,
        colour=colours.INK_SOFT, role="H2",
    )  # fmt: skip
    y -= 9
    step = 30 if len(data.grants) <= 6 else 22
    for grant in data.grants:
        with canvas.artifact():
            canvas.setStrokeColor(colours.LINE)
            canvas.setLineWidth(0.7)
            canvas.line(LEFT, y, WIDTH - LEFT, y)
        y -= step * 0.66
        text = f"{grant.level_name}: {grant.area}"
        until = (
            gettext("valid until %(day)s") % {"day": _day(grant.valid_until)}
            if grant.valid_until
            else gettext("without end date")
        )
        room = TEXT_WIDTH - fonts.width(until, fonts.REGULAR, 11) - 16
        size = 13.0
        while size > 8 and fonts.width(text, fonts.SEMIBOLD, size) > room:
            size -= 0.5
        canvas.text(LEFT, y, text, font=fonts.SEMIBOLD, size=size, colour=colours.INK)
        x = WIDTH - LEFT - fonts.width(until, fonts.REGULAR, 11)
        canvas.text(x, y, until, font=fonts.REGULAR, size=11, colour=colours.INK_SOFT)
        y -= step * 0.34
    return y


def build(data: CertificateData) -> bytes:
    """The certificate as a PDF, in the language in use."""
    canvas = TaggedCanvas(
        title=gettext("Certificate: %(course)s, %(name)s")
        % {"course": data.course_title, "name": data.name},
        lang=get_language() or "sv",
        author=data.organisation,
    )
    _landscape(canvas)
    canvas.text(
        LEFT, HEIGHT - 58, data.organisation, font=fonts.SEMIBOLD, size=13, colour=colours.WHITE
    )
    y = HEIGHT - 262
    canvas.text(
        LEFT, y, gettext("Certificate"), font=fonts.SEMIBOLD, size=13, colour=colours.ACTION,
        role="H1",
    )  # fmt: skip
    size, lines = _fitting(data.name, fonts.SEMIBOLD, 38, 26, 1)
    if len(lines) > 1:
        size, lines = _fitting(data.name, fonts.SEMIBOLD, 30, 14, 2)
    for line in lines:
        y -= size * 1.18
        canvas.text(LEFT, y, line, font=fonts.SEMIBOLD, size=size, colour=colours.INK)
    y -= 34
    canvas.text(
        LEFT, y, gettext("has completed the course"), font=fonts.REGULAR, size=14,
        colour=colours.INK_SOFT,
    )  # fmt: skip
    size, lines = _fitting(data.course_title, fonts.SEMIBOLD, 22, 12, 3)
    y -= 6
    for line in lines:
        y -= size * 1.22
        canvas.text(LEFT, y, line, font=fonts.SEMIBOLD, size=size, colour=colours.INK)
    y -= 30
    issued = gettext("Completed %(day)s") % {"day": _day(data.issued_on)}
    canvas.text(LEFT, y, issued, font=fonts.REGULAR, size=13, colour=colours.INK)
    if data.grants:
        _grants(canvas, data, y - 40)
    qr = 84.0
    _qr(canvas, data, LEFT, 56, qr)
    x = LEFT + qr + 20
    canvas.text(
        x, 124, gettext("Check that it is genuine"), font=fonts.SEMIBOLD, size=11,
        colour=colours.INK,
    )  # fmt: skip
    canvas.text(x, 106, data.verify_url, font=fonts.REGULAR, size=10, colour=colours.INK_SOFT)
    canvas.text(x, 82, gettext("Code"), font=fonts.REGULAR, size=10, colour=colours.INK_SOFT)
    canvas.text(x, 64, data.code, font=fonts.SEMIBOLD, size=16, colour=colours.INK)
    return canvas.finish()
