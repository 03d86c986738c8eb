"""How figures of coverage are shown: a share with the counts behind it, all of a kind or hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from competence.suppression import Figure, Hidden, ShownCount
from lms.lib.numbers import percent

PROTECTED = Figure(None, Hidden.PROTECTED)


@dataclass(frozen=True)
class ShownShare:
    """A share with the counts behind it; all shown or all hidden."""

    share: Figure
    covered: Figure
    gap: Figure

    @property
    def percent(self) -> int | None:
        return percent_of(self.share)

    @property
    def counted(self) -> int | None:
        """How many the share is of."""
        if isinstance(self.covered.value, int) and isinstance(self.gap.value, int):
            return self.covered.value + self.gap.value
        return None


def percent_of(share: Figure) -> int | None:
    """A shown share in whole percent, half up; 100 only where nobody is missing."""
    if share.value is None:
        return None
    return percent(*Fraction(share.value).as_integer_ratio())


def shown_count(kinds: Mapping[str, Figure]) -> ShownCount:
    """The figures of each kind together, with the share that follows from them."""
    covered, gap = kinds["covered"], kinds["gap"]
    if covered.hidden or gap.hidden:
        # "Fewer than" of the whole only where it says no more than its parts do.
        few = any(
            one.hidden is Hidden.FEW and other.value == 0
            for one, other in ((covered, gap), (gap, covered))
        )
        share = Figure(None, Hidden.FEW if few else Hidden.PROTECTED)
    else:
        share = _share_of(covered, gap)
    return ShownCount(share=share, **kinds)


def shown_share(covered: Figure, gap: Figure) -> ShownShare:
    return ShownShare(_share_of(covered, gap), covered, gap)


def _share_of(covered: Figure, gap: Figure) -> Figure:
    """Of two shown counts; hidden where either is."""
    if not isinstance(covered.value, int) or not isinstance(gap.value, int):
        return PROTECTED
    counted = covered.value + gap.value
    return Figure(Fraction(covered.value, counted) if counted else None)
