"""What a week's forecast of seats is reckoned from, counted once and kept."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from competence.figures.seats import as_json, count_week
from competence.figures.week_outlook import Progress
from competence.models import WeekSeats
from lms.content.models import SiteSettings


def make_week_seats(*, monday: date, progress: Progress | None = None) -> WeekSeats:
    """Count the week unless it is counted: of two who do so at once the first stands. No entry in
    the ledger: it says nothing of anybody that the facts do not."""
    made = WeekSeats.objects.filter(monday=monday).first()
    if made is not None:
        return made
    figures = as_json(count_week(monday, progress), SiteSettings.load().suppression_threshold)
    made, _created = WeekSeats.objects.get_or_create(
        monday=monday, defaults={"made_at": timezone.now(), "figures": figures}
    )
    return made
