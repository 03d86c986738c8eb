"""Counting days: periods, leave, and months. Days are proleptic ordinals (`date.toordinal`), so
that every rule is integer arithmetic; `FOREVER` stands for a period that is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from lms.lib.dates import add_months

FOREVER = 10**9
LAST_DAY = date.max.toordinal()

Period = tuple[int, int]

as_date = lru_cache(maxsize=16_384)(date.fromordinal)


def as_end(day: date | None) -> int:
    """A last day as an ordinal; none is for ever."""
    return FOREVER if day is None else day.toordinal()


def joined(periods: Iterable[Period], gap: int = 0) -> list[Period]:
    """The periods in order, as one wherever at most `gap` days lie between two of them."""
    result: list[Period] = []
    for start, end in sorted(periods):
        if result and start - result[-1][1] - 1 <= gap:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def covers(periods: Iterable[Period], day: int) -> bool:
    return any(start <= day <= end for start, end in periods)


def after(base: int, count: int, leaves: Sequence[Period]) -> int | None:
    """The earliest day from `base` on such that `count` of the days after `base`, up to and with
    it, are not leave; None where leave never lets so many pass. `leaves` are joined."""
    day = base
    for start, end in leaves:
        if end <= base:
            continue
        working = max(start - day - 1, 0)
        if count <= working:
            break
        count -= working
        if end >= LAST_DAY:
            return None
        day = end
    return day + count if day + count <= LAST_DAY else None


@lru_cache(maxsize=16_384)
def last_day_of(anchor: int, months: int) -> int:
    """The last day of a period of `months` that begins on `anchor`."""
    return add_months(date.fromordinal(anchor), months).toordinal() - 1
