"""Prognos: what the seats are counted from, what those who see no names are told, and how proposed
sessions become activities."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from competence import jobs
from competence.engine import gap_rows
from competence.engine.assume import Assumptions
from competence.engine.coming_due import AHEAD, KNOWN, days_ahead
from competence.engine.outlook import outlook
from competence.engine.seats import GroupCount, Line, Supposed, needs_of
from competence.figures.forecast import forecast, standing_of_forecast
from competence.figures.seat_groups import groups_behind, in_words
from competence.figures.seats import (
    Counted,
    ToldLine,
    as_json,
    count_seats,
    count_week,
    days_told,
    from_json,
    told,
)
from competence.models import AcceptedSessions, PlanActivity, PlanVersion, WeekSeats
from competence.services.activities import remove_activity
from competence.services.assumptions import change_assumptions
from competence.services.fact_files import import_achievements
from competence.services.session_proposals import Chosen, accept_sessions
from competence.services.training_plan import adopt_training_plan, create_training_draft
from competence.services.week_seats import make_week_seats
from lms.audit.models import AuditEvent
from lms.content.models import SiteSettings
from lms.notifications.models import Job
from lms.people.models import Person, Unit
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, as_file, plan_of
from tests.builders.people import (
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)
from tests.competence.linear import bounds
from tests.competence.worlds import FIRST, Seeded, make_world, write_world

MONDAY = date(2026, 11, 23)
STEP = 10


def test_the_first_day_told_lies_four_weeks_ahead_or_more_and_begins_a_month():
    for step in range(400):
        monday = date(2026, 1, 5) + timedelta(days=7 * step)
        days = days_told(monday)
        assert len(days) == AHEAD + 1
        assert all(day.day == 1 for day in days)
        assert timedelta(days=28) <= days[0] - monday < timedelta(days=60)


# What is counted


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_what_comes_due_is_when_the_engine_first_answers_a_gap(seed):
    """Person by person and level by level, by asking the engine of each day anew; one seat where a
    higher level comes due no later."""
    source = Seeded(seed)
    write_world(make_world(source))
    days = days_ahead(FIRST + timedelta(days=source.number(0, 60)))
    first: dict[tuple[int, str, int], tuple[int, str]] = {}
    for number, day in enumerate(days):
        for row in gap_rows(None, day):
            if row.mandatory and row.status in ("overdue", "expired"):
                first.setdefault((row.person_pk, row.area, row.level), (number, row.status))
    kept = {
        (pk, area, level): found
        for (pk, area, level), found in first.items()
        if not any(
            (other, of) == (pk, area) and higher > level and month <= found[0]
            for (other, of, higher), (month, _status) in first.items()
        )
    }
    expected = Counter(
        (area, level, number, status == "expired")
        for (_pk, area, level), (number, status) in kept.items()
    )
    found = Counter()
    for line in count_seats(None, days).lines:
        for number, count in enumerate(line.first_time, 1):
            found[*line.key, number, False] += count
        found[*line.key, 0, False] += int(line.never)
        found[*line.key, 0, True] += int(line.expired)
        for number, count in enumerate(line.expiry, 1):
            found[*line.key, number, True] += count
    assert +found == expected


@pytest.fixture
def municipality(db, monday):
    """Three departments where all are asked for level 2 in OM1, each year; and a few for OM4."""
    top = make_unit("K")
    adopt(
        plan_of(
            {"area": "OM1", "level": 2, "grace_days": 0, "renewal_months": 12},
            {"area": "OM4", "level": 2, "key_group": "G2", "grace_days": 90},
            rules={"G": [{}], "G2": [{"units": ["F2"]}]},
        )
    )
    lines = []
    for index, size in enumerate((30, 15, 5)):
        unit = make_unit(f"F{index}", top, f"Förvaltning {index}")
        for number in range(size):
            person = make_person(f"P{index}{number:02}")
            employ(person, unit, starts_on=date(2020, 1, 1))
            if number % 5:
                on = date(2026, 3, 1) + timedelta(days=6 * number)
                lines.append(f"{person.person_id},OM1,2,{on},,import")
    head = "person_id,area,level,achieved_on,valid_until,source"
    import_achievements(source=as_file(head, *lines), name="achievements.csv")


def test_members_groups_and_what_has_run_out_are_counted(municipality):
    counted = count_week(MONDAY)
    by_key = {line.key: line for line in counted.lines}
    line = by_key["OM1", 2]
    # Every fifth never held it; the rest took it from March on, each six days later.
    assert (line.members, line.never, line.renewal_months) == (50, 10, 12)
    assert line.groups == {"G": GroupCount(50, 50, 0)}
    assert by_key["OM4", 2].groups == {"G": GroupCount(0, 0, 45), "G2": GroupCount(5, 5, 0)}
    assert counted.first == date(2027, 1, 1)
    assert sum(line.expiry) == 40
    assert counted.reached["OM1", 2] == 40


def test_what_is_kept_is_what_was_counted(municipality):
    counted = count_week(MONDAY)
    assert from_json(as_json(counted, 5)) == counted


def test_a_seat_is_counted_where_somebody_works(municipality):
    days = days_ahead(MONDAY)
    parts = [
        count_seats(None, days, unit_pk=Unit.objects.get(code=code).pk) for code in ("F0", "F2")
    ]
    assert [line.members for part in parts for line in part.lines] == [30, 5, 5]


def test_counting_asks_the_database_as_much_of_three_as_of_three_hundred(
    municipality, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20):
        count_week(MONDAY)


# What is told


def test_coordinator_is_told_roughly_and_without_names(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/plan/prognos/")
    asked = page.context["asked"]
    assert [line.code for line in asked.base.lines] == ["OM1-2"]
    assert asked.told.hidden == (("OM4", 2),)
    # 10 lack it and are told as at least 10: reckoned as 15.
    assert asked.base.lines[0].line.never == 15
    content = page.content.decode().split('id="innehall"')[1].split("<footer")[0]
    for word in ("P000", "Åsa", "/team/"):
        assert word not in content
    assert "platser behövs" in content


def test_the_page_says_the_same_all_week_whatever_is_done(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    before = client.get("/plan/prognos/").context["asked"].base
    achieve(Person.objects.get(person_id="P000"), level=2, on=MONDAY)
    for number in range(40):
        employ(make_person(f"NY{number}"), Unit.objects.get(code="F0"))
    settings = SiteSettings.load()
    settings.suppression_threshold = 7
    settings.save()
    assert client.get("/plan/prognos/").context["asked"].base == before
    assert WeekSeats.objects.count() == 1


def test_page_csv_and_xlsx_say_the_same(municipality, client):
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    for asked in ("", "omsattning=0&uteblivna=0"):
        page = client.get(f"/plan/prognos/?{asked}").context
        found = [page["asked"].base, *([page["asked"].tried] if asked else [])]
        said = [
            [need.month.isoformat(), need.backlog, need.first_time, need.expiry, need.again]
            + [need.newcomers, need.leavers, need.people, need.no_show, need.seats]
            for each in found
            for line in each.lines
            for need in line.needs
        ]
        text = client.get(f"/plan/prognos/?{asked}&format=csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
        assert [row[4:] for row in rows] == [list(map(str, row)) for row in said]
        book = load_workbook(io.BytesIO(client.get(f"/plan/prognos/?{asked}&format=xlsx").content))
        cells = [list(row) for row in book.active.iter_rows(min_row=2, values_only=True)]
        assert [[row[4].date().isoformat(), *row[5:]] for row in cells] == said


def test_manager_is_led_to_the_team_and_an_employee_is_refused(municipality, client):
    client.force_login(make_manager(Unit.objects.get(code="F0")))
    for address in ("/plan/prognos/", "/plan/prognos/kalender/"):
        assert client.get(address).headers["Location"] == "/team/framat/"
    assert client.post("/plan/prognos/kalender/ta-med/").status_code == 403
    client.force_login(make_account(make_person()))
    assert client.get("/plan/prognos/").status_code == 403
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    assert client.post("/plan/prognos/kalender/ta-med/").status_code == 403


def test_many_people_are_counted_by_a_job_that_can_be_followed(municipality, client, monkeypatch):
    monkeypatch.setattr(jobs, "MANY", 10)
    client.force_login(account_with(Role.COORDINATOR))
    assert "Veckans prognos räknas just nu." in client.get("/plan/prognos/").content.decode()
    client.get("/plan/prognos/kalender/")
    (job,) = Job.objects.filter(kind=jobs.SEATS)
    told_so_far = []
    jobs.make_seats_in_background(job.params, lambda *so_far: told_so_far.append(so_far))
    assert told_so_far == [(0, 51)]
    assert client.get("/plan/prognos/").context["asked"].base.lines


def test_what_if_is_reckoned_beside_what_is_planned(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get(
        "/plan/prognos/",
        {"uteblivna": "0", "omsattning": "0", "krav": "OM1-2", "giltighet": "24"},
    )
    asked = page.context["asked"]
    assert asked.tried.lines[0].line.renewal_months == 24
    assert page.context["tried_year"] < page.context["base_year"]
    assert len(page.context["chart"].series) == 2
    assert "med din ändring" in page.content.decode()
    assert asked.what_if in page.content.decode().replace("&amp;", "&")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"giltighet": "24"}, "Välj det område och den nivå som du vill ändra"),
        ({"krav": "OM1-2", "giltighet": "80"}, "Välj en giltighet inom 23 månader"),
        ({"krav": "OM9-1"}, "Välj något i listan"),
        ({"platser": "0"}, "minst 1"),
        ({"uteblivna": "x"}, "Skriv ett helt tal"),
    ],
)
def test_what_cannot_be_tried_is_said_and_nothing_typed_is_lost(municipality, client, asked, words):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/plan/prognos/", asked)
    assert page.context["asked"].tried is None
    assert words in page.content.decode()
    for name, value in asked.items():
        assert page.context["asked"].form.data[name] == value


def test_the_assumptions_of_the_day_count(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    before = client.get("/plan/prognos/").context["base_year"]
    change_assumptions(
        values={"no_show_percent": 50}, starts_on=MONDAY, reason="Uppföljning", by=None
    )
    assert client.get("/plan/prognos/").context["base_year"] > before * 3 // 2


def test_the_hub_is_told_the_next_month_and_what_must_be_decided_soonest(municipality):
    assert standing_of_forecast(MONDAY) is None
    make_week_seats(monday=MONDAY)
    standing = standing_of_forecast(MONDAY)
    assert standing is not None
    assert (standing.monday, standing.month) == (MONDAY, date(2027, 1, 1))
    assert standing.seats > 0
    assert standing.soonest is not None
    assert standing.soonest.area == "OM1"


def test_the_names_take_one_run_of_the_engine(municipality, client, monkeypatch):
    runs = []
    monkeypatch.setattr(
        "competence.figures.seats.outlook", lambda *asked: runs.append(asked) or outlook(*asked)
    )
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:seat_names", args=["OM1", 2])
    client.get(address)
    assert runs == []
    client.post(address, {"open_names": "1", "opening_reason": "Kallelse till tillfälle"})
    client.get(address)
    assert len(runs) == 2


def test_exact_figures_and_names_are_opened_with_a_reason(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:seat_names", args=["OM1", 2])
    assert "Test" not in client.get(address).content.decode().split("</nav>")[-1]
    assert client.get(address).context["people"] == []
    page = client.post(address, {"open_names": "1", "opening_reason": "Kallelse till tillfälle"})
    assert len(page.context["people"]) == 50
    assert [
        (unit.code if unit else "", line.line.members) for unit, line in page.context["parts"]
    ] == [("", 50), ("F0", 30), ("F1", 15), ("F2", 5)]
    assert AuditEvent.objects.filter(action="names.opened").count() == 1
    assert AuditEvent.objects.filter(action="person.named_in_opening").count() == 50


# Taking sessions into a plan


def _post(client, page, **changes):
    """What the page's form sends when everything ticked is taken."""
    data = {"shown": [], "version": page.context["version"].pk}
    for each in page.context["proposals"]:
        form = each.form
        data["shown"].append(each.quarter.code)
        for name in ("code", "starts_on", "ends_on", "sessions", "seats"):
            value = form.initial[name]
            data[form.add_prefix(name)] = value.isoformat() if isinstance(value, date) else value
        if form.initial["take"]:
            data[form.add_prefix("take")] = "on"
    return client.post("/plan/prognos/kalender/ta-med/", data | changes)


def test_nothing_is_made_before_it_is_taken_and_taken_twice_it_is_recognised(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    version = create_training_draft(by=None)
    page = client.get("/plan/prognos/kalender/")
    assert not PlanActivity.objects.exists()
    (proposal,) = page.context["proposals"]
    answer = _post(client, page)
    assert (answer.status_code, answer.url) == (302, "/plan/prognos/kalender/")
    assert client.get("/plan/prognos/kalender/ta-med/").url == "/plan/prognos/kalender/"
    (planned,) = PlanActivity.objects.filter(version=version)
    assert (planned.sessions, planned.seats) == (proposal.quarter.sessions, 20)
    assert planned.title == "Område OM1, Fördjupning"
    (accepted,) = AcceptedSessions.objects.all()
    assert (accepted.code, accepted.monday) == (proposal.quarter.code, MONDAY)
    assert _post(client, page).status_code == 302
    assert PlanActivity.objects.count() == 1
    again = client.get("/plan/prognos/kalender/")
    assert again.context["proposals"][0].planned == planned
    shown = again.content.decode()
    assert "i utkastet" in shown
    assert "Alla kvartalets tillfällen finns i utkastet." in shown
    assert "Ta med de ikryssade" not in shown
    assert f"/utbildningsplan/{version.number}/" in shown
    # Removed from the draft it can be taken with again.
    remove_activity(planned=planned, by=None)
    anew = client.get("/plan/prognos/kalender/")
    assert _post(client, anew).status_code == 302
    assert PlanActivity.objects.count() == 1


def test_the_proposal_is_edited_before_it_is_taken(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    create_training_draft(by=None)
    page = client.get("/plan/prognos/kalender/")
    code = page.context["proposals"][0].quarter.code
    _post(
        client,
        page,
        **{
            f"{code}-starts_on": "2027-02-03",
            f"{code}-ends_on": "2027-02-04",
            f"{code}-sessions": "2",
            f"{code}-seats": "35",
        },
    )
    (planned,) = PlanActivity.objects.all()
    assert (planned.starts_on, planned.ends_on) == (date(2027, 2, 3), date(2027, 2, 4))
    assert (planned.sessions, planned.seats) == (2, 35)


def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    create_training_draft(by=None)
    page = client.get("/plan/prognos/kalender/")
    code = page.context["proposals"][0].quarter.code
    wrong = _post(client, page, **{f"{code}-ends_on": "2020-01-01", f"{code}-seats": "17"})
    assert "Sista dagen är före första dagen." in wrong.content.decode()
    assert 'value="17"' in wrong.content.decode()
    none = _post(client, page, **{f"{code}-take": ""})
    assert "Kryssa för de tillfällen" in none.content.decode()
    assert not PlanActivity.objects.exists()


def test_one_row_that_the_forecast_no_longer_has_keeps_what_was_edited_in_the_others(
    municipality, client
):
    client.force_login(account_with(Role.COORDINATOR))
    create_training_draft(by=None)
    page = client.get("/plan/prognos/kalender/")
    code, gone = page.context["proposals"][0].quarter.code, "OM1-2-1999-1"
    edited = {f"{code}-seats": "17", "responsible": "Utbildningsenheten"}
    days = {f"{gone}-starts_on": "1999-01-01", f"{gone}-ends_on": "1999-01-02"}
    row = {f"{gone}-code": gone, f"{gone}-take": "on", f"{gone}-sessions": 1, f"{gone}-seats": 20}
    shown = {"shown": [code, gone]}
    for changed in ({f"{code}-code": gone}, shown | row | days):
        old = _post(client, page, **edited, **changed).content.decode()
        assert "Prognosen är inte densamma" in old
        assert 'value="17"' in old
        assert "Utbildningsenheten" in old
    assert not PlanActivity.objects.exists()


def test_without_a_draft_the_page_says_so(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    assert "Det finns inget utkast" in client.get("/plan/prognos/kalender/").content.decode()


def test_what_is_taken_says_whom_it_is_for_and_can_be_decided_as_it_is(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    version = create_training_draft(by=None)
    page = client.get("/plan/prognos/kalender/")
    assert "För Grupp G" in page.content.decode()
    assert str(page.context["proposals"][0].terms) == "på plats"
    _post(client, page, responsible="Utbildningssamordnaren")
    (planned,) = PlanActivity.objects.all()
    assert [group.code for group in planned.key_groups.all()] == ["G"]
    assert (planned.form, planned.responsible) == ("på plats", "Utbildningssamordnaren")
    decided = adopt_training_plan(
        version=version, in_force_from=date(2027, 1, 1), adopted_on=MONDAY, by=None
    )
    assert decided.status == "adopted"
    # The next sessions of the same begin with what these said, without a word typed.
    create_training_draft(by=None)
    again = client.get("/plan/prognos/kalender/")
    assert str(again.context["proposals"][0].terms) == "på plats, Utbildningssamordnaren"
    assert _post(client, again).status_code == 302
    assert PlanActivity.objects.last().responsible == "Utbildningssamordnaren"


def test_what_is_supposed_of_the_plan_moves_whom_the_sessions_are_for(municipality):
    version = PlanVersion.objects.in_force_on(MONDAY)
    asked = groups_behind(version, MONDAY)
    assert asked == {("OM1", 2): {"G"}, ("OM4", 2): {"G2"}}
    more = Supposed("OM1", 2, group_in="G2", to_level=3)
    assert groups_behind(version, MONDAY, more) == {("OM1", 3): {"G", "G2"}, ("OM4", 2): {"G2"}}
    less = Supposed("OM1", 2, group_out="G")
    assert groups_behind(version, MONDAY, less)["OM1", 2] == frozenset()
    assert groups_behind(None, MONDAY) == {}


def test_many_key_groups_are_told_by_the_first_and_how_many_more():
    names = {code: f"Grupp {code}" for code in "ABCDE"}
    assert in_words(frozenset("ABCD"), names) == "Grupp A, Grupp B, Grupp C, Grupp D"
    assert in_words(frozenset("ABCDE"), names) == "Grupp A, Grupp B, Grupp C och 2 till"


def test_an_executive_reads_the_calendar_and_takes_nothing(municipality, client):
    create_training_draft(by=None)
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    page = client.get("/plan/prognos/kalender/").content.decode()
    assert "Ta med" not in page.split("Kalenderförslag")[-1]


def test_accepting_is_in_the_ledger(municipality, client):
    officer = account_with(Role.COORDINATOR)
    version = create_training_draft(by=None)
    made = make_week_seats(monday=MONDAY)
    found = forecast(told(made.figures).counted, Assumptions())
    quarter = found.calendar(MONDAY)[0]
    chosen = Chosen(quarter, quarter.months[0], quarter.last_day, 3, 20, ("G",))
    accept_sessions(version=version, chosen=[chosen], monday=MONDAY, by=officer)
    (event,) = AuditEvent.objects.filter(action="forecast.sessions_accepted")
    assert (event.by, event.after["sessions"], event.after["area"]) == (officer, 3, "OM1")


def test_a_goal_tells_the_latest_start(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get(
        "/plan/prognos/kalender/", {"mal": "90", "vad": "grupp:G", "senast": "2027-12-31"}
    )
    way = page.context["way"]
    assert way.people > 0
    assert way.latest_start <= date(2027, 12, 31)
    shown = page.content.decode()
    assert "måste hållas senast" in shown
    assert "räknas två gånger" in shown
    of_area = client.get(
        "/plan/prognos/kalender/", {"mal": "90", "vad": "OM1-2", "senast": "2027-12-31"}
    )
    assert "räknas två gånger" not in of_area.content.decode()
    wrong = client.get(
        "/plan/prognos/kalender/", {"mal": "190", "vad": "OM1-2", "senast": "2027-12-31"}
    )
    assert wrong.context["way"] is None
    assert "högst 100" in wrong.content.decode()


# Nobody can be picked out


def _line(chance: random.Random) -> Line:
    members = chance.choice((41, 58, 99, 140))
    return Line(
        *("OM1", 2, 12, 90),
        members,
        chance.randint(0, 20),
        tuple(chance.choice((0, 0, 0, 1, 2)) for _ in range(AHEAD)),
        tuple(chance.choice((0, 0, 1, 2, 5)) for _ in range(KNOWN + AHEAD + KNOWN)),
        {"G": GroupCount(members, members - 3, 4)},
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["first_time", "runs_out"])
def test_every_total_and_every_month_keeps_an_interval_five_wide(seed, kind):
    """Everything that is told of a line, and that no total is lower than the one before."""
    chance = random.Random(seed)
    line = _line(chance)
    rough = ToldLine.of(line, 7, STEP)
    totals = getattr(rough, kind)
    start = chance.randint(0, len(totals) - 6)
    equations = []
    for number, total in enumerate(totals[start : start + 3]):
        name = f"t{number}"
        equations.append(({name: 1, f"over{number}": -1}, total.at_least))
        equations.append(({name: 1, f"under{number}": 1}, total.at_most))
        if number:
            equations.append(({name: 1, f"t{number - 1}": -1, f"month{number}": -1}, 0))
    for number in range(3):
        for name in (f"t{number}", f"month{number}")[: 2 if number else 1]:
            low, high = bounds(equations, name)
            assert high - low >= 5, (name, low, high)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_shown_follows_from_what_is_told(seed):
    """Another municipality with the same told steps is shown the same, whatever is tried."""
    chance = random.Random(seed)
    line = _line(chance)
    other = replace(
        line,
        never=_same_step(chance, line.never),
        members=_same_step(chance, line.members),
        first_time=_same_totals(chance, line.first_time),
        runs_out=_same_totals(chance, line.runs_out),
        groups={
            code: GroupCount(*(_same_step(chance, count) for count in of_group))
            for code, of_group in line.groups.items()
        },
    )
    tried = [
        None,
        Supposed("OM1", 2, months=18),
        Supposed("OM1", 2, group_out="G"),
        Supposed("OM1", 2, group_in="G", to_level=3),
    ]
    shown = []
    for each in (line, other):
        counted = Counted(
            date(2027, 1, 1), (each,), {"OM1": "a"}, {2: "b"}, {"G": "c"}, {("OM1", 2): 7}
        )
        week = told(as_json(counted, 5))
        shown.append(
            [
                (week.told, week.hidden),
                *(forecast(week.counted, Assumptions(), supposed=suppose) for suppose in tried),
            ]
        )
    assert shown[0] == shown[1]


def _same_step(chance: random.Random, count) -> int:
    low = int(count) - int(count) % STEP
    return low + chance.randrange(STEP)


def _same_totals(chance: random.Random, counts) -> tuple[int, ...]:
    found, total, shown, before = [], 0, 0, 0
    for count in counts:
        total += count
        shown = max(shown, total - total % STEP)
        now = max(before, chance.randint(shown, shown + STEP - 1))
        found.append(now - before)
        before = now
    return tuple(found)


def test_a_month_reckoned_from_what_is_told_is_never_below_nought():
    for seed in range(60):
        rough = ToldLine.of(_line(random.Random(seed)), 0, STEP)
        needs = needs_of(rough.line, Assumptions(), first=date(2027, 1, 1))
        assert all(need.seats >= 0 for need in needs)
        assert min(rough.line.runs_out) >= 0


# What a manager sees


def test_manager_sees_exactly_what_the_own_team_needs(municipality, client):
    client.force_login(make_manager(Unit.objects.get(code="F2"), "CHEF"))
    page = client.get("/team/framat/platser/")
    lines = {line.forecast.code: line for line in page.context["lines"]}
    # Of five, the first never held OM1; nobody holds OM4.
    assert (lines["OM1-2"].lacking, lines["OM4-2"].lacking) == (1, 5)
    assert "6 platser behövs nu" in page.content.decode()


def test_strangers_unit_is_refused(municipality, client):
    client.force_login(make_manager(Unit.objects.get(code="F2"), "CHEF"))
    assert client.get("/team/framat/platser/?enhet=F0").status_code == 403
