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
from competence.engine.rows import GapRow, rows_of
from competence.engine.spans import Orders, PersonSpan, load_plans, load_spans
from competence.engine.status import EXPIRING, MET, PENDING, verdict
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
    """One person on all the days. `between` answers for the days between them."""

    span: PersonSpan
    stretches: list[Stretch]
    orders: Orders
    turns: list[int]

    def between(self, stretch: Stretch, last: int) -> Iterator[Lasting]:
        """The days of the stretch up to `last`, part by part: in each, nothing that the person has
        or is begins or ends."""
        first, facts, rows = stretch.plan.day, stretch.facts, stretch.rows
        for turn in self.turns[bisect_right(self.turns, first) :]:
            if turn > last:
                break
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
    for span in load_spans(people, days[0], days[-1], areas):
        turns = sorted(span.turns() | orders.turns)
        anew = range(len(plans)) if exactly and _is_covered_otherwise(span) else common
        yield Outlook(span, _stretches(span, plans, ordinals, orders, turns, anew), orders, turns)


def _is_covered_otherwise(span: PersonSpan) -> bool:
    return bool(span.exemptions) or any(each.recognised for each in span.achievements)


def _stretches(
    span: PersonSpan,
    plans: list[PlanOnDay],
    ordinals: list[int],
    orders: Orders,
    turns: list[int],
    common: Iterable[int],
) -> list[Stretch]:
    # The numbers of the days on which everything is asked anew.
    anew = {0, *common}
    for turn in turns:
        if ordinals[0] < turn <= ordinals[-1]:
            anew.add(_first_from(ordinals, turn))
    found: list[Stretch] = []
    facts, rows, until = None, [], -1
    starts = 0
    for number, day in enumerate(ordinals):
        if number in anew or facts is None:
            now = span.on(day, orders.on(day))
            new = rows_of(now, plans[number])
        elif day > until:
            now = facts
            new = [row if day <= _until(row) else _turned(row, now, day) for row in rows]
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
    """The row after the last day on which it stood: neither leave nor exemption has come."""
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
    return row._replace(
        status=status,
        due_on=None if due_on is None else as_date(due_on),
        valid_until=None if valid_until is None else as_date(valid_until),
    )
