"""Tables as files that a spreadsheet opens right: numbers as numbers, days as days, and text that
is never taken for a formula. CSV in UTF-8 with its mark, and XLSX."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any

from django.http import HttpResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lms.lib.cells import Value as Value
from lms.lib.cells import cell_moment, cell_text
from lms.lib.workbook_stream import Styles, workbook_pieces

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (8, 60)
_LONGEST_SHEET_NAME = 31
_MOST_SHEETS = 1000
_LOOKED_AT = 100
_DAY, _MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


def _starts_a_formula(text: str) -> bool:
    """Whether a spreadsheet that opens the text may take it for a formula: what it begins with,
    past all that it shows as nothing, in half or full width."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for character in text:
        if character.isspace() or unicodedata.category(character) in ("Cf", "Cc"):
            continue
        return unicodedata.normalize("NFKC", character)[:1] in ("=", "+", "-", "@")
    return False


def _written(value: Value) -> str | int | float | Decimal:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return cell_moment(value).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and _starts_a_formula(value):
        return "'" + value
    if isinstance(value, float | Decimal):
        # A number with the comma of a Swedish spreadsheet.
        return str(value).replace(".", ",")
    return value


class _Line:
    """What csv.writer writes a line to: it hands the line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """The lines of a CSV file. Semicolons: what a Swedish spreadsheet takes for columns."""
    writer = csv.writer(_Line(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    yield writer.writerow([_written(name) for name in header]).encode()  # type: ignore[attr-defined]
    for row in rows:
        yield writer.writerow([_written(value) for value in row]).encode()  # type: ignore[attr-defined]


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    """A file download."""
    response = HttpResponse(
        b"".join(csv_lines(header, rows)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def csv_stream(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Value]]
) -> StreamingHttpResponse:
    """A file download of many rows, sent as they are read."""
    response = StreamingHttpResponse(
        csv_lines(header, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cell(sheet: object, value: Value) -> WriteOnlyCell | int | float | Decimal | None:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, cell_text(value))
        # Whatever it begins with (= above all), it is text.
        cell.data_type = "s"
        return cell
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, cell_moment(value))
        cell.number_format = _MOMENT
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = _DAY
        return cell
    return value


def _width(name: str, examples: Iterable[Value]) -> int:
    longest = max((len(str(_written(value))) for value in examples), default=0)
    return max(_WIDTHS[0], min(_WIDTHS[1], max(longest, len(name) + 3) + 2))


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its name, the heads and the rows."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write_xlsx(
    target: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Value]], *, sheet: str = ""
) -> None:
    """A workbook of one sheet."""
    write_book(target, [Sheet(sheet, header, rows)])


def write_book(target: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Each sheet with a head that stays in sight and filters. Rows pass through a file, so that
    memory does not grow with them; the widths are those of the first hundred."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        _write_sheet(book, sheet)
    book.save(target)


def _sheet_name(name: str, taken: Iterable[str]) -> str | None:
    """A name that a workbook takes: without the characters it does not, whole words, and like no
    other in upper or lower case. None where nothing is left of it."""
    words = re.sub(r"[\[\]:*?/\\]", " ", name).split()
    called = {each.casefold() for each in taken}
    for number in range(1, _MOST_SHEETS):
        mark = f" ({number})" if number > 1 else ""
        cut = _shortened(words, _LONGEST_SHEET_NAME - len(mark)) + mark
        if cut.strip("'").casefold() not in called:
            return cut.strip("'") or None
    return None


def _shortened(words: Sequence[str], most: int) -> str:
    kept = list(words)
    while len(kept) > 1 and len(" ".join(kept)) > most:
        kept.pop()
    return " ".join(kept)[:most].rstrip(" ,;–-")


def _write_sheet(book: Workbook, sheet: Sheet) -> None:
    left = iter(sheet.rows)
    first = list(islice(left, _LOOKED_AT))
    page = _page(book, sheet, first)
    written = 1
    for row in chain(first, left):
        page.append([_cell(page, value) for value in row])
        written += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.header))}{written}"


def _page(book: Workbook, sheet: Sheet, first: Sequence[Sequence[Value]]) -> Any:
    """The sheet with its heads, and columns as wide as the first rows take."""
    page = book.create_sheet(_sheet_name(sheet.name, book.sheetnames))
    page.freeze_panes = "A2"
    for number, name in enumerate(sheet.header):
        letter = get_column_letter(number + 1)
        page.column_dimensions[letter].width = _width(name, (row[number] for row in first))
    head = []
    for name in sheet.header:
        cell = WriteOnlyCell(page, cell_text(name))
        cell.data_type, cell.font = "s", Font(bold=True)
        head.append(cell)
    page.append(head)
    return page


def xlsx_pieces(
    header: Sequence[str], rows: Iterable[Sequence[Value]], *, sheet: str = ""
) -> Iterator[bytes]:
    """The workbook that `write_xlsx` makes, as its rows come."""
    left = iter(rows)
    first = list(islice(left, _LOOKED_AT))
    book = Workbook(write_only=True)
    page = _page(book, Sheet(sheet, header, ()), first)
    day, moment = WriteOnlyCell(page), WriteOnlyCell(page)
    day.number_format, moment.number_format = _DAY, _MOMENT
    yield from workbook_pieces(
        book,
        chain(first, left),
        Styles(day.style_id, moment.style_id),
        columns=len(header),
    )


def xlsx_response(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Value]], *, sheet: str = ""
) -> HttpResponse:
    """A file download for a spreadsheet."""
    response = HttpResponse(b"".join(xlsx_pieces(header, rows, sheet=sheet)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def xlsx_stream(
    name: str, header: Sequence[str], rows: Iterable[Sequence[Value]], *, sheet: str = ""
) -> StreamingHttpResponse:
    """A file download of many rows, sent as they are read."""
    response = StreamingHttpResponse(xlsx_pieces(header, rows, sheet=sheet), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def table_response(
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    kind: str,
    sheet: str = "",
) -> HttpResponse:
    """The same table as either file: `kind` is csv or xlsx, and ends the name."""
    if kind == "xlsx":
        return xlsx_response(f"{name}.xlsx", header, rows, sheet=sheet)
    return csv_response(f"{name}.csv", header, rows)


def table_stream(
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Value]],
    *,
    kind: str,
    sheet: str = "",
) -> StreamingHttpResponse:
    """The same, sent as the rows come: for more of them than memory should hold."""
    if kind == "xlsx":
        return xlsx_stream(f"{name}.xlsx", header, rows, sheet=sheet)
    return csv_stream(f"{name}.csv", header, rows)
