"""What is told of how few took part: in the count, in the hours and cover that are hours for each
times how many, in the ledger, and of a function that one person holds."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from competence.engine.assume import Assumptions
from competence.figures.activities import ActivityLine, activity_lines
from competence.figures.activity_cost import Cost
from competence.figures.budget import budget
from competence.figures.followup.training import training_section
from competence.models import PlanActivity
from competence.services.activity_facts import (
    note_expense,
    note_step,
    report_outcome,
    take_back_outcome,
)
from competence.services.programme import (
    add_member,
    add_topic,
    create_programme,
    mark_held,
    plan_year,
)
from competence.suppression import Hidden
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea
from lms.lib.dates import STOCKHOLM
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, group, plan_of
from tests.builders.partners import make_organisation
from tests.builders.people import account_with, employ, make_account, make_person, make_unit
from tests.builders.training import add_activity, decide, make_draft

pytestmark = pytest.mark.django_db

WRITTEN = date(2026, 11, 18)
PAGE = "/plan/utbildning/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Sets the day it is; the week before the Monday of the others, to begin with."""

    def set_to(day: date) -> None:
        at = datetime(day.year, day.month, day.day, 9, tzinfo=STOCKHOLM)
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)

    set_to(WRITTEN)
    return set_to


@pytest.fixture
def planned(clock) -> PlanActivity:  # type: ignore[no-untyped-def]
    """A day of seven hours for twenty of the municipality's own."""
    adopt(plan_of({"area": "OM1"}))
    made = add_activity(
        make_draft(),
        key_groups=[group()],
        sessions=1,
        seats=20,
        hours=7,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    decide(made.version, from_day=date(2026, 1, 1))
    return made


def held(planned: PlanActivity, people: int | None, on: date = WRITTEN) -> None:
    report_outcome(activity=planned.activity, on=on, sessions=1, people=people, day=on, by=None)


def took(planned: PlanActivity, hours: int, on: date = WRITTEN, kind: str = "staff") -> None:
    kronor = 0 if kind == "staff" else 300 * hours
    note_expense(
        activity=planned.activity, kind=kind, on=on, hours=hours, kronor=kronor, day=on, by=None
    )


def line_of(planned: PlanActivity, day: date = DAY) -> ActivityLine:
    return next(
        each
        for each in activity_lines(planned.version, day=day, assumed=Assumptions())
        if each.pk == planned.pk
    )


def employee() -> Client:
    person = make_person()
    employ(person, make_unit("K"))
    client = Client()
    client.force_login(make_account(person))
    return client


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def file_of(client: Client, url: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(text(client, url).lstrip("\ufeff")), delimiter=";")
    return next(iter(rows))


def test_a_small_occasion_is_never_the_difference_between_two_days(planned, clock) -> None:  # type: ignore[no-untyped-def]
    held(planned, 12)
    before = line_of(planned)
    later = DAY + timedelta(days=2)
    clock(later)
    held(planned, 3, on=later)
    told = [line_of(planned, DAY + timedelta(days=days)).took_part for days in range(15)]
    assert {part.count.value for part in (before.took_part, *told)} == {12}
    assert [part.leaves_out for part in told] == [False] * 7 + [True] * 8
    clock(date(2026, 12, 1))
    reader = employee()
    page = text(reader, f"{PAGE}A1/")
    assert "inte medräknat: färre än 5 vid något tillfälle" in page
    row = file_of(reader, f"{PAGE}aktiviteter.csv")
    assert (row["Deltog"], row["Inte medräknat"]) == ("12", "färre än 5 vid något tillfälle")


def test_an_occasion_is_told_from_the_monday_after_it_was_written(planned, clock) -> None:  # type: ignore[no-untyped-def]
    clock(DAY)
    held(planned, 12, on=DAY)
    until = [line_of(planned, DAY + timedelta(days=days)).took_part for days in range(7)]
    assert all(part.count.value is None and part.awaits for part in until)
    assert line_of(planned, DAY + timedelta(days=7)).took_part.count.value == 12
    assert "berättas från måndag" in text(employee(), f"{PAGE}A1/")


def test_small_occasions_are_not_put_together(planned, clock) -> None:  # type: ignore[no-untyped-def]
    held(planned, 3)
    assert line_of(planned).took_part.count.hidden is Hidden.FEW
    held(planned, 4)
    part = line_of(planned).took_part
    assert (part.count.value, part.count.hidden, part.leaves_out) == (None, Hidden.PROTECTED, True)


def test_the_report_says_what_is_in_no_figure(planned, clock) -> None:  # type: ignore[no-untyped-def]
    held(planned, 12)
    held(planned, 3)
    took(planned, 105)
    took(planned, 30, kind="cover")
    held_table, costs = training_section([line_of(planned)], 5, PAGE).tables[:2]
    assert (held_table.rows[0].cells[9].number, costs.rows[0].cells[3].number) == (12, 0)
    notes = " ".join((*held_table.notes, *costs.notes))
    assert "Det gäller A1" in notes
    assert "inte med i det som har använts: A1" in notes


def test_hours_do_not_tell_how_few_took_part(planned, clock) -> None:  # type: ignore[no-untyped-def]
    """21 hours of 7 for each is three people."""
    held(planned, 3)
    took(planned, 21)
    took(planned, 7, kind="cover")
    line = line_of(planned)
    assert (line.spent, line.hides_hours) == (Cost(), True)
    assert budget([line]).total.leaves_out
    clock(DAY)
    reader = employee()
    page = text(reader, f"{PAGE}A1/")
    assert page.count(">visas inte<") == 3
    assert "21 h" not in page
    assert "2 100" not in page
    row = file_of(reader, f"{PAGE}kostnad.csv")
    for column in ("Personaltimmar", "Vikarietimmar", "Vikarier, kronor"):
        assert row[f"Utfall: {column}"] == "visas inte", column
    assert row["Utfall: Totalt, kronor"] == "0"
    costs = text(reader, f"{PAGE}kostnad/")
    assert "hur få de var" in costs
    assert ">21" not in costs


@pytest.mark.parametrize(
    ("counts", "hours", "are_told"),
    [
        ([12], 84, True),
        # Not counted at all.
        ([], 84, False),
        ([None], 84, False),
        # Beside a small occasion the hours of all of them are its own too.
        ([12, 3], 105, False),
        # Three of our own, and nine of a partner's.
        ([12], 21, False),
    ],
)
def test_hours_are_told_where_all_of_the_count_is(
    planned: PlanActivity, counts: list[int | None], hours: int, are_told: bool
) -> None:
    for people in counts:
        held(planned, people)
    took(planned, hours)
    line = line_of(planned)
    assert line.hides_hours is not are_told
    assert line.spent.staff_hours == (hours if are_told else 0)


def test_hours_of_an_occasion_not_reported_yet_are_not_told(planned, clock) -> None:  # type: ignore[no-untyped-def]
    held(planned, 12)
    took(planned, 84)
    later = DAY + timedelta(days=2)
    clock(later)
    took(planned, 21, on=later)
    assert line_of(planned, later).spent.staff_hours == 84
    assert line_of(planned, DAY + timedelta(days=7)).hides_hours


def test_a_sum_leaves_out_what_a_part_of_it_hides(planned, clock) -> None:  # type: ignore[no-untyped-def]
    held(planned, 3)
    took(planned, 21)
    draft = make_draft()
    other = add_activity(
        draft,
        "Övning",
        key_groups=[group()],
        people=20,
        hours=7,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    held(other, 12)
    took(other, 84)
    counted = budget([line_of(planned), line_of(other)])
    for row in (counted.total, *counted.by_department, *counted.by_year):
        assert (row.spent.staff_hours, row.leaves_out) == (84, True)


def test_nothing_is_left_of_what_is_cancelled(planned, clock) -> None:  # type: ignore[no-untyped-def]
    draft = make_draft()
    other = add_activity(draft, "Övning", cost_venue=900, cost_trainer=100)
    lines = [line_of(planned), line_of(other)]
    before = budget(lines)
    note_step(
        activity=other.activity,
        step="cancelled",
        on=WRITTEN,
        day=WRITTEN,
        reason="Sjukdom",
        by=None,
    )
    after = budget([line_of(planned), line_of(other)])
    assert after.total.planned == before.total.planned
    for one, two in (
        (before.total, after.total),
        (before.by_department[0], after.by_department[0]),
    ):
        assert one.left - two.left == 1_000
    assert [row.left for row in after.by_year if row.label == "2027"] == [0]
    assert "inget av det finns kvar att använda" in text(employee(), f"{PAGE}kostnad/")


def test_the_ledger_has_no_small_count_and_no_hours(planned, clock) -> None:  # type: ignore[no-untyped-def]
    for people, told in ((3, "färre än 5"), (0, 0), (None, None), (5, 5)):
        outcome = report_outcome(
            activity=planned.activity, on=WRITTEN, sessions=1, people=people, day=WRITTEN, by=None
        )
        event = AuditEvent.objects.filter(action="training_activity.outcome").latest("pk")
        assert event.after["people"] == told
    small = planned.activity.outcomes.get(people=3)
    for row in (small, outcome):
        take_back_outcome(outcome=row, by=None, at=datetime(2026, 11, 18, 10, tzinfo=STOCKHOLM))
    taken = AuditEvent.objects.filter(action="training_activity.outcome_withdrawn").order_by("pk")
    assert [event.before["people"] for event in taken] == ["färre än 5", 5]
    took(planned, 21)
    took(planned, 7, kind="cover")
    for event in AuditEvent.objects.filter(action="training_activity.expense"):
        assert not {"hours", "kronor"} & set(event.after)


def programme_with(*functions: str, organisation: str = "") -> None:
    made = create_programme(key_group=group(), name="Fortbildning", by=None)
    area = CompetenceArea.objects.get(code="OM1")
    for title in ("Hot", "Samtal"):
        add_topic(programme=made, title=title, area=area, starts_on=date(2026, 1, 1), by=None)
    for function in functions:
        add_member(
            programme=made,
            function=function,
            headcount=3,
            organisation=make_organisation("LPO", name="Polisen") if function == "polis" else None,
            starts_on=date(2026, 1, 1),
            by=None,
        )
    turns = plan_year(programme=made, year=2026, day=WRITTEN, by=None)
    mark_held(turn=turns[0], on=WRITTEN, day=WRITTEN, by=None)


def test_a_programme_is_told_by_topic_without_headcounts(planned, clock) -> None:  # type: ignore[no-untyped-def]
    programme_with("strateg", "polis")
    page = text(employee(), f"{PAGE}program/G/?ar=2026")
    assert "strateg; polis, Polisen" in page
    assert "personer" not in page
    assert "18 november" not in page
    table = page[page.index("<table") : page.index("</table>")]
    assert ("strateg" in table, "Hot" in table, "genomfört" in table) == (False, True, True)
    officer = Client()
    officer.force_login(account_with(Role.COORDINATOR))
    admin = text(officer, reverse("competence_admin:programme", args=["G"]) + "?ar=2026")
    assert "3 personer" in admin
    assert "18 november 2026" in admin


def test_what_a_lone_function_has_held_is_not_told(planned, clock) -> None:  # type: ignore[no-untyped-def]
    programme_with("strateg")
    page = text(employee(), f"{PAGE}program/G/?ar=2026")
    table = page[page.index("<table") : page.index("</table>")]
    assert "genomfört" not in table
    assert "planerat" in table
    assert "1 av 1" not in page
