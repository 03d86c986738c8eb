"""The figures of a day as they are kept: every unit, in one run of the engine. What is stored
equals what this answers (tests/competence/test_nights.py)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from competence.engine.coverage import Count, standing_of, units_of
from competence.engine.loader import load_people, load_plan
from competence.engine.rows import rows_of
from lms.lib.dates import first_monday
from lms.people.models import Unit


@dataclass(slots=True)
class Headcount:
    """How many work in a unit, and what those with something mandatory to hold are."""

    people: int = 0
    count: Count = field(default_factory=Count)


def count_night(day: date) -> dict[tuple[int, bool], Headcount]:
    """By unit (its primary key), and whether of those directly in it alone. One run of the engine
    over everyone."""
    plan = load_plan(day)
    parents = set(Unit.objects.filter(children__isnull=False).values_list("pk", flat=True))
    units: dict[tuple[int, bool], Headcount] = {}
    for person in load_people(None, day, plan):
        mandatory = [row for row in rows_of(person, plan) if row.mandatory]
        standing = standing_of(mandatory) if mandatory else ""
        direct = {post.unit_pk for post in person.employments if post.ends >= plan.day} & parents
        places = [(unit, False) for unit in units_of(person, plan)]
        for place in [*places, *((unit, True) for unit in direct)]:
            of_place = units.setdefault(place, Headcount())
            of_place.people += 1
            if standing:
                of_place.count.add(standing, mandatory)
    return units


def one_a_month(days: Collection[date]) -> list[date]:
    """Of each month the day nearest its first Monday, the earliest month first."""
    chosen: dict[date, date] = {}
    for day in sorted(days):
        monday = first_monday(day)
        if monday not in chosen or abs(day - monday) < abs(chosen[monday] - monday):
            chosen[monday] = day
    return sorted(chosen.values())
