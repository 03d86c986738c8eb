"""The periods a report can be of: whole half-years and whole calendar years. The counts of any
other period, less those of one nearly as long, would be those of a few days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

YEARS_BACK = 5


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    @property
    def name(self) -> str:
        names = {1: _("January to June %(year)s"), 7: _("July to December %(year)s")}
        whole = self.last.month - self.first.month > 6
        named = _("The whole of %(year)s") if whole else names[self.first.month]
        return named % {"year": self.first.year}


def half_of(day: date) -> Period:
    """The half-year that the day is in."""
    if day.month <= 6:
        return Period(date(day.year, 1, 1), date(day.year, 6, 30))
    return Period(mid_year(day.year), date(day.year, 12, 31))


def year_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def mid_year(year: int) -> date:
    return date(year, 7, 1)


def is_whole(period: Period) -> bool:
    return period in (half_of(period.first), year_of(period.first))


def periods(cut_off: date) -> list[Period]:
    """Those begun by the latest Monday of figures, the latest first; of each year the whole before
    its halves."""
    found = []
    for year in range(cut_off.year, cut_off.year - YEARS_BACK - 1, -1):
        first = date(year, 1, 1)
        found += [year_of(first), half_of(mid_year(year)), half_of(first)]
    return [each for each in found if each.first <= cut_off]
