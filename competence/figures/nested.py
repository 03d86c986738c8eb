"""Key groups that lie within each other: what is shown of one, less what is shown of the other,
would be a count of those who are in the one alone.

A group lies within another where everyone counted in it on the day is counted in the other. The
smaller is shown only as far as the difference is nothing to protect: nobody, or as many as the
threshold. What several groups that share nobody leave of one they lie within is such a difference
too.

1. Where fewer than the threshold are in the larger alone, and they are asked the same level in an
   area or a figure of the larger is hidden, nothing of the smaller is shown.
2. Where both ask for exactly the same, whoever is in both is the same in both. The smaller is
   shown as a total only, neither by unit nor by area; and not as a total where the larger's is
   hidden or a difference is small. Nor is it shown by unit where the two only share people: in some
   unit one may lie within the other.
3. Otherwise an area in which both are asked the same level is hidden for the smaller where it is
   for the larger, and where a difference is small; never one area alone. Where it is shown for the
   larger, and hidden for the smaller, it bounds the smaller: is the bound too narrow beside the
   smaller's total, nothing of the smaller is shown.
4. On leave is on leave in both, whatever they ask: it is not shown by unit for the smaller, nor in
   all where the difference is small.
5. The uptake of the recommended is shown for the larger only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from competence.engine.coverage import Count
from competence.figures.coverage import AreaKey, DayFigures
from competence.figures.shown import PROTECTED, ShownShare, shown_count, shown_share
from competence.suppression import Figure, ShownCount

Asked = tuple[str, int]
"""An area and a level in it."""
_STANDINGS = ("covered", "gap", "introduction")
_OF_COVERED = ("only_exempt", "only_recognised")


@dataclass(frozen=True)
class Tables:
    """What is shown of a day; by key group, by unit and key group, by area."""

    totals: dict[str, ShownCount]
    by_unit: dict[tuple[int, str], ShownCount]
    by_area: dict[AreaKey, ShownShare]
    uptake: dict[str, ShownShare]


@dataclass(frozen=True)
class _Whole:
    """Those of a group who are in none of the groups `without`: how many they are, and what they
    are in the areas in which that follows from what is shown."""

    group: str
    without: tuple[str, ...]
    count: Count
    areas: Mapping[Asked, Count]

    def less(self, group: str, count: Count, areas: Mapping[Asked, Count]) -> _Whole:
        return _Whole(
            self.group,
            (*self.without, group),
            _difference(self.count, count),
            {
                asked: _difference(of_whole, areas[asked])
                for asked, of_whole in self.areas.items()
                if asked in areas
            },
        )


def hide_nested(figures: DayFigures, tables: Tables, threshold: int) -> None:
    """Hide in the tables what one group less another would tell."""
    counts = figures.report.mandatory.by_key_group
    asks: dict[str, set[Asked]] = {group: set() for group in counts}
    for key in figures.by_area:
        asks.setdefault(key.key_group, set()).add((key.area, key.level))
    shared = _Shared(figures.together)
    wholes: list[_Whole] = []
    for group in sorted(counts, key=lambda each: (-counts[each].members, each)):
        around = [
            whole
            for whole in wholes
            if shared.within(group, whole.group)
            and not any(shared.number(group, other) for other in whole.without)
        ]
        smaller = _Smaller(group, counts[group], figures.by_area, tables, threshold)
        for whole in around:
            smaller.protect(whole, asked_alike=asks[whole.group] == asks[group])
        for other in {whole.group for whole in wholes}:
            if asks[other] == asks[group] and shared.number(group, other):
                smaller.hide_units()
        smaller.hide_no_area_alone()
        for whole in around:
            smaller.hide_what_is_bounded(whole)
        shown = smaller.areas_shown()
        # Each larger group has one remainder, of all those taken from it that share nobody.
        for whole in around:
            if whole.without or not any(
                other.group == whole.group and other.without for other in wholes
            ):
                if whole.without:
                    wholes.remove(whole)
                wholes.append(whole.less(group, counts[group], shown))
        wholes.append(_Whole(group, (), counts[group], shown))


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
        count: Count,
        by_area: Mapping[AreaKey, Count],
        tables: Tables,
        threshold: int,
    ) -> None:
        self.group = group
        self.count = count
        self.areas = {
            (key.area, key.level): by_area[key] for key in tables.by_area if key.key_group == group
        }
        self.tables = tables
        self.threshold = threshold

    def protect(self, whole: _Whole, *, asked_alike: bool) -> None:
        """Hide what the whole less the group would tell."""
        same = self.areas.keys() & {
            (key.area, key.level) for key in self.tables.by_area if key.key_group == whole.group
        }
        alone = _difference(whole.count, self.count)
        if same and self._is_few(_counted(alone)):
            self._hide_all()
            return
        larger = self.tables.totals[whole.group]
        hidden = any(getattr(larger, kind).hidden for kind in _STANDINGS)
        if hidden and _counted(alone) < self.threshold:
            # How many the larger are would follow, and with that what is hidden of them.
            self._hide_all()
            return
        self._hide_paused_of_units()
        if larger.paused.hidden or self._is_few(alone.paused):
            self._hide_total(("paused",))
        if self.group in self.tables.uptake and whole.group in self.tables.uptake:
            self.tables.uptake[self.group] = shown_share(PROTECTED, PROTECTED)
        if asked_alike:
            self.hide_units()
            self._hide_areas(self.areas)
            self._hide_total(_OF_COVERED)
            if hidden or self._any_few(alone):
                self._hide_all()
            return
        self._hide_areas(
            asked
            for asked in same
            if asked not in whole.areas
            or self._any_few(_difference(whole.areas[asked], self.areas[asked]))
        )

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
            for kind in _STANDINGS
            if isinstance((figure := getattr(total, kind)).value, int)
        }
        everyone = sum(shown.values()) if len(shown) == len(_STANDINGS) else None
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
            for kind in _STANDINGS
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
            for kind in _STANDINGS
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

    def _hide_paused_of_units(self) -> None:
        for key in self._units():
            self.tables.by_unit[key] = _hiding(self.tables.by_unit[key], ("paused",))

    def _hide_areas(self, hidden: Iterable[Asked]) -> None:
        for asked in list(hidden):
            self.tables.by_area[AreaKey(self.group, *asked)] = shown_share(PROTECTED, PROTECTED)

    def _units(self) -> list[tuple[int, str]]:
        return [key for key in self.tables.by_unit if key[1] == self.group]

    def _any_few(self, count: Count) -> bool:
        return any(self._is_few(abs(getattr(count, kind))) for kind in _STANDINGS)

    def _is_few(self, number: int) -> bool:
        return 0 < number < self.threshold


_KINDS = (*_STANDINGS, "paused", *_OF_COVERED)


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
