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

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import inf

from competence.engine.coverage import Count
from competence.figures.coverage import AreaKey, DayFigures, DayFrame
from competence.figures.nested_bounds import (
    STANDINGS,
    Asked,
    Item,
    Kinds,
    Told,
    all_known,
    at_least,
    bounding,
    known,
)
from competence.figures.shown import PROTECTED, ShownShare, shown_count, shown_share
from competence.suppression import Figure, ShownCount

_OF_COVERED = ("only_exempt", "only_recognised")


@dataclass(frozen=True)
class Tables:
    """What is shown of a day; by key group, by unit and key group, by area."""

    totals: dict[str, ShownCount]
    by_unit: dict[tuple[int, str], ShownCount]
    by_area: dict[AreaKey, ShownShare]
    uptake: dict[str, ShownShare]

    def hidden(self) -> int:
        """How many figures are hidden."""
        return sum(
            getattr(count, kind).hidden is not None
            for counts in (self.totals, self.by_unit)
            for count in counts.values()
            for kind in _KINDS
        ) + sum(
            share.share.hidden is not None
            for shares in (self.by_area, self.uptake)
            for share in shares.values()
        )


@dataclass(frozen=True)
class _Whole:
    """Those of a group who are in none of the groups `without`: how many they are, what they are in
    the areas in which that follows from what is shown, and what is told of them."""

    group: str
    without: tuple[str, ...]
    count: Count
    areas: Mapping[Asked, Count]
    told: Told

    def less(self, smaller: _Smaller) -> _Whole:
        areas = smaller.areas_shown()
        return _Whole(
            self.group,
            (*self.without, smaller.group),
            _difference(self.count, smaller.count),
            {
                asked: _difference(of_whole, areas[asked])
                for asked, of_whole in self.areas.items()
                if asked in areas
            },
            self.told.less(smaller.told()),
        )


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
    wholes: list[_Whole] = []
    for group in sorted(counts, key=lambda each: (-counts[each].members, each)):
        around = [
            whole
            for whole in wholes
            if shared.within(group, whole.group)
            and not any(shared.number(group, other) for other in whole.without)
        ]
        smaller = _Smaller(group, frozenset(asks[group]), figures, tables, threshold)
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
        wholes.append(_Whole(group, (), counts[group], smaller.areas_shown(), smaller.told()))


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


class _Smaller:
    """A group about to be shown beside larger ones that it lies within."""

    def __init__(
        self,
        group: str,
        asks: frozenset[Asked],
        figures: DayFigures,
        tables: Tables,
        threshold: int,
    ) -> None:
        self.group = group
        self.asks = asks
        self.count = figures.report.mandatory.by_key_group[group]
        self.areas = {
            (key.area, key.level): figures.by_area[key]
            for key in tables.by_area
            if key.key_group == group
        }
        self.parts = _parts(figures)
        self.tables = tables
        self.threshold = threshold

    def told(self) -> Told:
        """What is told of the group by now."""
        total = self.tables.totals[self.group]
        in_all: dict[Item, Kinds] = {None: _known(total)}
        # An area is shown only beside all of the total: how many are new in it follows.
        in_all |= {asked: all_known(count) for asked, count in self.areas_shown().items()}
        return Told(
            self.asks,
            in_all,
            {key[0]: _known(self.tables.by_unit[key]) for key in self._units()},
        )

    def protect(self, whole: _Whole) -> None:
        """Hide what the whole less the group would tell."""
        alone = _difference(whole.count, self.count)
        if self._is_few(_counted(alone)):
            self._hide_all()
            return
        larger = self.tables.totals[whole.group]
        hidden = any(getattr(larger, kind).hidden for kind in STANDINGS)
        if hidden and _counted(alone) < self.threshold:
            # How many the larger are would follow, and with that what is hidden of them.
            self._hide_all()
            return
        self._hide_of_units(("paused",))
        if larger.paused.hidden or self._is_few(alone.paused):
            self._hide_total(("paused",))
        if self.group in self.tables.uptake and whole.group in self.tables.uptake:
            self.tables.uptake[self.group] = shown_share(PROTECTED, PROTECTED)
        if len(bounding(self.asks, whole.told.asks)) > 1:
            self._hide_total(_OF_COVERED)
            self._hide_of_units(_OF_COVERED)
        if self.asks == whole.told.asks:
            self.hide_units()
            self._hide_areas(self.areas)
            if hidden:
                self._hide_all()
                return
        self._hide_areas(
            asked
            for asked in self.areas
            if asked not in whole.areas and AreaKey(whole.group, *asked) in self.tables.by_area
        )
        self._hide_small_differences(whole)
        mine, theirs = self.told(), whole.told
        if self._units_tell(mine, theirs) or (
            _counted(alone) == 0 and self._units_tell(theirs, mine)
        ):
            self.hide_units()
        if self._tells_by_where_it_is(theirs):
            self._hide_all()

    def _hide_small_differences(self, whole: _Whole) -> None:
        """In all: of the two counts whose difference is a few, the one that costs least."""
        mine, theirs = self.told(), whole.told
        found = list(mine.differences(theirs))
        if whole.count.members == self.count.members:
            # Of the same people each is within the other.
            found += [(one, other, few) for other, one, few in theirs.differences(mine)]
        for one, other, difference in found:
            if not self._is_few(abs(difference)):
                continue
            if one is not None:
                self._hide_areas([one])
            elif other is not None and not whole.without:
                area = AreaKey(whole.group, *other)
                self.tables.by_area[area] = shown_share(PROTECTED, PROTECTED)
            else:
                self._hide_all()
                return

    def _units_tell(self, mine: Told, theirs: Told) -> bool:
        """Whether the units of both bound those of either too narrowly: one by one, or where
        several that are hidden are known together."""
        for kind in bounding(mine.asks, theirs.asks):
            for unit, kinds in theirs.by_unit.items():
                least = at_least(mine.at(unit), kind)
                if kind in kinds and least is not None and self._is_few(abs(kinds[kind] - least)):
                    return True
            for node in self.parts:
                if self._is_few(self._room_above(mine, theirs, kind, node)) or self._is_few(
                    self._room_below(mine, theirs, kind, node)
                ):
                    return True
        return False

    def _tells_by_where_it_is(self, theirs: Told) -> bool:
        """Whether the larger in those units where the smaller is has all but a few of the smaller:
        a unit has a row of a group, shown or hidden, only where somebody is counted."""
        mine = self.told()
        there: list[int] = []
        below = [part for part in self.parts[None] if part in mine.by_unit]
        while below != there:
            there = below
            for kind in bounding(mine.asks, theirs.asks):
                around = [theirs.at(unit).get(kind) for unit in there]
                known_of_all = [each for each in around if each is not None]
                least = at_least(mine.in_all[None], kind)
                if (
                    least is not None
                    and len(known_of_all) == len(around)
                    and self._is_few(abs(sum(known_of_all) - least))
                ):
                    return True
            below = [
                part
                for unit in there
                for part in [each for each in self.parts.get(unit, ()) if each in mine.by_unit]
                or [unit]
            ]
        return False

    def _room_above(self, mine: Told, theirs: Told, kind: str, node: int | None) -> int:
        """How many more the hidden parts of the larger have together than is shown of the smaller
        in them; 0 where that does not follow."""
        together = theirs.at(node).get(kind)
        if together is None:
            return 0
        parts = [part for part in self.parts[node] if part in theirs.by_unit]
        shown = sum(theirs.by_unit[part].get(kind, 0) for part in parts)
        hidden = [part for part in parts if kind not in theirs.by_unit[part]]
        within = [at_least(mine.at(part), kind) or 0 for part in hidden]
        return together - shown - sum(within) if any(within) else 0

    def _room_below(self, mine: Told, theirs: Told, kind: str, node: int | None) -> int:
        """How many more are shown of the larger in the hidden parts of the smaller than the smaller
        has there together; 0 where that does not follow."""
        together = mine.at(node).get(kind)
        parts = [part for part in self.parts[node] if part in mine.by_unit]
        hidden = [part for part in parts if kind not in mine.by_unit[part]]
        around = [theirs.at(part).get(kind) for part in hidden]
        if together is None or None in around or not hidden:
            return 0
        shown = sum(mine.by_unit[part].get(kind, 0) for part in parts)
        return sum(each for each in around if each is not None) - (together - shown)

    def hide_what_is_bounded(self, whole: _Whole) -> None:
        """Hide the group where an area of the whole, with the group's total, tells one of its own
        that is hidden."""
        hidden = self.areas.keys() - self.areas_shown().keys()
        alone = _counted(_difference(whole.count, self.count))
        if any(
            self._is_bounded(self.areas[asked], whole.areas[asked], alone)
            for asked in hidden & whole.areas.keys()
        ):
            self._hide_all()

    def _is_bounded(self, area: Count, larger: Count, alone: int) -> bool:
        total = self.tables.totals[self.group]
        shown = {
            kind: figure.value
            for kind in STANDINGS
            if isinstance((figure := getattr(total, kind)).value, int)
        }
        everyone = sum(shown.values()) if len(shown) == len(STANDINGS) else None
        outside = inf if everyone is None else alone
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

    def hide_units(self) -> None:
        for key in self._units():
            self.tables.by_unit[key] = shown_count(dict.fromkeys(_KINDS, PROTECTED))

    def hide_no_area_alone(self) -> None:
        """Of several areas that are hidden for another's sake: two at least."""
        shown = self.areas_shown()
        if len(self.areas) - len(shown) == 1 and shown:
            self._hide_areas(
                [
                    max(
                        shown,
                        key=lambda asked: (shown[asked].gap + shown[asked].introduction, asked),
                    )
                ]
            )

    def areas_shown(self) -> dict[Asked, Count]:
        return {
            asked: count
            for asked, count in self.areas.items()
            if not self.tables.by_area[AreaKey(self.group, *asked)].share.hidden
        }

    def _hide_all(self) -> None:
        self.hide_units()
        self._hide_areas(self.areas)
        self._hide_total(_KINDS)
        if self.group in self.tables.uptake:
            self.tables.uptake[self.group] = shown_share(PROTECTED, PROTECTED)

    def _hide_total(self, kinds: Iterable[str]) -> None:
        self.tables.totals[self.group] = _hiding(self.tables.totals[self.group], kinds)

    def _hide_of_units(self, kinds: Iterable[str]) -> None:
        for key in self._units():
            self.tables.by_unit[key] = _hiding(self.tables.by_unit[key], kinds)

    def _hide_areas(self, hidden: Iterable[Asked]) -> None:
        for asked in list(hidden):
            self.tables.by_area[AreaKey(self.group, *asked)] = shown_share(PROTECTED, PROTECTED)

    def _units(self) -> list[tuple[int, str]]:
        return [key for key in self.tables.by_unit if key[1] == self.group]

    def _is_few(self, number: int) -> bool:
        return 0 < number < self.threshold


def _parts(figures: DayFrame) -> dict[int | None, list[int]]:
    """The units right below each unit, and (none) the largest."""
    tops = figures.top_units
    parts: dict[int | None, list[int]] = {None: tops}
    above = figures.roots_above_tops
    for unit in figures.units.values():
        if unit.parent is not None and unit.parent not in above:
            parts.setdefault(unit.parent, []).append(unit.pk)
    return parts


def _known(count: ShownCount) -> Kinds:
    return known({kind: getattr(count, kind) for kind in STANDINGS})


_KINDS = (*STANDINGS, "paused", *_OF_COVERED)


def _counted(count: Count) -> int:
    """All but those on leave."""
    return count.members - count.paused


def _difference(one: Count, other: Count) -> Count:
    return Count(**{kind: getattr(one, kind) - getattr(other, kind) for kind in _KINDS})


def _hiding(count: ShownCount, kinds: Iterable[str]) -> ShownCount:
    """Without these kinds; "fewer than" stays what it is."""
    figures: dict[str, Figure] = {kind: getattr(count, kind) for kind in _KINDS}
    figures |= {kind: PROTECTED for kind in kinds if not figures[kind].hidden}
    return shown_count(figures)
