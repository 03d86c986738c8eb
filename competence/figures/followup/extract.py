"""The extract of two pages for the local crime prevention council, and the part of a report that a
department may see: both parts of the frozen report, with its number and its checksum."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from competence.figures.followup.document import Report, Section, Table

FORUM_GROUPS = ("G18", "G19", "G20")
"""The key groups of the forums that the council hears about: support function, SSPF and SIG,
EST and the area groups (the starter framework's codes)."""
HELD = 7
"""The column of T6 with the sessions held."""
_FORUM_COLUMNS = slice(1, -4)
_OF_A_PART = ("T3", "T3S")


@dataclass(frozen=True)
class Extract:
    report: Report
    requests: Table | None
    held: Table | None
    coverage: Table | None

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(each for each in (self.requests, self.held, self.coverage) if each)


def extract_of(report: Report) -> Extract:
    held = report.table("T6")
    coverage = report.table("T3")
    return Extract(
        report,
        report.table("T7"),
        held and replace(held, rows=tuple(row for row in held.rows if row.cells[HELD].number)),
        coverage and _forums(coverage),
    )


def _forums(coverage: Table) -> Table:
    """The rows of the forums in T3, without where (all of it) and what stands beside the count:
    two pages have no room for twelve columns."""
    return replace(
        coverage,
        columns=coverage.columns[_FORUM_COLUMNS],
        rows=tuple(
            replace(row, cells=row.cells[_FORUM_COLUMNS])
            for row in coverage.rows
            if row.total and row.group in FORUM_GROUPS
        ),
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
