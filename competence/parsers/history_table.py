"""A file of history as a table: CSV in UTF-8 or Windows' encoding with any of three separators, or
the first sheet of a workbook. Which column says what is guessed from the headings."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lms.lib import guard

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 400 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_CELL = 300

ROLES = {
    "person_id": gettext_lazy("Person id"),
    "email": gettext_lazy("E-mail"),
    "name": gettext_lazy("Name"),
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "unit": gettext_lazy("Unit"),
    "title": gettext_lazy("Course"),
    "area": gettext_lazy("Area"),
    "level": gettext_lazy("Level"),
    "completed": gettext_lazy("Day of completion"),
    "valid_until": gettext_lazy("Valid until"),
    "provider": gettext_lazy("Provider"),
    "reference": gettext_lazy("Reference"),
}

# What headings are called, without case, accents and what is not a letter.
_HEADINGS = {
    "person_id": "personid anstallningsnummer anstallningsnr anstnr anstid anvandarnamn "
    "employeeid employeenumber userid username personalid",
    "email": "epost epostadress email emailaddress mail mejl mailadress",
    "name": "namn fullstandigtnamn deltagare name fullname participant medarbetare anstalld",
    "given_name": "fornamn givenname firstname tilltalsnamn",
    "family_name": "efternamn familyname lastname surname",
    "unit": "enhet enhetskod arbetsplats avdelning forvaltning unit department workplace",
    "title": "kurs kursnamn kursensnamn kurstitel utbildning utbildningsnamn utbildningensnamn "
    "titel course coursename coursetitle title training benamning",
    "area": "omrade kompetensomrade omradeskod area areacode",
    "level": "niva level utbildningsniva",
    "completed": "datum genomford genomfort genomfordes genomforddatum kursdatum slutdatum klar "
    "avslutad avslutaddatum avslutad godkand completed completedon completiondate date enddate "
    "achievedon utbildningsdatum",
    "valid_until": "giltigtill giltigtom giltig tom gallertill gallertom validuntil expires "
    "expirydate expirationdate utgangsdatum",
    "provider": "arrangor utbildare leverantor anordnare kursgivare provider givenby organizer",
    "reference": "referens kalla diarienummer dnr intygsnummer source reference certificate "
    "intyg certifikat",
}
_ROLE_OF = {word: role for role, words in _HEADINGS.items() for word in words.split()}
_PERSONNUMMER_HEADING = re.compile(
    r"person(?:nr|nummer)|^pnr$|socialsecurity|samordningsn|fodelsen|^ssn$|personalidentity"
)
_MAYBE_PERSONNUMMER = re.compile(r"\d{6}\D{0,3}[\dA-Z]\d{3}|\d{8}\D{0,3}[\dA-Z]\d{3}")
# What the readers of archives, of XML and of workbooks say of a file that is broken or locked.
_NO_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, EOFError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, RuntimeError),
)
# Chosen by mistake: told by its name, before a part of it is taken for a heading.
_NO_TABLE = (".exe", ".pdf", ".doc", ".docx", ".zip", ".png", ".jpg", ".jpeg", ".html")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class TableError(ValueError):
    """The file cannot be used; the message says why and repeats nothing of what it holds."""


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    # The line of the file, and its cells: as many as there are headings.
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def plain(text: str) -> str:
    """Letters and figures only, without case and accents."""
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in spread if char.isalnum())


def read_table(content: bytes, name: str) -> Table:
    """Raises TableError: also where a column holds what looks like personal identity numbers, so
    that a file which holds them is never kept."""
    if len(content) > MAX_BYTES:
        raise TableError(
            _("The file is larger than %(limit)d MB and has not been read.")
            % {"limit": MAX_BYTES // (1024 * 1024)}
        )
    if name.lower().endswith(_NO_TABLE):
        raise TableError(_("The file is neither CSV nor a workbook (XLSX)."))
    is_workbook = content[:2] == b"PK" or name.lower().endswith((".xlsx", ".xlsm"))
    lines = _workbook(content) if is_workbook else _text(content)
    table = _table(lines)
    refuse_personnummer(table)
    return table


def _table(lines: Iterator[tuple[int, list[str]]]) -> Table:
    headings: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in lines:
        if not any(cells):
            continue
        if not headings:
            while cells and not cells[-1]:
                cells.pop()
            headings = tuple(cell[:80] for cell in cells)
            if len(headings) > MAX_COLUMNS:
                raise TableError(_("The file has more columns than can be read."))
            continue
        if len(rows) >= MAX_ROWS:
            raise TableError(
                _("The file has more than %(limit)d rows. Divide it.") % {"limit": MAX_ROWS}
            )
        width = len(headings)
        rows.append((line, tuple((cells + [""] * width)[:width])))
    if not headings:
        raise TableError(_("The file is empty."))
    if not rows:
        raise TableError(_("The file has headings but no rows."))
    return Table(headings, tuple(rows))


def _text(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode(
            "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        )
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text[:1000]:
        raise TableError(_("The file is neither CSV nor a workbook (XLSX)."))
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(";\t,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        begun = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise TableError(_("Line %(line)d cannot be read as CSV.") % {"line": begun}) from None
        yield begun, [_cell(cell) for cell in cells]


def _workbook(content: bytes) -> Iterator[tuple[int, list[str]]]:
    unreadable = _("The workbook cannot be opened. Save it as XLSX or CSV and try again.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise TableError(_("The workbook is too large. Save it as CSV and try again."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
            for line, values in enumerate(rows, 1):
                yield line, [_cell(value) for value in values]
        finally:
            book.close()
    except TableError:
        raise
    except _NO_WORKBOOK:
        raise TableError(unreadable) from None


def _cell(value: Any) -> str:
    """A cell as text: a day in the form 2024-03-01, a whole number without decimals."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(str(value).split())
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = _CONTROL.sub("", text)
    return text[:MAX_CELL]


def refuse_personnummer(table: Table) -> None:
    """Names the column and counts the rows; what stands there is not repeated anywhere."""
    for index, heading in enumerate(table.headings):
        shown = heading if not _holds_personnummer(heading) else str(index + 1)
        if _PERSONNUMMER_HEADING.search(plain(heading)):
            found = sum(bool(cells[index]) for _line, cells in table.rows)
        else:
            values = Counter(cells[index] for _line, cells in table.rows)
            found = sum(count for value, count in values.items() if _holds_personnummer(value))
        if found or shown != heading:
            raise TableError(
                _(
                    "The column “%(column)s” seems to hold personal identity numbers (%(count)d "
                    "rows). They are never kept here, and nothing of the file has been saved. Take "
                    "the column out, or put the person id of the HR file there instead, and upload "
                    "the file again."
                )
                % {"column": shown, "count": found}
            )


def _holds_personnummer(value: str) -> bool:
    return bool(_MAYBE_PERSONNUMMER.search(value)) and any(
        finding.kind == "personnummer" for finding in guard.scan(value)
    )


def guess_columns(headings: tuple[str, ...]) -> dict[str, int]:
    """Which column says what, by its heading: the whole heading first, then one that begins with
    a known word. A column says one thing."""
    heads = [plain(heading) for heading in headings]
    found: dict[str, int] = {}
    for index, head in enumerate(heads):
        role = _ROLE_OF.get(head)
        if role and role not in found:
            found[role] = index
    for index, head in enumerate(heads):
        if index in found.values() or len(head) < 4:
            continue
        for word, role in sorted(_ROLE_OF.items(), key=lambda item: -len(item[0])):
            if role not in found and len(word) >= 4 and head.startswith(word):
                found[role] = index
                break
    return found


def faults_of(columns: Mapping[str, int]) -> list[str]:
    """What the columns lack before the file can be read."""
    faults = []
    if not columns.keys() & {"person_id", "email", "name", "family_name"}:
        faults.append(_("Choose at least one column that says who: person id, e-mail or name."))
    if "title" not in columns and "area" not in columns:
        faults.append(_("Choose the column that says which course, or which area."))
    if "completed" not in columns:
        faults.append(_("Choose the column that says when the course was completed."))
    if len(set(columns.values())) != len(columns):
        faults.append(_("Choose each column once."))
    return faults
