"""Framåt: what a manager sees by name, and what those who see no names are told."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from competence import jobs
from competence.engine import gap_rows, running_out
from competence.engine.coverage import standing_of
from competence.engine.outlook import month_ends
from competence.figures.outlook import ALL, team_outlook
from competence.figures.team import build_team, read_team
from competence.figures.trend import standings_on
from competence.figures.week_outlook import (
    Counts,
    Rough,
    WeekFigures,
    count_week,
    days_told,
    told,
)
from competence.models import WeekOutlook
from competence.views.coverage_outlook import _heading as heading_for_all
from competence.views.team_outlook import _heading as heading_of_team
from lms.content.models import SiteSettings
from lms.notifications.models import Job
from lms.people.models import Person, Unit
from lms.people.roles import Role
from tests.builders.competence import achieve, adopt, plan_of
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

STEP = 10


def test_month_ends_begin_after_the_day():
    assert month_ends(date(2026, 11, 23), 3) == [
        *(date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31))
    ]
    assert month_ends(date(2026, 11, 30), 2) == [date(2026, 12, 31), date(2027, 1, 31)]


def test_the_first_day_told_lies_four_weeks_ahead_or_more():
    for step in range(400):
        monday = date(2026, 1, 5) + timedelta(days=7 * step)
        days = days_told(monday)
        assert len(days) == 24
        assert timedelta(days=28) <= days[0] - monday < timedelta(days=60)


# What a manager sees


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_every_figure_of_the_curve_is_the_engines_answer_for_its_day(seed):
    source = Seeded(seed)
    write_world(make_world(source))
    today = FIRST + timedelta(days=source.number(0, 90))
    unit = Unit.objects.get(code="R")
    everyone = Person.objects.all()
    level_asked = source.one_of((ALL, 1, 2, 3))
    figures = team_outlook(everyone, unit, Unit.objects.filter(parent=unit), today, level_asked)
    for day in figures.curve:
        here = everyone.in_units([unit], day.day)
        if level_asked == ALL:
            standings = standings_on(here, day.day)
        else:
            rows = {}
            for row in gap_rows(here, day.day):
                if row.mandatory and row.level == level_asked:
                    rows.setdefault(row.person_pk, []).append(row)
            standings = {pk: standing_of(of_person) for pk, of_person in rows.items()}
        counts = Counter(standings.values())
        assert (day.covered, day.gap, day.introduction, day.paused) == (
            *(counts["covered"], counts["gap"], counts["introduction"], counts["paused"]),
        )


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_every_validity_that_runs_out_is_listed_on_its_last_day(seed):
    source = Seeded(seed)
    write_world(make_world(source))
    today = FIRST + timedelta(days=source.number(0, 60))
    unit = Unit.objects.get(code="R")
    everyone = Person.objects.all()
    figures = team_outlook(everyone, unit, (), today)
    ends = {}
    for day in (today + timedelta(days=number) for number in range(240)):
        rows = gap_rows(everyone.in_units([unit], day), day)
        for row in running_out(rows, day, days=0):
            if row.mandatory:
                required = row.requirement
                key = (row.person_id, required.area_name, required.level_name)
                ends.setdefault(key, day)
    assert {
        (each.person_id, each.area, each.level): each.on
        for month in figures.months
        for each in month.runs_out
    } == ends


def test_today_is_what_the_team_page_says(school):
    facts = read_team(
        Person.objects.in_units([school.unit], date(2026, 11, 23)), date(2026, 11, 23)
    )
    counts = build_team(facts).counts
    first = team_outlook(
        Person.objects.in_units([school.unit], date(2026, 11, 23)),
        *(school.unit, (), date(2026, 11, 23)),
    ).curve[0]
    assert (first.covered, first.gap, first.introduction, first.paused) == (
        *(counts["covered"], counts["gap"], counts["introduction"], counts["paused"]),
    )


def test_manager_sees_whose_validity_runs_out_in_which_month(school, client):
    client.force_login(school.manager)
    page = client.get("/team/framat/")
    assert [
        (month.first, [(each.name, each.area, each.on) for each in month.runs_out])
        for month in page.context["figures"].runs_out
    ] == [
        (date(2027, 1, 1), [("Snart Test", "Område OM1", date(2027, 1, 10))]),
        (date(2027, 9, 1), [("Klar Test", "Område OM1", date(2027, 9, 30))]),
    ]
    text = page.content.decode()
    assert "Om inget görs: från" in text
    assert "10 januari 2027" in text


def test_director_sees_the_units_below(school, client):
    employ(make_person("ANNAN"), school.other)
    client.force_login(school.director)
    units = client.get("/team/framat/").context["figures"].units
    assert [(part.unit and part.unit.code, part.curve[0].counted) for part in units] == [
        ("S1", 4),
        ("S2", 2),
    ]


def test_where_too_many_run_out_the_page_counts_them_and_the_file_names_them(
    school, client, monkeypatch
):
    monkeypatch.setattr("competence.views.team_outlook.MOST_NAMED", 1)
    client.force_login(school.manager)
    page = client.get("/team/framat/").content.decode()
    assert "januari 2027 – en person" in page
    assert "Snart Test" not in page
    assert "Snart Test" in client.get("/team/fil/gar-ut.csv").content.decode("utf-8-sig")


def test_strangers_unit_is_refused(school, client):
    client.force_login(school.stranger)
    assert client.get("/team/framat/?enhet=S1").status_code == 403
    assert client.get("/team/fil/gar-ut.csv?enhet=S1").status_code == 403


def test_page_and_both_files_tell_the_same(school, client):
    client.force_login(school.manager)
    for asked in ("", "?niva=1"):
        figures = client.get(f"/team/framat/{asked}").context["figures"]
        said = [
            [
                *(day.day.isoformat(), day.percent, day.covered, day.gap),
                *(day.introduction, day.paused),
                figures.month_of(day.day).people if number else None,
            ]
            for number, day in enumerate(figures.curve)
        ]
        assert len(said) == 25
        text = client.get(f"/team/fil/framat.csv{asked}").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
        assert rows == [["" if cell is None else str(cell) for cell in row] for row in said]
        book = load_workbook(io.BytesIO(client.get(f"/team/fil/framat.xlsx{asked}").content))
        cells = [list(row) for row in book.active.iter_rows(min_row=2, values_only=True)]
        assert [[row[0].date().isoformat(), *row[1:]] for row in cells] == said
        names = client.get(f"/team/fil/gar-ut.csv{asked}").content.decode("utf-8-sig")
        assert [row[0] for row in list(csv.reader(io.StringIO(names), delimiter=";"))[1:]] == [
            each.on.isoformat() for month in figures.months for each in month.runs_out
        ]


def test_nothing_that_runs_out_is_said_so(db, monday, client):
    unit = make_unit("K")
    adopt(plan_of({"area": "OM4"}))
    person = make_person("KLAR")
    employ(person, unit)
    achieve(person, "OM4", on=date(2026, 1, 1))
    manager = make_manager(unit)
    client.force_login(manager)
    assert "Ingen giltighet går ut under de närmaste 24 månaderna" in (
        client.get("/team/framat/").content.decode()
    )


@pytest.mark.parametrize("asked", ["9", "x", "²", "-1", "99999999999999999999", "0"])
def test_a_level_that_nothing_asks_for_is_all_levels(school, client, asked):
    client.force_login(school.manager)
    assert client.get("/team/framat/", {"niva": asked}).context["level"] == ALL


# What those who see no names are told


@pytest.fixture
def municipality(db, monday):
    """Three departments; the third too small to be shown."""
    top = make_unit("K")
    adopt(plan_of({"area": "OM1", "grace_days": 0, "renewal_months": 12}))
    for index, size in enumerate((62, 53, 12)):
        unit = make_unit(f"F{index}", top, f"Förvaltning {index}")
        for number in range(size):
            person = make_person(f"P{index}{number:02}")
            employ(person, unit)
            if number % 5:
                achieve(person, on=date(2026, 3, 1) + timedelta(days=3 * number))


def test_coordinator_is_told_roughly_and_without_names(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/tackning/framat/")
    (level,) = page.context["levels"]
    assert [(part.code, bool(part.days)) for part in level.parts] == [
        *(("F0", True), ("F1", True), ("F2", False)),
    ]
    first, last = level.whole[0], level.whole[-1]
    # 49 and 42 of 62 and 53 in the beginning; nobody in the end.
    assert (str(first.covered), str(first.gap)) == ("minst 80", "minst 20")
    assert (first.lowest, first.highest) == (67, 84)
    assert (str(last.covered), str(last.gap)) == ("färre än 19", "minst 110")
    content = page.content.decode().split('id="innehall"')[1].split("<footer")[0]
    for word in ("P000", "Åsa", "/team/"):
        assert word not in content
    assert "visas inte" in content


def test_page_csv_and_xlsx_of_the_rough_figures_say_the_same(municipality, client):
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    for asked in ("niva=1", "niva=1&enhet=F0"):
        days = client.get(f"/tackning/framat/?{asked}").context["days"]
        said = [
            [day.day.isoformat(), day.lowest, day.highest, str(day.covered), str(day.gap)]
            for day in days
        ]
        text = client.get(f"/tackning/framat/?{asked}&format=csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
        assert [row[3:] for row in rows] == [list(map(str, row)) for row in said]
        book = load_workbook(
            io.BytesIO(client.get(f"/tackning/framat/?{asked}&format=xlsx").content)
        )
        cells = [list(row) for row in book.active.iter_rows(min_row=2, values_only=True)]
        assert [[row[3].date().isoformat(), *row[4:]] for row in cells] == said


def test_a_unit_that_is_hidden_shows_nothing_however_it_is_asked_for(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/tackning/framat/?enhet=F2&niva=1")
    assert page.context["days"] == ()
    text = client.get("/tackning/framat/?enhet=F2&niva=1&format=csv").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 1
    assert client.get("/tackning/framat/?enhet=K&niva=1").status_code == 404


def test_the_page_says_the_same_all_week_whatever_is_done(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    before = client.get("/tackning/framat/").context["levels"]
    achieve(Person.objects.get(person_id="P000"), on=date(2026, 11, 23))
    for number in range(40):
        employ(make_person(f"NY{number}"), Unit.objects.get(code="F0"))
    assert client.get("/tackning/framat/").context["levels"] == before
    assert WeekOutlook.objects.count() == 1


def test_a_threshold_decided_within_the_week_tells_no_more_of_it(municipality, client):
    client.force_login(account_with(Role.COORDINATOR))
    before = client.get("/tackning/framat/").context["levels"]
    settings = SiteSettings.load()
    settings.suppression_threshold = 7
    settings.save()
    page = client.get("/tackning/framat/")
    assert (page.context["levels"], page.context["step"]) == (before, 10)


def test_manager_is_led_to_the_team_and_an_employee_is_refused(municipality, client):
    client.force_login(make_manager(Unit.objects.get(code="F0")))
    assert client.get("/tackning/framat/").headers["Location"] == "/team/framat/"
    client.force_login(make_account(make_person()))
    assert client.get("/tackning/framat/").status_code == 403


def test_many_people_are_counted_by_a_job_that_can_be_followed(municipality, client, monkeypatch):
    monkeypatch.setattr(jobs, "MANY", 100)
    client.force_login(account_with(Role.COORDINATOR))
    page = client.get("/tackning/framat/").content.decode()
    assert "Veckans prognos räknas just nu." in page
    client.get("/tackning/framat/")
    (job,) = Job.objects.filter(kind=jobs.OUTLOOK)
    assert f"/{job.pk}/" in page
    told_so_far = []
    jobs.make_outlook_in_background(job.params, lambda *so_far: told_so_far.append(so_far))
    assert told_so_far == [(0, 128)]
    assert client.get("/tackning/framat/").context["levels"]


def test_what_is_kept_is_what_was_counted(municipality):
    figures = count_week(date(2026, 11, 23))
    assert WeekFigures.from_json(figures.as_json()) == figures


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(10))
def test_counts_before_anything_is_hidden_are_the_engines(seed):
    source = Seeded(seed)
    write_world(make_world(source))
    monday = FIRST + timedelta(days=7 * source.number(0, 10))
    figures = count_week(monday)
    for number, day in enumerate(figures.days):
        expected = Counter()
        for code in figures.units:
            here = Person.objects.in_units([Unit.objects.get(code=code)], day)
            rows = {}
            for row in gap_rows(here, day):
                if row.mandatory:
                    rows.setdefault((row.person_pk, row.level), []).append(row)
            for (_pk, level), of_person in rows.items():
                expected[code, level, standing_of(of_person)] += 1
        for (code, level), days in figures.counts.items():
            assert days[number] == Counts(
                expected.pop((code, level, "covered"), 0), expected.pop((code, level, "gap"), 0)
            )
        assert not [key for key in expected if key[2] in Counts._fields]


# Nobody can be picked out


def _week(seed: int) -> WeekFigures:
    """Two levels in up to three units over four months; mostly falling, sometimes not."""
    chance = random.Random(seed)
    days = tuple(month_ends(date(2027, 1, 1), 4))
    counts = {}
    for unit in "ABC"[: chance.randint(1, 3)]:
        size = chance.choice((3, 18, 40, 44, 51, 60))
        for level in (1, 2):
            of_level = size if level == 1 else chance.randint(0, size)
            covered = chance.randint(0, of_level)
            told_days = []
            for _day in days:
                told_days.append(Counts(covered, of_level - covered))
                covered = max(0, min(of_level, covered - chance.choice((0, 0, 1, 2, 4, 12, -3))))
            counts[unit, level] = tuple(told_days)
    return WeekFigures(days, {u: u for u in "ABC"}, {1: "Grund", 2: "Fördjupning"}, counts)


def _told_equations(level, kind: str, days):
    """All that is told of a kind of count at a level on some days, as equations: each bound with
    what is left up to it, of the parts and of their sum. No equation has two kinds or levels."""
    equations = []
    known = {}
    for number in days:
        parts = {part.code: f"{part.code}{number}" for part in level.shown}
        for part in level.shown:
            name = parts[part.code]
            known[name] = part.code, number
            equations += _between({name: 1}, getattr(part.days[number], kind), name)
        if parts:
            whole = getattr(level.whole[number], kind)
            equations += _between(dict.fromkeys(parts.values(), 1), whole, f"sum{number}")
    return equations, known


def _between(factors, rough: Rough, name: str):
    return [
        ({**factors, f"over {name}": -1}, rough.at_least),
        ({**factors, f"under {name}": 1}, rough.at_most),
    ]


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kind", Counts._fields)
def test_every_count_keeps_an_interval_five_wide(seed, kind):
    """Whatever is chosen on the page; also what is lost in a month, for somebody who knows that
    the count of that unit never rises (or never falls)."""
    figures = _week(seed)
    for level in told(figures, 5):
        for number in range(3):
            equations, known = _told_equations(level, kind, (number, number + 1))
            for name, (unit, day) in known.items():
                _wide(equations, name)
                if day == number:
                    later = f"{unit}{number + 1}"
                    counts = figures.counts[unit, level.level]
                    now, then = (getattr(counts[number + step], kind) for step in (0, 1))
                    more, less = (name, later) if now >= then else (later, name)
                    lost = [*equations, ({more: 1, less: -1, "lost": -1}, 0)]
                    for asked in ("lost", name, later):
                        _wide(lost, asked)


def _wide(equations, name):
    low, high = bounds(equations, name)
    assert high - low >= 5, (name, low, high)


@pytest.mark.parametrize("seed", range(40))
def test_two_levels_do_not_bound_each_other(seed):
    """Who is counted at level 2 is known to be counted at level 1: those at level 1 alone are a
    count of their own."""
    figures = _week(seed)
    one, two = told(figures, 5)
    for part in one.shown:
        other = next(each for each in two.parts if each.code == part.code)
        if not other.days:
            continue
        for number in range(4):
            equations = []
            for level, day in ((1, part.days[number]), (2, other.days[number])):
                for kind in Counts._fields:
                    name = f"{kind}{level}"
                    equations += _between({name: 1}, getattr(day, kind), name)
            equations.append(
                ({"covered1": 1, "gap1": 1, "covered2": -1, "gap2": -1, "only": -1}, 0)
            )
            for name in ("only", "covered1", "gap1", "covered2", "gap2"):
                _wide(equations, name)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_told_is_true(seed):
    figures = _week(seed)
    for level in told(figures, 5):
        for part in level.shown:
            for day, count in zip(part.days, figures.counts[part.code, level.level], strict=True):
                assert day.covered.at_least <= count.covered <= day.covered.at_most
                assert day.gap.at_least <= count.gap <= day.gap.at_most
                share = 100 * count.covered / (count.covered + count.gap)
                assert day.lowest <= share <= day.highest


@pytest.mark.parametrize("exact", range(60))
def test_knowing_one_of_the_two_counts_exactly_tells_nothing_of_the_other(exact):
    """The coverage tables may show the covered of a unit and hide its gap."""
    for gap in range(5):
        rough = Rough.of(gap, STEP)
        equations = [({"covered": 1}, exact), *_between({"gap": 1}, rough, "gap")]
        low, high = bounds(equations, "gap")
        assert high - low >= 5


# The month that the heading names.


def _months(*figures):
    return tuple(
        SimpleNamespace(day=date(2027, number + 1, 28), **figure)
        for number, figure in enumerate(figures)
    )


@pytest.mark.parametrize(
    ("percents", "heading"),
    [
        ((80, 60, 0, 0, 0), "Om inget görs: från 80 till 0 procent i mars 2027"),
        ((80, 60, 40, 30, 30), "Om inget görs: från 80 procent till under hälften i mars 2027"),
        ((80, 60, 60, 60, 60), "Om inget görs: från 80 till 60 procent i maj 2027"),
        ((40, 30, 30, 30, 20), "Om inget görs: från 40 till 20 procent i maj 2027"),
        ((80, 40, 40, 40, 70), "Om inget görs: från 80 till 70 procent i maj 2027"),
    ],
)
def test_the_teams_heading_says_when_it_first_is_under_half_or_nothing(percents, heading):
    curve = _months(*({"percent": percent} for percent in percents))
    figures = SimpleNamespace(curve=curve, last=curve[-1], runs_out=())
    with override("sv"):
        assert heading_of_team(figures) == heading


@pytest.mark.parametrize(
    ("ranges", "heading"),
    [
        (
            ((60, 80), (20, 40), (0, 20), (0, 20)),
            "0–20 procent| mars 2027",
        ),
        (
            ((60, 80), (40, 60), (20, 40), (10, 30)),
            "färre än hälften| mars 2027",
        ),
        (
            ((60, 80), (60, 80), (50, 70), (50, 70)),
            "50–70 procent| april 2027",
        ),
        (
            ((0, 20), (0, 20), (0, 20), (0, 20)),
            "0–20 procent| april 2027",
        ),
    ],
)
def test_the_heading_for_all_says_when_it_first_is_as_low(ranges, heading):
    days = _months(*({"lowest": lowest, "highest": highest} for lowest, highest in ranges))
    with override("sv"):
        said = heading_for_all(SimpleNamespace(name="Grund"), days)
    who, month = heading.split("| ")
    assert said == f"Om inget görs har {who} det som krävs på nivån Grund i {month}"
