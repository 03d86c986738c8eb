"""What a reader who may not see individuals is shown of a coverage table: "Suppression" in
docs/gap.md.

A count of 1 to 4 people reads "fewer than 5", and as many other figures read "not shown" as it
takes to keep it from being worked out. The figures of one kind for one key group are a tree: the
key group's total, its units, their units. A reader who sees all but one figure of a parent and
its parts can work out the last; whoever belongs to the parent but to none of its parts is a part
of its own that is never shown ("without a unit"). A person with posts in two parts makes the
parts add up to more than the parent; the difference is protected as a count too.

Because the figures are a tree, the narrowest interval a reader can infer for a hidden figure is
found exactly by passing intervals up and down it once.

Suppress the whole table first and filter afterwards: a figure hidden in one view of it must be
hidden in all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import inf

from django.utils.translation import gettext as _

THRESHOLD = 5

Node = int | None  # a unit's primary key; None is the key group's total
Interval = tuple[float, float]


class Hidden(Enum):
    FEW = "few"  # 1 to 4 people
    PROTECTED = "protected"  # hidden only to protect another figure


@dataclass(frozen=True)
class Figure:
    """One figure as shown: a count, a share, nothing (a share of nobody), or hidden."""

    value: int | Fraction | None
    hidden: Hidden | None = None

    def hidden_text(self, threshold: int) -> str:
        if self.hidden is Hidden.FEW:
            return _("fewer than %(threshold)s") % {"threshold": threshold}
        return _("not shown") if self.hidden else ""


@dataclass(frozen=True)
class About:
    """How many people, roughly: nobody, fewer than the threshold, or at least a multiple of it.
    For sums that are in no table and that the reader can put together as they like."""

    at_least: int
    threshold: int
    is_few: bool = False

    @classmethod
    def of(cls, count: int, threshold: int) -> About:
        return cls(count - count % threshold, threshold, 0 < count < threshold)

    @classmethod
    def perhaps_nobody(cls, count: int, threshold: int) -> About:
        """The same without telling nobody apart from a few."""
        return cls(count - count % threshold, threshold, count < threshold)

    def __bool__(self) -> bool:
        return self.is_few or self.at_least > 0

    def __str__(self) -> str:
        if self.is_few:
            return _("fewer than %(threshold)s people") % {"threshold": self.threshold}
        if self.at_least:
            return _("at least %(number)s people") % {"number": self.at_least}
        return _("nobody")


@dataclass(frozen=True, order=True)
class AtLeast:
    """That there are at least so many people, in steps of the threshold; 0: too few to be told, or
    nobody. Nothing is said of how many there are at most."""

    number: int

    def __str__(self) -> str:
        if self.number:
            return _("at least %(number)s people") % {"number": self.number}
        return _("too few to be told, or nobody")


def at_least(count: int, threshold: int, *covers: Collection[tuple[int, AtLeast]]) -> AtLeast:
    """What may be told of a count besides what is told of its parts. Each cover is (people, what is
    told of them) for parts that together make it up. No more is told than the parts have room for
    when any one of them holds only what is told of it and the others all that their steps hold: so
    the sum never tells of a part what the part itself does not."""
    room = threshold - 1
    told = count
    for cover in covers:
        parts = [shown.number + room for people, shown in cover if people]
        rest = count - sum(people for people, _shown in cover)
        if rest > 0:
            parts.append(rest - rest % threshold + room)
        told = min(told, max(0, sum(parts) - room))
    return AtLeast(told - told % threshold)


@dataclass(frozen=True)
class ShownCount:
    """The figures of one key group in one unit, or in all. A hidden figure has no value."""

    covered: Figure
    gap: Figure
    introduction: Figure
    paused: Figure
    only_exempt: Figure
    only_recognised: Figure
    share: Figure


def shown_figures(
    values: Mapping[Node, int], parents: Mapping[int, int | None], threshold: int = THRESHOLD
) -> dict[Node, Figure]:
    """The figures of one kind for one key group, by unit and (None) in all."""
    tree = _Tree(_where_anybody_is(values, parents), parents, threshold)
    tree.protect()
    return {
        node: Figure(None, tree.hidden[node]) if node in tree.hidden else Figure(value)
        for node, value in values.items()
    }


def _where_anybody_is(
    values: Mapping[Node, int], parents: Mapping[int, int | None]
) -> dict[Node, int]:
    """The figures without the units in and below which the count is zero: zero may be shown."""
    kept: set[Node] = {None}
    for node, value in values.items():
        while value and node is not None and node not in kept:
            kept.add(node)
            node = parents[node]
    return {node: value for node, value in values.items() if node in kept}


class _Tree:
    """The counts of one kind for one key group, and which of them are hidden."""

    def __init__(
        self, values: Mapping[Node, int], parents: Mapping[int, int | None], threshold: int
    ) -> None:
        self.values = values
        self.threshold = threshold
        self.parent: dict[Node, Node] = {node: parents[node] for node in values if node is not None}
        self.parts: dict[Node, list[Node]] = {}
        for node in sorted(self.parent, key=_order):
            self.parts.setdefault(self.parent[node], []).append(node)
        # Those of a parent that are in none of its parts, less those who are in several.
        self.rest = {
            node: values[node] - sum(values[part] for part in parts)
            for node, parts in self.parts.items()
        }
        self.hidden: dict[Node, Hidden] = {
            node: Hidden.FEW for node, value in values.items() if 0 < value < threshold
        }
        self.top_down = self._top_down()

    def _top_down(self) -> list[Node]:
        found: list[Node] = [None]
        for node in found:
            found.extend(self.parts.get(node, ()))
        return found

    def protect(self) -> None:
        """Hide further figures until nobody can work out a hidden one."""
        while True:
            exposed = self._exposed()
            if not exposed:
                return
            used: set[Node] = set()
            for total in exposed:
                if total not in used:
                    used.add(total)
                    self._hide_one(total)

    def _hide_one(self, total: Node) -> None:
        """Hide one more figure of a parent and its parts: the smallest of the units without parts
        of their own; else of the other parts; the parent last, and last of all everybody."""
        candidates = [node for node in (total, *self.parts[total]) if node not in self.hidden]
        if candidates:
            chosen = min(
                candidates,
                key=lambda node: (
                    node is None,
                    node == total,
                    node in self.parts,
                    self.values[node] == 0,
                    self.values[node],
                ),
            )
            self.hidden[chosen] = Hidden.PROTECTED

    def _exposed(self) -> list[Node]:
        """The parents whose sum tells too much about a hidden figure in it."""
        plain = self._intervals(labels=False)
        found: dict[Node, None] = {}
        for node in self.hidden:
            inside, outside, known = plain[node]
            if _width(known) < self.threshold:
                for total in self._sums_of(node, inside, outside, self.threshold):
                    found.update(dict.fromkeys(self._nearest_open(total)))
        for total, interval in self._rests(plain).items():
            if _width(interval) < self.threshold:
                found.update(dict.fromkeys(self._nearest_open(total)))
        return list(found) or self._told_by_words()

    def _told_by_words(self) -> list[Node]:
        """The sums in which "fewer than 5", read as 1 to 4, gives a count away: 8 in two units
        with fewer than 5 each is 4 and 4."""
        found: dict[Node, None] = {}
        for node, (inside, outside, known) in self._intervals(labels=True).items():
            if self.hidden.get(node) is Hidden.FEW and _width(known) < 1:
                sums = self._sums_of(node, inside, outside, 1)
                found.update(dict.fromkeys(filter(self._has_more_to_hide, sums)))
        return list(found)

    def _nearest_open(self, total: Node) -> list[Node]:
        """The sum itself, or, where it shows nothing more that could be hidden, the nearest ones
        that do: hidden figures bound each other from sum to sum."""
        seen = {total}
        reached = [total]
        while reached:
            still_open = [sums for sums in reached if self._has_more_to_hide(sums)]
            if still_open:
                return still_open
            around = [
                sums
                for node in reached
                for sums in (*([] if node is None else [self.parent[node]]), *self.parts[node])
                if sums in self.parts and sums not in seen
            ]
            seen.update(around)
            reached = list(dict.fromkeys(around))
        return []

    def _has_more_to_hide(self, total: Node) -> bool:
        return any(node not in self.hidden for node in (total, *self.parts[total]))

    def _sums_of(self, node: Node, inside: Interval, outside: Interval, width: float) -> list[Node]:
        """Of the two sums a figure is in (as a parent, as a part), those that alone bound it to
        less than `width`; both where only together they do."""
        as_parent = [node] if node in self.parts else []
        as_part = [] if node is None else [self.parent[node]]
        tells = [
            sums
            for interval, sums in ((inside, as_parent), (outside, as_part))
            if _width(interval) < width
        ]
        return [total for sums in tells or [as_part, as_parent] for total in sums]

    def _own(self, node: Node, labels: bool) -> Interval:
        """What the figure itself tells."""
        kind = self.hidden.get(node)
        if kind is None:
            value = self.values[node]
            return (value, value)
        if labels and kind is Hidden.FEW:
            return (1, self.threshold - 1)
        return (0, inf)

    def _own_rest(self, total: Node) -> Interval:
        """What a reader knows of the rest, which is never shown: that there is none, or that a
        few people are in several parts; otherwise only which way the sum is off."""
        rest = self.rest[total]
        if rest > 0:
            return (0, inf)
        return (rest, rest) if rest > -self.threshold else (-inf, 0)

    def _intervals(self, labels: bool) -> dict[Node, tuple[Interval, Interval, Interval]]:
        """For every figure: what its parts tell of it, what its parent tells of it, and both
        with what it tells itself."""
        inside: dict[Node, Interval] = {}
        up: dict[Node, Interval] = {}
        for node in reversed(self.top_down):
            if node in self.parts:
                inside[node] = _sum(
                    [up[part] for part in self.parts[node]] + [self._own_rest(node)]
                )
            else:
                inside[node] = (0, inf)
            up[node] = _both(self._own(node, labels), inside[node])
        outside: dict[Node, Interval] = {None: (0, inf)}
        for node in self.top_down:
            parts = self.parts.get(node)
            if not parts:
                continue
            whole = _both(self._own(node, labels), outside[node])
            others = _others([up[part] for part in parts], self._own_rest(node))
            for part, rest_of_sum in zip(parts, others, strict=True):
                low = max(0, whole[0] - rest_of_sum[1]) if whole[0] < inf else 0
                outside[part] = (low, whole[1] - rest_of_sum[0])
        return {
            node: (inside[node], outside[node], _both(up[node], outside[node]))
            for node in self.top_down
        }

    def _rests(
        self, plain: Mapping[Node, tuple[Interval, Interval, Interval]]
    ) -> dict[Node, Interval]:
        """What a reader can infer about every rest that is a count to protect."""
        found = {}
        for total, rest in self.rest.items():
            if 0 < rest < self.threshold:
                whole = _both(self._own(total, labels=False), plain[total][1])
                parts = _sum(
                    _both(self._own(part, labels=False), plain[part][0])
                    for part in self.parts[total]
                )
                found[total] = _both((whole[0] - parts[1], whole[1] - parts[0]), (0, inf))
        return found


def _order(node: Node) -> int:
    return -1 if node is None else node


def _width(interval: Interval) -> float:
    return interval[1] - interval[0]


def _both(one: Interval, other: Interval) -> Interval:
    return (max(one[0], other[0]), min(one[1], other[1]))


def _sum(intervals: Iterable[Interval]) -> Interval:
    low = high = 0.0
    for interval in intervals:
        low += interval[0]
        high += interval[1]
    return (low, high)


def _others(intervals: list[Interval], extra: Interval) -> list[Interval]:
    """For each interval the sum of all the others and `extra`."""
    before: list[Interval] = [extra]
    for interval in intervals[:-1]:
        before.append(_sum((before[-1], interval)))
    after: list[Interval] = [(0.0, 0.0)]
    for interval in reversed(intervals[1:]):
        after.append(_sum((after[-1], interval)))
    return [_sum(pair) for pair in zip(before, reversed(after), strict=True)]
