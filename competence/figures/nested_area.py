"""An area that is hidden for a key group and shown for a larger one around it: whether the larger's
figures, with the group's total, tell too much of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from competence.engine.coverage import Count
from competence.figures.nested_bounds import STANDINGS
from competence.suppression import ShownCount


@dataclass(frozen=True)
class Bounded:
    """A group by its total, as it is shown and as it is, and how many are in the larger alone."""

    total: ShownCount
    count: Count
    alone: int
    threshold: int

    def tells(self, area: Count, larger: Count) -> bool:
        shown = {
            kind: figure.value
            for kind in STANDINGS
            if isinstance((figure := getattr(self.total, kind)).value, int)
        }
        everyone = sum(shown.values()) if len(shown) == len(STANDINGS) else None
        outside = inf if everyone is None else self.alone
        gap = shown.get("gap", inf)
        highest = {
            "covered": inf,
            "gap": gap,
            "introduction": gap + shown.get("introduction", inf),
        }
        bounds = {
            kind: (
                max(
                    shown.get("covered", 0) if kind == "covered" else 0,
                    getattr(larger, kind) - outside,
                ),
                min(highest[kind], getattr(larger, kind)),
            )
            for kind in STANDINGS
        }
        if everyone is not None:
            low, high = (sum(each[side] for each in bounds.values()) for side in (0, 1))
            bounds = {
                kind: (max(one[0], everyone - high + one[1]), min(one[1], everyone - low + one[0]))
                for kind, one in bounds.items()
            }
        return any(
            bounds[kind][1] - bounds[kind][0] < self.threshold
            and (
                self._is_few(getattr(area, kind))
                or self._is_few(abs(getattr(area, kind) - getattr(self.count, kind)))
            )
            for kind in STANDINGS
        )

    def _is_few(self, number: int) -> bool:
        return 0 < number < self.threshold
