"""Standing programmes: whose turn it is, what stands once it was held, and what is shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from competence.engine.rotation import Quarter, Turn, rotation
from competence.figures.programme import programme_year
from competence.models import ProgrammeTurn, StandingProgramme
from competence.services.programme import (
    ProgrammeError,
    add_member,
    add_topic,
    choose_topic,
    create_programme,
    end_part,
    mark_held,
    plan_year,
)
from lms.framework.models import CompetenceArea
from lms.people.roles import Role
from tests.builders.competence import DAY, adopt, group, plan_of
from tests.builders.partners import make_organisation
from tests.builders.people import account_with

FIRST = date(2026, 1, 1)


def test_the_topics_come_round_before_any_comes_again() -> None:
    turns: list[Turn] = []
    for year in (2026, 2027, 2028):
        turns += rotation([1, 2, 3], [10, 20, 30, 40, 50], turns, year)
    assert len(turns) == 36
    for member in (1, 2, 3):
        topics = [turn.topic for turn in turns if turn.member == member]
        assert all(len(set(topics[n : n + 5])) == 5 for n in range(len(topics) - 4))
    for number in (1, 2, 3, 4):
        quarter = [turn.topic for turn in turns if turn.quarter == Quarter(2026, number)]
        assert len(set(quarter)) == 3


def test_what_is_planned_already_stands_and_is_reckoned_with() -> None:
    had = [Turn(Quarter(2026, 2), 1, 20)]
    turns = rotation([1], [10, 20, 30], had, 2026)
    assert [(turn.quarter.number, turn.topic) for turn in turns] == [(1, 10), (3, 30), (4, 10)]
    assert rotation([1], [], had, 2026) == []


@pytest.fixture
def programme(db: None) -> StandingProgramme:
    adopt(plan_of({"area": "OM1", "level": 3, "renewal_months": 12}))
    made = create_programme(key_group=group(), name="Stödfunktionens fortbildning", by=None)
    area = CompetenceArea.objects.get(code="OM1")
    for title in ("Digitala miljöer", "Utträde", "Hot och hat"):
        add_topic(programme=made, title=title, area=area, starts_on=FIRST, by=None)
    add_member(programme=made, function="strateg", headcount=1, starts_on=FIRST, by=None)
    add_member(
        programme=made,
        function="kommunpolis",
        headcount=2,
        organisation=make_organisation("LPO", name="Polisen"),
        starts_on=FIRST,
        by=None,
    )
    return made


def test_a_year_is_planned_from_this_quarter_and_once(programme: StandingProgramme) -> None:
    plan_year(programme=programme, year=2026, day=DAY, by=None)
    assert list(ProgrammeTurn.objects.values_list("quarter", flat=True)) == [4, 4]
    with pytest.raises(ProgrammeError):
        plan_year(programme=programme, year=2026, day=DAY, by=None)
    plan_year(programme=programme, year=2027, day=DAY, by=None)
    assert ProgrammeTurn.objects.filter(year=2027).count() == 8


def test_what_was_held_stands(programme: StandingProgramme) -> None:
    plan_year(programme=programme, year=2026, day=DAY, by=None)
    turn = ProgrammeTurn.objects.first()
    assert turn is not None
    other = programme.topics.exclude(pk=turn.topic_id)[0]
    choose_topic(turn=turn, topic=other, by=None)
    with pytest.raises(ProgrammeError):
        mark_held(turn=turn, on=date(2026, 12, 24), day=DAY, by=None)
    mark_held(turn=turn, on=DAY, day=DAY, by=None)
    for act in (
        lambda: mark_held(turn=turn, on=DAY, day=DAY, by=None),
        lambda: choose_topic(turn=turn, topic=programme.topics.all()[0], by=None),
    ):
        with pytest.raises(ProgrammeError):
            act()
    turn.refresh_from_db()
    assert (turn.topic, turn.held_on) == (other, DAY)


def test_a_function_that_ends_leaves_its_later_turns(programme: StandingProgramme) -> None:
    for year in (2026, 2027):
        plan_year(programme=programme, year=year, day=DAY, by=None)
    police = programme.members.get(function="kommunpolis")
    end_part(part=police, on=date(2027, 5, 1), by=None)
    turns = ProgrammeTurn.objects.filter(member=police)
    assert [(turn.year, turn.quarter) for turn in turns] == [(2026, 4), (2027, 1), (2027, 2)]
    with pytest.raises(ProgrammeError):
        end_part(part=police, on=date(2027, 6, 1), by=None)


def test_the_year_is_shown_with_what_the_plan_asks(
    programme: StandingProgramme, client: Client
) -> None:
    plan_year(programme=programme, year=2026, day=DAY, by=None)
    shown = programme_year(programme, 2026, DAY)
    assert [len([slot for slot in row.slots if slot.turn_pk]) for row in shown.rows] == [1, 1]
    assert [each.level.number for each in shown.requirements] == [3]
    client.force_login(account_with(Role.SUPPORT_FUNCTION))
    page = client.get(reverse("competence:standing_programme", args=["G"]) + "?ar=2026")
    words = page.content.decode()
    for expected in ("Stödfunktionens fortbildning", "Polisen", "varje år"):
        assert expected in words


def test_the_coordinator_keeps_the_programme(programme: StandingProgramme, client: Client) -> None:
    client.force_login(account_with(Role.COORDINATOR))
    address = reverse("competence_admin:programme", args=["G"])
    year = date.today().year  # noqa: DTZ011
    topic = {"vad": "amne", "amne-title": "Samtal", "amne-starts_on": f"{year}-01-01"}
    client.post(address, topic | {"amne-area": CompetenceArea.objects.get(code="OM1").pk})
    assert programme.topics.count() == 4
    client.post(reverse("competence_admin:plan_programme", args=["G", year + 1]))
    assert ProgrammeTurn.objects.filter(year=year + 1).count() == 8
    turn = ProgrammeTurn.objects.all()[0]
    client.post(
        reverse("competence_admin:programme_turn", args=["G", turn.pk]),
        {"topic": turn.topic_id, "held_on": f"{year - 1}-05-05"},
    )
    turn.refresh_from_db()
    assert turn.held_on == date(year - 1, 5, 5)
    assert client.get(address).status_code == 200
    assert client.get(reverse("competence_admin:programmes")).status_code == 200
