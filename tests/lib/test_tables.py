"""Files for spreadsheets: what is written is what is read, and no text becomes a formula."""

from __future__ import annotations

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lms.lib.tables import Sheet, csv_response, write_book, write_xlsx, xlsx_response, xlsx_stream

TEXTS = st.one_of(
    st.text(),
    st.builds(
        str.__add__,
        st.text(" \t\r\n\xa0\u200b\ufeff\u2003", max_size=3),
        st.builds(str.__add__, st.sampled_from("=+-@＝＋－＠﹢﹣﹦﹫"), st.text()),
    ),
)


def _csv(*rows: list[object]) -> list[list[str]]:
    content = csv_response("a.csv", ["a"], rows).content  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))[1:]


def _sheet(*rows: list[object], header: tuple[str, ...] = ("a",)):
    file = io.BytesIO()
    write_xlsx(file, header, rows, sheet="Blad")  # type: ignore[arg-type]
    return load_workbook(file)["Blad"]


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_a_text_is_read_back_from_csv_and_is_no_formula(text):
    ((found,),) = _csv([text]) if text else [("",)]
    assert found in (text, "'" + text)
    shown = found.lstrip(" \t\r\n\xa0\u200b\ufeff\u2003")
    assert shown[:1] not in tuple("=+-@＝＋－＠﹢﹣﹦﹫") or not shown


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_text_is_read_back_from_xlsx_and_is_no_formula(text):
    cell = _sheet([text, 1], header=("a", "b"))["A2"]
    kept = "".join(
        c for c in text.replace("\r\n", "\n").replace("\r", "\n")
        if c in "\t\n" or (ord(c) >= 32 and c not in "\ufffe\uffff")
    )  # fmt: skip
    assert (cell.value or "") == kept
    assert cell.data_type in ("s", "inlineStr", "n" if not kept else "s")


def test_a_formula_in_disguise_is_text():
    for text in ("=1+1", " =1+1", "\u200b=1+1", "\xa0@SUM(A1)", "＝1+1", "+46", "-2", "\t1"):
        assert _csv([text]) == [["'" + text]]
    for text in ("2-1", "a=b", "–", "åäö", "#N/A", "TRUE", "'"):
        assert _csv([text]) == [[text]]


def test_numbers_and_days_stay_what_they_are():
    day, moment = date(2026, 3, 2), datetime(2026, 3, 2, 11, 30, 15, 9, tzinfo=UTC)
    values = [-5, 0, 12, Decimal("0.5"), day, moment, None, "-5", "åäö"]
    assert _csv(values) == [
        ["-5", "0", "12", "0,5", "2026-03-02", "2026-03-02 12:30:15", "", "'-5", "åäö"]
    ]
    row = [cell.value for cell in _sheet(values, header=tuple("abcdefghi"))[2]]
    assert row == [
        *(-5, 0, 12, 0.5, datetime(2026, 3, 2), datetime(2026, 3, 2, 12, 30, 15)),  # noqa: DTZ001
        *(None, "-5", "åäö"),
    ]
    types = [cell.data_type for cell in _sheet(values, header=tuple("abcdefghi"))[2]]
    assert types == ["n", "n", "n", "n", "d", "d", "n", "s", "s"]


def test_a_sheet_has_a_head_in_sight_filters_and_widths():
    sheet = _sheet(["x" * 40, 1], ["y", 2], header=("Namn", "Antal"))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet.column_dimensions["A"].width == 42
    assert sheet["A1"].font.bold
    assert _sheet(header=("Namn",)).auto_filter.ref == "A1:A1"


def test_excel_is_told_the_language_of_the_letters():
    content = csv_response("a.csv", ["Område"], [["Åsa"]]).content
    assert content == b"\xef\xbb\xbf" + "Område\r\nÅsa\r\n".encode()
    response = xlsx_response("a.xlsx", ["Område"], [["Åsa"]])
    assert response["Content-Disposition"] == 'attachment; filename="a.xlsx"'
    assert response.content.startswith(b"PK")
    streamed = b"".join(xlsx_stream("a.xlsx", ["Område"], [["Åsa"]]).streaming_content)
    assert load_workbook(io.BytesIO(streamed)).active["A2"].value == "Åsa"


def test_memory_does_not_grow_with_the_rows():
    def most(rows: int) -> int:
        tracemalloc.start()
        with io.BytesIO() as file:
            write_xlsx(file, ("a", "b"), ((f"rad {n}", n) for n in range(rows)))
            size = len(file.getvalue())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - size

    assert most(8000) < 3 * most(1000) + 2_000_000


def test_sheets_are_named_by_whole_words_and_each_by_a_name_of_its_own() -> None:
    names = ["Täckningsgrad per förvaltning och nyckelgrupp", "Täckningsgrad per förvaltning"]
    names += ["TÄCKNINGSGRAD per förvaltning", "Behov: vem", "", "x" * 40, "x" * 40]
    file = io.BytesIO()
    write_book(file, [Sheet(name, ["A"], [["1"]]) for name in names])
    assert load_workbook(file).sheetnames == [
        "Täckningsgrad per förvaltning",
        "Täckningsgrad per (2)",
        "TÄCKNINGSGRAD per (3)",
        "Behov vem",
        "Sheet",
        "x" * 31,
        "x" * 27 + " (2)",
    ]
