"""Key groups within a larger one, against what is shown of the larger in the units where they are.

A unit has a row of a group, shown or hidden, only where somebody is counted. So the figures of the
larger in any units that together hold all of the smaller's rows, less what is shown of the smaller,
count those in the larger alone there. The units may be of different sizes, and of a unit the parts
in which the smaller has nobody can be taken away. What several smaller groups that share nobody
have together is set against the larger in the same way. Where the difference is a few, the smaller
is hidden: its area, or its units, or all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from competence.figures.nested_bounds import EVERY_KIND, Asked, Item, Kinds, Shared, bounding_all
from competence.figures.nested_smaller import Smaller

Node = int | None
Rows = Mapping[Node, int]
"""Where a group has people, and how many; none: in all."""


class Cuts:
    """What is shown of one kind of the larger group around these rows."""

    def __init__(
        self,
        larger: Smaller,
        rows: Rows,
        kind: str,
        parts: Mapping[Node, Sequence[int]],
        threshold: int,
    ) -> None:
        self.larger = larger
        self.rows = rows
        self.kind = kind
        self.parts = parts
        self.threshold = threshold
        self._found: dict[Node, set[int]] = {}

    def at(self, node: Node) -> set[int]:
        """What the figures that hold all the rows of a unit can add up to; only the smallest, for
        any other is one of them and a count of its own."""
        if node not in self._found:
            self._found[node] = self._sums(node)
        return self._found[node]

    def _sums(self, node: Node) -> set[int]:
        found: set[int] = set()
        known = self.larger.known_at(node).get(self.kind)
        if known is not None:
            found.update((known, known - self._without(node)))
        elif node is not None:
            # Nothing is shown below a hidden figure.
            return found
        below = [part for part in self.parts.get(node, ()) if part in self.rows]
        for some in self._enough(below, self.rows[node]):
            sums = {0}
            for part in some:
                sums = self._least({one + other for one in sums for other in self.at(part)})
            found |= sums
        return self._least(found)

    def _enough(self, below: Sequence[int], number: int) -> Iterator[Sequence[int]]:
        """All the parts, and as few as may hold everyone without one of them: in what is left out
        are only those who have posts in two."""
        spare = sum(self.rows[part] for part in below) - number
        if spare < 0:
            return
        yield below
        smallest_first = sorted(below, key=self.rows.__getitem__)
        for without in smallest_first:
            left_out, room = {without}, spare - self.rows[without]
            if room < 0:
                return
            for part in smallest_first:
                if part not in left_out and self.rows[part] <= room:
                    left_out.add(part)
                    room -= self.rows[part]
            yield [part for part in below if part not in left_out]

    def _least(self, sums: set[int]) -> set[int]:
        least = min(sums, default=0)
        return {each for each in sums if each < least + self.threshold}

    def _without(self, node: Node) -> int:
        """How many are shown in the parts of a unit that have none of the rows."""
        found = 0
        for part in self.parts.get(node, ()):
            known = self.larger.known_at(part).get(self.kind)
            if known is not None:
                found += self._without(part) if part in self.rows else known
        return found


@dataclass(frozen=True)
class Inner:
    """What may lie within a larger group: a group, or what it has in one unit, or but for what it
    has in others (`less`)."""

    smaller: Smaller
    rows: Rows
    unit: Node = None
    less: tuple[int, ...] = ()

    @property
    def is_part(self) -> bool:
        return self.unit is not None or bool(self.less)

    def told(self, larger: Smaller, kind: str) -> Iterator[tuple[Item, int]]:
        """What is shown of it that is a part of the larger's, of this kind."""
        for item, kinds in self.known().items():
            asks = self.smaller.asks if item is None else (item,)
            if kind in kinds and kind in bounding_all(asks, larger.asks):
                yield item, kinds[kind]

    def known(self) -> Mapping[Item, Kinds]:
        if not self.is_part:
            return self.smaller.known_in_all()
        if self.unit is not None:
            return {None: self.smaller.known_at(self.unit)}
        return {
            item: self._but_for(self.smaller.asks if item is None else (item,), kinds)
            for item, kinds in self.smaller.known_in_all().items()
        }

    def _but_for(self, asks: frozenset[Asked] | tuple[Asked, ...], kinds: Kinds) -> Kinds:
        found = {kind: kinds[kind] for kind in bounding_all(asks, self.smaller.asks) & kinds.keys()}
        for unit in self.less:
            there = self.smaller.known_at(unit)
            found = {kind: found[kind] - there[kind] for kind in found.keys() & there.keys()}
        return found


class ByPlace:
    def __init__(
        self,
        rows: Mapping[str, Rows],
        shared: Shared,
        parts: Mapping[Node, Sequence[int]],
        threshold: int,
    ) -> None:
        self.rows = rows
        self.shared = shared
        self.parts = parts
        self.threshold = threshold
        self.above: dict[int, list[int]] = {unit: [] for unit in parts.get(None, ())}
        for unit in list(self.above):
            self._go_down(unit)

    def _go_down(self, unit: int) -> None:
        for part in self.parts.get(unit, ()):
            self.above[part] = [*self.above[unit], unit]
            self._go_down(part)

    def hide(self, larger: Smaller, within: Sequence[Smaller], parts: Sequence[Inner]) -> None:
        """Hide what the larger tells of the groups within it, and of those parts of others."""
        inside = [self.whole(group) for group in within]
        for some in (*self._packings(inside, larger), *self._of_one_group(parts)):
            self._hide_some(larger, some)
        for part in parts:
            self._hide_larger_areas(larger, part)

    def whole(self, group: Smaller) -> Inner:
        return Inner(group, self.rows[group.group])

    def part(self, group: Smaller, unit: int) -> Inner:
        """What a group has in a unit."""
        all_rows = self.rows[group.group]
        rows: dict[Node, int] = {None: all_rows[unit]}
        waiting: list[int] = [unit]
        for node in waiting:
            rows[node] = all_rows[node]
            waiting.extend(part for part in self.parts.get(node, ()) if part in all_rows)
        above = [node for node in self.above[unit] if node in all_rows]
        return Inner(group, rows | dict.fromkeys(above, rows[None]), unit)

    def but(self, group: Smaller, less: tuple[int, ...]) -> Inner:
        """What a group has but for these units."""
        rows = dict(self.rows[group.group])
        for unit in less:
            for node, number in self.part(group, unit).rows.items():
                rows[node] -= number
        return Inner(
            group,
            {node: number for node, number in rows.items() if number > 0 or node is None},
            less=less,
        )

    def outside(self, group: Smaller, within: Collection[int]) -> tuple[int, ...]:
        """The largest units in which a group is shown that hold none of these."""
        shown = set(group.units_shown())
        found: list[int] = []
        waiting = list(self.parts.get(None, ()))
        for node in waiting:
            if node in shown and not any(self._is_below(unit, node) for unit in within):
                found.append(node)
            elif node not in within:
                waiting.extend(self.parts.get(node, ()))
        return tuple(found)

    def _is_below(self, unit: int, node: int) -> bool:
        return unit == node or node in self.above[unit]

    def _packings(self, inside: Sequence[Inner], larger: Smaller) -> Iterator[tuple[Inner, ...]]:
        """Each group alone, and with as many as lie in one unit and share nobody."""
        for each in inside:
            yield (each,)
        if len(inside) < 2:
            return
        names = {each.smaller.group: each for each in inside}
        largest_first = sorted(names, key=lambda group: (-self.rows[group][None], group))
        found: dict[tuple[str, ...], None] = {}
        for unit in self.rows[larger.group]:
            there = [
                group
                for group in largest_first
                if self.rows[group].get(unit) == self.rows[group][None]
            ]
            for first in names if there else ():
                some = [first]
                for group in there:
                    if not any(self.shared.number(group, other) for other in some):
                        some.append(group)
                found[tuple(sorted(some))] = None
        for groups in found:
            yield tuple(names[group] for group in groups)

    def _of_one_group(self, units: Sequence[Inner]) -> Iterator[tuple[Inner, ...]]:
        """What a group has in each unit, and in all the largest of them."""
        by_group: dict[str, list[Inner]] = {}
        for each in units:
            yield (each,)
            if not each.less:
                by_group.setdefault(each.smaller.group, []).append(each)
        for some in by_group.values():
            largest = [
                each
                for each in some
                if not any(other.unit in self.above[each.unit or 0] for other in some)
            ]
            if len(largest) > 1:
                yield tuple(largest)

    def _hide_some(self, larger: Smaller, some: Sequence[Inner]) -> None:
        together: dict[Node, int] = {}
        for inner in some:
            for node, number in inner.rows.items():
                together[node] = together.get(node, 0) + number
        for kind in EVERY_KIND:
            told = [list(inner.told(larger, kind)) for inner in some]
            if not all(told):
                continue
            cuts = Cuts(larger, together, kind, self.parts, self.threshold)
            if len(some) > 1:
                told = [[(None, sum(max(number for _item, number in each) for each in told))]]
            for item, number in told[0]:
                if any(0 < each - number < self.threshold for each in cuts.at(None)):
                    self._hide_least(larger, some, item, kind)
            if len(some) == 1 and not some[0].is_part:
                self._hide_units(some[0].smaller, cuts)

    def _hide_larger_areas(self, larger: Smaller, part: Inner) -> None:
        """An area of the larger that a part of another is within."""
        for asked, theirs in list(larger.known_in_all().items()):
            if asked is None:
                continue
            for item, mine in part.known().items():
                asks = part.smaller.asks if item is None else (item,)
                if any(
                    0 < theirs[kind] - mine[kind] < self.threshold
                    for kind in bounding_all(asks, (asked,)) & mine.keys() & theirs.keys()
                ):
                    larger.hide_areas([asked])

    def _hide_least(self, larger: Smaller, some: Sequence[Inner], item: Item, kind: str) -> None:
        """Of a group within the larger: that. Of a part of another group: of the two groups the
        units of the one, or all of the other, whichever has fewer people."""
        least = min(some, key=lambda inner: (inner.rows[None], inner.smaller.group))
        if least.is_part and larger.count.members < least.smaller.count.members:
            larger.hide_one(None, None, kind)
        else:
            unit = least.less[0] if least.less else least.unit
            least.smaller.hide_one(item, unit, kind)

    def _hide_units(self, smaller: Smaller, cuts: Cuts) -> None:
        if cuts.kind not in bounding_all(smaller.asks, cuts.larger.asks):
            return
        for unit in smaller.units_shown(cuts.kind):
            number = smaller.known_at(unit).get(cuts.kind)
            if number is not None and any(
                0 < each - number < self.threshold for each in cuts.at(unit)
            ):
                smaller.hide_one(None, unit, cuts.kind)
