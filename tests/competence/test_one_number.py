"""One number everywhere: what a follow-up report says is the same on the page, in the workbook, in
each table's file, in the PDF, in the frozen data and at the command line; and what is exact is
what the engine's own command says of the same day."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from competence.figures.followup.document import CellKind, Report, Table
from competence.models import FollowUpReport
from competence.reports.followup_files import SHORT
from competence.services.followup import frozen
from lms.people.models import User
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.followup import released
from tests.builders.people import account_with, employ, make_person, make_unit, take_leave
from tests.pdf.structure import assert_sound, read, tables_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(monday) -> FollowUpReport:
    """A municipality with two departments, a school each, and something of every standing."""
    top = make_unit("K", name="Kommunen")
    adopt(plan_of({"area": "OM1", "renewal_months": 12}, {"area": "OM4"}))
    for code, covered, gap, new in (("BUF", 9, 6, 5), ("SOC", 7, 8, 0)):
        department = make_unit(code, top, f"Förvaltning {code}")
        school = make_unit(f"{code}1", department, f"Skola {code}")
        for place in range(covered + gap + new):
            person = make_person(f"{code}{place}")
            late = place >= covered + gap
            employ(
                person,
                school if place % 2 else department,
                starts_on=date(2026, 11, 2) if late else date(2020, 1, 1),
            )
            if place < covered:
                achieve(person, "OM1", on=date(2026, 3, 1))
                achieve(person, "OM4", on=date(2026, 3, 1))
    take_leave(make_person("BORTA"), date(2026, 9, 1))
    return released(account_with(Role.COORDINATOR))


@pytest.fixture
def reader() -> User:
    return account_with(Role.EXECUTIVE_VIEWER)


class _Cells(HTMLParser):
    """The texts of the cells of each table of a page, by the id of what the table stands in."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._code = ""
        self._cell: list[str] | None = None
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "div" and "report-table" in (found.get("class") or ""):
            self._code = found["id"] or ""
            self.tables[self._code] = []
        elif tag == "tr" and self._code:
            self.tables[self._code].append([])
        elif tag in ("td", "th") and self._code:
            self._cell = []
        elif tag == "span" and self._cell is not None:
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._hidden:
            self._hidden -= 1
        elif tag in ("td", "th") and self._cell is not None:
            self.tables[self._code][-1].append("".join(self._cell).strip())
            self._cell = None
        elif tag == "section":
            self._code = ""

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)


def written(table: Table) -> list[list[str]]:
    return [[str(cell) for cell in row.cells] for row in table.rows]


def page_of(client, user: User, address: str) -> _Cells:
    client.force_login(user)
    cells = _Cells()
    cells.feed(client.get(address).content.decode())
    return cells


def test_the_page_says_what_is_frozen(report, reader, client):
    document = frozen(report)
    page = page_of(client, reader, f"/uppfoljning/{report.number}/")
    assert set(page.tables) == {table.code for table in document.tables}
    for table in document.tables:
        assert page.tables[table.code][1:] == written(table), table.code
    text = client.get(f"/uppfoljning/{report.number}/").content.decode()
    assert report.checksum in text
    assert report.number in text


def test_the_workbook_says_what_is_frozen_in_numbers_and_days(report, reader, client):
    document = frozen(report)
    client.force_login(reader)
    answer = client.get(f"/uppfoljning/{report.number}/rapport.xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    first = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=2)}
    assert first["Rapport"] == report.number
    assert first["Kontrollsumma (SHA-256)"] == report.checksum
    assert first["Tal från"].date() == date(2026, 11, 23)
    assert all(len(sheet.title) <= 31 for sheet in book.worksheets)
    for each in document.tables:
        assert len(f"{each.code} {each.title}") <= 31 or each.code in SHORT, each.code
    sheets = {sheet.title.split(" ", 1)[0]: sheet for sheet in book.worksheets[1:]}
    for table in document.tables:
        rows = list(sheets[table.code].iter_rows(min_row=2, values_only=True))
        assert len(rows) == len(table.rows)
        for row, cells in zip(rows, table.rows, strict=True):
            for value, cell in zip(row, cells.cells, strict=True):
                wanted = cell.value
                if isinstance(wanted, date):
                    assert value.date() == wanted
                else:
                    assert value == wanted
                if cell.kind in (CellKind.NUMBER, CellKind.SHARE):
                    assert isinstance(value, int | float)


def test_each_table_as_a_file_says_what_is_frozen(report, reader, client):
    document = frozen(report)
    client.force_login(reader)
    for table in document.tables:
        answer = client.get(f"/uppfoljning/{report.number}/{table.code}.csv")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        for row, cells in zip(rows[1:], table.rows, strict=True):
            assert row[-2:] == [report.number, report.checksum]
            assert row[:-2] == [
                ""
                if cell.value is None
                else str(cell.value).replace(".", ",")
                if cell.decimals
                else str(cell.value)
                for cell in cells.cells
            ]


def test_the_pdf_says_what_is_frozen(report, reader, client):
    document = frozen(report)
    client.force_login(reader)
    content = client.get(f"/uppfoljning/{report.number}/rapport.pdf").content
    body = assert_sound(content, title=document.title)
    assert body.all("Table")
    tables = tables_of(content)
    for table in document.tables:
        if not table.rows:
            continue
        said = tables[" ".join(f"{table.code} {table.title}".split())][1:]
        wanted = [[" ".join(text.split()) or "–" for text in row] for row in written(table)]
        red = [row.red for row in table.rows]
        for cells, is_red in zip(wanted, red, strict=True):
            cells[0] += " (avviker)" if is_red else ""
        assert said == wanted, table.code
    extract = client.get(f"/uppfoljning/{report.number}/utdrag.pdf").content
    assert len(read(extract).pages) == 2
    for page in [*text_of(content), *text_of(extract)]:
        assert report.number in page
        assert report.checksum in page


def test_the_data_and_the_command_say_what_is_frozen(report, reader, client):
    client.force_login(reader)
    answer = client.get(f"/uppfoljning/{report.number}/rapport.json")
    out = io.StringIO()
    call_command("followup", "--id", report.number, "--json", stdout=out)
    assert out.getvalue().rstrip("\n").encode() == answer.content == report.document.encode()
    out = io.StringIO()
    call_command("followup", "--id", report.number, "--table", "T3", stdout=out)
    rows = list(csv.reader(io.StringIO(out.getvalue()), delimiter=";"))
    assert [row[0] for row in rows[1:]] == [str(row.cells[0]) for row in table(report, "T3").rows]


def table(report: FollowUpReport, code: str) -> Table:
    found = frozen(report).table(code)
    assert found is not None
    return found


def test_the_exact_figures_are_those_of_the_engines_command_and_of_the_page(report, reader, client):
    by_group, by_unit = (
        json.loads(_told("coverage", "--as-of", "2026-11-23", "--by", by, "--format", "json"))
        for by in ("key_group", "unit")
    )
    asked = {("", row["key_group"]): row for row in by_group}
    asked |= {(row["unit"], row["key_group"]): row for row in by_unit}
    shown = 0
    for row in table(report, "T3").rows:
        engine = asked[row.unit, row.group]
        for place, name in enumerate(("covered", "gap", "introduction", "paused"), start=6):
            cell = row.cells[place]
            if cell.kind is CellKind.NUMBER:
                assert cell.number == int(engine[name]), (row.unit, name)
                shown += 1
        share = row.cells[2]
        if share.kind is CellKind.SHARE:
            assert abs(share.number / share.of - float(engine["coverage"])) < 0.0001
    assert shown >= 10
    client.force_login(reader)
    _the_coverage_page_says_the_same(report, client)


def _told(*command: str) -> str:
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def _the_coverage_page_says_the_same(report, client):
    answer = client.get("/tackning/?dag=2026-11-23&format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    total = next(row for row in table(report, "T3").rows if row.total)
    assert (row["Alla, %"], row["Har det som krävs"]) == (
        str(total.cells[2].percent),
        str(total.cells[6].number),
    )


def test_sums_are_of_the_rows_that_are_shown(report):
    document: Report = frozen(report)
    (whole,) = (row for row in table(report, "T3S").rows if row.total)
    totals = [row for row in table(report, "T3").rows if row.total]
    assert whole.cells[2].number == sum(row.cells[6].number for row in totals)
    last = table(report, "F1").rows[-1]
    assert (last.cells[2], last.cells[3]) == (whole.cells[2], whole.cells[3])
    assert re.search(rf"\b{whole.cells[1].percent} procent", document.highlights[0])
