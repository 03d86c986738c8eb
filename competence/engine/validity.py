"""How long an achievement lasts for a requirement, and which one is best (docs/gap.md, 2 to 4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from competence.engine.days import FOREVER, last_day_of
from competence.engine.facts import AchievementFact, OrderFact, RequiredLevel


class Best(NamedTuple):
    """The achievement whose last valid day, for one requirement, is latest."""

    last_valid: int  # FOREVER: it never runs out
    achievement: AchievementFact
    anchor: int  # the day its renewal period is counted from


def capped(ends: int, achieved_on: int, level: int, orders: Iterable[OrderFact]) -> int:
    """An achievement's own last day, brought forward by the area's renewal orders that cover
    it."""
    for order in orders:
        if (
            achieved_on < order.achieved_before
            and (order.level is None or order.level == level)
            and order.last_valid < ends
        ):
            ends = order.last_valid
    return ends


def anchor_of(achieved_on: int, earlier_last: int | None, window_days: int) -> int:
    """The day a renewal period is counted from: renewing within the window loses no days."""
    if earlier_last is not None and 0 <= earlier_last - achieved_on <= window_days:
        return earlier_last + 1
    return achieved_on


def best_achievement(
    achievements: Iterable[AchievementFact], requirement: RequiredLevel
) -> Best | None:
    """The best of the area's achievements, given by day; None where no level is high enough."""
    level = requirement.level
    months = requirement.renewal_months
    window = requirement.window_days
    best: AchievementFact | None = None
    best_last = earlier_last = current_day = best_anchor = -1
    for achievement in achievements:
        if achievement.level < level:
            continue
        last = achievement.ends
        achieved_on = anchor = achievement.achieved_on
        if months is not None:
            if achieved_on != current_day:
                # Two of the same day are not earlier than one another.
                current_day, earlier_last = achieved_on, best_last
            anchor = anchor_of(achieved_on, earlier_last if earlier_last >= 0 else None, window)
            period_last = last_day_of(anchor, months)
            if period_last < last:
                last = period_last
        if last > best_last:
            best, best_last, best_anchor = achievement, last, anchor
    return None if best is None else Best(best_last, best, best_anchor)


def never_runs_out(best: Best) -> bool:
    return best.last_valid == FOREVER
