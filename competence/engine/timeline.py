"""One row as days on a line: what it rests on, when it opens, and what renewing would give. Every
day is the answer of the rules, asked as if the achievement were there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from competence.engine.days import FOREVER, as_date
from competence.engine.facts import (
    AchievementFact,
    OrderFact,
    PersonFacts,
    PlanOnDay,
    RequiredLevel,
)
from competence.engine.rows import GapRow
from competence.engine.status import Status, due_day
from competence.engine.validity import best_achievement, capped


@dataclass(frozen=True)
class Renewal:
    """What an achievement on a day would give. `until` none: it never runs out. `joined`: the new
    period begins where the old one ends, so that no days are lost."""

    on: date
    until: date | None
    joined: bool


@dataclass(frozen=True)
class Timeline:
    """The days of one requirement for one person on `day`. A day that the rules do not give is
    none. `opens` is the first day of the window; `due` the last day to do it without a gap."""

    day: date
    member_since: date
    achieved: date | None
    valid_until: date | None
    opens: date | None
    due: date | None
    today: Renewal | None
    when_it_opens: Renewal | None
    leaves: tuple[tuple[date, date | None], ...]
    window_days: int
    grace_days: int
    renewal_months: int | None

    @property
    def is_open(self) -> bool:
        """Whether renewing on the day loses nothing."""
        return bool(self.today and self.today.joined)


def timeline_of(row: GapRow, person: PersonFacts, plan: PlanOnDay) -> Timeline:
    requirement, day = row.requirement, plan.day
    mine = [fact for fact in person.achievements if fact.area_pk == requirement.area_pk]
    orders = person.orders.get(requirement.area_pk, ())
    best = best_achievement(mine, requirement)
    ends = None if best is None or best.last_valid == FOREVER else best.last_valid
    opens = None
    if ends is not None and best is not None and ends >= day:
        opens = max(ends - requirement.window_days, best.achievement.achieved_on)
    settled = row.status in (Status.PAUSED, Status.EXEMPT)
    forever = best is not None and ends is None
    due = None
    if not forever and not settled:
        due = due_day(requirement, row.member_since.toordinal(), person.leaves, best)
    renews = not forever and not settled
    return Timeline(
        day=as_date(day),
        member_since=row.member_since,
        achieved=as_date(best.achievement.achieved_on) if best else None,
        valid_until=None if ends is None else as_date(ends),
        opens=None if opens is None else as_date(opens),
        due=None if due is None else as_date(due),
        today=renewed_on(day, mine, requirement, orders) if renews else None,
        when_it_opens=(
            renewed_on(opens, mine, requirement, orders)
            if renews and opens is not None and opens > day
            else None
        ),
        leaves=tuple(
            (as_date(start), None if end >= FOREVER else as_date(end))
            for start, end in person.leaves
        ),
        window_days=requirement.window_days,
        grace_days=requirement.grace_days,
        renewal_months=requirement.renewal_months,
    )


def renewed_on(
    day: int,
    achievements: list[AchievementFact],
    requirement: RequiredLevel,
    orders: tuple[OrderFact, ...] | list[OrderFact] = (),
) -> Renewal:
    """What the level required, achieved on `day` with no end of its own, would give."""
    ends = capped(FOREVER, day, requirement.level, orders)
    new = AchievementFact(requirement.area_pk, day, requirement.level, ends, 0)
    best = best_achievement(sorted([*achievements, new]), requirement)
    assert best is not None
    return Renewal(
        on=as_date(day),
        until=None if best.last_valid == FOREVER else as_date(best.last_valid),
        joined=best.achievement is new and best.anchor > day,
    )
