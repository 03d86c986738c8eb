"""What a report tells of one Monday in all: what its page sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from competence.figures.published import Published


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
