"""What readers who may not see individuals are shown of a day's figures: everything they can
reach on the coverage page, hidden once and for all views of it.

Three tables are published, and nothing else; every view, sum, sentence and file is a part of them.
They are made once for a Monday and kept (`competence.services.mondays`). What one key group less
another within it would tell is hidden last (`competence.figures.nested`).

1. Key group by unit, with the key group's total: coverage, introduction, paused, only by an
   exemption, only by recognition.
   The tree of units is protected from the top down: first the total with the largest units, then
   each shown unit with its parts, the unit itself now being a known number. Each such step is one
   sum, hidden by `one_sum`; nothing is shown below a hidden figure. So a small school hides its
   department only where one other has all the rest, and no two sums share an unknown. Those
   covered only by an exemption, or only by recognition, are a part of the covered that are shown
   beside them: the rest of the covered is protected as a count too (`_Within`).
2. Key group by area, for everyone in the group (no units). Every area of a group counts the same
   members less those on leave, so with the total of table 1 the people in introduction in an
   area could be worked out though they are never shown. Therefore a group is shown by area only
   where its covered, gap and introduction are shown in table 1; an area is hidden where any of
   its covered, gap and introduction is a count to protect, or where the group's total minus the
   area is (those who lack something, but nothing here); and one area is never hidden alone,
   since what is outside one area but not outside the others could then be bounded. Of two levels
   that a group is asked in one area only the higher is in the table: whoever holds it holds the
   lower too, so the difference between them would be a count of people.
3. Uptake of the recommended, for everyone in the group: by the same reasoning as 2.

The figures are those of the week's Monday, and of the first Monday of each month back, never of
today: the difference between neighbouring days is one person's doing. Sums over key groups are
made of shown figures only, and say so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from competence.engine import Count
from competence.figures.coverage import AreaKey, DayFigures, DayFrame
from competence.figures.nested import hide_nested
from competence.figures.nested_tables import Tables
from competence.figures.one_sum import largest_within, one_sum
from competence.figures.shown import PROTECTED, ShownShare, shown_count, shown_share
from competence.suppression import Figure, ShownCount


@dataclass(frozen=True)
class Published:
    """The three tables of a day. `counts` by key group code, and by unit and key group."""

    figures: DayFrame
    threshold: int
    totals: Mapping[str, ShownCount]
    by_unit: Mapping[tuple[int, str], ShownCount]
    by_area: Mapping[AreaKey, ShownShare]
    uptake: Mapping[str, ShownShare]

    def count(self, key_group: str, unit: int | None) -> ShownCount | None:
        """The figures of a key group in a unit (none: in all); none where nobody belongs."""
        if unit is None:
            return self.totals.get(key_group)
        return self.by_unit.get((unit, key_group))


def publish(figures: DayFigures, threshold: int) -> Published:
    totals, by_unit = _tree(figures, threshold)
    tables = Tables(
        totals=totals,
        by_unit=by_unit,
        by_area=_areas(figures.by_area, totals, threshold),
        uptake={
            group: _share(count, _is_told(count, totals.get(group), threshold))
            for group, count in figures.report.uptake.by_key_group.items()
        },
    )
    hide_nested(figures, tables, threshold)
    return Published(
        figures, threshold, tables.totals, tables.by_unit, tables.by_area, tables.uptake
    )


_WHOLE = ("covered", "gap", "introduction", "paused")
_OF_COVERED = ("only_exempt", "only_recognised")
Node = int | None


def _tree(
    figures: DayFigures, threshold: int
) -> tuple[dict[str, ShownCount], dict[tuple[int, str], ShownCount]]:
    """Table 1."""
    tops = set(figures.top_units)
    counts: dict[str, dict[Node, Count]] = {
        group: {None: count} for group, count in figures.report.mandatory.by_key_group.items()
    }
    above = figures.roots_above_tops
    for (unit, group), count in figures.report.mandatory.by_unit.items():
        if unit not in above:
            counts[group][unit] = count
    totals: dict[str, ShownCount] = {}
    by_unit: dict[tuple[int, str], ShownCount] = {}
    for group, of_group in counts.items():
        parts: dict[Node, list[int]] = {}
        for part in of_group:
            if part is not None:
                parent = None if part in tops else figures.units[part].parent
                parts.setdefault(parent, []).append(part)
        values = {
            kind: {node: getattr(count, kind) for node, count in of_group.items()}
            for kind in (*_WHOLE, *_OF_COVERED)
        }
        largest = {kind: largest_within(parts, of_kind) for kind, of_kind in values.items()}
        kinds = {
            kind: _top_down(parts, partial(one_sum, values[kind], largest[kind], threshold))
            for kind in _WHOLE
        }
        for kind in _OF_COVERED:
            within = _Within(
                values[kind], largest[kind], values["covered"], kinds["covered"], threshold
            )
            kinds[kind] = _top_down(parts, within.one_sum)
        for node in of_group:
            shown = shown_count({kind: figures[node] for kind, figures in kinds.items()})
            if node is None:
                totals[group] = shown
            else:
                by_unit[node, group] = shown
    return totals, by_unit


def _top_down(
    parts: Mapping[Node, list[int]], one_sum: Callable[[Node, list[int]], dict[Node, Figure]]
) -> dict[Node, Figure]:
    """One kind of figure for one key group: sum by sum from the top."""
    shown = one_sum(None, parts.get(None, []))
    waiting = [part for part in parts.get(None, []) if part in parts]
    for node in waiting:
        below: dict[Node, Figure] = dict.fromkeys(parts[node], PROTECTED)
        if not shown[node].hidden:
            star = one_sum(node, parts[node])
            if not star[node].hidden:
                below = {part: star[part] for part in parts[node]}
            # Else nothing less than the unit itself would do: none of its parts is shown.
        shown.update(below)
        waiting.extend(part for part in parts[node] if part in parts)
    return shown


@dataclass(frozen=True)
class _Within:
    """A kind that is a part of the covered, beside which the covered are shown: what is shown of
    it must not tell the rest of them."""

    values: Mapping[Node, int]
    largest: Mapping[Node, int]
    covered: Mapping[Node, int]
    covered_shown: Mapping[Node, Figure]
    threshold: int

    def one_sum(self, node: Node, parts: list[int]) -> dict[Node, Figure]:
        """A figure and its parts, as `one_sum` protects them, less what the covered tell of."""
        shown = one_sum(self.values, self.largest, self.threshold, node, parts)
        hidden = {
            each
            for each, figure in shown.items()
            if figure.hidden
            or self._is_few(self._rest(each))
            or (self.covered[each] and self.covered_shown[each].hidden)
        }
        while node not in hidden and self._is_told(node, parts, hidden):
            more = [part for part in parts if part not in hidden and self.covered[part]]
            hidden.add(min(more, key=lambda part: self.covered[part]) if more else node)
        if node in hidden:
            hidden.update(part for part in parts if self.covered[part])
        return {
            each: PROTECTED if each in hidden and not figure.hidden else figure
            for each, figure in shown.items()
        }

    def _rest(self, node: Node) -> int:
        return self.covered[node] - self.values[node]

    def _is_few(self, count: int) -> bool:
        return 0 < count < self.threshold

    def _is_told(self, node: Node, parts: list[int], hidden: Collection[Node]) -> bool:
        """Whether the sum, with what is shown in it, bounds a count to protect too narrowly, also
        for who knows one hidden part. Of the hidden parts together both kinds are known; how large
        one can be depends on the others."""
        pairs: list[tuple[int, int, Node]] = [
            (self.values[part], self._rest(part), part) for part in parts if part in hidden
        ]
        outside = (
            self.values[node] - sum(self.values[part] for part in parts),
            self._rest(node) - sum(self._rest(part) for part in parts),
        )
        if min(outside) >= 0 < max(outside):
            # Those in none of the parts: never shown.
            pairs.append((*outside, None))
        elif any(self._is_few(count) for count in outside) and any(
            self.covered[part] for part in parts if part not in hidden
        ):
            return True
        known = [None, *(part for _one, _other, part in pairs if part is not None)]
        return any(
            self._is_bounded([pair for pair in pairs if each is None or pair[2] != each], parts)
            for each in known
        )

    def _is_bounded(self, pairs: list[tuple[int, int, Node]], parts: list[int]) -> bool:
        """Whether what both kinds are of these together bounds one of them too narrowly."""
        both = (sum(one for one, _other, _part in pairs), sum(other for _one, other, _p in pairs))
        for one, other, part in pairs:
            few = [
                whole
                for count, whole in zip((one, other), both, strict=True)
                if self._is_few(count)
            ]
            around: list[int] = parts if part is None else [part]
            if any(self.covered_shown[each].hidden for each in around):
                # How many are covered is not known either: only the sum bounds it.
                narrowest = min(few, default=self.threshold)
            else:
                narrowest = min(one + other, *both, sum(both) - one - other)
            if few and narrowest < self.threshold:
                return True
        return False


def _areas(
    by_area: Mapping[AreaKey, Count], totals: Mapping[str, ShownCount], threshold: int
) -> dict[AreaKey, ShownShare]:
    rows: dict[str, list[AreaKey]] = {}
    for key in _strictest(by_area):
        rows.setdefault(key.key_group, []).append(key)
    shown: dict[AreaKey, ShownShare] = {}
    for group, keys in rows.items():
        total = totals.get(group)
        hidden = {
            key
            for key in keys
            if not _is_told(by_area[key], total, threshold)
            or _tells_the_rest(by_area[key], total, threshold)
        }
        if len(hidden) == 1 and len(keys) > 1:
            # The one with most people outside it bounds the other least.
            hidden.add(
                max(
                    (key for key in keys if key not in hidden),
                    key=lambda key: (by_area[key].gap + by_area[key].introduction, key.area),
                )
            )
        shown.update({key: _share(by_area[key], key not in hidden) for key in keys})
    return shown


def _strictest(keys: Iterable[AreaKey]) -> list[AreaKey]:
    """One key for each group and area: that of the highest level."""
    found: dict[tuple[str, str], AreaKey] = {}
    for key in keys:
        known = found.get((key.key_group, key.area))
        if known is None or key.level > known.level:
            found[key.key_group, key.area] = key
    return list(found.values())


def _is_told(count: Count, total: ShownCount | None, threshold: int) -> bool:
    """Whether a count of a group's members may be shown beside the group's total."""
    if total is not None and (
        total.covered.hidden or total.gap.hidden or total.introduction.hidden
    ):
        return False
    return not any(
        0 < value < threshold for value in (count.covered, count.gap, count.introduction)
    )


def _tells_the_rest(area: Count, total: ShownCount | None, threshold: int) -> bool:
    """Whether the group's total minus the area is a count to protect: those who lack something,
    but not here; those who have what is asked for here, but not everywhere; and those whose
    introduction is for something else."""
    if total is None or not isinstance(total.gap.value, int):
        return False
    covered, introduction = total.covered.value, total.introduction.value
    if not isinstance(covered, int) or not isinstance(introduction, int):
        return False
    rests = (
        total.gap.value - area.gap,
        area.covered - covered,
        abs(introduction - area.introduction),
    )
    return any(0 < rest < threshold for rest in rests)


def _share(count: Count, told: bool) -> ShownShare:
    if not told:
        return shown_share(PROTECTED, PROTECTED)
    return shown_share(Figure(count.covered), Figure(count.gap))
