"""Key groups within each other: nothing hidden can be worked out from what is shown of both,
checked by linear programming over the people, by what they are."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import pytest

from competence.engine import Count
from competence.figures.coverage import AreaKey, DayFigures
from competence.figures.published import Published, publish
from competence.suppression import Figure
from tests.competence.linear import bounds
from tests.competence.test_coverage_page import figures

KINDS = ("covered", "gap", "introduction")
FEW = 5


def worst(standings: Sequence[str]) -> str:
    return next(kind for kind in ("gap", "introduction", "covered") if kind in standings)


# Somebody, by what they are: in which groups, and their standing in each area.
Cell = tuple[str, tuple[str, ...]]
PARTS = {
    # The larger asks P and Q; what lies within it asks P and R.
    "only the larger": ("P", "Q"),
    "one within": ("P", "Q", "R"),
    "another within": ("P", "Q", "R"),
}
ASKED = {"A": ("P", "Q"), "B": ("P", "R"), "C": ("P", "R")}
IN = {"only the larger": "A", "one within": "AB", "another within": "AC"}


def standing(cell: Cell, area: str) -> str:
    return cell[1][PARTS[cell[0]].index(area)]


def whole_standing(cell: Cell, group: str) -> str:
    return worst([standing(cell, area) for area in ASKED[group]])


def people_of(seed: int) -> Counter[Cell]:
    chance = random.Random(seed)
    odds = {area: chance.random() for area in "PQR"}
    sizes = {
        "only the larger": chance.choice((0, 2, 5, 9, 20)),
        "one within": chance.randrange(5, 30),
        "another within": chance.choice((0, 0, 6, 15)),
    }
    return Counter(
        (
            part,
            tuple(
                "covered"
                if chance.random() < odds[area]
                else chance.choice(("gap", "gap", "introduction"))
                for area in PARTS[part]
            ),
        )
        for part, size in sizes.items()
        for _number in range(size)
    )


def day_of(people: Counter[Cell]) -> DayFigures:
    groups: dict[str, dict[int | None, Count]] = {}
    areas: dict[AreaKey, Count] = {}
    together: Counter[frozenset[str]] = Counter()
    for cell, number in people.items():
        together[frozenset(IN[cell[0]])] += number
        for group in IN[cell[0]]:
            count = groups.setdefault(group, {}).setdefault(None, Count())
            for _one in range(number):
                count.add(whole_standing(cell, group), [])
            for area in ASKED[group]:
                of_area = areas.setdefault(AreaKey(group, area, 1), Count())
                for _one in range(number):
                    of_area.add(standing(cell, area), [])
    return replace(figures(groups, areas), together=together)


def cells_of(people: Counter[Cell]) -> list[Cell]:
    return [
        (part, standings)
        for part in {cell[0] for cell in people}
        for standings in product(KINDS, repeat=len(PARTS[part]))
    ]


def told(published: Published, cells: list[Cell]) -> list[tuple[dict[str, int], int]]:
    """What is shown, as equations over how many there are of each kind of person."""
    equations: list[tuple[dict[str, int], int]] = []

    def tell(figure: Figure, condition: Callable[[Cell], bool]) -> None:
        if not figure.hidden:
            assert isinstance(figure.value, int)
            equations.append(({str(cell): 1 for cell in cells if condition(cell)}, figure.value))

    for group, count in published.totals.items():
        for kind in KINDS:
            tell(
                getattr(count, kind),
                lambda cell, group=group, kind=kind: (
                    group in IN[cell[0]] and whole_standing(cell, group) == kind
                ),
            )
    for key, share in published.by_area.items():
        for kind in ("covered", "gap"):
            tell(
                getattr(share, kind),
                lambda cell, key=key, kind=kind: (
                    key.key_group in IN[cell[0]] and standing(cell, key.area) == kind
                ),
            )
    return equations


def protected(cells: list[Cell]) -> dict[str, list[Cell]]:
    """What must not be told where it is a few: of each group, and of those in the larger alone,
    what they are in an area they are asked about, and in all but not in the area."""
    found: dict[str, list[Cell]] = {}
    parts = {
        "A": tuple(IN),
        "B": ("one within",),
        "C": ("another within",),
        "A less B": ("only the larger", "another within"),
        "A less C": ("only the larger", "one within"),
        "A alone": ("only the larger",),
    }
    for name, of_parts in parts.items():
        group = name[0]
        here = [cell for cell in cells if cell[0] in of_parts]
        for area in ASKED[group]:
            for kind in KINDS:
                found[f"{name}: {kind} in {area}"] = [
                    cell for cell in here if standing(cell, area) == kind
                ]
                found[f"{name}: {kind} in all but not in {area}"] = [
                    cell
                    for cell in here
                    if whole_standing(cell, group) == kind != standing(cell, area)
                ]
        for kind in KINDS:
            found[f"{name}: {kind}"] = [
                cell for cell in here if whole_standing(cell, group) == kind
            ]
    return found


@pytest.mark.parametrize("seed", range(25))
def test_groups_within_another_tell_nothing_by_subtraction(seed: int):
    people = people_of(seed)
    cells = cells_of(people)
    equations = told(publish(day_of(people), FEW), cells)
    for name, of_set in protected(cells).items():
        actual = sum(people[cell] for cell in of_set)
        if 0 < actual < FEW:
            names = {str(cell): 1 for cell in of_set}
            low, high = bounds([*equations, ({**names, "x": -1}, 0)], "x")
            assert high - low >= FEW, (seed, name, actual, low, high)


def day_of_two(
    larger: dict[int | None, Count], smaller: dict[int | None, Count], smaller_asks: str = "P"
) -> DayFigures:
    """Two groups in the tree of units of `figures`, the smaller within the larger, asked one area
    each, the larger P."""
    areas = {
        AreaKey("A", "P", 1): larger[None],
        AreaKey("B", smaller_asks, 1): smaller[None],
    }
    inside = smaller[None].members
    return replace(
        figures({"A": larger, "B": smaller}, areas),
        together={
            frozenset("AB"): inside,
            frozenset("A"): larger[None].members - inside,
        },
    )


def tree_of(seed: int) -> tuple[dict[int | None, Count], dict[int | None, Count]]:
    """What those in the larger alone are, and those in both, unit by unit."""
    chance = random.Random(seed)
    found = []
    for _group in range(2):
        counts: dict[int | None, Count] = {node: Count() for node in (None, 1, 2, 3, 4, 5, 6)}
        for leaf, above in ((3, (1, None)), (4, (1, None)), (5, (2, 1, None)), (6, (2, 1, None))):
            for kind in (*KINDS, "paused"):
                number = chance.choice((0, 0, 1, 2, 3, 5, 8, 20))
                for node in (leaf, *above):
                    setattr(counts[node], kind, getattr(counts[node], kind) + number)
        found.append(counts)
    return found[0], found[1]


def add(one: Count, other: Count) -> Count:
    return Count(*(getattr(one, kind) + getattr(other, kind) for kind in Count.__slots__))


@pytest.mark.parametrize("smaller_asks", ["P", "Q"])
@pytest.mark.parametrize("kind", ["gap", "paused"])
@pytest.mark.parametrize("seed", range(20))
def test_two_groups_asked_the_same_tell_nothing_of_those_in_the_larger_alone(
    seed: int, kind: str, smaller_asks: str
):
    if kind == "gap" and smaller_asks != "P":
        pytest.skip("those who lack something else are others")
    alone, both = tree_of(seed)
    larger = {node: add(alone[node], both[node]) for node in alone}
    published = publish(day_of_two(larger, both, smaller_asks), FEW)
    equations = []
    for node in (None, 2, 3, 4, 5, 6):
        equations.append(({f"A{node}": 1, f"B{node}": -1, f"D{node}": -1}, 0))
        for group in "AB":
            count = published.count(group, node)
            if count is not None and not getattr(count, kind).hidden:
                equations.append(({f"{group}{node}": 1}, getattr(count, kind).value))
    for group in "ABD":
        equations.append(({f"{group}None": 1, **{f"{group}{n}": -1 for n in (2, 3, 4)}}, 0))
        equations.append(({f"{group}2": 1, f"{group}5": -1, f"{group}6": -1}, 0))
    for group, counts in (("A", larger), ("B", both), ("D", alone)):
        for node in (None, 2, 3, 4, 5, 6):
            if 0 < getattr(counts[node], kind) < FEW:
                low, high = bounds(equations, f"{group}{node}")
                assert high - low >= FEW, (seed, group, node, low, high)


def test_few_in_the_larger_alone_hide_the_smaller():
    larger = {None: Count(covered=43, gap=20)}
    published = publish(day_of_two(larger, {None: Count(covered=40, gap=20)}), FEW)
    assert published.totals["A"].share.value is not None
    assert published.totals["B"].share.hidden
    assert published.by_area[AreaKey("B", "P", 1)].share.hidden


def test_a_small_difference_hides_the_smaller_and_a_larger_one_does_not():
    larger = {None: Count(covered=60, gap=20), 2: Count(covered=60, gap=20)}
    few = {None: Count(covered=40, gap=17), 2: Count(covered=40, gap=17)}
    many = {None: Count(covered=40, gap=14), 2: Count(covered=40, gap=14)}
    assert publish(day_of_two(larger, few), FEW).totals["B"].share.hidden
    shown = publish(day_of_two(larger, many), FEW)
    assert shown.totals["B"].share.value is not None
    assert shown.count("B", 2).share.hidden


def test_groups_that_are_asked_other_things_are_shown_as_before():
    larger = {None: Count(covered=60, gap=20), 2: Count(covered=60, gap=20)}
    smaller = {None: Count(covered=40, gap=17), 2: Count(covered=40, gap=17)}
    published = publish(day_of_two(larger, smaller, "Q"), FEW)
    assert published.count("B", 2).share.value is not None
    assert published.by_area[AreaKey("B", "Q", 1)].share.value is not None
