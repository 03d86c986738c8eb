"""The figures of a day as they are kept: every unit, and every key group in it, in one run of the
engine. What is stored equals what this answers (tests/competence/test_nights.py)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from competence.engine.coverage import Count, CoverageReport, count_person, standing_of, units_of
from competence.engine.loader import load_people, load_plan
from competence.engine.rows import rows_of
from lms.people.models import Unit


@dataclass(slots=True)
class Headcount:
    """How many work in a unit, and what those with something mandatory to hold are."""

    people: int = 0
    count: Count = field(default_factory=Count)


@dataclass(frozen=True)
class Night:
    """`units` by (unit, only those directly in it), `groups` by (unit, key group code), where no
    unit means everyone; units by primary key."""

    units: Mapping[tuple[int, bool], Headcount]
    groups: Mapping[tuple[int | None, str], Count]


def count_night(day: date) -> Night:
    """One run of the engine over everyone."""
    plan = load_plan(day)
    parents = set(Unit.objects.filter(children__isnull=False).values_list("pk", flat=True))
    units: dict[tuple[int, bool], Headcount] = {}
    report = CoverageReport()
    for person in load_people(None, day, plan):
        rows = rows_of(person, plan)
        if rows:
            count_person(report, person, plan, rows)
        mandatory = [row for row in rows if row.mandatory]
        standing = standing_of(mandatory) if mandatory else ""
        direct = {post.unit_pk for post in person.employments if post.ends >= plan.day} & parents
        places = [(unit, False) for unit in units_of(person, plan)]
        for place in [*places, *((unit, True) for unit in direct)]:
            of_place = units.setdefault(place, Headcount())
            of_place.people += 1
            if standing:
                of_place.count.add(standing, mandatory)
    groups: dict[tuple[int | None, str], Count] = {}
    groups.update((key, each) for key, each in report.mandatory.by_unit.items())
    groups.update(((None, code), each) for code, each in report.mandatory.by_key_group.items())
    return Night(units, groups)


def first_monday(day: date) -> date:
    """The first Monday of the month of `day`."""
    first = day.replace(day=1)
    return first + timedelta(days=-first.weekday() % 7)


def one_a_month(days: Collection[date]) -> list[date]:
    """Of each month the day nearest its first Monday, the earliest month first."""
    chosen: dict[date, date] = {}
    for day in sorted(days):
        monday = first_monday(day)
        if monday not in chosen or abs(day - monday) < abs(chosen[monday] - monday):
            chosen[monday] = day
    return sorted(chosen.values())
