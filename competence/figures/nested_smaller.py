"""A key group about to be shown beside larger ones that it lies within (`nested`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from competence.engine.coverage import Count
from competence.figures.coverage import AreaKey, DayFigures
from competence.figures.nested_area import Bounded
from competence.figures.nested_bounds import (
    OF_COVERED,
    STANDINGS,
    Asked,
    Item,
    Kinds,
    Told,
    all_known,
    at_least,
    bounding,
)
from competence.figures.nested_tables import (
    KINDS,
    Tables,
    all_known_of,
    counted,
    difference,
    hiding,
    known_of,
    parts_of,
)
from competence.figures.shown import PROTECTED, shown_count, shown_share
from competence.suppression import ShownCount


@dataclass(frozen=True)
class Whole:
    """Those of a group who are in none of the groups `without`: how many they are, what they are in
    the areas in which that follows from what is shown, and what is told of them."""

    group: str
    without: tuple[str, ...]
    count: Count
    areas: Mapping[Asked, Count]
    told: Told

    def less(self, smaller: Smaller) -> Whole:
        areas = smaller.areas_shown()
        return Whole(
            self.group,
            (*self.without, smaller.group),
            difference(self.count, smaller.count),
            {
                asked: difference(of_whole, areas[asked])
                for asked, of_whole in self.areas.items()
                if asked in areas
            },
            self.told.less(smaller.told()),
        )


class Smaller:
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
        self.parts = parts_of(figures)
        self.tables = tables
        self.threshold = threshold
        self._read: dict[int | None, tuple[ShownCount, Kinds]] = {}

    def told(self) -> Told:
        """What is told of the group by now."""
        total = self.tables.totals[self.group]
        in_all: dict[Item, Kinds] = {None: known_of(total)}
        # An area is shown only beside all of the total: how many are new in it follows.
        in_all |= {asked: all_known(count) for asked, count in self.areas_shown().items()}
        return Told(
            self.asks,
            in_all,
            {key[0]: known_of(self.tables.by_unit[key]) for key in self._units()},
        )

    def known_in_all(self) -> dict[Item, Kinds]:
        """Of every kind, by what is asked."""
        found: dict[Item, Kinds] = {None: self.known_at(None)}
        found |= {asked: all_known(count) for asked, count in self.areas_shown().items()}
        return found

    def known_at(self, unit: int | None) -> Kinds:
        """Of every kind in a unit (none: in all); nothing where it has no row."""
        row = (
            self.tables.totals[self.group]
            if unit is None
            else self.tables.by_unit.get((unit, self.group))
        )
        if row is None:
            return {}
        read = self._read.get(unit)
        if read is None or read[0] is not row:
            read = self._read[unit] = (row, all_known_of(row))
        return read[1]

    def units_shown(self, kind: str | None = None) -> list[int]:
        """The units in which a kind is shown; none: in which any is."""
        found = []
        for unit, _group in self._units():
            known = self.known_at(unit)
            if kind in known or (kind is None and known):
                found.append(unit)
        return found

    def hide_one(self, item: Item, unit: int | None, kind: str) -> None:
        """Hide a figure, with what would tell it: an area, or a kind that is in all or in a unit;
        one of the standings of a unit with all units, and in all with all of the group."""
        if item is not None:
            self.hide_areas([item])
            return
        kinds = ("paused",) if kind == "paused" else OF_COVERED if "only" in kind else ()
        if unit is not None:
            if kinds:
                self.hide_of_units(kinds)
            else:
                self.hide_units()
        elif kinds:
            self.hide_total(kinds)
            self.hide_of_units(kinds)
        else:
            self.hide_all()

    def protect(self, whole: Whole) -> None:
        """Hide what the whole less the group would tell."""
        alone = difference(whole.count, self.count)
        if self._is_few(counted(alone)):
            self.hide_all()
            return
        larger = self.tables.totals[whole.group]
        hidden = any(getattr(larger, kind).hidden for kind in STANDINGS)
        if hidden and counted(alone) < self.threshold:
            # How many the larger are would follow, and with that what is hidden of them.
            self.hide_all()
            return
        self.hide_of_units(("paused",))
        if larger.paused.hidden or self._is_few(alone.paused):
            self.hide_total(("paused",))
        if self.group in self.tables.uptake and whole.group in self.tables.uptake:
            self.tables.uptake[self.group] = shown_share(PROTECTED, PROTECTED)
        if len(bounding(self.asks, whole.told.asks)) > 1:
            self.hide_total(OF_COVERED)
            self.hide_of_units(OF_COVERED)
        if self.asks == whole.told.asks:
            self.hide_units()
            self.hide_areas(self.areas)
            if hidden:
                self.hide_all()
                return
        self.hide_areas(
            asked
            for asked in self.areas
            if asked not in whole.areas and AreaKey(whole.group, *asked) in self.tables.by_area
        )
        self._hide_small_differences(whole)
        mine, theirs = self.told(), whole.told
        if self._units_tell(mine, theirs) or (
            counted(alone) == 0 and self._units_tell(theirs, mine)
        ):
            self.hide_units()

    def _hide_small_differences(self, whole: Whole) -> None:
        """In all: of the two counts whose difference is a few, the one that costs least."""
        mine, theirs = self.told(), whole.told
        found = list(mine.differences(theirs))
        if whole.count.members == self.count.members:
            # Of the same people each is within the other.
            found += [(one, other, few) for other, one, few in theirs.differences(mine)]
        for one, other, few in found:
            if not self._is_few(abs(few)):
                continue
            if one is not None:
                self.hide_areas([one])
            elif other is not None and not whole.without:
                area = AreaKey(whole.group, *other)
                self.tables.by_area[area] = shown_share(PROTECTED, PROTECTED)
            else:
                self.hide_all()
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

    def hide_what_is_bounded(self, whole: Whole) -> None:
        """Hide the group where an area of the whole, with the group's total, tells one of its own
        that is hidden."""
        hidden = self.areas.keys() - self.areas_shown().keys()
        alone = counted(difference(whole.count, self.count))
        bounded = Bounded(self.tables.totals[self.group], self.count, alone, self.threshold)
        if any(
            bounded.tells(self.areas[asked], whole.areas[asked])
            for asked in hidden & whole.areas.keys()
        ):
            self.hide_all()

    def hide_units(self) -> None:
        for key in self._units():
            self.tables.by_unit[key] = shown_count(dict.fromkeys(KINDS, PROTECTED))

    def hide_no_area_alone(self) -> None:
        """Of several areas that are hidden for another's sake: two at least."""
        shown = self.areas_shown()
        if len(self.areas) - len(shown) == 1 and shown:
            self.hide_areas(
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

    def hide_all(self) -> None:
        self.hide_units()
        self.hide_areas(self.areas)
        self.hide_total(KINDS)
        if self.group in self.tables.uptake:
            self.tables.uptake[self.group] = shown_share(PROTECTED, PROTECTED)

    def hide_total(self, kinds: Iterable[str]) -> None:
        self.tables.totals[self.group] = hiding(self.tables.totals[self.group], kinds)

    def hide_of_units(self, kinds: Iterable[str]) -> None:
        for key in self._units():
            self.tables.by_unit[key] = hiding(self.tables.by_unit[key], kinds)

    def hide_areas(self, hidden: Iterable[Asked]) -> None:
        for asked in list(hidden):
            self.tables.by_area[AreaKey(self.group, *asked)] = shown_share(PROTECTED, PROTECTED)

    def _units(self) -> list[tuple[int, str]]:
        return [key for key in self.tables.by_unit if key[1] == self.group]

    def _is_few(self, number: int) -> bool:
        return 0 < number < self.threshold
