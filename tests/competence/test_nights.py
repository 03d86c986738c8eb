"""The figures kept of each night: what the engine answers, missed nights, old ones, the trend."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from competence import engine
from competence.engine.coverage import standing_of
from competence.figures.night import count_night
from competence.figures.roll_up import roll_up
from competence.figures.team import build_team, read_team
from competence.figures.trend import direction
from competence.models import FiguresNight, UnitFigures
from competence.services.nights import keep_night, keep_nights, remove_old
from lms.lib.dates import first_monday
from lms.people.models import Employment, Person, Unit
from tests.builders.competence import achieve
from tests.builders.people import employ, make_person, make_unit
from tests.competence.test_engine_against_slow_engine import Drawn
from tests.competence.worlds import Seeded, days_to_ask, make_world, write_world

MONDAY = date(2026, 11, 23)
THEN = MONDAY - timedelta(days=90)


def kept_units(day):
    return {
        (row.unit_id, row.direct): (
            *(row.people, row.covered, row.gap),
            *(row.introduction, row.paused, row.only_exempt),
        )
        for row in UnitFigures.objects.filter(night__day=day)
    }


def obvious_units(day):
    """Unit by unit: who works there, and what the engine says of each of them."""
    found = {}
    for unit in Unit.objects.all():
        for direct in (False, True):
            if direct and not unit.children.exists():
                continue
            units = [unit] if direct else list(Unit.objects.at_or_below(unit))
            pks = set(
                Employment.objects.valid_on(day)
                .filter(unit__in=units, person__merged_into=None)
                .values_list("person_id", flat=True)
            )
            if not pks:
                continue
            standings, exempt = [], 0
            for pk in pks:
                rows = engine.gap_rows(Person.objects.filter(pk=pk), day)
                rows = [row for row in rows if row.mandatory]
                if rows:
                    standings.append(standing_of(rows))
                    exempt += standings[-1] == "covered" and any(row.only_exempt for row in rows)
            found[unit.pk, direct] = (
                len(pks),
                *(standings.count(s) for s in ("covered", "gap", "introduction", "paused")),
                exempt,
            )
    return found


def assert_kept_as_counted(source):
    world = make_world(source)
    write_world(world)
    for day in sorted(set(days_to_ask(source, world)[:3])):
        assert keep_night(day=day)
        assert kept_units(day) == obvious_units(day)


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_a_kept_night_is_what_the_engine_answers_on_drawn_worlds(data):
    with transaction.atomic():
        assert_kept_as_counted(Drawn(data))
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(10))
def test_a_kept_night_is_what_the_engine_answers_on_seeded_worlds(seed):
    assert_kept_as_counted(Seeded(seed))


def test_a_night_takes_as_many_queries_whatever_the_number_of_people(school):
    with CaptureQueriesContext(connection) as few:
        keep_night(day=MONDAY)
    for n in range(60):
        employ(make_person(f"N{n}"), school.unit)
    with CaptureQueriesContext(connection) as many:
        keep_night(day=MONDAY - timedelta(days=1))
    assert len(many) == len(few)


def test_the_nightly_work_is_done_once(school):
    assert keep_nights(day=MONDAY).made == (MONDAY,)
    made_at = FiguresNight.objects.get().created_at
    assert keep_nights(day=MONDAY).made == ()
    assert FiguresNight.objects.get().created_at == made_at


def test_missed_nights_are_made_the_next_time_and_say_when(school, monkeypatch):
    keep_nights(day=MONDAY)
    later = datetime(2026, 11, 26, 3, 10, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    days = tuple(date(2026, 11, day) for day in (24, 25, 26))
    assert keep_nights(day=days[-1]).made == days
    assert {night.created_at for night in FiguresNight.objects.filter(day__in=days)} == {later}
    assert kept_units(days[0]) == obvious_units(days[0])


def test_nights_missed_before_one_that_was_made_by_hand_are_made(school):
    keep_nights(day=MONDAY)
    keep_night(day=MONDAY + timedelta(days=3), anew=True)
    made = keep_nights(day=MONDAY + timedelta(days=4)).made
    assert made == tuple(MONDAY + timedelta(days=n) for n in (1, 2, 4))


def test_a_night_that_cannot_be_counted_stops_no_other_and_is_told(school, monkeypatch):
    keep_nights(day=MONDAY)
    bad, last = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)

    def count(day):
        if day == bad:
            raise RuntimeError("cannot be counted")
        return count_night(day)

    monkeypatch.setattr("competence.services.nights.count_night", count)
    kept = keep_nights(day=last)
    assert (kept.made, kept.failed) == ((last - timedelta(days=1), last), (bad,))
    monkeypatch.setattr("competence.management.commands.keep_figures.today", lambda: last)
    with pytest.raises(CommandError, match=bad.isoformat()):
        call_command("keep_figures")
    monkeypatch.undo()
    assert keep_nights(day=last).made == (bad,)


def test_no_more_than_two_weeks_are_made_up_for(school):
    keep_nights(day=MONDAY)
    made = keep_nights(day=MONDAY + timedelta(days=60)).made
    assert (made[0], len(made)) == (MONDAY + timedelta(days=46), 15)


def test_a_night_is_made_again_from_the_facts(school):
    keep_night(day=THEN)
    was = kept_units(THEN)[school.unit.pk, False]
    achieve(school.people["Gap"], "OM1", on=THEN)
    assert kept_units(THEN)[school.unit.pk, False] == was
    call_command("keep_figures", day=THEN.isoformat())
    assert kept_units(THEN)[school.unit.pk, False] != was
    assert kept_units(THEN) == obvious_units(THEN)
    assert FiguresNight.objects.count() == 1


def test_a_day_that_has_not_come_is_not_kept(school):
    with pytest.raises(CommandError):
        call_command("keep_figures", day="2026-11-24")
    assert not FiguresNight.objects.exists()


@pytest.mark.django_db
def test_after_120_days_one_night_of_each_month_is_left():
    first = date(2025, 11, 1)
    days = [first + timedelta(days=n) for n in range((MONDAY - first).days + 1)]
    days.remove(date(2026, 3, 2))  # the first Monday of March was missed
    FiguresNight.objects.bulk_create(FiguresNight(day=day) for day in days)
    removed = remove_old(day=MONDAY)
    left = sorted(FiguresNight.objects.values_list("day", flat=True))
    horizon = MONDAY - timedelta(days=120)
    old = [day for day in left if day < horizon]
    assert old == [
        *(date(2025, 11, 3), date(2025, 12, 1), date(2026, 1, 5), date(2026, 2, 2)),
        *(date(2026, 3, 1), date(2026, 4, 6), date(2026, 5, 4), date(2026, 6, 1)),
        date(2026, 7, 6),
    ]
    assert [day for day in left if day >= horizon] == [day for day in days if day >= horizon]
    assert removed == len(days) - len(left)
    assert remove_old(day=MONDAY) == 0


@pytest.mark.parametrize(
    ("day", "monday"),
    [(date(2026, 6, 30), date(2026, 6, 1)), (date(2026, 11, 1), date(2026, 11, 2))],
)
def test_first_monday_of_a_month(day, monday):
    assert first_monday(day) == monday


def parts_of(school, size=5):
    people = Person.objects.in_units([school.department], MONDAY).exclude(person_id="CHEF3")
    units = [school.department, school.unit, school.other]
    way = direction(people, units, size=size, day=MONDAY)
    team = build_team(read_team(people, MONDAY))
    parts = roll_up(team, school.department, units[1:], way=way)
    return way, {part.name: part for part in parts}


def test_the_change_is_between_those_who_were_there_then_and_now(school):
    """Somebody without a gap left in between: the kept night counts them, a second run does not."""
    left = make_person("Slutat")
    employ(left, school.unit, ends_on=date(2026, 10, 1))
    achieve(left, "OM1", on=date(2026, 1, 1))
    achieve(left, "OM4", on=date(2026, 1, 1))
    _way, anew = parts_of(school)
    keep_night(day=THEN - timedelta(days=3))
    keep_night(day=MONDAY)
    way, kept = parts_of(school)
    assert (way.compared_with, way.latest) == (THEN - timedelta(days=3), MONDAY)
    unit = kept["Norrskolan"]
    then = UnitFigures.objects.get(night__day=way.compared_with, unit=school.unit, direct=False)
    now = UnitFigures.objects.get(night__day=MONDAY, unit=school.unit, direct=False)
    assert (then.people, now.people) == (6, 6)
    assert unit.change == round(100 * now.covered / (now.covered + now.gap)) - round(
        100 * then.covered / (then.covered + then.gap)
    )
    assert unit.change != anew["Norrskolan"].change


def test_a_large_team_has_a_direction_only_where_nights_are_kept(school):
    assert not parts_of(school, size=2001)[0].known
    assert parts_of(school, size=2000)[0].latest is None
    keep_night(day=MONDAY)
    assert not parts_of(school, size=2001)[0].known
    keep_night(day=THEN + timedelta(days=7))
    assert parts_of(school, size=2001)[0].known


def test_a_night_more_than_a_week_off_is_not_compared_with(school):
    keep_night(day=MONDAY)
    keep_night(day=THEN - timedelta(days=8))
    way, _parts = parts_of(school)
    assert (way.compared_with, way.latest) == (THEN, None)


def test_old_figures_are_not_taken_for_those_of_today(school):
    keep_night(day=MONDAY - timedelta(days=8))
    keep_night(day=THEN)
    way, _parts = parts_of(school)
    assert (way.latest, way.nights) == (None, ())


def test_the_managers_page_draws_the_line_and_has_the_figures_behind_it(client, school):
    for day in (date(2026, 8, 3), THEN, date(2026, 10, 5), MONDAY):
        keep_night(day=day)
    client.force_login(school.director)
    page = client.get("/team/").content.decode()
    assert page.count('class="chart spark"') == 3  # the whole and the two schools
    with CaptureQueriesContext(connection) as few:
        client.get("/team/")
    for n in range(20):
        keep_night(day=date(2026, 9, 1) + timedelta(days=n))
    with CaptureQueriesContext(connection) as many:
        client.get("/team/")
    assert len(many) == len(few)


def test_the_direct_part_of_a_unit_is_kept_beside_the_whole(school):
    below = make_unit("S1A", school.unit)
    employ(make_person("Ett"), below)
    keep_night(day=MONDAY)
    assert kept_units(MONDAY)[school.unit.pk, False][0] == 7
    assert kept_units(MONDAY)[school.unit.pk, True][0] == 6
    assert (below.pk, True) not in kept_units(MONDAY)
