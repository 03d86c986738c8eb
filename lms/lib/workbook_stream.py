"""A workbook of one sheet, sent as its rows come. openpyxl makes everything but the rows (heads,
widths, styles), and each of the rows is written straight into the sheet: a cell costs a tenth of
what it does as an object (docs/decisions/0092), and neither memory nor disk holds the file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from lms.lib.cells import Value, cell_moment, cell_text

_ROWS_END = b"</sheetData>"
_SHEET = "xl/worksheets/sheet1.xml"
_AT_A_TIME = 500
"""So many rows are packed at once."""


class Styles(NamedTuple):
    """The numbers of the workbook's formats."""

    day: int
    moment: int


class _Pipe(io.RawIOBase):
    """What the archive is written to and taken from, piece by piece. It cannot be wound back: the
    sizes stand after each part."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        content = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(content)
        return len(content)

    def taken(self) -> bytes:
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content


def workbook_pieces(
    shell: Workbook,
    rows: Iterable[Sequence[Value]],
    styles: Styles,
    *,
    columns: int,
) -> Iterator[bytes]:
    """The file of `shell`, whose only sheet holds the heads, with `rows` below them."""
    file = io.BytesIO()
    shell.save(file)
    pipe = _Pipe()
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as sent:
        for part in made.infolist():
            if part.filename != _SHEET:
                sent.writestr(part.filename, made.read(part))
        head, end, tail = made.read(_SHEET).partition(_ROWS_END)
        letters = [get_column_letter(number + 1) for number in range(columns)]
        with sent.open(_SHEET, "w") as sheet:
            sheet.write(head)
            number, waiting = 1, []
            for row in rows:
                number += 1
                waiting.append(_row(number, row, letters, styles))
                if len(waiting) == _AT_A_TIME:
                    sheet.write("".join(waiting).encode())
                    waiting.clear()
                    # Packed, it may be nothing yet; an empty piece would end the answer.
                    if piece := pipe.taken():
                        yield piece
            sheet.write("".join(waiting).encode())
            sheet.write(end)
            sheet.write(f'<autoFilter ref="A1:{letters[-1]}{number}"/>'.encode())
            sheet.write(tail)
    yield pipe.taken()


def _row(
    number: int,
    row: Sequence[Value],
    letters: Sequence[str],
    styles: Styles,
) -> str:
    cells = [f'<row r="{number}">']
    for letter, value in zip(letters, row, strict=True):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            said = escape(cell_text(value))
            cells.append(
                f'<c r="{letter}{number}" t="inlineStr">'
                f'<is><t xml:space="preserve">{said}</t></is></c>'
            )
        elif isinstance(value, datetime):
            serial, style = to_excel(cell_moment(value)), styles.moment
            cells.append(f'<c r="{letter}{number}" s="{style}"><v>{serial}</v></c>')
        elif isinstance(value, date):
            serial, style = to_excel(value), styles.day
            cells.append(f'<c r="{letter}{number}" s="{style}"><v>{serial}</v></c>')
        elif isinstance(value, bool):
            cells.append(f'<c r="{letter}{number}" t="b"><v>{int(value)}</v></c>')
        else:
            cells.append(f'<c r="{letter}{number}"><v>{value}</v></c>')
    cells.append("</row>")
    return "".join(cells)
