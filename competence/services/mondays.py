"""What is published of a Monday: made once, by the night or by the first who asks, and kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from competence.figures.counting import Progress, count_days
from competence.figures.coverage import DayFigures, days_offered
from competence.figures.kept import document_of, published_from
from competence.figures.published import Published, publish
from competence.models import PublishedMonday
from competence.services.publishing import NotPublishedError, Withheld, held, withheld
from lms.content.models import SiteSettings
from lms.lib.dates import today


def published_on(monday: date) -> Published:
    """What is shown of a Monday, made now if nobody has asked before. NotPublishedError."""
    (published,) = published_of([monday])
    return published


def published_of(mondays: Sequence[date], progress: Progress | None = None) -> list[Published]:
    """What is shown of each of `mondays`, which are in order; those that are not made yet are, in
    one run of the engine. `progress` hears how many people are done, where any are. Where nobody
    or no plan is in place yet nothing is made: a Monday of nothing is told and not kept.
    NotPublishedError where one is not made and is withheld."""
    check_published(mondays)
    keep_mondays(mondays, progress)
    kept = {row.monday: row for row in PublishedMonday.objects.filter(monday__in=mondays)}
    return [_read(kept[monday]) if monday in kept else _of_nothing(monday) for monday in mondays]


def _of_nothing(monday: date) -> Published:
    """A Monday that nobody is counted in. Where somebody is, it is withheld: told and not kept it
    could be told in two ways."""
    (figures,) = count_days([monday])
    published = publish(figures, SiteSettings.load().suppression_threshold)
    if published.totals or published.by_area or published.uptake:
        raise NotPublishedError(Withheld.EMPTY)
    return published


def keep_mondays(mondays: Iterable[date], progress: Progress | None = None) -> list[date]:
    """Make those of `mondays` that are not made, with the facts known now and the threshold that
    holds now; those it made. Of two who make the same at once the first to write stands. No entry
    in the ledger: it says nothing of anybody that the facts do not. None are made where the
    coverage is withheld. ValueError where a day is no Monday."""
    missing = to_make(mondays)
    return keep_counted(count_days(missing, progress)) if missing else []


def to_make(mondays: Iterable[date]) -> list[date]:
    """Those of `mondays`, in order, that are not made and can be now. ValueError where a day is no
    Monday."""
    missing = _missing(mondays)
    return [] if missing and withheld(today()) else missing


def keep_counted(days: Iterable[DayFigures]) -> list[date]:
    """Make what is published of each of these Mondays; those that it made."""
    threshold = SiteSettings.load().suppression_threshold
    return [figures.as_of for figures in days if _keep(figures, threshold)]


def check_published(mondays: Iterable[date]) -> None:
    """Refuse Mondays that are not made while the coverage is held back: NotPublishedError.
    ValueError where a day is no Monday."""
    if _missing(mondays) and (why := held()):
        raise NotPublishedError(why)


def keep_offered(*, day: date) -> list[date]:
    """Make the Mondays that readers may ask for on `day` and that are not made: the nightly job."""
    return keep_mondays(days_offered(day))


def _missing(mondays: Iterable[date]) -> list[date]:
    asked = sorted(set(mondays))
    kept = set(PublishedMonday.objects.filter(monday__in=asked).values_list("monday", flat=True))
    missing = [monday for monday in asked if monday not in kept]
    for monday in missing:
        if monday.weekday():
            raise ValueError(f"{monday} is not published")
    return missing


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
