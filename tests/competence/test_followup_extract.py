"""The extract of two pages is found in the report by what its columns are called, whatever report
it is of, and says where the tables are that its sentences name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from competence.figures.followup.document import (
    CellKind,
    Column,
    Report,
    ReportKind,
    Row,
    Section,
    Table,
    Words,
    number,
    text,
)
from competence.figures.followup.extract import extract_of
from competence.reports.followup_pdf import build_extract
from tests.pdf.structure import text_of

OF_T3 = (
    *("Del av organisationen", "Nyckelgrupp", "Täckning", "För ett år sedan"),
    *("Har det som krävs", "Saknar något", "I introduktion", "Pausade"),
)
OF_T6 = (
    *("Aktivitet", "Status", "Till och med", "Ansvarig", "Parter", "Planerade tillfällen"),
    *("Genomförda tillfällen", "Deltog"),
)
NOTES = ("Den som är med i flera grupper räknas i var och en.", "F3 visar vad det blir av det.")


def table(code: str, names: Sequence[str], *rows: Row, notes: Sequence[str] = ()) -> Table:
    return Table(code, code, tuple(map(Column, names)), rows, tuple(notes), "Ingen plan finns.")


def coverage(names: Sequence[str] = OF_T3) -> Table:
    rows = [
        Row(tuple(text(f"{group} {name}") for name in names), group=group, total=total)
        for group, total in (("G18", True), ("G18", False), ("G01", True))
    ]
    return table("T3", names, *rows, notes=NOTES)


def held(names: Sequence[str] = OF_T6) -> Table:
    def row(title: str, sessions: int, *, total: bool = False) -> Row:
        cells = [
            number(sessions) if name == "Genomförda tillfällen" else text(f"{title} {name}")
            for name in names
        ]
        return Row(tuple(cells), total=total)

    return table("T6", names, row("Övning", 3), row("Samtal", 0), row("Alla", 3, total=True))


def report(*tables: Table, highlights: tuple[str, ...] = ()) -> Report:
    day = date(2026, 11, 23)
    return Report(
        number="UR-2026-03",
        kind=ReportKind.YEAR,
        title="Årsrapport 2026",
        municipality="Exempelkommun",
        period_from=date(2026, 1, 1),
        period_until=date(2026, 12, 31),
        cut_off=day,
        made_on=day,
        plan="Kompetensplan version 3",
        threshold=5,
        highlights=highlights,
        sections=tuple(Section(each.code, each.title, (), (each,)) for each in tables),
        definitions=(),
        words=Words(next_steps=("Det som står i T4 ska prövas.", "EST och A7 träffas.")),
    )


def shown(found: Table | None) -> list[tuple[str, ...]]:
    assert found is not None
    return [
        tuple(column.name for column in found.columns),
        *(tuple(str(cell) for cell in row.cells) for row in found.rows),
    ]


def test_a_report_made_before_the_goals_has_the_same_columns_where_they_stood_then() -> None:
    names = OF_T3[1:-2]
    extract = extract_of(report(coverage()))
    assert shown(extract.coverage) == [names, tuple(f"G18 {name}" for name in names)]


def test_what_was_held_is_found_wherever_its_column_stands_and_whatever_it_was_called() -> None:
    extract = extract_of(report(held()))
    assert shown(extract.held) == [
        ("Aktivitet", "Till och med", "Ansvarig", "Parter", "Genomförda tillfällen", "Deltog"),
        ("Övning Aktivitet", "Övning Till och med", "Övning Ansvarig", "Övning Parter", "3",
         "Övning Deltog"),
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["Genomförda tillfällen", "Aktivitet"])
def test_where_it_cannot_be_told_what_was_held_that_is_said(missing: str) -> None:
    extract = extract_of(report(held([name for name in OF_T6 if name != missing])))
    assert extract.held is not None
    assert extract.held.rows == ()
    assert extract.held.empty == "Rapporten har inga sådana uppgifter."
    assert extract.held.empty in " ".join(text_of(build_extract(extract)))


def test_a_column_that_a_report_lacks_is_left_out() -> None:
    extract = extract_of(report(held([name for name in OF_T6 if name != "Ansvarig"])))
    assert shown(extract.held)[1] == (
        *("Övning Aktivitet", "Övning Till och med", "Övning Parter", "3", "Övning Deltog"),
    )


def test_that_nothing_was_held_is_not_said_as_that_there_is_no_plan() -> None:
    none = held()
    extract = extract_of(report(table("T6", OF_T6, *none.rows[1:2])))
    assert extract.held is not None
    assert extract.held.empty == "Ingen aktivitet i utbildningsplanen är genomförd."
    unplanned = extract_of(report(table("T6", OF_T6))).held
    assert unplanned is not None
    assert unplanned.empty == "Ingen plan finns."


def test_it_says_where_the_tables_are_that_it_names_and_has_not() -> None:
    deviations = Table("T9", "Avvikelser", (Column("Vad", CellKind.TEXT),), ())
    other = Table("T4", "Områden", (Column("Område"),), ())
    whole = report(
        coverage(), other, deviations, highlights=("3 värden avviker. De står i T9.", "Se T3.")
    )
    extract = extract_of(whole)
    assert extract.elsewhere == "T4, T9 står i hela rapporten, UR-2026-03."
    assert extract.coverage is not None
    assert extract.coverage.notes == NOTES[:1]
    pages = " ".join(" ".join(text_of(build_extract(extract))).split())
    assert "T4, T9 står i hela rapporten, UR-2026-03." in pages
    assert extract_of(report(coverage())).elsewhere == ""
