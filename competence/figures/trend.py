"""Which way the units go: from the figures kept night by night, or, where none are kept near the
day compared with, from a second run of the engine for a team that is not too large.

The two say different things, and the page says which: a kept night counts those who worked in the
unit then, the second run the people of today as they stood then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.engine import GapRow, gap_rows
from competence.engine.coverage import standing_of
from competence.figures.night import one_a_month
from competence.models import FiguresNight, UnitFigures
from lms.content.charts import Spark, sparkline
from lms.lib.numbers import percent
from lms.people.models import Person, Unit

BACK = timedelta(days=90)
"""How far back the direction of a unit is measured."""
NEAR = timedelta(days=7)
"""How far from the day asked for a kept night may lie."""
YEAR = timedelta(days=366)
COUNTED_ANEW = 2000
"""The most people who are counted a second time where no night is kept."""

Place = tuple[int, bool]


@dataclass(frozen=True)
class Trend:
    """The coverage of a unit night by night, in percent; none where nobody was counted."""

    nights: tuple[date, ...]
    percents: tuple[int | None, ...]

    @property
    def known(self) -> list[tuple[date, int]]:
        return [
            (night, value)
            for night, value in zip(self.nights, self.percents, strict=True)
            if value is not None
        ]

    @property
    def spark(self) -> Spark | None:
        """The line, as far apart as the nights are."""
        if len(self.nights) < 2:
            return None
        first, last = self.nights[0], self.nights[-1]
        return sparkline(
            summary=_("Coverage: %(figures)s")
            % {
                "figures": ", ".join(
                    f"{date_format(night, 'j b Y')} {value} %" for night, value in self.known
                )
            },
            places=[(night - first) / (last - first) for night in self.nights],
            values=self.percents,
        )


@dataclass(frozen=True)
class Direction:
    """What the parts of a team are compared with. `compared_with` is the day; none where there is
    nothing to compare with. `latest` is the last kept night, none where the people of today were
    counted anew (`earlier`, by primary key)."""

    compared_with: date | None = None
    latest: date | None = None
    nights: tuple[date, ...] = ()
    kept: Mapping[tuple[date, Place], int | None] = field(default_factory=dict)
    earlier: Mapping[int, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return self.compared_with is not None

    @property
    def has_lines(self) -> bool:
        return len(self.nights) > 1

    def on(self, day: date | None, unit: int, *, direct: bool = False) -> int | None:
        """The coverage of a unit on a kept night."""
        return None if day is None else self.kept.get((day, (unit, direct)))

    def trend(self, unit: int, *, direct: bool = False) -> Trend:
        return Trend(
            self.nights, tuple(self.on(night, unit, direct=direct) for night in self.nights)
        )


def direction(
    people: QuerySet[Person], units: Collection[Unit], *, size: int, day: date
) -> Direction:
    """What `units` are compared with on `day`; `size` is how many `people` are. Two queries where
    nights are kept."""
    kept = list(
        FiguresNight.objects.filter(day__lte=day, day__gt=day - YEAR)
        .order_by("day")
        .values_list("day", flat=True)
    )
    latest = kept[-1] if kept and day - kept[-1] <= NEAR else None
    near = [each for each in kept if abs(each - (day - BACK)) <= NEAR]
    then = min(near, key=lambda each: abs(each - (day - BACK)), default=None)
    nights = tuple(sorted({*one_a_month(kept), latest})) if latest else ()
    counted = _percents(units, {*nights, *([then] if then else [])}) if latest else {}
    if latest and then:
        return Direction(then, latest, nights, counted)
    if size > COUNTED_ANEW:
        return Direction(nights=nights, kept=counted)
    earlier = standings_on(people, day - BACK)
    return Direction(day - BACK, None, nights, counted, earlier)


def _percents(
    units: Collection[Unit], nights: Collection[date]
) -> dict[tuple[date, Place], int | None]:
    found = UnitFigures.objects.filter(unit__in=units, night__day__in=nights).values_list(
        *("night__day", "unit_id", "direct", "covered", "gap")
    )
    return {
        (night, (unit, direct)): percent(covered, covered + gap)
        for night, unit, direct, covered, gap in found
    }


def standings_on(people: QuerySet[Person], day: date) -> dict[int, str]:
    """What each of `people` was on another day, by primary key; one run of the engine."""
    rows: dict[int, list[GapRow]] = {}
    for row in gap_rows(people, day):
        if row.mandatory:
            rows.setdefault(row.person_pk, []).append(row)
    return {person_pk: standing_of(of_person) for person_pk, of_person in rows.items()}
