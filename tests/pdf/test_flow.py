"""The flowing document: what it is to a screen reader, and that nothing is cut or left alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from lms.content.charts import Amount, Bars, Series, bar_chart, line_chart
from lms.pdf.flow import About, Flow
from lms.pdf.grids import Align, Grid, GridCell, GridColumn
from tests.pdf.structure import assert_sound, outline, read, tables_of, text_of, tree

TITLE = "Kompetensplan för Öland och Åre"
ABOUT = About(TITLE, "KP-3", "ab12" * 16, "Exempelkommun")


@pytest.fixture(autouse=True)
def _swedish() -> Iterator[None]:
    with translation.override("sv"):
        yield


def grid(rows: int, *, text: str = "Förskola") -> Grid:
    return Grid(
        (GridColumn("Nyckelgrupp"), GridColumn("Personer", Align.END)),
        tuple((GridCell(f"{text} {number}"), GridCell(str(number))) for number in range(rows)),
        caption="Alla grupper",
    )


def whole() -> Flow:
    flow = Flow(ABOUT)
    flow.cover("Exempelkommun", TITLE, "Version 3")
    flow.new_page()
    flow.contents("Innehåll")
    flow.new_page()
    flow.heading(2, "1 Bakgrund")
    flow.words("Åtta ämnen på svenska & <mycket> mer.")
    flow.points(["en sak", "en sak till"])
    flow.heading(3, "Så räknas det")
    flow.table(grid(70))
    flow.lying()
    flow.heading(2, "2 Matris")
    flow.table(grid(3))
    flow.upright()
    flow.heading(2, "3 Diagram")
    chart = bar_chart(
        summary="Nio förfrågningar.",
        unit="Antal",
        categories=["Kvartal 1"],
        series=[Bars("Skolor", (Amount(9, "9"),)), Bars("Föreningar", (Amount(2, "2"),))],
    )
    flow.picture(chart.paper, title="Figur 1", alt=chart.summary)
    lines = line_chart(summary="s", unit="%", labels=["a", "b"], series=[Series("A", (10, 20))])
    flow.picture(lines.paper.picture, title="", alt="En linje som stiger.")
    return flow


def test_every_piece_of_every_page_has_its_place_in_the_structure() -> None:
    body = assert_sound(whole().finish(), title=TITLE)
    assert [each.role for each in body.kids] == (
        ["P", "H1", "P", "H2", "TOC", "H2", "P", "L", "H3", "Table", "H2", "Table", "H2"]
        + ["P", "Figure", "Figure"]
    )
    (contents,) = body.all("TOC")
    assert [kid.role for kid in contents.kids] == ["TOCI"] * 3
    assert [link.links for link in contents.all("Link")] == [1, 1, 1]
    items = body.all("LI")
    assert [[kid.role for kid in item.kids] for item in items] == [["Lbl", "LBody"]] * 2
    assert [each.alt for each in body.all("Figure")] == [
        "Nio förfrågningar.",
        "En linje som stiger.",
    ]


def test_a_tables_head_stands_on_every_page_and_is_read_once() -> None:
    content = whole().finish()
    (long, _short) = tree(read(content)).all("Table")
    rows = long.all("TR")
    assert len(rows) == 71
    assert [(cell.role, cell.scope) for cell in rows[0].kids] == [("TH", "Column")] * 2
    assert [(cell.role, cell.scope) for cell in rows[9].kids] == [("TH", "Row"), ("TD", "")]
    pages = {page for cell in long.walk() for page, _mcid in cell.pieces}
    assert len(pages) > 1
    assert all(len(cell.pieces) == 1 for cell in rows[0].kids)
    texts = text_of(content)
    assert all("Nyckelgrupp Personer" in texts[page] for page in pages)
    assert tables_of(content)["Alla grupper"][:2] == [
        ["Nyckelgrupp", "Personer"],
        ["Förskola 0", "0"],
    ]


def test_bookmarks_and_contents_lead_to_the_headings() -> None:
    content = whole().finish()
    file = read(content)
    assert outline(file) == [
        (0, TITLE),
        (1, "Innehåll"),
        (1, "1 Bakgrund"),
        (2, "Så räknas det"),
        (1, "2 Matris"),
        (1, "3 Diagram"),
    ]
    texts = text_of(content)
    for title in ("1 Bakgrund", "2 Matris", "3 Diagram"):
        page = next(number for number, text in enumerate(texts, 1) if title in text and number != 2)
        assert f"{title} {page}" in texts[1]


def test_text_is_read_in_order_with_its_letters_and_the_foot_on_each_page() -> None:
    texts = text_of(whole().finish())
    assert "1 Bakgrund Åtta ämnen på svenska & <mycket> mer. • en sak • en sak till" in texts[2]
    for number, text in enumerate(texts, 1):
        assert f"{TITLE} · KP-3" in text
        assert f"Sida {number} av {len(texts)}" in text
        assert f"Kontrollsumma {'ab12' * 16}" in text


def test_the_same_parts_give_the_same_bytes() -> None:
    assert whole().finish() == whole().finish()


def test_a_heading_is_never_the_last_on_a_page() -> None:
    for lines in range(40, 52):
        flow = Flow(ABOUT)
        for number in range(lines):
            flow.words(f"rad {number}")
        flow.heading(2, "Rubriken")
        flow.table(grid(4))
        texts = text_of(flow.finish())
        (page,) = (text for text in texts if "Rubriken" in text)
        assert "Förskola 0" in page


@pytest.mark.parametrize("before", range(20, 44, 3))
def test_a_tables_head_stands_once_on_a_page_and_its_last_rows_together(before: int) -> None:
    """Whatever stands before it, and however high its rows are."""
    flow = Flow(ABOUT)
    for number in range(before):
        flow.words(f"rad {number}")
    rows = tuple(
        (GridCell("Förskola och fritidshem " * (1 + number % 5)), GridCell(str(number)))
        for number in range(23)
    )
    flow.table(
        Grid((GridColumn("Nyckelgrupp"), GridColumn("Nummer", Align.END)), rows, caption="Alla")
    )
    content = flow.finish()
    heads = [text.count("Nyckelgrupp Nummer") for text in text_of(content)]
    assert set(heads) <= {0, 1}
    (table,) = tree(read(content)).all("Table")
    pages = [{page for cell in row.kids for page, _mcid in cell.pieces} for row in table.all("TR")]
    assert all(len(of_row) == 1 for of_row in pages[1:]), "a row is split"
    assert pages[-1] == pages[-2] == pages[-3]
    assert pages[1] == pages[2] == pages[3]


def test_figures_and_days_stay_on_one_line_where_words_are_broken() -> None:
    flow = Flow(ABOUT)
    columns = (
        *(GridColumn(f"Samverkansparter {number}") for number in range(4)),
        GridColumn("Från"),
        *(GridColumn(f"Planerad kostnad {number}", Align.END) for number in range(3)),
    )
    long = "brottsförebyggarkonferensdeltagare"
    row = (
        *(GridCell(long) for _number in range(4)),
        GridCell("28 september 2027"),
        *(GridCell("1\N{NO-BREAK SPACE}133\N{NO-BREAK SPACE}605") for _number in range(3)),
    )
    flow.table(Grid(columns, (row,)))
    lines = read(flow.finish()).pages[0].extract_text().replace("\N{NO-BREAK SPACE}", " ")
    assert lines.count("1 133 605") == 3
    assert "28 september" in lines
    assert long not in lines


def test_a_cell_longer_than_a_page_goes_on_and_loses_nothing() -> None:
    flow = Flow(ABOUT)
    words = " ".join(f"ord{number}" for number in range(2500))
    flow.table(grid(1, text=words))
    content = flow.finish()
    assert_sound(content, title=TITLE)
    text = " ".join(text_of(content))
    assert all(f"ord{number}" in text for number in (0, 1249, 2499))


def test_a_word_wider_than_its_column_is_broken_and_not_cut() -> None:
    flow = Flow(ABOUT)
    columns = tuple(GridColumn(f"K{number}") for number in range(9))
    long = "kompetensförsörjningsplaneringsarbete"
    flow.table(Grid(columns, (tuple(GridCell(long) for _ in columns),)))
    assert "".join(text_of(flow.finish())).replace(" ", "").count("arbete") >= 1


def test_the_file_says_which_document_it_is_of() -> None:
    assert read(whole().finish()).metadata.subject == ABOUT.number
