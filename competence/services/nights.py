"""Keeping the figures of the nights: made every night, made up for where a night was missed, made
again from the facts where somebody asks, and removed when the trend no longer needs them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from competence.engine.coverage import Count
from competence.figures.night import count_night, one_a_month
from competence.models import FiguresNight, UnitFigures
from lms.lib.dates import ONE_DAY

logger = logging.getLogger(__name__)

EVERY_NIGHT = timedelta(days=120)
"""For so long each night is kept; of earlier months one."""
NIGHTS_BACK = 14
"""The most nights that are made up for at once."""
_BATCH = 1000


@dataclass(frozen=True)
class Kept:
    """What a night's work did."""

    made: tuple[date, ...]
    removed: int
    failed: tuple[date, ...] = ()


def keep_nights(*, day: date) -> Kept:
    """Make the night of `day`, and those missed of the two weeks before it; remove what is too old.
    Does nothing where it is done already. The latest is made first, and one that cannot be counted
    stops no other: it is logged, and tried again the next night."""
    kept = set(FiguresNight.objects.filter(day__lte=day).values_list("day", flat=True))
    first = max(min(kept, default=day), day - NIGHTS_BACK * ONE_DAY)
    made, failed = [], []
    for each in (day - n * ONE_DAY for n in range((day - first).days + 1)):
        if each in kept:
            continue
        try:
            if keep_night(day=each):
                made.append(each)
        except Exception:
            logger.exception("The figures of the night %s were not kept", each)
            failed.append(each)
    return Kept(tuple(sorted(made)), remove_old(day=day), tuple(sorted(failed)))


def keep_night(*, day: date, anew: bool = False) -> bool:
    """Keep the figures of `day`; with `anew` in the place of what is kept of it. False where they
    were kept already."""
    if not anew and FiguresNight.objects.filter(day=day).exists():
        return False
    counted = count_night(day)
    with transaction.atomic():
        if anew:
            FiguresNight.objects.filter(day=day).delete()
        # Of two that count the same night at once the first one to write is kept.
        night, new = FiguresNight.objects.get_or_create(day=day)
        if not new:
            return False
        UnitFigures.objects.bulk_create(
            [
                UnitFigures(
                    night=night,
                    unit_id=unit,
                    direct=direct,
                    people=each.people,
                    **_columns(each.count),
                )
                for (unit, direct), each in counted.items()
            ],
            batch_size=_BATCH,
        )
    return True


def _columns(count: Count) -> dict[str, Any]:
    return {
        "covered": count.covered,
        "gap": count.gap,
        "introduction": count.introduction,
        "paused": count.paused,
        "only_exempt": count.only_exempt,
    }


@transaction.atomic
def remove_old(*, day: date) -> int:
    """Remove the nights of more than 120 days ago, but one of each month: that of its first Monday
    or the one nearest to it. How many."""
    days = list(FiguresNight.objects.values_list("day", flat=True))
    kept = set(one_a_month(days))
    old = [each for each in days if each < day - EVERY_NIGHT and each not in kept]
    FiguresNight.objects.filter(day__in=old).delete()
    return len(old)
