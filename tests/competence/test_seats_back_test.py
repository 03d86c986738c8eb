"""The forecast of seats against what happens: a municipality is lived through for two years, the
engine is asked in the middle with what is known by then, and its year is put beside what came.

Before the middle day nothing of what comes later is written: not who is hired, who leaves or who
renews. So what is known then needs no filter of when a fact was recorded; in the product the
week's counts are kept for the same reason (`WeekSeats`), and `look_back` reads them.

In the four worlds below 160 people are asked; 12 per cent leave in a year and are replaced; nine in
ten renew, from 60 days before to 30 days after the last day, the rest a third at a time each
quarter. People who needed it in the year, when this was written:

    world         1     2     3     4
    said        157   155   151   149
    came        163   159   157   162
    off, %       -4    -3    -4    -8       bias -5 %

A little low every time: those who renew early before the end of the year are in what came, and not
in what was said. The same is told in docs/how-to/platsprognos.md.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.db import transaction

from competence.engine.assume import Assumptions
from competence.engine.coming_due import days_ahead
from competence.engine.seats import Line
from competence.figures.forecast import Hit, compare
from competence.figures.seats import Counted, count_seats
from competence.models import Achievement
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import add_months
from lms.people.models import Employment, Person, Unit
from tests.builders.competence import adopt, plan_of
from tests.builders.people import make_unit

BEGAN = date(2025, 1, 1)
MIDDLE = date(2026, 1, 1)
END = date(2027, 1, 1)
PEOPLE = 160
YEARLY = Assumptions().turnover_percent
VALID = 12
GRACE = 90


@dataclass
class _Life:
    """One post from a day to a day, and the days on which the level was reached."""

    starts: date
    ends: date | None
    reached: list[date]


def _lives(chance: random.Random) -> list[_Life]:
    """A post is held by one after another: whoever leaves is replaced the day after."""
    found = []
    for _post in range(PEOPLE):
        starts = BEGAN - timedelta(days=chance.randrange(30, 2000))
        first = BEGAN - timedelta(days=chance.randrange(0, 365))
        while True:
            ends = _leaves_on(chance, max(starts, BEGAN))
            last = ends or END
            found.append(_Life(starts, ends, list(_reaches(chance, first, last))))
            if ends is None:
                break
            starts = ends + timedelta(days=1)
            first = starts + timedelta(days=chance.randrange(20, GRACE + 40))
    return found


def _leaves_on(chance: random.Random, starts: date) -> date | None:
    day = starts
    while day < END:
        day = add_months(day, 1)
        if chance.random() < YEARLY / 1200:
            return day if day < END else None
    return None


def _reaches(chance: random.Random, day: date, last: date):
    while day <= last:
        yield day
        runs_out = add_months(day, VALID)
        day = runs_out + timedelta(days=chance.randrange(-60, 30))
        if chance.random() > 0.9:
            day = runs_out + timedelta(days=45)
            while chance.random() > 1 / 3:
                day += timedelta(days=91)


def _write(lives: list[_Life], unit: Unit, known: date) -> None:
    """What is known on a day: posts begun, ends that have come, what was reached."""
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=2)
    for number, life in enumerate(lives):
        if life.starts > known:
            continue
        person, _new = Person.objects.get_or_create(person_id=f"P{number:03}")
        Employment.objects.update_or_create(
            person=person,
            unit=unit,
            starts_on=life.starts,
            defaults={"ends_on": life.ends if life.ends and life.ends <= known else None},
        )
        written = set(person.achievements.values_list("achieved_on", flat=True))
        Achievement.objects.bulk_create(
            [
                Achievement(person=person, area=area, level=level, achieved_on=day, source=str(day))
                for day in life.reached
                if day <= known and day not in written
            ]
        )


def _live_through(seed: int) -> tuple[Counted, Counted]:
    """What is counted in the middle, and what at the end."""
    unit = make_unit("K")
    adopt(plan_of({"area": "OM1", "level": 2, "grace_days": GRACE, "renewal_months": VALID}))
    lives = _lives(random.Random(seed))
    _write(lives, unit, MIDDLE)
    then = count_seats(None, days_ahead(MIDDLE))
    _write(lives, unit, END)
    return then, count_seats(None, days_ahead(END), since=MIDDLE + timedelta(days=1))


def _hit(seed: int) -> Hit:
    with transaction.atomic():
        (hit,) = compare(*_live_through(seed), Assumptions())
        transaction.set_rollback(True)
    return hit


@pytest.mark.django_db
def test_each_years_forecast_is_within_twelve_per_cent_of_what_came_and_all_within_eight():
    hits = [_hit(seed) for seed in range(1, 5)]
    for hit in hits:
        assert hit.came > PEOPLE * 0.8
        assert abs(hit.off) <= 0.12 * hit.came, hits
    assert abs(sum(hit.off for hit in hits)) <= 0.08 * sum(hit.came for hit in hits), hits


@pytest.mark.django_db
def test_without_turnover_and_what_runs_out_the_same_year_is_far_off():
    """The bound above can be missed: by a forecast that knows of today's gaps alone."""
    then, now = _live_through(1)
    blind = replace(
        then,
        lines=tuple(replace(line, runs_out=_only_past(line)) for line in then.lines),
    )
    (hit,) = compare(blind, now, replace(Assumptions(), turnover_percent=0))
    assert abs(hit.off) > 0.5 * hit.came


def _only_past(line: Line) -> tuple[int, ...]:
    return tuple(int(count) if number < 24 else 0 for number, count in enumerate(line.runs_out))
