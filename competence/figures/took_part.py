"""What is told of those who took part in an activity, and of the hours that tell how many that was.

A report of an outcome is added to what is told when its own count is nobody or at least the
threshold, and from the Monday after it was written: the difference between two days, or between a
page and a report of the same week, is then never one small occasion. The hours of staff and their
cover are hours for each times how many, so they are told only where all of the count is. What is
not told is left out of every sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from competence.models import ActivityExpense, ActivityOutcome
from competence.suppression import Figure, Hidden
from lms.lib.dates import STOCKHOLM


@dataclass(frozen=True)
class TookPart:
    """`leaves_out`: an occasion was too small and is not in the count. `awaits`: something is
    written, and is told from Monday."""

    count: Figure
    leaves_out: bool = False
    awaits: bool = False
    # Whether nothing of the count is left out, so that the hours may be told.
    is_whole: bool = False

    @property
    def is_said(self) -> bool:
        return self.count.value is not None or self.count.hidden is not None


def is_told(row: ActivityOutcome | ActivityExpense, day: date) -> bool:
    """Whether it was written before the Monday of the week of `day`."""
    monday = day - timedelta(days=day.weekday())
    return row.created_at.astimezone(STOCKHOLM).date() < monday


def took_part(outcomes: Sequence[ActivityOutcome], *, day: date, threshold: int) -> TookPart:
    told = [row for row in outcomes if is_told(row, day)]
    counts = [row.people for row in told if row.people is not None]
    is_counted = all(row.people is not None for row in told if row.sessions)
    few = [people for people in counts if 0 < people < threshold]
    awaits = any(row.people is not None and not is_told(row, day) for row in outcomes)
    total = sum(counts) - sum(few)
    if few and not total:
        hidden = Hidden.FEW if len(few) == 1 else Hidden.PROTECTED
        return TookPart(Figure(None, hidden), leaves_out=len(few) > 1, awaits=awaits)
    return TookPart(
        Figure(total) if counts else Figure(None),
        leaves_out=bool(few),
        awaits=awaits,
        is_whole=total > 0 and not few and is_counted,
    )


def hours_are_told(
    hours: Iterable[ActivityExpense],
    outcomes: Sequence[ActivityOutcome],
    *,
    part: TookPart,
    planned_hours: int,
    planned_people: int,
    day: date,
    threshold: int,
) -> bool:
    """Whether the hours of staff and cover that are written may be told: all of the count is, none
    of them is later than it, and in no year are they those of a few of our own."""
    until = max((row.on for row in outcomes if is_told(row, day)), default=date.min)
    by_year: Counter[int] = Counter()
    for row in hours:
        if row.on > until:
            return False
        if row.kind == ActivityExpense.Kind.STAFF:
            by_year[row.on.year] += row.hours
    few = threshold * planned_hours
    return part.is_whole and all(each * planned_people >= few for each in by_year.values())
