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

What is hidden changes what else can be worked out, so all of it is done until nothing changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from competence.figures.coverage import DayFigures
from competence.figures.nested_bounds import Asked
from competence.figures.nested_smaller import Smaller, Whole
from competence.figures.nested_tables import Tables


def hide_nested(figures: DayFigures, tables: Tables, threshold: int) -> None:
    """Hide in the tables what one group less another would tell."""
    asks: dict[str, set[Asked]] = {group: set() for group in figures.report.mandatory.by_key_group}
    for key in figures.by_area:
        asks.setdefault(key.key_group, set()).add((key.area, key.level))
    shared = _Shared(figures.together)
    # What is hidden of a group bounds those around it less, and what they hide may bound it more.
    hidden = -1
    while hidden != (now := tables.hidden()):
        hidden = now
        _hide_once(figures, tables, threshold, asks, shared)


def _hide_once(
    figures: DayFigures,
    tables: Tables,
    threshold: int,
    asks: Mapping[str, Collection[Asked]],
    shared: _Shared,
) -> None:
    counts = figures.report.mandatory.by_key_group
    wholes: list[Whole] = []
    for group in sorted(counts, key=lambda each: (-counts[each].members, each)):
        around = [
            whole
            for whole in wholes
            if shared.within(group, whole.group)
            and not any(shared.number(group, other) for other in whole.without)
        ]
        smaller = Smaller(group, frozenset(asks[group]), figures, tables, threshold)
        for whole in around:
            smaller.protect(whole)
        for other in {whole.group for whole in wholes}:
            if asks[other] == asks[group] and shared.number(group, other):
                smaller.hide_units()
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
        wholes.append(Whole(group, (), counts[group], smaller.areas_shown(), smaller.told()))


class _Shared:
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
