"""T9: what deviates, found in the other tables, in the order they are told. What to do about it the
coordinator writes."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.followup.coverage import FALLEN, LOW
from competence.figures.followup.document import (
    CellKind,
    Column,
    Row,
    Section,
    Table,
    text,
)


def deviations_section(sections: Iterable[Section]) -> Section:
    found = [
        (table, row)
        for section in sections
        for table in section.tables
        for row in table.rows
        if row.red
    ]
    title = _("Deviations and proposals to decide on")
    return Section(
        "T9",
        title,
        (
            ngettext("%(number)s deviation.", "%(number)s deviations.", len(found))
            % {"number": len(found)},
        )
        if found
        else (),
        (
            Table(
                "T9",
                _("Deviations"),
                (Column(_("What")), Column(_("How it stands")), Column(_("Table"))),
                tuple(_row(table, row) for table, row in found),
                (
                    _(
                        "A coverage deviates under %(low)s percent, or where it is at least"
                        " %(fallen)s percentage points lower than a year ago; an obligation where"
                        " it is not started or dormant; an activity whose time is past and that"
                        " has not begun; a unit that has not answered about its needs."
                    )
                    % {"low": LOW, "fallen": FALLEN},
                ),
                _("Nothing deviates."),
            ),
        ),
    )


def _row(table: Table, row: Row) -> Row:
    """The row's headings, and its first cell that is something else, or the second."""
    kinds = [column.kind for column in table.columns]
    shares = [place for place, kind in enumerate(kinds) if kind is CellKind.SHARE]
    first = shares[0] if shares else 1
    what = [str(cell) for cell in row.cells[:first] if str(cell)]
    stands = [
        f"{table.columns[place].name}: {row.cells[place]}"
        for place in shares or [first]
        if str(row.cells[place])
    ]
    return Row(
        (text(", ".join(what)), text("; ".join(stands)), text(table.code)),
        link=row.link,
        unit=row.unit,
        group=row.group,
    )
