"""Reading what municipalities have: encodings, separators, workbooks, headings and days."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from competence.parsers.history_table import TableError, faults_of, guess_columns, read_table
from competence.parsers.loose_days import loose_day
from competence.services.history.likeness import Likeness, any_order, folded

MONTHS = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
]
DAYS = st.dates(date(1970, 1, 1), date(2069, 12, 31))
FORMS = {
    "iso": lambda d: d.isoformat(),
    "iso with time": lambda d: f"{d.isoformat()} 00:00:00",
    "bare": lambda d: d.strftime("%Y%m%d"),
    "short": lambda d: d.strftime("%y%m%d"),
    "slash": lambda d: f"{d.day}/{d.month} {d.year}",
    "slash short": lambda d: f"{d.day}/{d.month}-{d.year % 100:02d}",
    "points": lambda d: d.strftime("%d.%m.%Y"),
    "words": lambda d: f"{d.day} {MONTHS[d.month - 1]} {d.year}",
    "den": lambda d: f"Den {d.day}:e {MONTHS[d.month - 1].upper()} {d.year}",
    "three letters": lambda d: f"{d.day} {MONTHS[d.month - 1][:3]}. {d.year}",
}


@pytest.mark.parametrize("form", FORMS)
@given(day=DAYS)
def test_a_day_in_any_form_is_that_day(form: str, day: date):
    assert loose_day(FORMS[form](day)) == day


@given(day=st.dates(date(1955, 1, 1), date(2063, 1, 1)))
def test_the_number_of_a_spreadsheet_is_its_day(day: date):
    assert loose_day(str((day - date(1899, 12, 30)).days)) == day


@given(text=st.text(max_size=40))
def test_no_text_breaks_the_reading_of_days(text: str):
    found = loose_day(text)
    assert found is None or isinstance(found, date)


@pytest.mark.parametrize(
    "text",
    ["", "mars 2024", "2024", "2024-03", "31/2 2024", "03/25/2024", "våren 2023", "0", "12345"],
)
def test_what_is_no_day_is_none(text: str):
    assert loose_day(text) is None


WORDS = st.text(alphabet="abcdefghijklmnoprstuvyåäöéüÅÄÖ", min_size=2, max_size=9)


@given(names=st.lists(WORDS, min_size=2, max_size=3))
def test_a_name_is_itself_in_any_order_and_case(names: list[str]):
    straight = any_order(" ".join(names))
    assert any_order(f"{names[-1].upper()}, {' '.join(names[:-1])}") == straight
    assert folded(folded(straight)) == folded(straight)
    assert Likeness([(straight, 1)]).most_like(straight, least=100) == [(1, 100)]


@given(content=st.binary(max_size=400))
def test_no_content_breaks_the_reading_of_files(content: bytes):
    try:
        table = read_table(content, "a.csv")
    except TableError:
        return
    assert all(len(cells) == len(table.headings) for _line, cells in table.rows)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_separator_and_encoding_are_found(separator: str, encoding: str):
    text = "\n".join(separator.join(row) for row in [["Namn", "Kurs"], ["", ""], ["Åsa Öst", "É"]])
    table = read_table(text.encode(encoding), "a.csv")
    assert (table.headings, table.rows) == (("Namn", "Kurs"), ((3, ("Åsa Öst", "É")),))


def _broken(part: str, content: bytes) -> bytes:
    """A workbook with one of its parts exchanged."""
    whole, changed = io.BytesIO(), io.BytesIO()
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(changed, "w") as target:
        for each in source.infolist():
            own = content if each.filename == part else source.read(each)
            target.writestr(each.filename, own)
    return changed.getvalue()


def _locked() -> bytes:
    """A workbook in an archive whose parts are said to be locked with a password."""
    content = bytearray(_broken("", b""))
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        _broken("xl/workbook.xml", b"<a"),
        _broken("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>"),
        _broken("[Content_Types].xml", b""),
        _broken("xl/styles.xml", b"<x"),
        _locked(),
    ],
)
def test_a_broken_or_locked_workbook_is_refused_in_words(content: bytes):
    with pytest.raises(TableError):
        read_table(content, "a.xlsx")


def test_the_days_of_a_workbook_are_days():
    book = Workbook()
    book.active.append(["Anst.nr", "Kurs", "Datum", None])
    book.active.append([12, "OM1 1", datetime(2024, 3, 1), None])  # noqa: DTZ001
    book.active.append([13.0, "OM1 1", date(2024, 3, 2), None])
    file = io.BytesIO()
    book.save(file)
    assert read_table(file.getvalue(), "a.xlsx").rows == (
        (2, ("12", "OM1 1", "2024-03-01")),
        (3, ("13", "OM1 1", "2024-03-02")),
    )


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "a.csv"), (b"Namn;Kurs\n", "a.csv"), (b"PK\x03\x04 broken", "a.xlsx"), (b"x", "a.xlsx")],
)
def test_a_file_that_cannot_be_read_is_refused(content: bytes, name: str):
    with pytest.raises(TableError):
        read_table(content, name)


@pytest.mark.parametrize(
    ("headings", "found"),
    [
        ("Anst.nr|Namn|Kursnamn|Datum", "person_id name title completed"),
        (
            "Förnamn|Efternamn|Utbildning|Genomförd|Giltig t.o.m.",
            "given_name family_name title completed valid_until",
        ),
        (
            "Employee ID|Email|Course title|Completion date|Expires",
            "person_id email title completed valid_until",
        ),
        (
            "E-postadress|Område|Nivå|Slutdatum|Arrangör|Diarienummer",
            "email area level completed provider reference",
        ),
        (
            "Person-id|E-post|Namn|Kurs|Arrangör|Genomförd|Gäller till och med|Referens",
            "person_id email name title provider completed valid_until reference",
        ),
    ],
)  # fmt: skip
def test_headings_in_swedish_and_english_are_known(headings: str, found: str):
    columns = guess_columns(tuple(headings.split("|")))
    assert columns == {role: number for number, role in enumerate(found.split())}
    assert faults_of(columns) == []


def test_columns_that_do_not_suffice_are_said():
    assert len(faults_of({})) == 3
    assert len(faults_of({"email": 0, "title": 1, "completed": 1})) == 1


@pytest.mark.parametrize("name", ["program.exe", "INTYG.PDF"])
def test_a_file_of_another_kind_is_refused_by_its_name(name: str):
    with pytest.raises(TableError, match="CSV"):
        read_table(b"MZ some text", name)
