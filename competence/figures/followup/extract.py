"""The extract of two pages for the local crime prevention council, and the part of a report that a
department may see: both parts of the frozen report, with its number and its checksum."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from competence.figures.followup.document import Report, Row, Section, Table

FORUM_GROUPS = ("G18", "G19", "G20")
"""The key groups of the forums that the council hears about: support function, SSPF and SIG,
EST and the area groups (the starter framework's codes)."""
_HELD = "Sessions held"
_OF_HELD = ("Activity", "Until", "Responsible", "Partners", _HELD, "Took part")
_OF_COVERAGE = (
    *("Key group", "Coverage", "A year ago", "Goal", "Against the goal"),
    *("Covered", "Gap"),
)
"""The columns of T6 and T3 that two pages have room for, the one that names the row first. By name,
since an older report has other columns in other places."""
_CALLED_BEFORE: Mapping[str, tuple[str, ...]] = {"Partners": ("Parter",)}
"""What a column is called in reports that were made before it was renamed."""
_OF_A_PART = ("T3", "T3S")
_CODE = re.compile(r"\b[TF][0-9]{1,2}[A-Z]?\b")


@dataclass(frozen=True)
class Extract:
    report: Report
    requests: Table | None
    held: Table | None
    coverage: Table | None

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(each for each in (self.requests, self.held, self.coverage) if each)

    @property
    def elsewhere(self) -> str:
        """Where the tables are that its sentences name and it has not; empty where there are
        none."""
        report = self.report
        said = (*report.highlights, *report.words.summary, *report.words.next_steps)
        named = {code for sentence in said for code in _CODE.findall(sentence)}
        named &= {table.code for table in report.tables}
        codes = sorted(named - {table.code for table in self.tables})
        if not codes:
            return ""
        return ngettext(
            "%(tables)s stands in the whole report, %(report)s.",
            "%(tables)s stand in the whole report, %(report)s.",
            len(codes),
        ) % {"tables": ", ".join(codes), "report": report.number}


def extract_of(report: Report) -> Extract:
    held = report.table("T6")
    coverage = report.table("T3")
    found = Extract(
        report,
        report.table("T7"),
        held and _held(held),
        coverage
        and _of_columns(
            coverage,
            [row for row in coverage.rows if row.total and row.group in FORUM_GROUPS],
            _OF_COVERAGE,
            _("Nobody belongs to the key groups of the forums."),
        ),
    )
    codes = {table.code for table in found.tables}
    return replace(
        found,
        requests=found.requests and _own_notes(found.requests, codes),
        held=found.held and _own_notes(found.held, codes),
        coverage=found.coverage and _own_notes(found.coverage, codes),
    )


def _held(table: Table) -> Table:
    if not table.rows:
        return table
    place = _place(table, _HELD)
    if place is None:
        return _untold(table)
    return _of_columns(
        table,
        [row for row in table.rows if row.cells[place].number and not row.total],
        _OF_HELD,
        _("No activity of the training plan has been held."),
    )


def _of_columns(table: Table, rows: Iterable[Row], names: Iterable[str], empty: str) -> Table:
    """Some of a table's rows and columns. A column that a report does not have is left out; without
    the one that names its rows they say nothing."""
    places = [_place(table, name) for name in names]
    if places[0] is None:
        return _untold(table)
    kept = [place for place in places if place is not None]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in kept),
        rows=tuple(
            replace(row, cells=tuple(row.cells[place] for place in kept), total=False)
            for row in rows
        ),
        empty=empty,
    )


def _place(table: Table, name: str) -> int | None:
    """Where a column is, by its name in the language that reports are frozen in."""
    with override(settings.LANGUAGE_CODE):
        names = {_(name), *_CALLED_BEFORE.get(name, ())}
    return next((place for place, column in enumerate(table.columns) if column.name in names), None)


def _untold(table: Table) -> Table:
    return replace(table, rows=(), empty=_("The report has no such figures."))


def _own_notes(table: Table, codes: Collection[str]) -> Table:
    """Without the notes that lead to what the extract does not have."""
    return replace(
        table, notes=tuple(note for note in table.notes if set(_CODE.findall(note)) <= set(codes))
    )


def part_of(report: Report, units: Collection[str]) -> Report:
    """Only the rows of these largest units (codes), of the tables that have such rows; none of the
    words, figures and sums of the whole. Of no unit: no section, since an empty one would say that
    nobody is counted."""
    sections = [
        Section(
            section.code,
            section.title,
            (),
            tuple(
                replace(table, rows=tuple(row for row in table.rows if row.unit in units))
                for table in section.tables
                if table.code in _OF_A_PART
            ),
        )
        for section in report.sections
        if section.code in _OF_A_PART and units
    ]
    return replace(report, highlights=(), sections=tuple(sections), words=type(report.words)())
