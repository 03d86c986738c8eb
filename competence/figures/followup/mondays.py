"""The published totals of many Mondays, counted in one pass over everyone: what each Monday's page
shows of the key groups and of the largest units, and nothing below them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from competence.engine.coverage import Count, CoverageReport, standing_of, units_of
from competence.engine.outlook import outlook
from competence.engine.rows import GapRow
from competence.figures.coverage import DayFigures
from competence.figures.published import Published, publish

Progress = Callable[[int], None]
Key = TypeVar("Key", bound=Hashable)
_EVERY = 500


@dataclass(frozen=True)
class Monday:
    """What is shown of one Monday. The sums are over the key groups whose total is shown, as the
    coverage page sums them."""

    day: date
    published: Published

    @property
    def covered(self) -> int:
        return sum(covered for covered, _counted in self._shown)

    @property
    def counted(self) -> int:
        return sum(counted for _covered, counted in self._shown)

    @property
    def hidden(self) -> int:
        """How many key groups are left out of the sums."""
        return sum(bool(count.share.hidden) for count in self.published.totals.values())

    @property
    def _shown(self) -> list[tuple[int, int]]:
        return [
            (covered, covered + gap)
            for count in self.published.totals.values()
            if isinstance(covered := count.covered.value, int)
            and isinstance(gap := count.gap.value, int)
        ]


def mondays(
    figures: DayFigures, days: Sequence[date], threshold: int, progress: Progress | None = None
) -> list[Monday]:
    """Each of `days`, which are in order, with the facts known now and the units and names of
    `figures`. Neither areas nor what is covered in another way than by learning here is counted."""
    tops = set(figures.top_units)
    reports = [CoverageReport() for _day in days]
    for number, person in enumerate(outlook(None, days)):
        if progress and number % _EVERY == 0:
            progress(number)
        for stretch in person.stretches:
            if not stretch.rows:
                continue
            of_group: dict[str, list[GapRow]] = {}
            for row in stretch.rows:
                if row.mandatory:
                    of_group.setdefault(row.key_group, []).append(row)
            units = units_of(stretch.facts, stretch.plan) & tops
            for group, rows in of_group.items():
                standing = standing_of(rows)
                for day in range(stretch.first, stretch.stop):
                    coverage = reports[day].mandatory
                    _one_more(coverage.by_key_group, group, standing)
                    for unit in units:
                        _one_more(coverage.by_unit, (unit, group), standing)
    return [
        Monday(day, publish(replace(figures, as_of=day, report=report, by_area={}), threshold))
        for day, report in zip(days, reports, strict=True)
    ]


def _one_more(counts: dict[Key, Count], key: Key, standing: str) -> None:
    count = counts.get(key)
    if count is None:
        count = counts[key] = Count()
    setattr(count, standing, getattr(count, standing) + 1)
