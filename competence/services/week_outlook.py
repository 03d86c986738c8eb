"""The forecast of a week, counted once and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils import timezone

from competence.figures.week_outlook import Progress, count_week
from competence.models import WeekOutlook
from lms.content.models import SiteSettings


def make_week_outlook(*, monday: date, progress: Progress | None = None) -> WeekOutlook:
    """Count the week unless it is counted: of two who do so at once the first stands. No entry in
    the ledger: it says nothing of anybody that the facts do not."""
    made = WeekOutlook.objects.filter(monday=monday).first()
    if made is not None:
        return made
    threshold = SiteSettings.load().suppression_threshold
    figures = replace(count_week(monday, progress), threshold=threshold).as_json()
    made, _created = WeekOutlook.objects.get_or_create(
        monday=monday, defaults={"made_at": timezone.now(), "figures": figures}
    )
    return made
