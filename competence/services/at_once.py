"""What a new report lacks of the published Mondays and of the forecast, made in one run of the
engine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from competence.figures.at_once import count_at_once
from competence.figures.counting import Progress
from competence.models import WeekOutlook
from competence.services.mondays import keep_counted, to_make
from competence.services.week_outlook import keep_week


def keep_at_once(
    mondays: Iterable[date], *, monday: date, progress: Progress | None = None
) -> None:
    """Make those of `mondays`, none of which comes after `monday`, that are not made, and the
    forecast of the week that begins with `monday`; nothing where either is made already or is
    withheld: whoever asks for the other makes it alone. `progress` hears how many people are
    done."""
    missing = to_make(mondays)
    if not missing or WeekOutlook.objects.filter(monday=monday).exists():
        return
    days, week = count_at_once(missing, monday, progress)
    keep_week(week, monday=monday)
    keep_counted(days)
