"""The frozen report as files: a workbook with a sheet per table, and each table as CSV. All from
the same document, with the same number and checksum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.followup.document import Report, Table
from lms.lib.tables import Sheet, Value, write_book

# What a sheet is called where the table's title is too long for it.
SHORT = {
    "T2": gettext_lazy("Needs"),
    "T3": gettext_lazy("Coverage, key groups"),
    "T3S": gettext_lazy("Coverage, sums"),
    "F3": gettext_lazy("Coming expiries"),
    "T4": gettext_lazy("Coverage, areas"),
    "F2": gettext_lazy("Coverage, heat map"),
    "T6": gettext_lazy("Training with others"),
    "T6K": gettext_lazy("Cost of training"),
}


def header_of(table: Table) -> list[str]:
    return [column.head for column in table.columns]


def rows_of(table: Table) -> list[list[Value]]:
    """Numbers as numbers, days as days, shares in whole percent; what is hidden in words."""
    return [[cell.value for cell in row.cells] for row in table.rows]


def write_workbook(target: IO[bytes], report: Report) -> None:
    write_book(target, [_first_sheet(report), *map(_sheet, report.tables), _words_sheet(report)])


def _first_sheet(report: Report) -> Sheet:
    rows: list[Sequence[Value]] = [
        (_("Report"), report.number),
        (_("Title"), report.title),
        (_("Municipality"), report.municipality),
        (_("First day of the period"), report.period_from),
        (_("Last day of the period"), report.period_until),
        (_("Figures of"), report.cut_off),
        (_("Made"), report.made_on),
        (_("Competence plan"), report.plan),
        (_("Checksum (SHA-256)"), report.checksum),
    ]
    if report.supersedes:
        rows += [(_("Supersedes"), report.supersedes), (_("Puts right"), report.correction)]
    rows += [(each.term, each.meaning) for each in report.definitions]
    return Sheet(report.number, (_("What"), _("Value")), rows)


def _words_sheet(report: Report) -> Sheet:
    rows = [
        (kind, sentence)
        for kind, sentences in (
            (_("In short"), report.highlights),
            (_("Summary"), report.words.summary),
            (_("Proposal"), report.words.proposals),
            (_("Next step"), report.words.next_steps),
        )
        for sentence in sentences
    ]
    return Sheet(_("Words"), (_("What"), _("Text")), rows)


def _sheet(table: Table) -> Sheet:
    short = SHORT.get(table.code)
    name = f"{table.code} {short if short is not None else table.title}"
    # A table that there is nothing to make of has no columns, and says why.
    return Sheet(name, header_of(table) or [table.empty], rows_of(table))
