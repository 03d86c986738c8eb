"""The frozen report: what it is made of, whatever form it is read in. Every number stands in one
cell, as a number; how it is written is decided here, once, so that page, files and print say the
same. Nothing in it is a float, and nothing in it is about one person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.followup.frozen import APART, canonical, checksum, from_data
from competence.figures.shown import percent_of
from competence.suppression import Figure as ShownFigure

SCHEMA = 1
"""Raised when a field comes to mean something else; a document that says none is of the first. A
new field has a default, and raises nothing."""


class ReportKind(StrEnum):
    YEAR = "year"
    HALF = "half"

    @property
    def label(self) -> str:
        return str(_KINDS[self])


_KINDS = {
    ReportKind.YEAR: gettext_lazy("Yearly report"),
    ReportKind.HALF: gettext_lazy("Half-year report"),
}


class CellKind(StrEnum):
    EMPTY = "empty"  # nobody, or nothing to say
    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"  # `number` of `of`
    DATE = "date"
    HIDDEN = "hidden"  # `text` says why: "färre än 5", "visas inte"
    NOT_YET = "not_yet"  # not measured yet; `text` says what will measure it, or nothing


@dataclass(frozen=True)
class Cell:
    """One figure or one text. A number is `number` with so many of its digits after the comma; a
    share is `number` of `of`."""

    kind: CellKind
    text: str = ""
    number: int | None = None
    decimals: int = 0
    of: int | None = None
    day: date | None = None

    @property
    def percent(self) -> int | None:
        """A share in whole percent, half up; 100 only where nobody is missing."""
        if self.kind is not CellKind.SHARE or self.number is None or not self.of:
            return None
        return percent_of(ShownFigure(Fraction(self.number, self.of)))

    @property
    def value(self) -> str | int | Decimal | date | None:
        """What a spreadsheet's cell holds: numbers and days as such, a share in whole percent."""
        if self.kind is CellKind.SHARE:
            return self.percent
        if self.kind is CellKind.NUMBER and self.number is not None:
            if not self.decimals:
                return self.number
            return Decimal(self.number).scaleb(-self.decimals)
        if self.kind is CellKind.DATE:
            return self.day
        if self.kind is CellKind.EMPTY:
            return None
        return str(self)

    def __str__(self) -> str:
        """As it is read: in Swedish figures, "93 %" for a share, a day in words."""
        if self.kind is CellKind.SHARE:
            return "" if self.percent is None else f"{self.percent}\N{NO-BREAK SPACE}%"
        if self.kind is CellKind.NUMBER and self.number is not None:
            whole = f"{Decimal(self.number).scaleb(-self.decimals):,}"
            return whole.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
        if self.kind is CellKind.DATE and self.day is not None:
            return date_format(self.day, "j F Y")
        if self.kind is CellKind.NOT_YET:
            return self.text or _("not measured yet")
        return self.text


EMPTY = Cell(CellKind.EMPTY)
NOT_YET = Cell(CellKind.NOT_YET)


def text(value: object) -> Cell:
    return Cell(CellKind.TEXT, str(value)) if str(value) else EMPTY


def number(value: int | None, decimals: int = 0) -> Cell:
    if value is None:
        return EMPTY
    return Cell(CellKind.NUMBER, number=value, decimals=decimals)


def share(part: int | None, of: int | None) -> Cell:
    """A share of nobody says nothing."""
    if part is None or not of:
        return EMPTY
    return Cell(CellKind.SHARE, number=part, of=of)


def day(value: date | None) -> Cell:
    return EMPTY if value is None else Cell(CellKind.DATE, day=value)


def hidden(why: str) -> Cell:
    return Cell(CellKind.HIDDEN, why)


@dataclass(frozen=True)
class Column:
    """`kind` is what its cells are when nothing is hidden: text, number, share or date."""

    name: str
    kind: CellKind = CellKind.TEXT
    unit: str = ""  # "%", "kr"; said once, in the head

    @property
    def head(self) -> str:
        """The heading of a file's column, with the unit that its numbers are in."""
        unit = "%" if self.kind is CellKind.SHARE else self.unit
        return f"{self.name}, {unit}" if unit else self.name


@dataclass(frozen=True)
class Row:
    """`link` is the address where more is told to those who may see it, who are asked for there;
    `unit` the code of the förvaltning that the row is of, and `group` that of the key group; each
    empty where there is none. `total`: the row sums the others. `red`: it deviates, and stands in
    T9."""

    cells: tuple[Cell, ...]
    link: str = ""
    unit: str = ""
    group: str = ""
    total: bool = False
    red: bool = False


@dataclass(frozen=True)
class Table:
    """`code` names it in the report ("T3"). The first column is the row's heading. `empty` is said
    where there are no rows."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    empty: str = ""


class FigureKind(StrEnum):
    LINES = "lines"
    HEAT = "heat"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Line:
    """None is a day without a figure."""

    name: str
    values: tuple[int | None, ...]


@dataclass(frozen=True)
class Chart:
    """A drawing and the table behind it. Lines run over `labels`, in percent; a heat map is drawn
    of the table's shares, cell for cell. `summary` says in words what it shows."""

    code: str
    title: str
    summary: str
    kind: FigureKind
    labels: tuple[str, ...]
    lines: tuple[Line, ...]
    table: Table


@dataclass(frozen=True)
class Section:
    code: str
    title: str
    intro: tuple[str, ...]
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True)
class Definition:
    term: str
    meaning: str


@dataclass(frozen=True)
class Words:
    """What the coordinator writes, one sentence or proposal each: all that can be changed before
    the report is signed off."""

    summary: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """`number` is the report's id ("UR-2026-03"). The figures are those of `cut_off`, a Monday
    that was published when the report was made on `made_on`."""

    number: str
    kind: ReportKind
    title: str
    municipality: str
    period_from: date
    period_until: date
    cut_off: date
    made_on: date
    plan: str
    threshold: int
    highlights: tuple[str, ...]
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...]
    words: Words = Words()
    supersedes: str = ""
    correction: str = ""
    schema: int = SCHEMA
    # The checksum of what was signed off; empty for a draft.
    kept: str = field(default="", compare=False, metadata=APART)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, those behind the charts last in their section."""
        return tuple(
            table
            for section in self.sections
            for table in (*section.tables, *(chart.table for chart in section.charts))
        )

    def section(self, code: str) -> Section | None:
        return next((each for each in self.sections if each.code == code), None)

    def table(self, code: str) -> Table | None:
        return next((each for each in self.tables if each.code == code), None)

    @property
    def checksum(self) -> str:
        """Of everything in it: whoever holds a copy can tell whether it is the same."""
        return self.kept or checksum(self)

    def as_json(self) -> bytes:
        return canonical(self)


def report_from(data: object, *, kept: str = "") -> Report:
    return replace(from_data(Report, data), kept=kept)
