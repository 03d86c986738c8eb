"""The same question on many days to come, with the facts known today: what the rows of each day
will be if nothing is done. Never a second set of rules: a day on which a fact begins or ends is
asked of `rows`; between such days a row stands until the day it names itself (its last valid day,
or its due day), and is then asked of `status`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from competence.engine.days import FOREVER, as_date
from competence.engine.facts import PersonFacts, PlanOnDay
from competence.engine.membership import belongs_by_facts
from competence.engine.rows import GapRow, rows_of
from competence.engine.spans import Orders, PersonSpan, load_plans, load_spans
from competence.engine.status import EXEMPT, EXPIRING, MET, PAUSED, PENDING, verdict
from competence.engine.validity import best_achievement
from lms.lib.dates import add_months
from lms.people.models import Person


def month_ends(day: date, months: int) -> list[date]:
    """The last days of `months` months, the first of them after `day`."""
    first = (day + timedelta(days=1)).replace(day=1)
    return [add_months(first, step) - timedelta(days=1) for step in range(1, months + 1)]


class Stretch(NamedTuple):
    """The days from number `first` up to but not with `stop` (of the days asked for) on which a
    person's rows stand. `met` and `expiring` are not told apart, nor, unless asked exactly, what
    is covered through an exemption only: neither changes what the person is
    (`coverage.standing_of`)."""

    first: int
    stop: int
    facts: PersonFacts
    plan: PlanOnDay
    rows: list[GapRow]


class Lasting(NamedTuple):
    """The days `first` to `last` within a stretch, and the person's facts and rows on the first."""

    first: int
    last: int
    facts: PersonFacts
    rows: list[GapRow]


@dataclass(frozen=True, slots=True)
class Outlook:
    """One person on all the days. `between` answers for the days between them. Without stretches
    where nothing is asked of the person on any of them."""

    span: PersonSpan
    stretches: list[Stretch]
    orders: Orders

    def between(self, stretch: Stretch, last: int) -> Iterator[Lasting]:
        """The days of the stretch up to `last`, part by part: in each, nothing that the person has
        or is begins or ends."""
        first, facts, rows = stretch.plan.day, stretch.facts, stretch.rows
        for turn in sorted(self.span.turns() | self.orders.turns):
            if not first < turn <= last:
                continue
            yield Lasting(first, turn - 1, facts, rows)
            first, facts = turn, self.span.on(turn, self.orders.on(turn))
            rows = rows_of(facts, stretch.plan.seen_from(turn))
        yield Lasting(first, last, facts, rows)


def outlook(
    people: QuerySet[Person] | None, days: Sequence[date], *, exactly: bool = False
) -> Iterator[Outlook]:
    """Each of `people` (none: everyone) on `days`, which are in order. A constant number of
    queries whatever the number of people and days; one person in memory at a time. `exactly`: also
    what is covered only through an exemption, or only through what is recognised, is that of each
    day; whoever has either is asked of `rows` on all of them."""
    plans = load_plans(days)
    areas = {
        level.area_pk for plan in plans for levels in plan.requirements.values() for level in levels
    }
    orders = Orders(days[-1])
    ordinals = [plan.day for plan in plans]
    common = [
        number
        for number in range(1, len(plans))
        if plans[number].requirements is not plans[number - 1].requirements
    ]
    asking = [plans[0], *(plans[number] for number in common)]
    for span in load_spans(people, days[0], days[-1], areas):
        if not any(belongs_by_facts(span.employments, span.namings, plan) for plan in asking):
            yield Outlook(span, [], orders)
            continue
        anew = range(len(plans)) if exactly and _is_covered_otherwise(span) else common
        yield Outlook(span, _stretches(span, plans, ordinals, orders, anew), orders)


def _is_covered_otherwise(span: PersonSpan) -> bool:
    return bool(span.exemptions) or any(each.recognised for each in span.achievements)


def _stretches(
    span: PersonSpan,
    plans: list[PlanOnDay],
    ordinals: list[int],
    orders: Orders,
    common: Iterable[int],
) -> list[Stretch]:
    # The numbers of the days on which everything is asked anew, and of those on which only what is
    # achieved or revoked in some areas (primary keys) has come.
    anew = {0, *common}
    achieved: dict[int, set[int]] = {}
    for turn in orders.turns.union(span.other_turns()):
        if ordinals[0] < turn <= ordinals[-1]:
            anew.add(_first_from(ordinals, turn))
    for achievement in span.achievements:
        for turn in (achievement.achieved_on, achievement.revoked_on):
            if ordinals[0] < turn <= ordinals[-1]:
                achieved.setdefault(_first_from(ordinals, turn), set()).add(achievement.area_pk)
    found: list[Stretch] = []
    facts, rows, until = None, [], -1
    starts = 0
    for number, day in enumerate(ordinals):
        if number in anew or facts is None:
            now = span.on(day, orders.on(day))
            new = rows_of(now, plans[number])
        elif number in achieved or day > until:
            areas = achieved.get(number, ())
            now = span.on(day, orders.on(day)) if areas else facts
            new = [
                _turned(row, now, day)
                if day > _until(row) or row.requirement.area_pk in areas
                else row
                for row in rows
            ]
        else:
            continue
        if facts is not None:
            found.append(Stretch(starts, number, facts, plans[starts], rows))
        facts, rows, starts = now, new, number
        until = min(map(_until, rows), default=FOREVER)
    if facts is not None:
        found.append(Stretch(starts, len(ordinals), facts, plans[starts], rows))
    return found


def _first_from(ordinals: list[int], day: int) -> int:
    return bisect_right(ordinals, day - 1)


def _until(row: GapRow) -> int:
    """The last day on which the row stands, where no fact changes."""
    if row.status in (MET, EXPIRING):
        return row.valid_until.toordinal() if row.valid_until else FOREVER
    if row.status == PENDING:
        return row.due_on.toordinal() if row.due_on else FOREVER
    return FOREVER


def _turned(row: GapRow, facts: PersonFacts, day: int) -> GapRow:
    """The row after the last day on which it stood, or when something is achieved or revoked in
    its area: neither leave nor exemption has come or gone."""
    if row.status in (PAUSED, EXEMPT):
        return row
    requirement = row.requirement
    area = requirement.area_pk
    status, due_on, valid_until = verdict(
        requirement,
        day=day,
        member_since=row.member_since.toordinal(),
        leaves=facts.leaves,
        best=best_achievement(
            [fact for fact in facts.achievements if fact.area_pk == area], requirement
        ),
    )
    return GapRow(
        row.person_pk,
        row.person_id,
        requirement,
        status,
        None if due_on is None else as_date(due_on),
        None if valid_until is None else as_date(valid_until),
        row.member_since,
    )
