"""The forecast of a day is what the engine answers when asked for that day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence.engine import Status, gap_rows
from competence.engine.coverage import standing_of, units_of
from competence.engine.loader import load_people, load_plan
from competence.engine.outlook import outlook
from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import employ, make_person, make_unit, take_leave
from tests.competence.test_engine_against_slow_engine import Drawn
from tests.competence.worlds import Seeded, days_to_ask, edge_world, make_world, write_world


def _said(row):
    """A row without what is not told apart."""
    status = Status.MET if row.status == Status.EXPIRING else row.status
    return row._replace(status=status, only_exempt=False)


def _standings(rows):
    """What somebody is by all that is mandatory (0) and by each level."""
    mandatory = [row for row in rows if row.mandatory]
    found = {0: standing_of(mandatory)} if mandatory else {}
    for level in {row.level for row in mandatory}:
        found[level] = standing_of([row for row in mandatory if row.level == level])
    return found


def _by_requirement(rows):
    return {row.requirement_pk: _said(row) for row in rows}


def _by_person(rows):
    found = {}
    for row in rows:
        found.setdefault(row.person_pk, []).append(row)
    return found


def check(days):
    days = sorted(set(days))
    people = list(outlook(None, days))
    for number, day in enumerate(days):
        expected = _by_person(gap_rows(None, day))
        plan = load_plan(day)
        places = {facts.pk: units_of(facts, plan) for facts in load_people(None, day, plan)}
        for person in people:
            pk = person.span.pk
            asked = expected.get(pk, [])
            if not person.stretches:
                assert not asked, day
                continue
            (stretch,) = [each for each in person.stretches if each.first <= number < each.stop]
            assert _by_requirement(stretch.rows) == _by_requirement(asked), day
            assert _standings(stretch.rows) == _standings(asked)
            assert units_of(stretch.facts, stretch.plan) == places[pk]
    return days


def _all_days(source, world):
    return [day for _ in range(3) for day in days_to_ask(source, world)]


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_forecast_of_a_day_is_the_engines_answer_for_it_on_drawn_worlds(data):
    source = Drawn(data)
    world = make_world(source)
    days = _all_days(source, world)
    with transaction.atomic():
        write_world(world)
        check(days)
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(40))
def test_forecast_of_a_day_is_the_engines_answer_for_it_on_seeded_worlds(seed):
    source = Seeded(seed)
    world = make_world(source)
    write_world(world)
    check(_all_days(source, world))
    first = date(2023, 12, 1)
    check([first + timedelta(days=15 * step) for step in range(20)])


@pytest.mark.django_db
def test_forecast_is_the_engines_answer_on_turns_that_chance_seldom_takes():
    world, days = edge_world()
    write_world(world)
    check([days[0] + timedelta(days=step) for step in range(-20, 40)])


@pytest.mark.django_db
def test_what_is_known_of_the_future_is_in_the_forecast(monday):
    """A post that ends, a leave to come, and a version that is decided and comes into force."""
    unit = make_unit("K")
    adopt(plan_of({"area": "OM1", "grace_days": 0, "renewal_months": 12}))
    leaving, away, stays = (make_person(name) for name in ("SLUTAR", "LEDIG", "KVAR"))
    employ(leaving, unit, ends_on=date(2026, 12, 15))
    for person in (away, stays):
        employ(person, unit)
        achieve(person, on=date(2026, 3, 1))
    take_leave(away, date(2027, 2, 1))
    adopt(
        plan_of({"area": "OM4", "grace_days": 0}),
        in_force_from=date(2027, 6, 1),
    )
    days = [
        monday,
        *(date(2026, 12, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 6, 30)),
    ]
    check(days)
    told = {
        person.span.person_id: [
            _standings(stretch.rows).get(0, "")
            for stretch in person.stretches
            for _ in range(stretch.first, stretch.stop)
        ]
        for person in outlook(None, days)
    }
    assert told == {
        "SLUTAR": ["gap", "", "", "", ""],
        "LEDIG": ["covered", "covered", "paused", "paused", "paused"],
        "KVAR": ["covered", "covered", "covered", "gap", "gap"],
    }


@pytest.mark.django_db
def test_number_of_queries_is_the_same_for_three_people_and_three_hundred(monday):
    unit = make_unit("K")
    adopt(plan_of({"area": "OM1", "renewal_months": 12}))
    days = [monday + timedelta(days=30 * step) for step in range(25)]

    def queries():
        with CaptureQueriesContext(connection) as context:
            assert list(outlook(None, days))
        return len(context)

    for number in range(3):
        employ(make_person(f"A{number}"), unit)
    few = queries()
    for number in range(300):
        employ(make_person(f"B{number}"), unit)
    assert few == queries() == 14
