"""The extract of two pages for the local crime prevention council, and the part of a report that a
department may see: both parts of the frozen report, with its number and its checksum."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from competence.figures.followup.document import Report, Row, Section, Table

FORUM_GROUPS = ("G18", "G19", "G20")
"""The key groups of the forums that the council hears about: support function, SSPF and SIG,
EST and the area groups (the starter framework's codes)."""
HELD = 7
"""The column of T6 with the sessions held."""
_OF_HELD = (0, 2, 4, 5, HELD, 9)
_OF_COVERAGE = (1, 2, 3, 4, 5, 6, 7)
"""The columns of T6 and T3 that two pages have room for: activity, last day, responsible, partners,
sessions held, took part; and key group, coverage, a year ago, goal, against the goal, covered,
gap."""
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
        held
        and _of_columns(
            held,
            [row for row in held.rows if row.cells[HELD].number and not row.total],
            _OF_HELD,
        ),
        coverage
        and _of_columns(
            coverage,
            [row for row in coverage.rows if row.total and row.group in FORUM_GROUPS],
            _OF_COVERAGE,
        ),
    )


def _of_columns(table: Table, rows: Iterable[Row], kept: Sequence[int]) -> Table:
    """Some of a table's rows and columns; a column that a report does not have is left out."""
    kept = [index for index in kept if index < len(table.columns)]
    return replace(
        table,
        columns=tuple(table.columns[index] for index in kept),
        rows=tuple(
            replace(row, cells=tuple(row.cells[index] for index in kept), total=False)
            for row in rows
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
