"""What is published of a Monday: made once, by the night or by the first who asks, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from competence.figures.coverage import DayFigures, Progress, count_days, days_offered
from competence.figures.kept import document_of, published_from
from competence.figures.published import Published, publish
from competence.models import PublishedMonday
from lms.content.models import SiteSettings


def published_on(monday: date) -> Published:
    """What is shown of a Monday, made now if nobody has asked before."""
    (published,) = published_of([monday])
    return published


def published_of(mondays: Sequence[date], progress: Progress | None = None) -> list[Published]:
    """What is shown of each of `mondays`, which are in order; those that are not made yet are, in
    one run of the engine. `progress` hears how many people are done, where any are."""
    keep_mondays(mondays, progress)
    kept = {row.monday: row for row in PublishedMonday.objects.filter(monday__in=mondays)}
    return [_read(kept[monday]) for monday in mondays]


def keep_mondays(mondays: Iterable[date], progress: Progress | None = None) -> list[date]:
    """Make those of `mondays` that are not made, with the facts known now and the threshold that
    holds now; those it made. Of two who make the same at once the first to write stands. No entry
    in the ledger: it says nothing of anybody that the facts do not. ValueError where a day is no
    Monday."""
    asked = sorted(set(mondays))
    kept = set(PublishedMonday.objects.filter(monday__in=asked).values_list("monday", flat=True))
    missing = [monday for monday in asked if monday not in kept]
    for monday in missing:
        if monday.weekday():
            raise ValueError(f"{monday} is not published")
    if not missing:
        return []
    threshold = SiteSettings.load().suppression_threshold
    return [figures.as_of for figures in count_days(missing, progress) if _keep(figures, threshold)]


def keep_offered(*, day: date) -> list[date]:
    """Make the Mondays that readers may ask for on `day` and that are not made: the nightly job."""
    return keep_mondays(days_offered(day))


def _keep(figures: DayFigures, threshold: int) -> bool:
    published = publish(figures, threshold)
    _row, new = PublishedMonday.objects.get_or_create(
        monday=figures.as_of,
        defaults={
            "made_at": figures.made_at,
            "plan_number": figures.plan_number,
            "threshold": threshold,
            "document": document_of(published),
        },
    )
    return new


def _read(row: PublishedMonday) -> Published:
    return published_from(row.document, row.monday, row.made_at, row.plan_number, row.threshold)
