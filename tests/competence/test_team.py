"""The manager's team: who needs help, what the matrix says, and who may see it."""

import csv
import io
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from competence.engine import Status
from competence.figures import my_requirements
from competence.figures.roll_up import roll_up
from competence.figures.team import build_team, members_in_full, read_team
from lms.lib.numbers import percent
from lms.people.models import Person
from tests.builders.competence import achieve
from tests.builders.courses import enrol, publish_course
from tests.builders.people import employ, make_account, make_person, make_unit


def members(school, **narrow):
    people = Person.objects.in_units([school.unit], date(2026, 11, 23)).exclude(person_id="CHEF1")
    return build_team(read_team(people, date(2026, 11, 23)), **narrow)


def rows_of_the_matrix(school):
    people = Person.objects.in_units([school.unit], date(2026, 11, 23)).exclude(person_id="CHEF1")
    return members_in_full(people, date(2026, 11, 23))


def test_those_who_need_help_come_first(school):
    assert [(m.person_id, m.standing) for m in members(school).members] == [
        ("Gap", "gap"),
        ("Snart", "covered"),
        ("Ny", "introduction"),
        ("Klar", "covered"),
        ("Pausad", "paused"),
    ]


def test_matrix_shows_the_worst_status_with_its_day(school):
    cells = {
        m.person_id: [(c.area, c.status, c.on) for c in m.cells if c]
        for m in rows_of_the_matrix(school)
    }
    assert cells == {
        "Gap": [("OM1", Status.EXPIRED, date(2026, 5, 31)), ("OM4", Status.MET, None)],
        "Klar": [("OM1", Status.MET, None), ("OM4", Status.MET, None)],
        "Ny": [
            ("OM1", Status.PENDING, date(2027, 1, 31)),
            ("OM4", Status.PENDING, date(2027, 1, 31)),
        ],
        "Pausad": [("OM1", Status.PAUSED, None), ("OM4", Status.PAUSED, None)],
        "Snart": [("OM1", Status.EXPIRING, date(2027, 1, 10)), ("OM4", Status.MET, None)],
    }


def test_coverage_of_the_team_leaves_introduction_and_leave_out(school):
    team = members(school)
    assert (team.percent, team.counts["covered"], team.counted) == (67, 2, 3)
    assert (team.counts["introduction"], team.counts["paused"]) == (1, 1)


def test_recommended_is_counted_apart(school):
    achieve(school.people["Klar"], "OM9", on=date(2026, 1, 1))
    assert [(u.area_name, u.met, u.asked) for u in members(school).recommended] == [
        ("Område OM9", 1, 4)
    ]


def test_one_hundred_percent_is_said_only_when_nobody_is_missing():
    assert (percent(999, 1000), percent(1000, 1000), percent(0, 0)) == (99, 100, None)


def test_an_open_enrolment_stands_beside_the_status_and_does_not_replace_it(school):
    version = publish_course(gives=(("OM1", 1, 12),))
    enrol(school.people["Gap"], version)
    (gap,) = [m for m in rows_of_the_matrix(school) if m.person_id == "Gap"]
    first, second = gap.cells
    assert (first.status, first.enrolment.title) == (Status.EXPIRED, version.title)
    assert (second.status, second.enrolment) == (Status.MET, None)


def test_sub_units_are_rolled_up_and_a_person_with_two_posts_counts_in_both(school):
    employ(school.people["Gap"], school.other)
    people = Person.objects.in_units([school.department], date(2026, 11, 23)).filter(
        person_id__in=school.people
    )
    team = build_team(read_team(people, date(2026, 11, 23)))
    parts = roll_up(team, school.department, [school.unit, school.other])
    assert [(p.unit.code, p.people, p.gap, p.running_out, p.percent) for p in parts] == [
        ("S1", 5, 1, 1, 67),
        ("S2", 1, 1, 0, 0),
    ]


def test_my_requirements_say_what_by_when_why_and_how(school):
    version = publish_course(gives=(("OM1", 1, 12),), title="Grundkurs")
    enrol(school.people["Gap"], version)
    first, second, third = my_requirements(school.people["Gap"], date(2026, 11, 23))
    assert (first.area, first.status, first.valid_until, first.is_open) == (
        "OM1",
        Status.EXPIRED,
        date(2026, 5, 31),
        True,
    )
    assert [offer.title for offer in first.offers] == ["Grundkurs"]
    assert first.enrolment.title == "Grundkurs"
    assert "Grupp G" in first.why
    assert "Lar" in first.why or "lar" in first.why
    assert (second.area, second.status, second.is_open) == ("OM4", Status.MET, False)
    assert (third.area, third.mandatory, third.without_offer) == ("OM9", False, True)


def test_my_requirements_cost_the_same_whatever_is_asked(school):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            my_requirements(school.people["Gap"], date(2026, 11, 23))
        return len(seen)

    few = queries()
    publish_course(gives=(("OM1", 1, 12), ("OM4", 1, None)))
    assert queries() - few <= 0


@pytest.mark.parametrize("reader", ["manager", "director"])
@pytest.mark.parametrize(
    "address",
    [
        *("/team/", "/team/?visa=brist", "/team/?omrade=OM1", "/team/?ordning=omrade.OM1"),
        *("/team/fil/lista.csv", "/team/fil/matris.csv", "/team/fil/matris.xlsx"),
    ],
)
def test_team_page_asks_as_much_of_300_people_as_of_3(school, client, address, reader):
    client.force_login(getattr(school, reader))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for number in range(295):
        employ(make_person(f"M{number:03}"), school.unit)
    assert queries() == few
    assert few <= 54


def test_team_page_says_who_needs_help_in_its_heading(school, client):
    client.force_login(school.manager)
    page = client.get("/team/").content.decode()
    assert "<h1>En i teamet behöver din hjälp.</h1>" in page
    assert "täckningsgrad, 2 av 3" in page
    assert 'href="Gap/varfor/OM1/"' in page
    assert "Utanför räkningen: 1 i introduktion, 1 pausad" in page


def test_manager_of_another_unit_is_refused(school, client):
    client.force_login(school.stranger)
    assert client.get("/team/?enhet=S1").status_code == 403
    assert client.get("/team/Gap/").status_code == 403
    assert client.get("/team/Gap/varfor/OM1/").status_code == 403
    assert client.get("/team/atgard/anmal/?person=Gap").status_code == 403
    assert client.get("/team/atgard/paminn/?person=Gap").status_code == 403


def test_director_opens_a_unit_below(school, client):
    client.force_login(school.director)
    page = client.get("/team/").content.decode()
    assert "?enhet=S1" in page
    assert client.get("/team/?enhet=S1").status_code == 200
    assert client.get("/team/?enhet=K").status_code == 403
    assert client.get("/team/?enhet=FINNSINTE").status_code == 404


def test_employee_without_a_unit_is_refused(school, client):
    client.force_login(make_account(school.people["Klar"]))
    assert client.get("/team/").status_code == 403


def test_file_holds_every_pair_with_real_days(school, client):
    client.force_login(school.manager)
    response = client.get("/team/fil/lista.csv?visa=brist")
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[1] == (
        "2026-11-23;Gap;Gap Test;Lar;Grupp G;Område OM1;Grund;obligatoriskt;Har gått ut;"
        "2026-05-31;2026-05-31;2020-01-01;"
    )
    assert len(lines) == 4


def test_file_does_not_start_a_formula(school, client):
    school.people["Gap"].given_name = "=1+1"
    school.people["Gap"].save()
    client.force_login(school.manager)
    text = client.get("/team/fil/lista.csv").content.decode("utf-8-sig")
    assert ";'=1+1 Test;" in text


def test_person_page_has_every_reason_and_no_score(school, client):
    client.force_login(school.manager)
    page = client.get("/team/Gap/").content.decode()
    assert page.count('<details class="why wide">') == 3
    assert "Grupp G" in page
    for word in ("score", "poäng", "försök"):
        assert word not in page.lower().replace("poängen", "")


def test_why_of_a_cell_is_a_page_of_its_own(school, client):
    client.force_login(school.manager)
    page = client.get("/team/Gap/varfor/OM1/").content.decode()
    assert 'id="varfor"' in page
    assert "31 maj 2026" in page
    assert client.get("/team/Gap/varfor/OM7/").status_code == 404


def test_search_finds_by_name_and_job(school, client):
    employ(make_person("Xena", given_name="Xena"), school.unit, "KOCK")
    client.force_login(school.manager)
    page = client.get("/team/?q=kock").content.decode()
    assert "Xena" in page
    assert "Snart Test" not in page.split('id="matris"')[1]


def test_unit_without_people_says_what_will_appear(school, client):
    empty = make_unit("TOM", school.department)
    client.force_login(school.director)
    assert client.get(f"/team/?enhet={empty.code}").status_code == 200


def order(school, client, ordering: str) -> list[str]:
    client.force_login(school.manager)
    return [m.person_id for m in client.get(f"/team/?ordning={ordering}").context["page"]]


def test_more_gaps_come_before_older_gaps_and_older_before_newer(school, client):
    for name, started in (("Tva", date(2026, 1, 1)), ("Aldst", date(2024, 1, 1))):
        employ(make_person(name), school.unit, starts_on=started)
    achieve(Person.objects.get(person_id="Aldst"), "OM4", on=date(2026, 1, 1))
    assert order(school, client, "")[:3] == ["Tva", "Aldst", "Gap"]


def test_a_column_is_sorted_worst_first_and_the_other_way(school, client):
    assert order(school, client, "omrade.OM1") == ["Gap", "Ny", "Snart", "Klar", "Pausad"]
    assert order(school, client, "-omrade.OM1") == ["Pausad", "Klar", "Snart", "Ny", "Gap"]


def test_the_list_is_sorted_by_name_and_by_next_day_with_nothing_last(school, client):
    assert order(school, client, "-namn") == ["Snart", "Pausad", "Ny", "Klar", "Gap"]
    assert order(school, client, "dag") == ["Gap", "Snart", "Ny", "Klar", "Pausad"]
    assert order(school, client, "hittepa") == ["Gap", "Snart", "Ny", "Klar", "Pausad"]


def test_columns_and_rows_count_who_lacks_what(school, client):
    client.force_login(school.manager)
    answer = client.get("/team/")
    assert [(c.area.code, c.gaps, c.asked) for c in answer.context["columns"]] == [
        ("OM1", 1, 5),
        ("OM4", 0, 5),
    ]
    page = answer.content.decode()
    assert "1 av 5 saknar" in page
    assert '<td class="row-count">1 av 2</td>' in page


def test_somebody_with_two_posts_is_one_row_of_the_matrix_and_of_the_file(school, client):
    employ(school.people["Gap"], school.other)
    employ(school.people["Gap"], school.unit, "KOCK")
    client.force_login(school.director)
    answer = client.get("/team/")
    assert [m.person_id for m in answer.context["page"]].count("Gap") == 1
    assert answer.content.decode().count('value="Gap" data-bulk-item') == 1
    assert client.get("/team/fil/matris.csv").content.decode().count(";Gap;") == 1


def test_matrix_file_says_what_the_screen_says(school, client):
    enrol(school.people["Gap"], publish_course(gives=(("OM1", 1, 12),)))
    client.force_login(school.manager)
    lines = client.get("/team/fil/matris.csv?ordning=namn").content.decode("utf-8-sig").splitlines()
    assert lines[0] == (
        "Dag;Person-id;Namn;Befattning;Brister;Krav;Närmast;Fick besked;"
        "OM1;OM1, dag;OM1, bredvid;OM4;OM4, dag;OM4, bredvid"
    ).replace("OM1", "Område OM1").replace("OM4", "Område OM4")
    assert lines[1] == (
        "2026-11-23;Gap;Gap Test;Lar;1;2;2026-05-31;;Har gått ut;2026-05-31;anmäld;Klar;;"
    )
    assert len(lines) == 6


def test_the_excel_file_holds_what_the_csv_holds_with_days_as_days(school, client):
    client.force_login(school.manager)
    text = client.get("/team/fil/matris.csv").content.decode("utf-8-sig")
    written = list(csv.reader(io.StringIO(text), delimiter=";"))
    book = load_workbook(io.BytesIO(client.get("/team/fil/matris.xlsx").content))
    sheet = [list(row) for row in book.active.iter_rows(values_only=True)]
    assert isinstance(sheet[1][0], datetime)
    assert isinstance(sheet[1][4], int)
    as_text = [
        [
            value.date().isoformat()
            if isinstance(value, datetime)
            else ""
            if value is None
            else str(value)
            for value in row
        ]
        for row in sheet
    ]
    assert as_text == written


def test_units_come_worst_first_with_their_managers_and_their_direction(school, client):
    employ(school.people["Klar"], school.other)
    client.force_login(school.director)
    answer = client.get("/team/")
    assert [(p.name, p.managers, p.percent, p.change) for p in answer.context["units"]] == [
        ("Norrskolan", ("Åsa Öst",), 50, 30),
        ("Söderskolan", ("Åsa Öst",), 50, 50),
    ]
    by_name = client.get("/team/?enheter=-enhet").context["units"]
    assert [part.name for part in by_name] == ["Söderskolan", "Norrskolan"]


def test_those_with_gaps_are_ticked_by_address_where_there_is_no_script(school, client):
    client.force_login(school.manager)
    page = client.get("/team/?valj=brister").content.decode()
    assert page.count("data-bulk-item checked") == 1
    assert client.get("/team/?valj=alla").content.decode().count("data-bulk-item checked") == 5


def test_what_narrows_the_list_is_shown_with_a_way_to_let_it_go(school, client):
    client.force_login(school.manager)
    chips = client.get("/team/?omrade=OM1&q=test").context["chips"]
    assert [(chip.label, chip.url) for chip in chips] == [
        ("”test”", "?omrade=OM1#matris"),
        ("Område OM1", "?q=test#matris"),
    ]
