"""Sums of shown counts that are a few people: one or more less others, whom they cover."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from competence.figures.nested_bounds import Asked, Item, bounding_all


class Budget:
    """How many more sums are tried."""

    def __init__(self, left: int) -> None:
        self.left = left

    def is_spent(self) -> bool:
        self.left -= 1
        return self.left < 0


@dataclass(frozen=True, eq=False)
class Shown:
    """A count of a group that is shown: in all, or in a unit that holds a part of the group.
    `people`: the sets of groups its people are in, as bits."""

    group: str
    asks: frozenset[Asked]
    item: Item
    unit: int | None
    people: int
    value: int


class Search:
    """The sums of these counts, all of one kind, that are a few people."""

    def __init__(
        self, shown: Sequence[Shown], covered: Collection[str], kind: str, threshold: int
    ) -> None:
        self.less = [each for each in shown if each.group in covered]
        self.threshold = threshold

        @cache
        def bounds(one: frozenset[Asked], other: frozenset[Asked]) -> bool:
            return kind in bounding_all(one, other)

        self.bounds = bounds
        # What can be added because the one is subtracted, the smallest first.
        by_value = sorted(shown, key=lambda each: each.value)
        self.covering = {
            one: [
                each
                for each in by_value
                if each.group != one.group
                and each.people & one.people
                and bounds(one.asks, each.asks)
            ]
            for one in self.less
        }
        self.adders = {
            one: frozenset(each.group for each in covering)
            for one, covering in self.covering.items()
        }
        self.values = {
            one: [each.value for each in covering] for one, covering in self.covering.items()
        }

    def few(self, counts: int, budget: Budget) -> Iterator[tuple[Shown, ...]]:
        """Those of so many counts."""
        self.counts, self.budget = counts, budget
        yield from self._from_one()
        for number in range(1, counts - 1):
            for less in combinations(self.less, number):
                if budget.is_spent():
                    return
                if len({each.group for each in less}) < number or not self._can_cover(less):
                    continue
                yield from self._cover(less, ())

    def _from_one(self) -> Iterator[tuple[Shown, ...]]:
        """One count less others that share nobody."""
        inside: dict[Shown, list[Shown]] = {}
        for one in self.less:
            for whole in self.covering[one]:
                if not one.people & ~whole.people:
                    inside.setdefault(whole, []).append(one)
        for whole, parts in inside.items():
            parts.sort(key=lambda each: each.value)
            values = [each.value for each in parts]
            for less in self._adding_up(parts, values, 0, (), whole.value):
                if self._is_a_count(less, (whole,)):
                    yield (*less, whole)

    def _adding_up(
        self,
        parts: Sequence[Shown],
        values: Sequence[int],
        start: int,
        chosen: tuple[Shown, ...],
        left: int,
    ) -> Iterator[tuple[Shown, ...]]:
        """Parts that share nobody, from number `start` on, after which a few are left of `left`."""
        more = self.counts - 1 - len(chosen)
        stop = bisect_left(values, left)
        if more == 1:
            start = max(start, bisect_right(values, left - self.threshold))
        elif self.budget.is_spent():
            return
        for place in range(start, stop):
            each = parts[place]
            if any(each.group == one.group or each.people & one.people for one in chosen):
                continue
            if more == 1:
                yield (*chosen, each)
            else:
                yield from self._adding_up(
                    parts, values, place + 1, (*chosen, each), left - each.value
                )

    def _can_cover(self, less: Sequence[Shown]) -> bool:
        """Whether there are groups enough that can be added."""
        groups = frozenset[str]().union(*(self.adders[one] for one in less))
        return len(groups) >= self.counts - len(less)

    def _cover(
        self, less: tuple[Shown, ...], more: tuple[Shown, ...]
    ) -> Iterator[tuple[Shown, ...]]:
        """Add counts until nobody is subtracted who was not added."""
        value = sum(each.value for each in more) - sum(each.value for each in less)
        wanting, candidates, values = self._wanting(less, more)
        left = self.counts - len(less) - len(more)
        if more and self.budget.is_spent():
            return
        if not wanting:
            if not left and 0 < value < self.threshold and self._is_a_count(less, more):
                yield (*less, *more)
            return
        if not left:
            return
        if left == 1:
            # Only what makes the sum a few.
            candidates = candidates[
                bisect_right(values, -value) : bisect_left(values, self.threshold - value)
            ]
        subtracted = 0
        for each in less:
            subtracted |= each.people
        used = {each.group for each in (*less, *more)}
        for each in candidates:
            if (
                each.people & wanting
                and (left > 1 or not wanting & ~each.people)
                and each.group not in used
                and not any(one.people & each.people & ~subtracted for one in more)
            ):
                yield from self._cover(less, (*more, each))

    def _wanting(
        self, less: Sequence[Shown], more: Sequence[Shown]
    ) -> tuple[int, Sequence[Shown], Sequence[int]]:
        """Whose count is subtracted but not added, by the sets of groups they are in: in one of the
        groups, or in two oftener than what is added holds them. And what can be added for them,
        with its values."""
        twice = -1
        for one in less:
            once = 0
            for each in more:
                if self.bounds(one.asks, each.asks):
                    once |= each.people
            if one.people & ~once:
                return one.people & ~once, self.covering[one], self.values[one]
            twice &= one.people
        if len(less) == 2 and twice:
            for one, other in combinations(more, 2):
                twice &= ~(one.people & other.people)
            return twice, self.covering[less[0]], self.values[less[0]]
        return 0, (), ()

    def _is_a_count(self, less: Sequence[Shown], more: Sequence[Shown]) -> bool:
        """Whether everybody is in the sum once or not at all, in whatever groups they are."""
        signed = [*((each, -1) for each in less), *((each, 1) for each in more)]
        for pattern in range(1, 1 << len(signed)):
            people = -1
            for bit, (each, _sign) in enumerate(signed):
                people &= each.people if pattern >> bit & 1 else ~each.people
            if people:
                inside = [each for bit, each in enumerate(signed) if pattern >> bit & 1]
                if not all(total in (0, 1) for total in self._totals(inside)):
                    return False
        return True

    def _totals(self, inside: Sequence[tuple[Shown, int]]) -> Iterator[int]:
        """What the sum is of somebody who is in these groups, by what they are of what is asked."""
        for truth in range(1, 1 << len(inside)):
            if all(
                truth >> other & 1 or not self.bounds(one.asks, inside[other][0].asks)
                for bit, (one, _sign) in enumerate(inside)
                if truth >> bit & 1
                for other in range(len(inside))
            ):
                yield sum(sign for bit, (_one, sign) in enumerate(inside) if truth >> bit & 1)
