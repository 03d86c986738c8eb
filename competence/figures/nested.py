"""Key groups that lie within each other: what is shown of one, less what is shown of the other,
would be a count of those who are in the one alone.

A group lies within another where everyone counted in it on the day is counted in the other. The
smaller is shown only as far as the difference is nothing to protect: nobody, or as many as the
threshold. What several groups that share nobody leave of one they lie within is such a difference
too.

1. Where fewer than the threshold are in the larger alone, nothing of the smaller is shown.
2. Every count of the smaller, of all it is asked or of one area, is set against every count of the
   larger that it bounds (`nested_bounds`), whatever each is asked. Where they differ by a few one
   of them is hidden: the smaller's area, else the larger's, else all of the smaller. Of the same
   people each is within the other.
3. By unit likewise, and where what is hidden of several units is known together, or the smaller
   has rows in some units only: then the smaller is not shown by unit, or not at all.
4. Where both ask for exactly the same, the smaller is shown as a total only, neither by unit nor by
   area; not even so where the larger's is hidden. Nor is it shown by unit where the two only share
   people: in some unit one may lie within the other.
5. An area in which both are asked the same level is hidden for the smaller where it is for the
   larger; never one area alone. Where it is shown for the larger, and hidden for the smaller, it
   bounds the smaller: is the bound too narrow beside the smaller's total, nothing of the smaller is
   shown.
6. On leave is on leave in both, whatever they ask: it is not shown by unit for the smaller, nor in
   all where the difference is small. Nor is it shown who is covered by an exemption or by what is
   recognised, where what is asked of the one is a part of what is asked of the other.
7. The uptake of the recommended is shown for the larger only.
8. What the larger shows in the units where the smaller is, whichever of them are put together, is
   set against the smaller in all (`nested_cuts`). So is what a group has in one unit, or in all but
   that, where all of it may be within another group.
9. Of groups that fill each other, or share people within a third, sums of up to four counts are set
   against the threshold (`nested_sums`).

What is hidden changes what else can be worked out, so all of it is done until nothing changes."""

from __future__ import annotations

from collections.abc import Iterator

from competence.engine.coverage import Count
from competence.figures.coverage import DayFigures
from competence.figures.nested_bounds import Asked, Shared, bounding, bounding_all
from competence.figures.nested_cuts import ByPlace, Inner
from competence.figures.nested_smaller import Smaller, Whole
from competence.figures.nested_sums import Sums
from competence.figures.nested_tables import Tables, difference, of_every_kind, parts_of

SHARE = 10
"""Two groups that share less than such a part of the smaller are not taken to lie within each other
in a unit."""


def hide_nested(figures: DayFigures, tables: Tables, threshold: int) -> None:
    """Hide in the tables what one group less another would tell."""
    _Nested(figures, tables, threshold).hide()


class _Nested:
    def __init__(self, figures: DayFigures, tables: Tables, threshold: int) -> None:
        self.tables = tables
        self.threshold = threshold
        self.counts = figures.report.mandatory.by_key_group
        asks: dict[str, set[Asked]] = {group: set() for group in self.counts}
        for key in figures.by_area:
            asks.setdefault(key.key_group, set()).add((key.area, key.level))
        self.groups = {
            group: Smaller(group, frozenset(asks[group]), figures, tables, threshold)
            for group in sorted(self.counts, key=lambda each: (-self.counts[each].members, each))
        }
        self.rows: dict[str, dict[int | None, int]] = {
            group: {None: count.members} for group, count in self.counts.items()
        }
        self.by_unit = {key: figures.report.mandatory.by_unit[key] for key in tables.by_unit}
        for (unit, group), count in self.by_unit.items():
            self.rows[group][unit] = count.members
        self._within: dict[tuple[str, str], list[int]] = {}
        self.shared = Shared(figures.together)
        self.by_place = ByPlace(self.rows, self.shared, parts_of(figures), threshold)
        self.sums = Sums(figures.together, self.rows, threshold)

    def hide(self) -> None:
        # What is hidden of a group bounds those around it less, and what they hide may bound it
        # more.
        hidden = -1
        while hidden != (now := self.tables.hidden()):
            hidden = now
            self._hide_pairs()
            self._hide_by_place()
            self.sums.hide(self.groups)

    def _hide_pairs(self) -> None:
        wholes: list[Whole] = []
        for group, smaller in self.groups.items():
            around = [
                whole
                for whole in wholes
                if self.shared.within(group, whole.group)
                and not any(self.shared.number(group, other) for other in whole.without)
            ]
            for whole in around:
                smaller.protect(whole)
            for other in {whole.group for whole in wholes}:
                self._hide_in_units(smaller, self.groups[other])
            smaller.hide_no_area_alone()
            for whole in around:
                smaller.hide_what_is_bounded(whole)
            # Each larger group has one remainder, of all those taken from it that share nobody.
            for whole in around:
                if whole.without or not any(
                    other.group == whole.group and other.without for other in wholes
                ):
                    if whole.without:
                        wholes.remove(whole)
                    wholes.append(whole.less(smaller))
            wholes.append(
                Whole(group, (), self.counts[group], smaller.areas_shown(), smaller.told())
            )

    def _hide_by_place(self) -> None:
        for group, larger in self.groups.items():
            others = [each for other, each in self.groups.items() if other != group]
            within = [each for each in others if self.shared.within(each.group, group)]
            parts = [
                part
                for each in others
                if each not in within and self._is_comparable(each, larger)
                for part in self._parts_perhaps_within(each, larger)
            ]
            self.by_place.hide(larger, within, parts)

    def _hide_in_units(self, smaller: Smaller, larger: Smaller) -> None:
        """Of two groups that share people: in some unit one may lie within the other."""
        if not self.shared.number(smaller.group, larger.group):
            return
        if smaller.asks == larger.asks:
            smaller.hide_units()
        for inner, outer in ((smaller, larger), (larger, smaller)):
            if not self._is_comparable(inner, outer):
                continue
            # That those in one alone are a few shows in what they are.
            kinds = bounding_all(inner.asks, outer.asks) - {"counted", "due"}
            for unit in self._units_perhaps_within(inner, outer):
                mine, theirs = inner.known_at(unit), outer.known_at(unit)
                for kind in kinds & mine.keys() & theirs.keys():
                    if 0 < theirs[kind] - mine[kind] < self.threshold:
                        smaller.hide_one(None, unit, kind)

    def _is_comparable(self, one: Smaller, other: Smaller) -> bool:
        """Whether what is asked of one bounds the other, and so many are in both that it may be by
        their rules that they are, in some unit."""
        fewest = min(one.count.members, other.count.members)
        return (
            self.shared.number(one.group, other.group) * SHARE >= fewest
            and len(bounding(one.asks, other.asks)) > 1
        )

    def _parts_perhaps_within(self, inner: Smaller, outer: Smaller) -> Iterator[Inner]:
        """What the one has in a unit, and in all but the units that are shown: but one of them, or
        those that are not within the other themselves."""
        within = set(self._units_perhaps_within(inner, outer))
        for unit in within:
            yield self.by_place.part(inner, unit)
        outside = self.by_place.outside(inner, within)
        for less in {outside, *((unit,) for unit in inner.units_shown())} - {()}:
            rest = inner.count
            for unit in less:
                rest = difference(rest, self.by_unit[unit, inner.group])
            if self._is_perhaps_within(inner, outer, rest, outer.count):
                yield self.by_place.but(inner, less)

    def _units_perhaps_within(self, inner: Smaller, outer: Smaller) -> list[int]:
        key = (inner.group, outer.group)
        if key not in self._within:
            self._within[key] = [
                unit
                for unit in self.rows[inner.group]
                if unit is not None
                and unit in self.rows[outer.group]
                and self._is_perhaps_within(
                    inner,
                    outer,
                    self.by_unit[unit, inner.group],
                    self.by_unit[unit, outer.group],
                )
            ]
        return self._within[key]

    def _is_perhaps_within(self, inner: Smaller, outer: Smaller, one: Count, other: Count) -> bool:
        """Whether everyone counted in a part of one group may be counted in a part of the other: as
        many are in both somewhere, and no count that would be a part of the other's is larger."""
        if not 0 < one.members <= self.shared.number(inner.group, outer.group):
            return False
        kinds = bounding_all(inner.asks, outer.asks) - {"introduction", "due"}
        mine, theirs = of_every_kind(one), of_every_kind(other)
        return all(mine[kind] <= theirs[kind] for kind in kinds)
