"""One number everywhere, of a Monday: the coverage page in each of its views, its files, the
engine's command and the report's T3 say the same of every key group in every part of the
organisation; what one of them hides, all that are published hide, in the same words."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from competence.figures.followup.document import CellKind
from competence.services.followup import frozen
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.followup import released
from tests.builders.people import account_with, employ, make_person, make_unit, take_leave

pytestmark = pytest.mark.django_db

DAY = "2026-11-23"
UNITS = {"BUF": "Förvaltning BUF", "SOC": "Förvaltning SOC"}
GROUPS = {"G": "LAR", "H": "KOCK"}
PLACES = [(unit, group) for unit in ("", *UNITS) for group in GROUPS]
# Covered, with a gap, in introduction, on leave.
PEOPLE = {
    ("BUF", "G"): (18, 12, 10, 12),
    ("SOC", "G"): (14, 16, 10, 14),
    ("BUF", "H"): (6, 3, 0, 0),
    ("SOC", "H"): (8, 7, 6, 2),
}
Said = dict[str, int | str]
"""By name: percent, covered, counted, introduction, paused; a text where it is hidden."""
Told = dict[tuple[str, str], Said]
"""By unit (all: empty) and key group."""


@pytest.fixture
def told(monday, client) -> dict[str, Told]:
    """What each of the surfaces tells, by its name."""
    top = make_unit("K", name="Kommunen")
    adopt(
        plan_of(
            {"area": "OM1", "renewal_months": 12},
            {"area": "OM1", "key_group": "H"},
            rules={code: [{"job_codes": [job]}] for code, job in GROUPS.items()},
        )
    )
    for code, name in UNITS.items():
        department = make_unit(code, top, name)
        school = make_unit(f"{code}1", department, f"Skola {code}")
        for group, job in GROUPS.items():
            _staff(code, group, job, (school, department))
    report = released(account_with(Role.COORDINATOR))
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    return {
        "the report": _of_report(report),
        "the page": _of_page(client),
        "the page of a group": _of_groups(client),
        "the page of a unit": _of_units(client),
        "the file as CSV": _of_files(client, "csv", _csv_rows),
        "the file for Excel": _of_files(client, "xlsx", _xlsx_rows),
        "the command as CSV": _of_command("csv"),
        "the command as JSON": _of_command("json"),
    }


def _staff(code: str, group: str, job: str, units: tuple[Any, Any]) -> None:
    covered, gap, new, away = PEOPLE[code, group]
    for place in range(covered + gap + new + away):
        person = make_person(f"{code}{group}{place}")
        late = covered + gap <= place < covered + gap + new
        starts_on = date(2026, 11, 2) if late else date(2020, 1, 1)
        employ(person, units[place % 2], job, starts_on=starts_on)
        if place < covered:
            achieve(person, "OM1", on=date(2026, 3, 1))
        if place >= covered + gap + new:
            take_leave(person, date(2026, 9, 1))


def _of_report(report: Any) -> Told:
    table = frozen(report).table("T3")
    assert table is not None
    told: Told = {}
    for row in table.rows:
        share, cells = row.cells[2], row.cells[6:10]
        covered, gap, new, away = (
            cell.number if cell.kind is CellKind.NUMBER else str(cell) for cell in cells
        )
        said = told[row.unit, row.group] = {"introduction": new, "paused": away}
        if share.kind is CellKind.SHARE:
            assert share.number == covered
            assert share.of == covered + gap
            said |= {"percent": share.percent, "covered": covered, "counted": share.of}
        else:
            said["percent"] = str(share)
    return told


class _Tables(HTMLParser):
    """The texts of each table's cells, row by row, the head first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            cells = self.tables[-1][-1]
            cells[-1] = " ".join(f"{cells[-1]}{data}".split())


def _tables(client: Any, **asked: str) -> list[list[list[str]]]:
    """The page's tables without the columns of the goal, which says nothing of people."""
    tables = _Tables(client.get("/tackning/", {"dag": DAY, **asked}).text).tables
    return [
        [
            [cell for name, cell in zip(table[0], row, strict=True) if not name.startswith("Mål")]
            for row in table
        ]
        for table in tables
    ]


def _share(text: str) -> Said:
    """A cell of the map: "60 % 9 av 15", or why it says nothing."""
    if found := re.fullmatch(r"(\d+) % (\d+) av (\d+)", text):
        return dict(zip(("percent", "covered", "counted"), map(int, found.groups()), strict=True))
    return {"percent": text}


def _number(text: str) -> int | str:
    return int(text) if text.isdigit() else text


def _group_of(name: str) -> str:
    return name.removeprefix("Grupp ")


def _unit_of(name: str) -> str:
    return next(code for code, known in UNITS.items() if known == name)


def _of_page(client: Any) -> Told:
    shares, beside = _tables(client)[:2]
    told: Told = {}
    columns = [_unit_of(name) for name in shares[0][2:]]
    for name, *cells in shares[1:]:
        for unit, cell in zip(("", *columns), cells, strict=True):
            told[unit, _group_of(name)] = _share(cell)
    for name, new, away, *_ in beside[1:]:
        told["", _group_of(name)] |= {"introduction": _number(new), "paused": _number(away)}
    return told


def _of_groups(client: Any) -> Told:
    told: Told = {}
    for group in GROUPS:
        (table,) = _tables(client, grupp=group)
        for name, percent, covered, new, away, *_ in table[1:]:
            said = _share(f"{percent} {covered}" if "av" in covered else percent)
            told[_unit_of(name), group] = said | {
                "introduction": _number(new),
                "paused": _number(away),
            }
    return told


def _of_units(client: Any) -> Told:
    told: Told = {}
    for unit in UNITS:
        shares, *others = _tables(client, enhet=unit)
        for name, total, *_ in shares[1:]:
            told[unit, _group_of(name)] = _share(total)
        for name, new, away, *_ in others[0][1:] if others else ():
            told[unit, _group_of(name)] |= {"introduction": _number(new), "paused": _number(away)}
    return told


def _csv_rows(answer: Any) -> list[dict[str, Any]]:
    text = answer.content.decode("utf-8-sig")
    return [
        {name: _number(value) if value else None for name, value in row.items()}
        for row in csv.DictReader(io.StringIO(text), delimiter=";")
    ]


def _xlsx_rows(answer: Any) -> list[dict[str, Any]]:
    heads, *rows = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in rows]


def _of_files(client: Any, kind: str, read: Any) -> Told:
    told: Told = {}
    for unit in ("", *UNITS):
        for row in read(client.get("/tackning/", {"dag": DAY, "format": kind, "enhet": unit})):
            group = _group_of(row["Nyckelgrupp"])
            said = {
                "percent": row["Alla, %"],
                "covered": row["Har det som krävs"],
                "counted": row["Räknade"],
                "introduction": row["I introduktion"],
                "paused": row["Pausad"],
            }
            known = told.setdefault((unit, group), {})
            known |= {name: value for name, value in said.items() if value is not None}
            if not unit:
                for code, name in UNITS.items():
                    told[code, group] = {"percent": row[f"{name}, %"]}
    return told


def _of_command(kind: str) -> Told:
    told: Told = {}
    for by in ("key_group", "unit"):
        out = io.StringIO()
        call_command("coverage", "--as-of", DAY, "--by", by, "--format", kind, stdout=out)
        text = out.getvalue()
        for row in json.loads(text) if kind == "json" else csv.DictReader(io.StringIO(text)):
            covered, gap = int(row["covered"]), int(row["gap"])
            told[row.get("unit", ""), row["key_group"]] = {
                # Whole percent, half up, of four decimals that are never a half here.
                "percent": int(float(row["coverage"]) * 100 + 0.5),
                "covered": covered,
                "counted": covered + gap,
                "introduction": int(row["introduction"]),
                "paused": int(row["paused"]),
            }
    return told


NAMES = ("percent", "covered", "counted", "introduction", "paused")


def test_every_surface_says_the_number_of_the_report(told):
    report = told.pop("the report")
    assert sorted(report) == sorted(PLACES)
    for surface, said in told.items():
        compared = 0
        for place in PLACES:
            for name in NAMES:
                wanted, found = report[place].get(name), said.get(place, {}).get(name)
                if found is None:
                    continue
                if isinstance(wanted, int):
                    compared += 1
                    assert found == wanted, (surface, place, name)
                elif not surface.startswith("the command"):
                    # What is hidden in one is hidden in all, for the same reason.
                    assert found == wanted, (surface, place, name)
        assert compared >= 8, surface


def test_the_numbers_are_those_of_the_people_and_some_are_hidden(told):
    assert told["the command as JSON"]["BUF", "G"] == {
        "percent": 60,
        "covered": 18,
        "counted": 30,
        "introduction": 10,
        "paused": 12,
    }
    for surface in ("the report", "the page", "the file as CSV"):
        assert told[surface]["", "G"]["counted"] == 60
        assert told[surface]["", "G"]["paused"] == 26
        assert isinstance(told[surface]["BUF", "H"]["percent"], str)
