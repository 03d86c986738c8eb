"""Key groups within each other, whatever each is asked: fewer areas, more, another level, nothing
in common; one within another, two beside each other, one within one within one, and the same
people. Nothing hidden can be worked out from what is shown of them, checked by linear programming
over the people by what they are, and over the units."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product

import pytest

from competence.engine import Count
from competence.figures.coverage import AreaKey, DayFigures
from competence.figures.published import Published, publish
from competence.suppression import Figure
from tests.competence.linear import bounds
from tests.competence.test_coverage_page import figures

FEW = 5
KINDS = ("covered", "gap", "introduction")
UNITS = (2, 3, 4)
Asked = tuple[str, int]
# What somebody is at level 1 and at level 2 of an area.
BOTH_LEVELS = [
    ("covered", "covered"),
    ("covered", "gap"),
    ("covered", "introduction"),
    ("gap", "gap"),
    ("introduction", "introduction"),
]
# In which groups the people of each part are.
SHAPES = {
    "within": ("A", "AB"),
    "beside": ("A", "AB", "AC"),
    "chain": ("A", "AB", "ABC"),
    "the same": ("AB",),
}
# Level by area; a larger group first.
ASKS = [
    {"A": "P1 Q1", "B": "P1", "C": "P1"},
    {"A": "P1 Q1", "B": "P1", "C": "Q1"},
    {"A": "P1", "B": "P1 Q1", "C": "P1"},
    {"A": "P1", "B": "P1 Q1", "C": "Q1"},
    {"A": "P2", "B": "P1", "C": "P2"},
    {"A": "P1", "B": "P2", "C": "P1"},
    {"A": "P2 Q1", "B": "P1", "C": "Q1"},
    {"A": "P1 Q1", "B": "P1 Q1", "C": "P1"},
    {"A": "P1 P2", "B": "P1", "C": "P2"},
    {"A": "P1", "B": "Q1", "C": "P1"},
]


@dataclass(frozen=True, order=True)
class Cell:
    """A kind of person: the groups, what they are at each level asked for, and the unit."""

    groups: str
    standings: tuple[tuple[Asked, str], ...]
    unit: int

    def at(self, asked: Iterable[Asked]) -> str:
        mine = dict(self.standings)
        found = {mine[each] for each in asked}
        return next(kind for kind in ("gap", "introduction", "covered") if kind in found)


@dataclass(frozen=True)
class World:
    parts: tuple[str, ...]
    asks: Mapping[str, tuple[Asked, ...]]
    units: tuple[int, ...]

    @classmethod
    def of(cls, shape: str, asks: Mapping[str, str], units: tuple[int, ...]) -> World:
        return cls(
            SHAPES[shape],
            {
                group: tuple((word[0], int(word[1])) for word in words.split())
                for group, words in asks.items()
                if group in "".join(SHAPES[shape])
            },
            units,
        )

    def cells(self) -> list[Cell]:
        """Every kind of person there can be."""
        return [
            Cell(part, standings, unit)
            for part in self.parts
            for standings in self._standings(part)
            for unit in self.units
        ]

    def _standings(self, part: str) -> list[tuple[tuple[Asked, str], ...]]:
        asked = {each for group in part for each in self.asks[group]}
        choices = []
        for area in sorted({area for area, _level in asked}):
            levels = sorted(level for other, level in asked if other == area)
            choices.append(
                {
                    tuple(((area, level), states[level - 1]) for level in levels)
                    for states in BOTH_LEVELS
                }
            )
        return sorted({tuple(x for each in found for x in each) for found in product(*choices)})

    def people(self, chance: random.Random) -> Counter[Cell]:
        found: Counter[Cell] = Counter()
        odds = {kind: chance.choice((0.1, 1, 3)) for kind in KINDS}
        for part in self.parts:
            standings = self._standings(part)
            weights = [
                chance.random() ** 2 * min(odds[kind] for _asked, kind in each)
                for each in standings
            ]
            units = chance.sample(self.units, chance.randint(1, len(self.units)))
            size = chance.choice((2, 7, 12, 25, 60) if len(part) == 1 else (6, 12, 25, 60))
            for each in chance.choices(standings, weights, k=size):
                found[Cell(part, each, chance.choice(units))] += 1
        return found

    def day(self, people: Counter[Cell]) -> DayFigures:
        groups: dict[str, dict[int | None, Count]] = {}
        areas: dict[AreaKey, Count] = {}
        together: Counter[frozenset[str]] = Counter()
        for cell, number in people.items():
            together[frozenset(cell.groups)] += number
            for group in cell.groups:
                for node in (None, cell.unit) if len(self.units) > 1 else (None,):
                    count = groups.setdefault(group, {}).setdefault(node, Count())
                    kind = cell.at(self.asks[group])
                    setattr(count, kind, getattr(count, kind) + number)
                for asked in self.asks[group]:
                    count = areas.setdefault(AreaKey(group, *asked), Count())
                    kind = cell.at([asked])
                    setattr(count, kind, getattr(count, kind) + number)
        return replace(figures(groups, areas), together=together)

    def protected(self) -> dict[str, Callable[[Cell], bool]]:
        """What must not be told where it is a few: of each group, and of those in one less those
        in another within it, what they are in all and in an area they are asked about, and in all
        but not in the area."""
        found: dict[str, Callable[[Cell], bool]] = {}
        groups = sorted(self.asks)
        for group in groups:
            for less in ("", *(other for other in groups if other != group), "ABC"):
                without = "".join(sorted(set(less) - {group}))
                for kind in KINDS:
                    for asked in (None, *self.asks[group]):
                        found[f"{group} less {without}: {kind} in {asked}"] = (
                            lambda cell, group=group, without=without, kind=kind, asked=asked: (
                                group in cell.groups
                                and not set(without) & set(cell.groups)
                                and cell.at([asked] if asked else self.asks[group]) == kind
                            )
                        )
                        if asked:
                            found[f"{group} less {without}: {kind} but not in {asked}"] = (
                                lambda cell, group=group, without=without, kind=kind, asked=asked: (
                                    group in cell.groups
                                    and not set(without) & set(cell.groups)
                                    and cell.at(self.asks[group]) == kind != cell.at([asked])
                                )
                            )
        return found


def told(world: World, published: Published, cells: list[Cell]) -> list[tuple[dict[str, int], int]]:
    """What is shown, as equations over how many there are of each kind of person."""
    equations: list[tuple[dict[str, int], int]] = []

    def tell(figure: Figure, condition: Callable[[Cell], bool]) -> None:
        if not figure.hidden:
            assert isinstance(figure.value, int)
            equations.append(({str(cell): 1 for cell in cells if condition(cell)}, figure.value))

    places = [(None, group) for group in published.totals] + list(published.by_unit)
    for node, group in places:
        count = published.count(group, node)
        assert count is not None
        for kind in KINDS:
            tell(
                getattr(count, kind),
                lambda cell, node=node, group=group, kind=kind: (
                    group in cell.groups
                    and node in (None, cell.unit)
                    and cell.at(world.asks[group]) == kind
                ),
            )
    for key, share in published.by_area.items():
        for kind in ("covered", "gap"):
            tell(
                getattr(share, kind),
                lambda cell, key=key, kind=kind: (
                    key.key_group in cell.groups and cell.at([(key.area, key.level)]) == kind
                ),
            )
    return equations


def there(world: World, people: Counter[Cell]) -> list[Cell]:
    """The kinds of person a reader reckons with: where nobody of a group is, no row is shown."""
    counted = {(group, cell.unit) for cell in people for group in cell.groups}
    return [
        cell
        for cell in world.cells()
        if all((group, cell.unit) in counted for group in cell.groups)
    ]


def leaks(world: World, people: Counter[Cell], threshold: int = FEW) -> list[str]:
    """What is a few and is told too closely."""
    published = publish(world.day(people), threshold)
    cells = there(world, people)
    equations = told(world, published, cells)
    found = []
    asked: dict[frozenset[str], str] = {}
    for name, is_in in world.protected().items():
        for unit in (None, *(world.units if len(world.units) > 1 else ())):
            here = [cell for cell in cells if is_in(cell) and unit in (None, cell.unit)]
            if 0 < sum(people[cell] for cell in here) < threshold:
                asked.setdefault(frozenset(str(cell) for cell in here), f"{name}, unit {unit}")
    for names, name in asked.items():
        low, high = bounds([*equations, ({**dict.fromkeys(names, 1), "x": -1}, 0)], "x")
        if high - low < threshold:
            found.append(f"{name}: {low} to {high}")
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("asks", ASKS, ids=lambda asks: " / ".join(asks.values()))
def test_nothing_is_told_of_a_few_by_area(shape: str, asks: Mapping[str, str]):
    world = World.of(shape, asks, (1,))
    for seed in range(6):
        assert leaks(world, world.people(random.Random(seed))) == [], seed


@pytest.mark.parametrize("asks", ASKS, ids=lambda asks: " / ".join(asks.values()))
def test_nothing_is_told_of_a_few_by_unit(asks: Mapping[str, str]):
    world = World.of("within", asks, UNITS[:2])
    for seed in range(3):
        assert leaks(world, world.people(random.Random(seed))) == [], seed


def published_of(
    larger: dict[int | None, Count],
    smaller: dict[int | None, Count],
    areas: dict[AreaKey, Count],
) -> Published:
    """B within A."""
    inside = smaller[None].members
    together = {frozenset("AB"): inside, frozenset("A"): larger[None].members - inside}
    day = replace(figures({"A": larger, "B": smaller}, areas), together=together)
    return publish(day, FEW)


def differ_by_a_few(larger: Figure, smaller: Figure) -> bool:
    if not isinstance(larger.value, int) or not isinstance(smaller.value, int):
        return False
    return 0 < abs(larger.value - smaller.value) < FEW


def test_all_that_the_smaller_is_asked_against_one_area_of_the_larger():
    """12 of A lack P, 10 of B: 2 of those in A alone."""
    published = published_of(
        {None: Count(covered=20, gap=25)},
        {None: Count(covered=10, gap=10)},
        {
            AreaKey("A", "P", 1): Count(covered=33, gap=12),
            AreaKey("A", "Q", 1): Count(covered=28, gap=17),
            AreaKey("B", "P", 1): Count(covered=10, gap=10),
        },
    )
    assert not differ_by_a_few(
        published.by_area[AreaKey("A", "P", 1)].gap, published.totals["B"].gap
    )
    assert published.totals["B"].gap == Figure(10)


def test_the_smaller_asked_less_is_not_shown_in_a_unit_with_a_small_difference():
    whole = {None: Count(covered=100, gap=82), 2: Count(covered=20, gap=22)}
    whole |= {unit: Count(covered=40, gap=30) for unit in (3, 4)}
    part = {None: Count(covered=40, gap=40), 2: Count(covered=10, gap=20)}
    part |= {unit: Count(covered=15, gap=10) for unit in (3, 4)}
    published = published_of(
        whole,
        part,
        {
            AreaKey("A", "P", 1): Count(covered=122, gap=60),
            AreaKey("A", "Q", 1): Count(covered=125, gap=57),
            AreaKey("B", "P", 1): part[None],
        },
    )
    assert published.count("A", 2).gap == Figure(22)
    assert published.count("B", 2).gap.hidden


def test_a_lower_level_in_the_smaller_bounds_the_higher_in_the_larger():
    larger, smaller = Count(covered=40, gap=22), Count(covered=15, gap=20)
    areas = {AreaKey("A", "P", 2): larger, AreaKey("B", "P", 1): smaller}
    published = published_of({None: larger}, {None: smaller}, areas)
    assert not differ_by_a_few(published.totals["A"].gap, published.totals["B"].gap)


def test_the_smaller_asked_more_bounds_how_many_are_covered_in_the_larger():
    larger, smaller = Count(covered=22, gap=40), Count(covered=20, gap=15)
    areas = {
        AreaKey("A", "P", 1): larger,
        AreaKey("B", "P", 1): smaller,
        AreaKey("B", "Q", 1): Count(covered=28, gap=7),
    }
    published = published_of({None: larger}, {None: smaller}, areas)
    assert not differ_by_a_few(published.totals["A"].covered, published.totals["B"].covered)


def test_the_same_people_asked_less_do_not_tell_who_lacks_only_the_rest():
    larger, smaller = Count(covered=28, gap=12), Count(covered=30, gap=10)
    areas = {
        AreaKey("A", "P", 1): smaller,
        AreaKey("A", "Q", 1): Count(covered=33, gap=7),
        AreaKey("B", "P", 1): smaller,
    }
    published = published_of({None: larger}, {None: smaller}, areas)
    assert not differ_by_a_few(published.totals["A"].gap, published.totals["B"].gap)


def test_the_same_figures_are_shown_of_groups_that_share_people_but_do_not_nest():
    larger, smaller = Count(covered=22, gap=40), Count(covered=20, gap=15)
    areas = {
        AreaKey("A", "P", 1): larger,
        AreaKey("B", "P", 1): smaller,
        AreaKey("B", "Q", 1): Count(covered=28, gap=7),
    }
    day = replace(
        figures({"A": {None: larger}, "B": {None: smaller}}, areas),
        together={frozenset("AB"): 34, frozenset("A"): 28, frozenset("B"): 1},
    )
    published = publish(day, FEW)
    assert published.totals["B"].covered == Figure(20)
    assert all(not share.share.hidden for share in published.by_area.values())
