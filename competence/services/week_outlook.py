"""The forecast of a week, counted once and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils import timezone

from competence.figures.week_outlook import Progress, WeekFigures, count_week
from competence.models import WeekOutlook
from lms.content.models import SiteSettings


def make_week_outlook(*, monday: date, progress: Progress | None = None) -> WeekOutlook:
    """Count the week unless it is counted: of two who do so at once the first stands. No entry in
    the ledger: it says nothing of anybody that the facts do not."""
    made = WeekOutlook.objects.filter(monday=monday).first()
    if made is not None:
        return made
    return keep_week(count_week(monday, progress), monday=monday)


def keep_week(figures: WeekFigures, *, monday: date) -> WeekOutlook:
    """Keep what is counted, with the threshold that holds now; what stands."""
    told_by = replace(figures, threshold=SiteSettings.load().suppression_threshold)
    made, _created = WeekOutlook.objects.get_or_create(
        monday=monday, defaults={"made_at": timezone.now(), "figures": told_by.as_json()}
    )
    return made
