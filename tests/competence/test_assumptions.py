"""Planning assumptions: what they are on a day, how they are changed and undone, and what is
counted with them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from competence.engine.assume import KINDS, AssumptionError, Assumptions, Course, plain, read
from competence.figures.assumptions import GROUPS, LABELS
from competence.models import AssumptionChange
from competence.services.assumptions import (
    AssumptionChangeError,
    assumed_on,
    assumptions_on,
    change_assumptions,
    undo_assumption_change,
)
from lms.people.roles import Role
from tests.builders.courses import publish_course
from tests.builders.people import account_with

DAY = date(2026, 11, 23)
ADDRESS = "/admin/kompetens/antaganden/"


def change(day: date = DAY, **values: object) -> AssumptionChange:
    return change_assumptions(values=values, starts_on=day, reason="Bokslut 2025", by=None)


def test_every_value_has_a_default_within_its_limits_a_name_and_a_place():
    usual = Assumptions()
    for name in KINDS:
        assert read(name, plain(getattr(usual, name))) == getattr(usual, name)
    placed = [name for _title, names in GROUPS for name in names]
    assert sorted(placed) == sorted(KINDS) == sorted(LABELS)


@pytest.mark.django_db
def test_a_change_counts_from_its_day_and_the_later_of_two_from_the_same_day_stands():
    change(date(2027, 1, 1), seats_per_session=24, hours_level_2="4,5".replace(",", "."))
    assert assumed_on(DAY) == Assumptions()
    spring = assumed_on(date(2027, 1, 1))
    assert (spring.seats_per_session, spring.hours_level_2) == (24, Decimal("4.50"))
    change(date(2027, 1, 1), seats_per_session=30)
    assert assumed_on(date(2027, 2, 1)).seats_per_session == 30
    assert assumed_on(date(2027, 2, 1)).hours_level_2 == Decimal("4.50")


@pytest.mark.django_db
def test_only_what_differs_is_written_and_a_change_of_nothing_is_refused():
    row = change(seats_per_session=24, covered_percent=30)
    assert row.values == {"seats_per_session": 24}
    with pytest.raises(AssumptionChangeError):
        change(seats_per_session=24)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seats_per_session", 0),
        ("no_show_percent", 95),
        ("seats_per_session", "12.5"),
        ("hours_level_1", "many"),
        ("slow_months", [13]),
        ("unknown", 1),
    ],
)
@pytest.mark.django_db
def test_a_value_that_cannot_be_is_refused(name, value):
    with pytest.raises(AssumptionError):
        read(name, value)
    with pytest.raises(AssumptionChangeError):
        change(**{name: value})
    assert not AssumptionChange.objects.exists()


@pytest.mark.django_db
def test_a_change_is_undone_by_another_that_puts_back_what_was():
    change(date(2026, 1, 1), seats_per_session=24)
    wrong = change(date(2026, 6, 1), seats_per_session=200, lead_days=90)
    undone = undo_assumption_change(change=wrong, starts_on=DAY, reason="Fel siffra", by=None)
    assert undone.undoes == wrong
    assert assumed_on(date(2026, 7, 1)).seats_per_session == 200
    now = assumed_on(DAY)
    assert (now.seats_per_session, now.lead_days) == (24, Assumptions().lead_days)


@pytest.mark.django_db
def test_undoing_a_change_leaves_what_a_later_one_has_set():
    first = change(seats_per_session=25, lead_days=90)
    second = change(seats_per_session=30)
    undo_assumption_change(change=first, starts_on=DAY, reason="Fel siffra", by=None)
    now = assumed_on(DAY)
    assert (now.seats_per_session, now.lead_days) == (30, Assumptions().lead_days)
    third = change(seats_per_session=40)
    with pytest.raises(AssumptionChangeError, match="senare ändring"):
        undo_assumption_change(change=second, starts_on=DAY, reason="Fel siffra", by=None)
    undo_assumption_change(change=third, starts_on=DAY, reason="Fel siffra", by=None)
    assert assumed_on(DAY).seats_per_session == 30
    undo_assumption_change(change=second, starts_on=DAY, reason="Fel siffra", by=None)
    assert assumed_on(DAY) == Assumptions()


@pytest.mark.django_db
def test_a_change_to_come_is_undone_from_its_own_day_at_the_earliest():
    summer = date(2027, 6, 1)
    row = change(summer, seats_per_session=25)
    with pytest.raises(AssumptionChangeError):
        undo_assumption_change(change=row, starts_on=DAY, reason="Fel siffra", by=None)
    undo_assumption_change(change=row, starts_on=summer, reason="Fel siffra", by=None)
    assert assumed_on(date(2027, 7, 1)) == Assumptions()


def test_hours_seats_and_kronor():
    assumed = Assumptions()
    assert assumed.hours("OM1", 1) == Decimal("1.25")
    assert assumed.hours("OM1", 5) == assumed.hours("OM1", 3) == 16
    assert not assumed.is_taught("OM1", 1)
    assert assumed.is_taught("OM1", 2)
    assert (assumed.seats_for(0), assumed.seats_for(9), assumed.seats_for(10)) == (0, 10, 12)
    assert (assumed.sessions_for(20), assumed.sessions_for(21)) == (1, 2)
    assert assumed.kronor_per_session(2) == 8000
    assert assumed.kronor_for_cover(Decimal(10)) == 900


def test_sessions_are_held_from_the_lead_time_on_and_fewer_in_slow_months():
    assumed = Assumptions(lead_days=0, sessions_per_month=6, sessions_in_slow_month=1)
    assert assumed.sessions_held(date(2027, 1, 1), date(2027, 1, 31)) == 6
    assert assumed.sessions_held(date(2027, 1, 16), date(2027, 2, 14)) == 6
    assert assumed.sessions_held(date(2027, 5, 1), date(2027, 8, 31)) == 9
    assert assumed.sessions_held(date(2027, 2, 1), date(2027, 1, 1)) == 0
    late = Assumptions(lead_days=60)
    assert late.sessions_held(date(2027, 1, 1), date(2027, 3, 1)) == 0


def test_a_unit_spares_some_at_once_and_at_least_one():
    assumed = Assumptions(lead_days=0)
    assert assumed.seats_of_unit(30, date(2027, 2, 1), date(2027, 4, 30)) == 18
    assert assumed.seats_of_unit(2, date(2027, 2, 1), date(2027, 4, 30)) == 3
    assert assumed.seats_of_unit(30, date(2027, 6, 1), date(2027, 8, 31)) == 0


@pytest.mark.django_db
def test_a_published_course_counts_with_its_own_length(monday):
    publish_course()
    assumed = assumptions_on(DAY)
    ((key, course),) = list(assumed.courses.items())[:1]
    assert isinstance(course, Course)
    assert assumed.hours(*key) == Decimal(course.minutes) / 60
    assert not assumed.is_taught(*key)
    assert assumed.everything_said()["courses"][0][:2] == list(key)


@pytest.fixture
def coordinator(db, monday, client):
    account = account_with(Role.COORDINATOR)
    client.force_login(account)
    return account


def form(**said: object) -> dict[str, object]:
    usual = {name: plain(getattr(Assumptions(), name)) for name in KINDS}
    return usual | {"starts_on": "2026-11-23", "reason": "Bokslut 2025"} | said


def test_the_page_says_what_is_an_example_and_what_has_been_changed(coordinator, client):
    assert client.get(ADDRESS).text.count("<em>exempel</em>") == len(KINDS)
    assert client.post(ADDRESS, form(seats_per_session="24")).status_code == 302
    page = client.get(ADDRESS).text
    assert page.count("<em>exempel</em>") == len(KINDS) - 1
    assert "Bokslut 2025" in page
    row = AssumptionChange.objects.get()
    assert (row.values, row.by) == ({"seats_per_session": 24}, coordinator)
    undo = {"starts_on": "2026-11-23", "reason": "Fel siffra"}
    assert client.post(f"{ADDRESS}{row.pk}/angra/", undo).status_code == 302
    assert assumed_on(DAY) == Assumptions()
    assert client.get(f"{ADDRESS}{row.pk}/angra/").status_code == 404


def test_changing_one_value_leaves_a_change_to_come_of_another(coordinator, client):
    change(date(2027, 1, 1), seats_per_session=25)
    said = form(no_show_percent="15", starts_on="2027-02-01")
    assert client.post(ADDRESS, said).status_code == 302
    spring = assumed_on(date(2027, 3, 1))
    assert (spring.no_show_percent, spring.seats_per_session) == (15, 25)


def test_what_somebody_changed_while_the_form_was_open_stands(coordinator, client):
    page = client.get(ADDRESS)
    assert 'name="shown"' in page.text
    change(seats_per_session=25)
    said = form(no_show_percent="15", shown=page.context["form"]["shown"].value())
    assert client.post(ADDRESS, said).status_code == 302
    assert (assumed_on(DAY).no_show_percent, assumed_on(DAY).seats_per_session) == (15, 25)


def test_what_is_wrong_in_the_form_is_said_and_what_was_typed_is_kept(coordinator, client):
    page = client.post(ADDRESS, form(seats_per_session="0", reason="Ny lokal"))
    assert page.status_code == 200
    assert "Ny lokal" in page.text
    assert page.context["form"].errors.keys() == {"seats_per_session"}
    unchanged = client.post(ADDRESS, form())
    assert "Inget har ändrats" in unchanged.text


def test_others_do_not_open_the_page(db, monday, client):
    client.force_login(account_with(Role.EDITOR))
    assert client.get(ADDRESS).status_code in (302, 403)


def test_sessions_can_be_counted_to_the_last_day_of_the_calendar():
    assumed = Assumptions(lead_days=0, sessions_in_slow_month=2)
    last = date(9999, 12, 31)
    assert assumed.sessions_held(date(9999, 12, 1), last) == 2
    assert assumed.seats_of_unit(100, date(9999, 11, 1), last) > 0
