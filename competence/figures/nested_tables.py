"""The tables of a day while key groups within each other are hidden in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from competence.engine.coverage import Count
from competence.figures.coverage import AreaKey, DayFrame
from competence.figures.nested_bounds import OF_COVERED, STANDINGS, Kinds, known
from competence.figures.shown import PROTECTED, ShownShare, shown_count
from competence.suppression import Figure, ShownCount

KINDS = (*STANDINGS, "paused", *OF_COVERED)


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
            for kind in KINDS
        ) + sum(
            share.share.hidden is not None
            for shares in (self.by_area, self.uptake)
            for share in shares.values()
        )


def parts_of(figures: DayFrame) -> dict[int | None, list[int]]:
    """The units right below each unit, and (none) the largest."""
    tops = figures.top_units
    parts: dict[int | None, list[int]] = {None: tops}
    above = figures.roots_above_tops
    for unit in figures.units.values():
        if unit.parent is not None and unit.parent not in above:
            parts.setdefault(unit.parent, []).append(unit.pk)
    return parts


def known_of(count: ShownCount) -> Kinds:
    return known({kind: getattr(count, kind) for kind in STANDINGS})


def all_known_of(count: ShownCount) -> Kinds:
    """What is known of every kind, those on leave and the parts of the covered too."""
    kinds = dict(known_of(count))
    for kind in ("paused", *OF_COVERED):
        value = getattr(count, kind).value
        if isinstance(value, int):
            kinds[kind] = value
            if kind in OF_COVERED and "covered" in kinds:
                kinds[f"not_{kind}"] = kinds["covered"] - value
    return kinds


def of_every_kind(count: Count) -> Kinds:
    """The same of a count of which nothing is hidden."""
    return all_known_of(shown_count({kind: Figure(getattr(count, kind)) for kind in KINDS}))


def counted(count: Count) -> int:
    """All but those on leave."""
    return count.members - count.paused


def difference(one: Count, other: Count) -> Count:
    return Count(**{kind: getattr(one, kind) - getattr(other, kind) for kind in KINDS})


def hiding(count: ShownCount, kinds: Iterable[str]) -> ShownCount:
    """Without these kinds; "fewer than" stays what it is."""
    figures: dict[str, Figure] = {kind: getattr(count, kind) for kind in KINDS}
    figures |= {kind: PROTECTED for kind in kinds if not figures[kind].hidden}
    return shown_count(figures)
