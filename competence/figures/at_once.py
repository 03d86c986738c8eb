"""The published days and the forecast of a week, which one run of the engine answers both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from competence.engine.outlook import Stretch, outlook
from competence.figures.counting import EVERY, DaysCounted, Progress
from competence.figures.coverage import DayFigures
from competence.figures.week_outlook import WeekCounted, WeekFigures, days_told


def count_at_once(
    days: Sequence[date], monday: date, progress: Progress | None = None
) -> tuple[list[DayFigures], WeekFigures]:
    """What `count_days` says of `days`, none of which comes after `monday`, and `count_week` of the
    week that begins there."""
    here, ahead = len(days), days_told(monday)
    counted, week = DaysCounted(days), WeekCounted(monday)
    for number, person in enumerate(outlook(None, [*days, *ahead], exactly=True)):
        if progress and number % EVERY == 0:
            progress(number)
        for first, stop, facts, plan, rows in person.stretches:
            if not rows:
                continue
            if first < here:
                counted.add(Stretch(first, min(stop, here), facts, plan, rows))
            if stop > here:
                week.add(Stretch(max(first - here, 0), stop - here, facts, plan, rows))
    return counted.figures(), week.figures()
