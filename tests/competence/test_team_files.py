"""The team's files are read part by part: whatever the parts, they say the same."""

from __future__ import annotations

import io
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from competence.figures import remembered
from competence.figures.team import build_team, in_full, read_beside, read_by_parts, read_team
from lms.lib.tables import csv_lines
from lms.people.models import Person
from tests.builders.competence import achieve
from tests.builders.courses import enrol, publish_course
from tests.builders.people import employ, make_person, take_leave

DAY = date(2026, 11, 23)
ORDERS = ("", "namn", "-namn", "dag", "-dag", "omrade.OM1", "-omrade.OM1", "-omrade.OM4", "-risk")
FILTERS = ("", "&visa=brist", "&omrade=OM1", "&omrade=OM9", "&grupp=G", "&q=test", "&niva=direkt")


@pytest.fixture
def many(school, client) -> None:
    """Two dozen more, some of them with the same name, in two units."""
    for number in range(24):
        person = make_person(f"M{number:02}", given_name="Åsa", family_name=f"Test{number % 5}")
        started = date(2026, 11, 2) if number % 4 == 3 else date(2019 + number % 5, 1, 1)
        employ(person, school.other if number % 2 else school.unit, starts_on=started)
        if number % 3:
            achieve(person, "OM1", on=date(2026, 1 + number % 9, 1))
        if number % 7 == 2:
            take_leave(person, date(2026, 9, 1))
    enrol(school.people["Gap"], publish_course(gives=(("OM1", 1, 12),)))
    client.force_login(school.director)


def fetched(client, address: str, part: int, monkeypatch) -> tuple[bool, bytes]:
    monkeypatch.setattr("competence.figures.team.AT_A_TIME", part)
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.streaming, answer.getvalue()


@pytest.mark.parametrize("what", ["matris", "lista"])
def test_the_parts_make_the_same_file_in_every_order_and_filter(many, client, monkeypatch, what):
    asked = [f"?ordning={order}{FILTERS[0]}" for order in ORDERS]
    asked += [f"?ordning=-omrade.OM1{narrow}" for narrow in FILTERS[1:]]
    for query in asked:
        address = f"/team/fil/{what}.csv{query}"
        streamed, parts = fetched(client, address, 3, monkeypatch)
        whole_streamed, whole = fetched(client, address, 1_000, monkeypatch)
        assert parts == whole, query
        assert not whole_streamed
        assert streamed or "&" in query


def test_the_file_is_in_the_order_of_the_screen(many, client, monkeypatch):
    for order in ORDERS:
        page = client.get(f"/team/?ordning={order}").context["page"]
        _, parts = fetched(client, f"/team/fil/matris.csv?ordning={order}", 4, monkeypatch)
        lines = parts.decode("utf-8-sig").splitlines()
        assert [line.split(";")[1] for line in lines[1:]] == [m.person_id for m in page], order


def test_what_is_streamed_for_excel_has_numbers_and_days(many, client, monkeypatch):
    streamed, content = fetched(client, "/team/fil/matris.xlsx?ordning=namn", 3, monkeypatch)
    assert streamed
    sheet = load_workbook(io.BytesIO(content)).active
    rows = [
        [value.date() if isinstance(value, datetime) else value for value in row]
        for row in sheet.iter_rows(values_only=True)
    ]
    _, text = fetched(client, "/team/fil/matris.csv?ordning=namn", 1_000, monkeypatch)
    assert b"".join(csv_lines(rows[0], rows[1:])) == text
    assert rows[1][0] == DAY
    assert {type(row[place]) for row in rows[1:] for place in (4, 5)} == {int}
    assert sheet.auto_filter.ref == f"A1:N{len(rows)}"
    assert sheet.freeze_panes == "A2"


def test_the_cells_are_those_of_the_screen(many, monkeypatch):
    monkeypatch.setattr("competence.figures.team.AT_A_TIME", 4)
    everyone = Person.objects.all()
    whole = read_team(everyone, DAY)
    areas = whole.areas
    members = {m.pk: m for m in in_full(whole.outlines, areas, read_beside(whole.people))}
    remembered.forget()
    read = 0
    for facts in read_by_parts(everyone, DAY):
        assert len(facts.outlines) <= 4
        for member in in_full(facts.outlines, areas, read_beside(facts.people)):
            assert member == members[member.pk]
            read += 1
    assert read == len(members) == len(build_team(whole).members)
    # Nobody is remembered in the place of those whose pages are looked at.
    assert len(remembered.memory_of(DAY)) == 0


def test_a_file_is_in_the_screens_order_also_by_an_area_that_is_filtered_away(many, client):
    asked = "?omrade=OM1&ordning=-omrade.OM4"
    shown = [member.person_id for member in client.get(f"/team/{asked}").context["page"]]
    lines = client.get(f"/team/fil/matris.csv{asked}").getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines[1:]][: len(shown)] == shown
