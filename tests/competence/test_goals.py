"""Coverage goals: decided with a plan version, carried and exchanged with it, and told beside the
coverage where the coverage itself is told."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import yaml
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from competence.figures.chain import chain_on, questions
from competence.figures.followup.coverage import CoverageFigures, coverage_by_unit
from competence.figures.followup.document import Column, Row, Table, text
from competence.figures.followup.extract import extract_of
from competence.figures.followup.mondays import Monday
from competence.figures.goal_changes import goal_changes
from competence.figures.goal_table import GoalGroup, GoalRow, year_ago
from competence.figures.goals import Against, Goal, Goals, goals_beside, reached
from competence.figures.goals_standing import standing_of_goals
from competence.figures.heat import HeatCell
from competence.figures.plan_changes import plan_changes
from competence.figures.plan_changes_words import changes_in_words
from competence.figures.plan_document import plan_document
from competence.models import CoverageGoal, PlanVersion
from competence.parsers.framework_yaml import parse_framework
from competence.services.framework_export import export_framework
from competence.services.framework_file import FrameworkFileError, import_framework
from competence.services.mondays import published_on
from competence.services.plan import adopt_plan_version, draft_from
from competence.services.plan_content import GoalContent, content_of, goals_of
from competence.services.plan_editing import discard_draft
from competence.services.plan_goals import remove_goal, save_goal
from competence.services.plan_states import PlanError, Status, send_on
from lms.audit.models import AuditEvent
from lms.people.models import Unit
from lms.people.roles import Role
from tests.builders.competence import DAY, achieve, adopt, group, in_force, plan_of
from tests.builders.pages import send
from tests.builders.people import account_with, employ, make_person, make_unit

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)
END = date(2027, 12, 31)
BOTH = {"G": [{"units": ["A"]}], "H": [{"units": ["B"]}]}


def plan_with(*goals: dict[str, object], **changes: object) -> dict[str, object]:
    plan = plan_of({}, {"key_group": "H", "area": "OM4", "level": 2}, rules=BOTH)
    return plan | {"coverage_goals": [{"reach_by": END} | goal for goal in goals]} | changes


def said(version: PlanVersion) -> set[tuple[str, str, int, int]]:
    return {(goal.key_group, goal.area, goal.level, goal.percent) for goal in goals_of(version)}


# In the plan


def test_goals_are_carried_into_the_next_draft_and_go_with_it_when_it_is_discarded():
    adopt(plan_with({"key_group": "G", "percent": 90}, {"percent": 85}))
    draft = draft_from(in_force(), by=None)
    assert content_of(draft) == content_of(in_force())
    assert said(draft) == {("G", "", 0, 90), ("", "", 0, 85)}
    discard_draft(version=draft, by=None)
    assert said(in_force()) == {("G", "", 0, 90), ("", "", 0, 85)}


def test_a_goal_is_saved_changed_and_taken_out_of_a_draft_and_each_is_in_the_ledger():
    adopt(plan_with())
    officer = account_with(Role.COORDINATOR)
    draft = draft_from(in_force(), by=None)
    goal = save_goal(
        goal=CoverageGoal(plan_version=draft, key_group=group(), percent=90, reach_by=END),
        by=officer,
    )
    goal.percent = 95
    save_goal(goal=goal, by=officer)
    remove_goal(goal=goal, by=officer)
    events = AuditEvent.objects.filter(action__startswith="plan_version.goal", by=officer)
    assert [
        (event.action, event.before.get("percent"), event.after.get("percent"))
        for event in events.order_by("pk")
    ] == [
        ("plan_version.goal_added", None, 90),
        ("plan_version.goal_changed", 90, 95),
        ("plan_version.goal_removed", 95, None),
    ]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"percent": 0}, "lika med 1"),
        ({"percent": 101}, "högst 100|mindre än"),
        ({"area": "OM1"}, "både område och nivå"),
        ({"area": "OM1", "level": 1, "key_group": None}, "nyckelgrupp"),
        ({}, "redan ett mål"),
    ],
)
def test_a_goal_that_says_nothing_sensible_is_refused(said, words):
    adopt(plan_with({"key_group": "G", "percent": 90}))
    draft = draft_from(in_force(), by=None)
    row = in_force().requirements.select_related("area", "level").get(area__code="OM1")
    known = {"area": row.area, "level": row.level}
    goal = CoverageGoal(plan_version=draft, key_group=group(), percent=80, reach_by=END)
    for name, value in said.items():
        setattr(goal, name, known.get(name) if value in ("OM1", 1) else value)
    with pytest.raises(ValidationError, match="(?i)" + words):
        save_goal(goal=goal, by=None)


def test_a_decided_goal_is_changed_by_no_service_and_no_statement():
    adopt(plan_with({"key_group": "G", "percent": 90}))
    goal = in_force().goals.get()
    draft = draft_from(in_force(), by=None)
    loose = draft.goals.get()
    with pytest.raises(PlanError):
        save_goal(goal=goal, by=None)
    with pytest.raises(PlanError):
        remove_goal(goal=goal, by=None)
    rows = CoverageGoal.objects.filter(pk=goal.pk)
    for attempt in (
        lambda: rows.update(percent=10),
        lambda: rows._raw_delete("default"),
        lambda: rows.update(plan_version=draft),
        lambda: CoverageGoal.objects.filter(pk=loose.pk).update(plan_version=in_force()),
        lambda: CoverageGoal.objects.bulk_create(
            [CoverageGoal(plan_version=in_force(), percent=5, reach_by=END)]
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert said(in_force()) == {("G", "", 0, 90)}


def test_what_is_changed_in_the_goals_is_told_in_words():
    adopt(
        plan_with(
            {"percent": 80},
            {"key_group": "G", "percent": 90},
            {"key_group": "H", "area": "OM4", "level": 2, "percent": 70},
        )
    )
    was = content_of(in_force())
    adopt(
        plan_with(
            {"percent": 80, "reach_by": date(2028, 6, 30)},
            {"key_group": "G", "percent": 95},
            {"key_group": "H", "percent": 75},
        )
    )
    changes = plan_changes(was, content_of(in_force()))
    assert changes.goals_changed == 4
    assert (changes.added, changes.changed, changes.removed) == (0, 0, 0)
    nbsp = "\N{NO-BREAK SPACE}"
    assert [
        (each.name, [(change.kind, change.text) for change in each.changes])
        for each in changes_in_words(changes)
    ] == [
        (
            "Alla nyckelgrupper tillsammans",
            [
                (
                    "changed",
                    f"Målvärde: 80{nbsp}% till 31 december 2027 – till 30 juni 2028 i stället för"
                    " 31 december 2027",
                )
            ],
        ),
        (
            "Grupp G",
            [
                (
                    "changed",
                    f"Målvärde: 90{nbsp}% till 31 december 2027 – 95{nbsp}% i stället för"
                    f" 90{nbsp}%",
                )
            ],
        ),
        (
            "Grupp H",
            [
                ("added", f"Målvärde: 75{nbsp}% till 31 december 2027"),
                (
                    "removed",
                    f"Målvärde för Område OM4, Fördjupning: 70{nbsp}% till 31 december 2027",
                ),
            ],
        ),
    ]
    same = plan_changes(was, was)
    assert (same.any, same.unchanged) == (False, ("G", "H"))


def test_steps_for_the_same_thing_are_matched_by_their_day():
    def step(percent: int, year: int) -> GoalContent:
        return GoalContent("G", "", 0, percent, date(year, 12, 31), "")

    changes = goal_changes({step(80, 2026), step(90, 2027)}, {step(90, 2028), step(85, 2026)})
    assert [(change.was.percent, change.becomes.percent) for change in changes] == [
        (80, 85),
        (90, 90),
    ]


def test_the_document_says_the_goals_and_that_none_is_decided():
    adopt(plan_with({"key_group": "G", "percent": 90, "note": "Exempel"}))
    without = draft_from(in_force(), by=None)
    without.goals.all().delete()

    def chapter(version: PlanVersion) -> str:
        document = plan_document(version, DAY, starter={})
        return repr(next(each for each in document.chapters if "målvärden" in each.title))

    text = chapter(in_force())
    assert "Grupp G" in text
    assert "31 december 2027" in text
    assert "Exempel" in text
    assert "Inget målvärde" in chapter(without)


# In the file


def test_goals_go_out_in_the_file_and_in_again_without_a_change():
    adopt(
        plan_with(
            {"percent": 80, "note": "Exempel"},
            {"key_group": "H", "area": "OM4", "level": 2, "percent": 70},
        )
    )
    exported = export_framework(as_of=DAY)
    assert yaml.safe_load(exported)["coverage_goals"] == [
        {"percent": 80, "reach_by": END, "note": "Exempel"},
        {"key_group": "H", "area": "OM4", "level": 2, "percent": 70, "reach_by": END},
    ]
    assert not import_framework(content=exported.encode(), name="f", today=DAY).any


def test_a_file_older_than_the_goals_leaves_them_and_one_that_lists_none_takes_them_out():
    adopt(plan_with({"key_group": "G", "percent": 90}))
    old = {key: value for key, value in plan_with().items() if key != "coverage_goals"}
    assert adopt(old).plan_version is None
    # Another content in the old file is a new version, with the goals of the one before.
    old["requirements"][0]["grace_days"] = 30
    assert adopt(old, in_force_from=MONDAY).plan_version == 2
    assert said(in_force()) == {("G", "", 0, 90)}
    assert adopt(old | {"coverage_goals": []}, in_force_from=MONDAY).plan_version == 3
    assert said(in_force()) == set()


def test_every_fault_of_a_goal_is_told_with_its_place():
    plan = plan_with(
        {"key_group": "X", "percent": 90},
        {"key_group": "G", "percent": 101},
        {"key_group": "G", "percent": 0},
        {"key_group": "G", "percent": 90, "area": "OM1"},
        {"percent": 90, "area": "OM1", "level": 1},
        {"key_group": "G", "percent": 90},
        {"key_group": "G", "percent": 80},
        {"key_group": "G", "percent": 80, "reach_by": None},
    )
    content = yaml.safe_dump(plan, allow_unicode=True).encode()
    faults = sorted(error.column for error in parse_framework(content, "f.yaml").errors)
    assert faults == [
        "coverage_goals[0].key_group",
        "coverage_goals[1].percent",
        "coverage_goals[2].percent",
        "coverage_goals[3].level",
        "coverage_goals[4].key_group",
        "coverage_goals[6].reach_by",
        "coverage_goals[7].reach_by",
    ]
    with pytest.raises(FrameworkFileError):
        import_framework(content=content, name="f.yaml", today=DAY)
    assert not PlanVersion.objects.exists()


def test_a_goal_for_a_level_that_the_key_group_is_not_asked_is_refused_in_the_file():
    plan = plan_with(
        {"key_group": "G", "area": "OM1", "level": 2, "percent": 90},
        {"key_group": "G", "area": "OM4", "level": 2, "percent": 90},
        {"key_group": "H", "area": "OM4", "level": 2, "percent": 90},
    )
    content = yaml.safe_dump(plan, allow_unicode=True).encode()
    with pytest.raises(FrameworkFileError) as refused:
        import_framework(content=content, name="f.yaml", today=DAY)
    assert [error.column for error in refused.value.errors] == [
        "coverage_goals[0].level",
        "coverage_goals[1].level",
    ]
    assert "Filen har inget krav på den nivån" in str(refused.value)
    assert not PlanVersion.objects.exists()
    # What is only recommended is not asked.
    plan["requirements"][1]["kind"] = "recommended"
    found = parse_framework(yaml.safe_dump(plan, allow_unicode=True).encode(), "f.yaml").errors
    assert [error.column for error in found][-1] == "coverage_goals[2].level"


def test_a_file_older_than_the_goals_leaves_none_for_what_it_no_longer_asks():
    adopt(
        plan_with(
            {"key_group": "H", "percent": 80},
            {"key_group": "H", "area": "OM4", "level": 2, "percent": 90},
        )
    )
    old = {key: value for key, value in plan_with().items() if key != "coverage_goals"}
    old["requirements"] = old["requirements"][:1]
    assert adopt(old, in_force_from=MONDAY).plan_version == 2
    assert said(in_force()) == {("H", "", 0, 80)}


def test_a_goal_for_what_is_no_longer_asked_stops_the_decision(client):
    adopt(plan_with({"key_group": "H", "area": "OM4", "level": 2, "percent": 90}))
    draft = draft_from(in_force(), by=None)
    draft.requirements.get(area__code="OM4").delete()
    words = "Det finns ett målvärde för Grupp H, Område OM4, Fördjupning"
    with pytest.raises(PlanError, match=words):
        adopt_plan_version(version=draft, in_force_from=END, adopted_on=DAY, by=None)
    client.force_login(account_with(Role.COORDINATOR))
    page = client.post(
        reverse("competence_admin:adopt", args=[draft.number]),
        {"in_force_from": END, "adopted_on": DAY, "adopted_by": "KS"},
    )
    assert words in page.content.decode()
    with pytest.raises(PlanError, match=words):
        send_on(version=draft, to=Status.PREPARATION, taken_on=DAY, by=None)
    draft.refresh_from_db()
    assert draft.is_draft


# Against the coverage


@pytest.mark.parametrize(
    ("percent", "day", "words"),
    [
        (93, MONDAY, "3 procentenheter över"),
        (90, MONDAY, "precis på målet"),
        (89, MONDAY, "1 procentenhet under"),
        (89, date(2028, 1, 1), "1 procentenhet under, och dagen har passerat"),
        (93, date(2028, 1, 1), "3 procentenheter över"),
        (None, MONDAY, ""),
    ],
)
def test_over_and_under_is_said_in_words(percent, day, words):
    assert Against(Goal(90, END), percent, day).stands == words


def test_of_steps_the_next_one_counts_and_the_last_when_all_have_passed():
    steps = (Goal(80, date(2026, 12, 31)), Goal(90, END))
    for day, percent in ((MONDAY, 80), (date(2027, 1, 1), 90), (date(2030, 1, 1), 90)):
        assert Goals(day, {("G", "", 0): steps}).of("G").percent == percent
    assert Goals(MONDAY).of("G") is None


def test_how_many_have_reached_it_is_counted_of_what_is_told():
    goals = Goals(MONDAY, {(code, "", 0): (Goal(90, END),) for code in "ABC"})
    counted = reached(goals, {"A": 95, "B": 60, "C": None, "D": 100})
    assert (counted.reached, counted.told) == (1, 2)


def test_a_year_ago_is_the_day_on_offer_that_is_nearest():
    offered = [MONDAY - timedelta(days=7 * week) for week in range(60)]
    assert year_ago(MONDAY, offered) == MONDAY - timedelta(days=364)
    assert year_ago(MONDAY, offered[:40]) is None


@pytest.fixture
def town(db, monday):
    """Twenty in G, of whom fifteen have what is asked, and three in H: too few to be told."""
    for code in "AB":
        make_unit(code, Unit.objects.filter(code="K").first() or make_unit("K"), f"Enhet {code}")
    adopt(
        plan_with(
            {"percent": 80},
            {"key_group": "G", "percent": 90},
            {"key_group": "H", "percent": 50},
            {"key_group": "G", "area": "OM1", "level": 1, "percent": 70},
        )
    )
    for number in range(20):
        person = make_person(f"P{number:02}")
        employ(person, Unit.objects.get(code="A"), starts_on=date(2020, 1, 1))
        if number < 15:
            achieve(person, on=date(2026, 3, 1))
    for number in range(3):
        person = make_person(f"Q{number}")
        employ(person, Unit.objects.get(code="B"), starts_on=date(2020, 1, 1))
        achieve(person, "OM4", 2, on=date(2026, 3, 1))
    return SimpleNamespace(officer=account_with(Role.COORDINATOR))


def test_one_table_answers_today_a_year_ago_and_the_goal(town, client):
    client.force_login(town.officer)
    page = client.get("/tackning/mal/")
    text = " ".join(page.content.decode().split())
    rows = {
        (each.code, row.where): (
            row.now.percent,
            row.before and row.before.percent,
            str(row.against.goal),
            row.against.stands,
        )
        for each in page.context["groups"]
        for row in each.rows
    }
    by = "\N{NO-BREAK SPACE}% till 31 december 2027"
    assert rows["G", "Hela kommunen"] == (75, 0, f"90{by}", "15 procentenheter under")
    assert rows["G", "Enhet A"] == (75, 0, f"90{by}", "15 procentenheter under")
    assert rows["G", "Område OM1, Grund"] == (75, 0, f"70{by}", "5 procentenheter över")
    assert page.context["earlier"] == date(2025, 12, 1)
    assert "0 av 1 nyckelgrupper har nått sitt mål" in text
    # The file says the same.
    answer = client.get("/tackning/mal/?format=csv").content.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(answer), delimiter=";"))
    assert len(found) == len(rows)
    total = next(row for row in found if row["Nyckelgrupp"] == "Grupp G")
    assert (total["Täckningsgrad, %"], total["Mål, %"], total["Mot målet"]) == (
        "75",
        "90",
        "15 procentenheter under",
    )


def test_of_a_hidden_share_the_goal_is_told_and_not_how_it_stands(town, client):
    client.force_login(town.officer)
    page = client.get("/tackning/mal/")
    (hidden,) = (each for each in page.context["groups"] if each.code == "H")
    for row in hidden.rows:
        assert row.now.percent is None
        assert row.against.goal.percent == 50
        assert row.against.stands == ""
        assert row.change is None
    coverage = client.get("/tackning/")
    stands = {row.code: against.stands for row, against in coverage.context["rows"]}
    assert stands == {"G": "15 procentenheter under", "H": ""}
    assert client.get("/tackning/?grupp=H").context["goal"].stands == ""
    assert "15 procentenheter under" in client.get("/tackning/?grupp=G").content.decode()
    files = client.get("/tackning/?format=csv").content.decode("utf-8-sig")
    by_group = {
        row["Nyckelgrupp"]: row for row in csv.DictReader(io.StringIO(files), delimiter=";")
    }
    assert by_group["Grupp H"]["Mot målet"] == ""


def test_areas_that_are_not_shown_are_not_told_among_the_departments():
    def row(where, **of):
        return GoalRow(
            where, HeatCell("", None, None, None, "small"), None, Against(None, None, MONDAY), **of
        )

    group = GoalGroup("G", "G", (row("Alla", total=True), row("Norr"), row("A, B", of_area=True)))
    assert (group.untold, group.untold_areas) == (["Norr"], ["A, B"])


def test_the_year_asks_the_table_in_two_clicks_and_says_how_many_have_reached_it(town, client):
    (asked,) = (each for each in questions(MONDAY, town.officer) if each.code == "Q3")
    assert asked.url == reverse("competence:coverage_goals")
    (follow_up,) = (link for link in chain_on(MONDAY, town.officer) if link.code == "follow_up")
    assert follow_up.url == asked.url
    assert [(each.value, each.words) for each in follow_up.figures] == [
        (0, "av 1 nyckelgrupp har nått sitt mål")
    ]
    assert "Målet är 80" in follow_up.state


def test_goals_decided_after_a_monday_was_kept_stand_beside_later_days_only(monday, client):
    unit = make_unit("K")
    adopt(plan_of({}, rules={"G": [{}]}))
    for number in range(20):
        person = make_person(f"P{number:02}")
        employ(person, unit, starts_on=date(2020, 1, 1))
        if number < 10:
            achieve(person, on=date(2026, 1, 1))
    published_on(MONDAY)
    draft = draft_from(in_force(), by=None)
    save_goal(goal=CoverageGoal(plan_version=draft, percent=50, reach_by=END), by=None)
    adopt_plan_version(version=draft, in_force_from=MONDAY, adopted_on=MONDAY, by=None)
    officer = account_with(Role.COORDINATOR)
    client.force_login(officer)
    page = client.get("/tackning/mal/")
    assert (page.context["plan_number"], page.context["goals"].any) == (1, False)
    assert "inget mål är beslutat i den version" in page.content.decode().lower()
    assert not client.get("/tackning/").context["rows"][0][1].goal
    assert standing_of_goals(MONDAY) is None


def test_the_report_has_the_goals_in_t3_f1_and_the_extract(town):
    published = published_on(MONDAY)
    asked = CoverageFigures(
        published, [Monday(MONDAY, published)], None, "/", goals_beside(published.figures)
    )
    section = coverage_by_unit(asked)
    (table,) = (each for each in section.tables if each.code == "T3")
    place = [column.name for column in table.columns].index("Mål")
    by = "\N{NO-BREAK SPACE}% till 31 december 2027"
    assert [
        (row.group, row.unit, str(row.cells[place]), str(row.cells[place + 1]))
        for row in table.rows
    ] == [
        ("G", "", f"90{by}", "15 procentenheter under"),
        ("H", "", f"50{by}", ""),
        ("G", "A", f"90{by}", "15 procentenheter under"),
        ("H", "B", f"50{by}", ""),
    ]
    (chart,) = section.charts
    assert [(line.name, line.values[-1]) for line in chart.lines] == [("Täckning", 75), ("Mål", 80)]
    assert any("tillsammans är 80" in note for note in chart.table.notes)


def test_the_extract_has_the_forums_coverage_and_goals_and_what_lies_beside_is_in_the_report():
    names = (
        *("Del", "Nyckelgrupp", "Täckning", "För ett år sedan", "Mål", "Mot målet"),
        *("Har det som krävs", "Saknar något"),
    )
    beside = ("I introduktion", "Pausad", "Undantag", "Tillgodoräknande")
    columns = tuple(Column(name) for name in (*names, *beside))
    rows = tuple(
        Row(tuple(text(f"{group} {name}") for name in (*names, *beside)), group=group, total=total)
        for group, total in (("G18", True), ("G18", False), ("G01", True))
    )
    report = SimpleNamespace(table=lambda code: Table(code, code, columns, rows))
    table = extract_of(report).coverage
    assert [column.name for column in table.columns] == list(names[1:])
    assert [[str(cell) for cell in row.cells] for row in table.rows] == [
        [f"G18 {name}" for name in names[1:]]
    ]


def test_without_a_decided_goal_it_is_said(monday, client):
    adopt(plan_of({}, rules={"G": [{}]}))
    unit = make_unit("K")
    for number in range(10):
        employ(make_person(f"P{number}"), unit, starts_on=date(2020, 1, 1))
    client.force_login(account_with(Role.COORDINATOR))
    assert "inget mål beslutat" in client.get("/tackning/").content.decode()
    assert (
        "Inget mål är beslutat i den version av planen som siffrorna är räknade efter"
        in client.get("/tackning/mal/").content.decode()
    )


# In the admin


def test_a_goal_is_set_in_the_draft_and_what_was_typed_stays_when_it_is_refused(town, client):
    client.force_login(town.officer)
    draft = draft_from(in_force(), by=None)
    new = reverse("competence_admin:new_goal", args=[draft.number])
    blank = client.get(new).context["form"]
    assert [blank.fields[name].empty_label for name in ("key_group", "area", "level")] == [
        "Alla nyckelgrupper tillsammans",
        "Allt som är obligatoriskt",
        "Allt som är obligatoriskt",
    ]
    data = {"key_group": group("H").pk, "percent": "60", "reach_by": "2028-06-30", "note": "Nytt"}
    row = in_force().requirements.get(area__code="OM1")
    wrong = client.post(new, data | {"area": row.area_id, "level": row.level_id})
    assert "inget krav på den nivån" in wrong.content.decode()
    assert 'value="60"' in wrong.content.decode()
    assert client.post(new, data).status_code == 302
    goal = draft.goals.get(reach_by=date(2028, 6, 30))
    page = client.get(reverse("competence_admin:version", args=[draft.number])).content.decode()
    address = reverse("competence_admin:goal", args=[draft.number, goal.pk])
    assert address in page
    seen = client.get(address).context["seen"]
    assert client.post(address, data | {"percent": "65", "seen": seen}).status_code == 302
    goal.refresh_from_db()
    # Whoever has the page open from before does not write over it unseen.
    late = client.post(address, data | {"percent": "70", "seen": seen})
    assert "Någon annan har ändrat" in late.content.decode()
    assert 'value="70"' in late.content.decode()
    goal.refresh_from_db()
    assert goal.percent == 65
    gone = reverse("competence_admin:delete_goal", args=[draft.number, goal.pk])
    assert send(client, gone, shown=address).status_code == 302
    assert not draft.goals.filter(pk=goal.pk).exists()
    adopt_plan_version(version=draft, in_force_from=END, adopted_on=DAY, by=None)
    assert client.get(new).status_code == 404


def test_changed_goals_are_told_where_the_version_is_decided(town, client):
    client.force_login(town.officer)
    draft = draft_from(in_force(), by=None)
    changed = draft.goals.get(key_group__code="H")
    changed.percent = 60
    save_goal(goal=changed, by=None)
    remove_goal(goal=draft.goals.get(key_group__code="G", area=None), by=None)
    save_goal(
        goal=CoverageGoal(plan_version=draft, percent=95, reach_by=date(2029, 12, 31)), by=None
    )
    adopt_page = reverse("competence_admin:adopt", args=[draft.number])
    decision = {"in_force_from": "2026-12-07", "adopted_on": "2026-11-23", "adopted_by": "KS"}
    for page in (
        client.get(adopt_page),
        client.post(adopt_page, decision),
        client.get(reverse("competence_admin:consequences", args=[draft.number])),
    ):
        text = " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
        for words in (
            "Nytt Målvärde: 95 % till 31 december 2029",
            "Borttaget Målvärde: 90 % till 31 december 2027",
            "Ändrat Målvärde: 50 % till 31 december 2027 – 60 % i stället för 50 %",
        ):
            assert words in text.replace("\N{NO-BREAK SPACE}", " ")
    same = draft_from(in_force(), by=None)
    page = client.get(reverse("competence_admin:adopt", args=[same.number]))
    assert "Målvärden som ändras" not in page.content.decode()


def test_who_only_reads_sets_no_goal(town, client):
    draft = draft_from(in_force(), by=None)
    client.force_login(account_with(Role.EXECUTIVE_VIEWER))
    answer = client.post(
        reverse("competence_admin:new_goal", args=[draft.number]),
        {"percent": "1", "reach_by": "2028-06-30"},
    )
    assert answer.status_code in (302, 403)
    assert not draft.goals.filter(percent=1).exists()
    assert client.get("/tackning/mal/").status_code == 200
