"""Reading exchange files: CSV from other systems, row by row.

UTF-8 with or without BOM, comma or semicolon, a header line; empty means none; unknown columns
are reported and ignored. A file is read as a stream, never held in memory, and refused above
`MAX_BYTES`. Nothing is raised for bad input: every fault becomes a `RowError` in `errors`, so
that a caller can report all of them.

    with CsvFile(path, required=("code", "name"), optional=("kind",)) as file:
        for row in file:
            code = row.required("code")
            starts_on = row.day("starts_on")
    if file.errors: ...
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

MAX_BYTES = 50 * 1024 * 1024
"""The largest file that is read: some 500,000 employments."""
MAX_LINE = 1024 * 1024
"""The longest line that is read, in bytes."""

_YES = {"1", "true", "ja"}
_NO = {"0", "false", "nej", ""}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Control characters other than tab and line breaks: PostgreSQL refuses NUL, and none of them
# belongs in a name or a code.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, order=True)
class RowError:
    """One fault in a file. `line` is 0 where the whole file is meant, `column` the heading."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = [self.file]
        if self.line:
            place.append(_("line %(line)d") % {"line": self.line})
        if self.column:
            place.append(_("column %(column)s") % {"column": self.column})
        return f"{', '.join(place)}: {self.message}"


class _TooLargeError(Exception):
    """More than the allowed number of bytes has been read."""


class _UnreadableError(Exception):
    """The rest of the file cannot be read; why has been recorded."""


class _LimitedStream(io.RawIOBase):
    """A binary stream that stops with `_TooLargeError` once `limit` bytes have been read."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        self._left -= len(chunk)
        if self._left < 0:
            raise _TooLargeError
        buffer[: len(chunk)] = chunk
        return len(chunk)


class Row:
    """One line of a file. The readers return a typed value, or record a `RowError` and return
    None."""

    __slots__ = ("_file", "_values", "line")

    def __init__(self, file: CsvFile, line: int, values: dict[str, str]) -> None:
        self._file = file
        self._values = values
        self.line = line

    def error(self, column: str, message: str) -> None:
        """Record that the value of `column` on this line is bad."""
        self._file.errors.append(RowError(self._file.name, self.line, column, message))

    def text(self, column: str, *, max_length: int | None = None) -> str:
        """The value, or an empty string where there is none (or no such column)."""
        value = self._values.get(column, "")
        if max_length is not None and len(value) > max_length:
            self.error(
                column,
                _("The value has %(length)d characters, at most %(limit)d are allowed.")
                % {"length": len(value), "limit": max_length},
            )
        return value

    def required(self, column: str, *, max_length: int | None = None) -> str:
        value = self.text(column, max_length=max_length)
        if not value:
            self.error(column, _("A value is missing."))
        return value

    def day(self, column: str) -> date | None:
        """A date written YYYY-MM-DD, or None where there is none."""
        value = self._values.get(column, "")
        if not value:
            return None
        if _DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        self.error(
            column, _("“%(value)s” is not a date written YYYY-MM-DD.") % {"value": value[:40]}
        )
        return None

    def required_day(self, column: str) -> date | None:
        if not self._values.get(column):
            self.error(column, _("A value is missing."))
            return None
        return self.day(column)

    def boolean(self, column: str) -> bool | None:
        """1/0, true/false or ja/nej in any case; empty is false."""
        value = self._values.get(column, "").lower()
        if value in _YES:
            return True
        if value in _NO:
            return False
        self.error(
            column, _("“%(value)s” is not 1/0, true/false or ja/nej.") % {"value": value[:40]}
        )
        return None

    def integer(self, column: str) -> int | None:
        """A whole number of zero or more, or None where there is none."""
        value = self._values.get(column, "")
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) <= 9:
            return int(value)
        self.error(column, _("“%(value)s” is not a whole number.") % {"value": value[:40]})
        return None


class CsvFile:
    """One exchange file. Iterate once; then `errors` holds every fault of form found so far and
    `unknown_columns` the headings that were ignored."""

    def __init__(
        self,
        source: Path | BinaryIO,
        *,
        required: Sequence[str],
        optional: Sequence[str] = (),
        name: str = "",
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._source = source
        self._stream: BinaryIO | None = None
        self._required = tuple(required)
        self._known = frozenset(required) | frozenset(optional)
        self._max_bytes = max_bytes
        self.name = name or Path(getattr(source, "name", None) or str(source)).name
        self.errors: list[RowError] = []
        self.unknown_columns: tuple[str, ...] = ()
        self._heads: frozenset[str] = frozenset()

    def has(self, column: str) -> bool:
        """Whether the header that was read names `column`."""
        return column in self._heads

    def __enter__(self) -> CsvFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file if it was opened here; a stream that was passed in stays open."""
        if self._stream is not None and isinstance(self._source, Path):
            self._stream.close()

    def __iter__(self) -> Iterator[Row]:
        if isinstance(self._source, Path):
            try:
                if self._source.stat().st_size > self._max_bytes:
                    self._refuse_size()
                    return
                self._stream = self._source.open("rb")
            except OSError as error:
                self._refuse(_("The file cannot be read: %(why)s.") % {"why": error.strerror})
                return
        else:
            self._stream = self._source
        raw = io.BufferedReader(_LimitedStream(self._stream, self._max_bytes), 1 << 16)
        try:
            yield from self._rows(self._lines(raw))
        except _TooLargeError:
            self._refuse_size()
        except _UnreadableError:
            pass
        finally:
            self.close()

    def _lines(self, raw: io.BufferedReader[_LimitedStream]) -> Iterator[str]:
        """The lines as text. One that is not UTF-8 is reported and handed on with its bad bytes
        replaced, so that what else is wrong is found too."""
        number = 0
        while line := raw.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE:
                self._refuse(_("The line is too long."), line=number)
                raise _UnreadableError
            try:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                self._refuse(
                    _("The line is not in UTF-8. Save the file as “CSV UTF-8” and try again."),
                    line=number,
                )
                if number == 1:
                    raise _UnreadableError from None
                yield line.decode("utf-8", errors="replace")

    def _records(self, reader: Any, place: list[int]) -> Iterator[list[str]]:
        """The records as cells; one that is not CSV is reported and passed over. `place[0]` is
        the last line that was read whole."""
        above = place[0]
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._refuse(
                    _("The line cannot be read as CSV: %(why)s.") % {"why": error},
                    line=place[0] + 1,
                )
                place[0] = above + reader.line_num
                continue
            yield cells
            place[0] = above + reader.line_num

    def _refuse(self, message: str, *, line: int = 0, column: str = "") -> None:
        self.errors.append(RowError(self.name, line, column, message))

    def _refuse_size(self) -> None:
        self._refuse(
            _("The file is larger than %(limit)d MB and has not been read.")
            % {"limit": self._max_bytes // (1024 * 1024)}
        )

    def _rows(self, lines: Iterator[str]) -> Iterator[Row]:
        """The rows below the header."""
        place = [0]
        first = next(lines, "")
        while first and not first.strip("\ufeff \t\r\n"):
            place[0] += 1
            first = next(lines, "")
        if not first:
            self._refuse(_("The file is empty."))
            return
        delimiter = self._delimiter(first)
        try:
            heads = [h.strip().lower() for h in next(csv.reader([first], delimiter=delimiter))]
        except csv.Error as error:
            self._refuse(
                _("The line cannot be read as CSV: %(why)s.") % {"why": error}, line=place[0] + 1
            )
            return
        place[0] += 1
        if not self._header_holds(heads, place[0]):
            return
        width = len(heads)
        for cells in self._records(csv.reader(lines, delimiter=delimiter, strict=True), place):
            line = place[0] + 1
            values = [cell.strip() for cell in cells]
            if not any(values):
                continue
            if len(values) != width:
                self._refuse(
                    _("The line has %(cells)d values where the header has %(heads)d.")
                    % {"cells": len(values), "heads": width},
                    line=line,
                )
                continue
            row = Row(self, line, {})
            for head, value in zip(heads, values, strict=True):
                if not value.isascii():
                    value = unicodedata.normalize("NFC", value)
                if not value.isprintable() and _CONTROL.search(value):
                    row.error(head, _("The value contains a control character."))
                    value = _CONTROL.sub("", value)
                row._values[head] = value
            yield row

    def _delimiter(self, line: str) -> str:
        """Comma or semicolon: the one that finds more of the known headings."""

        def found(delimiter: str) -> int:
            return sum(h.strip(' "\r\n').lower() in self._known for h in line.split(delimiter))

        return ";" if found(";") > found(",") else ","

    def _header_holds(self, heads: list[str], line: int) -> bool:
        missing = [name for name in self._required if name not in heads]
        for name in missing:
            self._refuse(_("The column is missing from the header."), line=line, column=name)
        twice = sorted({name for name in heads if name and heads.count(name) > 1})
        for name in twice:
            self._refuse(_("The column is in the header twice."), line=line, column=name)
        self._heads = frozenset(heads)
        self.unknown_columns = tuple(h for h in heads if h and h not in self._known)
        return not missing and not twice
