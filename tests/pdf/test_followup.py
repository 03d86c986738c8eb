"""The follow-up report and its extract as PDFs: drawn from the frozen report alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from competence.figures.followup.document import (
    EMPTY,
    NOT_YET,
    CellKind,
    Chart,
    Column,
    Definition,
    FigureKind,
    Line,
    Report,
    ReportKind,
    Row,
    Section,
    Table,
    Words,
    hidden,
    number,
    share,
    text,
)
from competence.figures.followup.extract import Extract
from competence.reports.followup_pdf import build, build_extract
from tests.pdf.structure import assert_sound, outline, read, text_of

FEW = hidden("färre än 5")


def table(
    code: str,
    columns: int,
    rows: int,
    *,
    kind: CellKind = CellKind.NUMBER,
    heads: str = "Kolumn",
) -> Table:
    figure = number(1234) if kind is CellKind.NUMBER else share(3, 4)
    return Table(
        code,
        f"Tabell {code}",
        (Column("Förvaltning"), *(Column(f"{heads} {n}", kind) for n in range(columns))),
        tuple(
            Row((text(f"Åsö {n}"), *([figure] * (columns - 1)), FEW), red=n == 1)
            for n in range(rows)
        ),
        notes=("Så här räknas det.",),
        empty="Inget är mätt än.",
    )


HEAT = table("F2T", 8, 22, kind=CellKind.SHARE)
REPORT = Report(
    number="UR-2026-03",
    kind=ReportKind.YEAR,
    title="Årsrapport 2026",
    municipality="Exempelkommun",
    period_from=date(2026, 1, 1),
    period_until=date(2026, 12, 31),
    cut_off=date(2026, 11, 23),
    made_on=date(2026, 11, 29),
    plan="Kompetensplan version 3",
    threshold=5,
    highlights=("Täckningen är 77 procent.",),
    sections=(
        Section("T1", "Åtaganden", ("Så här står det.",), (table("T1", 3, 40),)),
        Section(
            "T3",
            "Täckning",
            (),
            (table("T3", 9, 12, heads="Tillgodoräknande"),),
            (
                Chart(
                    "F1",
                    "Täckning över tid",
                    "Täckningen har ökat.",
                    FigureKind.LINES,
                    ("mars", "juni"),
                    (Line("Alla", (60, 77)),),
                    table("F1T", 2, 2),
                ),
                Chart("F2", "Värmekarta", "Lägst i Samtal.", FigureKind.HEAT, (), (), HEAT),
            ),
        ),
        Section(
            "T5",
            "Tillfällen",
            (),
            (table("T5", 3, 0),),
            (
                Chart(
                    *("F4", "Per kvartal", "Mäts sedan.", FigureKind.NOT_YET, (), ()),
                    replace(table("F4", 3, 0), title="Per kvartal", empty="Mäts sedan."),
                ),
            ),
        ),
        Section(
            "T8",
            "Arenan",
            (),
            (
                Table(
                    "T8",
                    "Arena",
                    (Column("Mått"), Column("Antal")),
                    (Row((text("Granskat"), NOT_YET)), Row((text("Läst"), EMPTY))),
                ),
            ),
        ),
    ),
    definitions=(Definition("Täckningsgrad", "De som har allt, delat med alla som räknas."),),
    words=Words(("Året gick bra.",), ("Avsätt tid för K3.",), ("Ny behovsomgång.",)),
)


def test_the_whole_report_is_tagged_and_says_everything_it_holds() -> None:
    content = build(REPORT)
    body = assert_sound(content, title="Årsrapport 2026")
    assert [figure.alt for figure in body.all("Figure")] == [
        "Täckningen har ökat.",
        "Lägst i Samtal.",
    ]
    whole = " ".join(text_of(content))
    for words in (
        "T1 Tabell T1",
        "1 234",
        "färre än 5",
        "Åsö 1 (avviker)",
        "Inget är mätt än.",
        "Täckningsgrad De som har allt",
        "1. Avsätt tid för K3.",
        "Så här räknas det.",
        "ännu inte mätt",
    ):
        assert words.replace("\xa0", " ") in whole.replace("\xa0", " "), words


def test_each_heading_is_bookmarked_once_and_what_is_not_measured_is_said_once() -> None:
    content = build(REPORT)
    titles = [title for _level, title in outline(read(content))]
    assert len(titles) == len(set(titles))
    assert "F4 Per kvartal" in titles
    assert " ".join(text_of(content)).count("Mäts sedan.") == 1


def test_a_page_lies_down_only_for_what_is_too_wide_for_an_upright_one() -> None:
    lying = {
        title
        for page in read(build(REPORT)).pages
        for title in ("T1 Tabell T1", "T3 Tabell T3", "F2 Värmekarta", "T8 Arena")
        if page.mediabox.width > page.mediabox.height
        and title in " ".join(page.extract_text().split())
    }
    assert lying == {"T3 Tabell T3", "F2 Värmekarta"}


def test_number_and_checksum_stand_on_every_page() -> None:
    for page in text_of(build(REPORT)):
        assert "UR-2026-03" in page
        assert REPORT.checksum in page


def test_the_same_report_gives_the_same_bytes() -> None:
    assert build(REPORT) == build(REPORT)


@pytest.mark.parametrize(("rows", "sentences"), [(0, 0), (3, 2), (80, 12)])
def test_the_extract_is_two_pages_whatever_the_report_holds(rows: int, sentences: int) -> None:
    long = "En mening som är så lång som den får vara. " * 6
    report = replace(
        REPORT,
        highlights=(long,) * sentences,
        words=Words((long,) * sentences, (), (long,) * sentences),
    )
    held = table("T6", 5, rows)
    content = build_extract(Extract(report, table("T7", 4, rows), held, table("T3", 4, rows)))
    assert_sound(content, title="Underlag till lokala BRÅ, UR-2026-03")
    assert len(read(content).pages) == 2
    if rows == 80:
        assert "till står i rapporten" in " ".join(text_of(content))
