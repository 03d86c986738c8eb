"""Which counts of two key groups, one within the other, bound what those in the larger alone are.

Whoever holds the stricter holds what is less strict too. So of the people in both, those who lack
the less strict are some of those who lack the stricter, and those who hold the stricter are some of
those who hold the less strict. Subtracted in that direction, a count of the smaller group from one
of the larger leaves at least as many as those in the larger alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from competence.engine.coverage import Count
from competence.suppression import Figure

Asked = tuple[str, int]
"""An area and a level in it."""
Item = Asked | None
"""What is counted of a group: one area at a level, or (none) all that the group is asked."""
Kinds = Mapping[str, int]
"""How many are what, of the three standings and of `_SUMS`; what does not follow is not in it."""
STANDINGS = ("covered", "gap", "introduction")
OF_COVERED = ("only_exempt", "only_recognised")
_SUMS = {
    "lacking": ("gap", "introduction"),
    "not_gap": ("covered", "introduction"),
    "due": ("covered", "gap"),
    "counted": STANDINGS,
}
EVERY_KIND = (
    *STANDINGS,
    *_SUMS,
    "paused",
    *OF_COVERED,
    *(f"not_{kind}" for kind in OF_COVERED),
)
_RISING = ("gap", "lacking")
_FALLING = ("covered", "not_gap")


def known(figures: Mapping[str, Figure]) -> Kinds:
    """Of the three standings, what is shown, and what follows from it."""
    shown = {
        kind: figures[kind].value for kind in STANDINGS if isinstance(figures[kind].value, int)
    }
    return _with_sums({kind: value for kind, value in shown.items() if isinstance(value, int)})


def all_known(count: Count) -> Kinds:
    return _with_sums({kind: getattr(count, kind) for kind in STANDINGS})


def _with_sums(kinds: dict[str, int]) -> Kinds:
    sums = {
        whole: sum(kinds[part] for part in parts)
        for whole, parts in _SUMS.items()
        if all(part in kinds for part in parts)
    }
    return kinds | sums


def at_least(kinds: Kinds, kind: str) -> int | None:
    """How many are of a kind at least, by those that are shown; none where nothing is told."""
    shown = [kinds[part] for part in _SUMS.get(kind, (kind,)) if part in kinds]
    return sum(shown) if shown else None


def bounding(smaller: Collection[Asked], larger: Collection[Asked]) -> set[str]:
    """The kinds of which a count of the smaller group, by what it is asked, bounds one of the
    larger. How many there are does so whatever is asked."""
    less, more = _is_no_stricter(smaller, larger), _is_no_stricter(larger, smaller)
    kinds = {"counted"}
    if less or more:
        kinds.update(("introduction", "due"))
    if less:
        kinds.update(_RISING)
    if more:
        kinds.update(_FALLING)
    return kinds


@lru_cache(maxsize=4096)
def bounding_all(
    smaller: frozenset[Asked] | tuple[Asked, ...], larger: frozenset[Asked] | tuple[Asked, ...]
) -> frozenset[str]:
    """The same of every kind: who is on leave is so whatever is asked, and how somebody came to be
    covered is known of those who are asked the same."""
    kinds = bounding(smaller, larger) | {"paused"}
    if _is_no_stricter(smaller, larger) and _is_no_stricter(larger, smaller):
        kinds.update(OF_COVERED)
        kinds.update(f"not_{kind}" for kind in OF_COVERED)
    return frozenset(kinds)


def _is_no_stricter(one: Collection[Asked], other: Collection[Asked]) -> bool:
    return all(any(area == its and level <= most for its, most in other) for area, level in one)


@dataclass(frozen=True)
class Told:
    """What is told of a group: in all by what is asked, and by unit of all that it is asked."""

    asks: frozenset[Asked]
    in_all: Mapping[Item, Kinds]
    by_unit: Mapping[int, Kinds]

    def asked(self, item: Item) -> Collection[Asked]:
        return self.asks if item is None else (item,)

    def at(self, unit: int | None) -> Kinds:
        """Of all that it is asked, in a unit (none: in all)."""
        return self.in_all[None] if unit is None else self.by_unit.get(unit, {})

    def differences(self, larger: Told) -> Iterator[tuple[Item, Item, int]]:
        """Of each count in all of this group and of one around it that bounds it: what is counted
        of either, and the difference."""
        for mine, of_mine in self.in_all.items():
            for theirs, of_theirs in larger.in_all.items():
                for kind in bounding(self.asked(mine), larger.asked(theirs)) & of_theirs.keys():
                    least = at_least(of_mine, kind)
                    if least is not None:
                        yield mine, theirs, of_theirs[kind] - least

    def less(self, smaller: Told) -> Told:
        """What is left when as much as possible of one within it is taken away: at least as many
        as those who are in this one alone."""
        return Told(
            self.asks,
            {
                theirs: {
                    kind: count
                    - max(
                        (
                            at_least(of_mine, kind) or 0
                            for mine, of_mine in smaller.in_all.items()
                            if kind in bounding(smaller.asked(mine), self.asked(theirs))
                        ),
                        default=0,
                    )
                    for kind, count in of_theirs.items()
                }
                for theirs, of_theirs in self.in_all.items()
            },
            {
                unit: {
                    kind: count - (at_least(smaller.by_unit.get(unit, {}), kind) or 0)
                    if kind in bounding(smaller.asks, self.asks)
                    else count
                    for kind, count in kinds.items()
                }
                for unit, kinds in self.by_unit.items()
            },
        )


class Shared:
    """How many are counted in two groups at once."""

    def __init__(self, together: Mapping[frozenset[str], int]) -> None:
        self._pairs: dict[tuple[str, str], int] = {}
        for groups, number in together.items():
            for one in groups:
                for other in groups:
                    pair = (one, other)
                    self._pairs[pair] = self._pairs.get(pair, 0) + number

    def number(self, one: str, other: str) -> int:
        return self._pairs.get((one, other), 0)

    def within(self, one: str, other: str) -> bool:
        return 0 < self.number(one, one) == self.number(one, other)
