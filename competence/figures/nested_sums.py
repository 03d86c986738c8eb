"""Counts of several key groups, added and subtracted, that come out as a count of people.

Two groups that fill a third tell how many are in both; two within a third that share the people of
a fourth tell how many are in the third alone. Such a sum, with at most so many counts of one kind,
one of each group, is a count of people where it holds each of them once or not at all, whatever
sets of groups they are in (`DayFigures.together`) and whatever is asked of the one and not of the
other. Of a sum that is a few, one count is hidden.

What is subtracted must be covered by what is added. Somebody who is in one group only is covered by
no other, so only groups in which nobody is in that group alone are ever subtracted; where there is
none, as in most municipalities, there is nothing to look for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from competence.figures.nested_bounds import (
    EVERY_KIND,
    Asked,
    Item,
    bounding_all,
)
from competence.figures.nested_smaller import Smaller

MOST = 4


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


class Sums:
    """The sums of a day; which sets of groups there are does not change while figures are
    hidden."""

    def __init__(
        self,
        together: Collection[frozenset[str]],
        rows: Mapping[str, Mapping[int | None, int]],
        threshold: int,
    ) -> None:
        self.threshold = threshold
        members = self.members = {group: of_group[None] for group, of_group in rows.items()}
        sets = list(together)
        self.people = {
            group: sum(1 << bit for bit, groups in enumerate(sets) if group in groups)
            for group in members
        }
        self.covered = {group for group in members if frozenset([group]) not in together}
        # In a unit: the groups there, and whether everyone in the group is.
        self.places: dict[int | None, dict[str, bool]] = {}
        self.sets_at: dict[int | None, int] = {None: -1}
        if not self.covered:
            return
        for group, of_group in rows.items():
            for place, number in of_group.items():
                self.places.setdefault(place, {})[group] = number == members[group]
        for place, groups in list(self.places.items()):
            if place is None:
                continue
            if all(groups.values()) or not self.covered & groups.keys():
                del self.places[place]
                continue
            self.sets_at[place] = sum(
                1 << bit for bit, each in enumerate(sets) if each <= groups.keys()
            )

    def hide(self, groups: Mapping[str, Smaller]) -> None:
        """Hide what it takes of the groups."""
        for place, there in self.places.items():
            for kind in EVERY_KIND:
                shown = [
                    each
                    for group, is_whole in there.items()
                    for each in self._shown(groups[group], kind, place, is_whole)
                ]
                hidden: set[Shown] = set()
                for found in _Search(shown, self.covered, kind, self.threshold).few():
                    if hidden.isdisjoint(found):
                        hidden.add(self._hide_one(groups, found, kind))

    def _shown(
        self, group: Smaller, kind: str, place: int | None, is_whole: bool
    ) -> Iterator[Shown]:
        people = self.people[group.group] & self.sets_at[place]
        if not is_whole:
            value = group.known_at(place).get(kind)
            if value is not None:
                yield Shown(group.group, group.asks, None, place, people, value)
            return
        seen: set[frozenset[Asked]] = set()
        for item, kinds in group.known_in_all().items():
            asks = group.asks if item is None else frozenset([item])
            if kind in kinds and asks not in seen:
                seen.add(asks)
                yield Shown(group.group, asks, item, None, people, kinds[kind])

    def _hide_one(self, groups: Mapping[str, Smaller], found: Iterable[Shown], kind: str) -> Shown:
        """The one that costs least: an area, else of the smallest group."""
        least = min(
            found,
            key=lambda each: (each.item is None, self.members[each.group], each.group),
        )
        groups[least.group].hide_one(least.item, least.unit, kind)
        return least


class _Search:
    """The sums of these counts, all of one kind, that are a few people."""

    def __init__(
        self, shown: Sequence[Shown], covered: Collection[str], kind: str, threshold: int
    ) -> None:
        self.shown = sorted(shown, key=lambda each: each.value)
        self.values = [each.value for each in self.shown]
        self.less = [each for each in shown if each.group in covered]
        self.threshold = threshold

        @cache
        def bounds(one: frozenset[Asked], other: frozenset[Asked]) -> bool:
            return kind in bounding_all(one, other)

        self.bounds = bounds

    def few(self) -> Iterator[tuple[Shown, ...]]:
        for number in range(1, MOST):
            for less in combinations(self.less, number):
                shares = any(one.people & other.people for one, other in combinations(less, 2))
                if len({each.group for each in less}) == number and not (
                    shares and number == MOST - 1
                ):
                    yield from self._cover(less, ())

    def _cover(
        self, less: tuple[Shown, ...], more: tuple[Shown, ...]
    ) -> Iterator[tuple[Shown, ...]]:
        """Add counts until nobody is subtracted who was not added."""
        value = sum(each.value for each in more) - sum(each.value for each in less)
        wanting = self._wanting(less, more)
        left = MOST - len(less) - len(more)
        if not wanting:
            if 0 < value < self.threshold and self._is_a_count(less, more):
                yield (*less, *more)
            return
        if not left:
            return
        candidates: Sequence[Shown] = self.shown
        if left == 1:
            # Only what makes the sum a few.
            candidates = self.shown[
                bisect_right(self.values, -value) : bisect_left(self.values, self.threshold - value)
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
                and any(self.bounds(one.asks, each.asks) for one in less)
                and not any(one.people & each.people & ~subtracted for one in more)
            ):
                yield from self._cover(less, (*more, each))

    def _wanting(self, less: Sequence[Shown], more: Sequence[Shown]) -> int:
        """Whose count is subtracted but not added, by the sets of groups they are in: in one of the
        groups, or in two oftener than what is added holds them."""
        twice = -1
        for one in less:
            once = 0
            for each in more:
                if self.bounds(one.asks, each.asks):
                    once |= each.people
            if one.people & ~once:
                return one.people & ~once
            twice &= one.people
        if len(less) == 2 and twice:
            for one, other in combinations(more, 2):
                twice &= ~(one.people & other.people)
            return twice
        return 0

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
