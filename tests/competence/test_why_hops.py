"""The sentence in pieces: what each points to, and who may open it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory

from competence.engine import explain
from competence.engine.pieces import (
    AchievementHop,
    EmploymentHop,
    KeyGroupHop,
    Piece,
    PlanHop,
    RequirementHop,
    UnitHop,
    fill,
    text_of,
)
from competence.engine.timeline import renewed_on
from competence.models import Achievement, KeyGroup
from competence.templatetags.why_tags import Reader, address_of
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, Unit
from tests.builders.competence import DAY, achieve, adopt, plan_of
from tests.builders.people import employ, make_account, make_manager, make_person, make_unit
from tests.competence.worlds import Seeded, days_to_ask, make_world, write_world

pytestmark = pytest.mark.django_db


def hops_of(pieces):
    return {type(piece.hop): piece for piece in pieces if piece.hop}


def test_filling_in_pieces_gives_the_same_words_as_formatting():
    values = {"a": Piece("ett", KeyGroupHop("G")), "b": 2, "c": "100 %"}
    template = "%(b)d %% av %(a)s, %(c)s"
    assert text_of(fill(template, **values)) == template % {"a": "ett", "b": 2, "c": "100 %"}


def test_level_and_area_are_one_hop():
    hop = RequirementHop("G", "OM1")
    assert fill(
        "Du har %(level)s i %(area)s.", level=Piece("Grund", hop), area=Piece("A", hop)
    ) == (
        Piece("Du har "),
        Piece("Grund i A", hop),
        Piece("."),
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_row_of_a_random_world_says_why_in_pieces(seed):
    source = Seeded(seed)
    world = make_world(source)
    write_world(world)
    groups = set(KeyGroup.objects.values_list("code", flat=True))
    units = set(Unit.objects.values_list("code", flat=True))
    for day in days_to_ask(source, world)[:3]:
        for explanation in explain(None, day):
            row, hops = explanation.row, hops_of(explanation.pieces)
            assert explanation.sentence == "".join(p.text for p in explanation.pieces)
            assert all(piece.text for piece in explanation.pieces)
            assert hops[RequirementHop].hop == RequirementHop(row.key_group, row.area)
            assert row.requirement.level_name in hops[RequirementHop].text
            assert hops[KeyGroupHop].hop.key_group in groups
            assert hops[PlanHop].hop.key_group == row.key_group
            if UnitHop in hops:
                assert hops[UnitHop].hop.unit in units
            if AchievementHop in hops:
                assert hops[AchievementHop].hop.pk == explanation.achievement_pk
            if not row.mandatory:
                assert not re.search(r"\b(behöver|behövde|krav)\b", explanation.sentence)


@pytest.mark.parametrize("seed", [13, 14, 18, 40, 57])  # worlds with something to renew
def test_the_days_of_a_timeline_are_those_of_the_engine(seed):
    """Renewed on the day: what the engine says when the achievement is there."""
    source = Seeded(seed)
    world = make_world(source)
    write_world(world)
    tried = 0
    for day in days_to_ask(source, world):
        for explanation in explain(None, day)[:8]:
            row, line = explanation.row, explanation.timeline
            if row.valid_until:
                assert line.valid_until == row.valid_until
            if row.due_on:
                assert line.due == row.due_on
            if line.today is None or tried > 20:
                continue
            tried += 1
            with transaction.atomic():
                Achievement.objects.create(
                    person_id=row.person_pk,
                    area=CompetenceArea.objects.get(code=row.area),
                    level=TrainingLevel.objects.get(number=row.level),
                    achieved_on=day,
                    source="prov",
                )
                (after,) = [
                    each
                    for each in explain(Person.objects.filter(pk=row.person_pk), day)
                    if each.row.requirement_pk == row.requirement_pk
                ]
                transaction.set_rollback(True)
            assert after.row.valid_until == line.today.until
    assert tried


def test_a_timeline_opens_on_the_first_day_that_the_engine_calls_expiring():
    adopt(plan_of({"renewal_months": 12, "window_days": 90}))
    person = make_person("P1")
    employ(person, make_unit("U"), starts_on=date(2020, 1, 1))
    achieve(person, on=date(2026, 6, 1))
    (row,) = explain(None, DAY)
    opens = row.timeline.opens
    assert opens is not None
    statuses = [
        explain(None, day)[0].row.status.value for day in (opens - timedelta(days=1), opens)
    ]
    assert statuses == ["met", "expiring"]
    assert row.timeline.when_it_opens.joined
    assert not row.timeline.today.joined
    assert row.timeline.when_it_opens.until == date(2028, 5, 31)


def test_each_hop_is_a_link_only_for_who_may_open_it():
    adopt(plan_of({}))
    unit = make_unit("U")
    person = make_person("P1")
    employ(person, unit, starts_on=date(2020, 1, 1))
    manager, other = make_manager(unit, "C1"), make_manager(make_unit("U2"), "C2")
    request = RequestFactory().get("/")

    def link(user, hop):
        request.user = user
        return address_of(hop, Reader(request), here=False)

    own = make_account(person)
    post = EmploymentHop("P1")
    assert link(own, post) == "/min-sida/lage/#arbete"
    assert link(manager, post).startswith("/team/P1/?dag=")
    assert link(other, post) == ""
    assert [bool(link(user, UnitHop("U"))) for user in (own, manager, other)] == [
        False,
        True,
        False,
    ]
    assert link(own, KeyGroupHop("G")) == "/kompetensplan/G/#vilka"


def test_an_order_already_decided_caps_what_renewing_today_would_give():
    from competence.engine.facts import OrderFact, RequiredLevel

    level = RequiredLevel(1, 1, "G", "G", 1, "A", "A", "A", 1, "Grund", True, 1, 90, 24, 90)
    day = date(2026, 1, 1).toordinal()
    order = OrderFact(None, day + 10, day + 100)
    assert renewed_on(day, [], level, [order]).until == date.fromordinal(day + 100)
