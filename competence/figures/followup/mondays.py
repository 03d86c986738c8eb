"""The published totals of many Mondays, counted in one pass over everyone: what each Monday's page
shows of the key groups and of the largest units, and nothing below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from competence.engine.coverage import Coverage, CoverageReport, count_person, units_of
from competence.engine.outlook import outlook
from competence.figures.coverage import DayFigures
from competence.figures.published import Published, publish

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Monday:
    """What is shown of one Monday."""

    day: date
    published: Published

    @property
    def covered(self) -> int:
        """Over the key groups whose total is shown, as the page sums them."""
        return sum(int(covered) for covered, _gap in self._shown)

    @property
    def counted(self) -> int:
        return sum(int(covered) + int(gap) for covered, gap in self._shown)

    @property
    def hidden(self) -> int:
        """How many key groups are left out of the sum."""
        return sum(bool(count.share.hidden) for count in self.published.totals.values())

    @property
    def _shown(self) -> list[tuple[int, int]]:
        return [
            (int(count.covered.value or 0), int(count.gap.value or 0))
            for count in self.published.totals.values()
            if not count.covered.hidden and not count.gap.hidden
        ]
