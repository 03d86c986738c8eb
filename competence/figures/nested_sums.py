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

from collections.abc import Collection, Iterable, Iterator, Mapping

from competence.figures.nested_bounds import EVERY_KIND, Asked
from competence.figures.nested_search import Budget, Search, Shown
from competence.figures.nested_smaller import Smaller

MOST = 4
TRIED = 150_000
"""So many sums are tried each time: some tenths of a second."""


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
        """Hide what it takes of the groups: sums of few counts before those of many, as long as
        the budget lasts."""
        budget = Budget(TRIED)
        for counts in range(2, MOST + 1):
            for place, there in self.places.items():
                for kind in EVERY_KIND:
                    self._hide_at(groups, place, there, kind, counts, budget)

    def _hide_at(
        self,
        groups: Mapping[str, Smaller],
        place: int | None,
        there: Mapping[str, bool],
        kind: str,
        counts: int,
        budget: Budget,
    ) -> None:
        shown = [
            each
            for group, is_whole in there.items()
            for each in self._shown(groups[group], kind, place, is_whole)
        ]
        hidden: set[Shown] = set()
        for found in Search(shown, self.covered, kind, self.threshold).few(counts, budget):
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
