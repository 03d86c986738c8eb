"""What is told of whom a renewal would reach, checked by linear programming: whatever days, levels
and units are asked for, and however the answers are put together, no count of 1 to 4 is found."""

from __future__ import annotations

import random
from datetime import date
from itertools import product

import pytest

from competence.services.consequences import Order
from competence.services.renewal_reach import Counts, in_whole_months, reach_of_renewal, tell
from competence.suppression import AtLeast, at_least
from lms.framework.models import CompetenceArea
from lms.people.models import Unit
from tests.builders.competence import achieve
from tests.builders.people import employ, make_person
from tests.competence.linear import bounds

THRESHOLD = 5
UNITS, LEVELS, WINDOWS = range(3), range(2), range(2)
Cell = tuple[int, int, int]


def counted(people: dict[Cell, int], window: int, level: int | None) -> Counts:
    """What an order reaches that goes as far back as the window, at the level or at every one.
    The last unit of the world is none: people without a unit among the largest. Those of level 0
    have something to do at once."""
    reached = {
        cell: count
        for cell, count in people.items()
        if cell[2] <= window and level in (None, cell[1])
    }
    units = {
        unit: sum(count for cell, count in reached.items() if cell[0] == unit)
        for unit in UNITS[:-1]
    }
    return Counts(
        sum(reached.values()),
        sum(count for cell, count in reached.items() if cell[1] == 0),
        {unit: count for unit, count in units.items() if count},
    )


def looks(people: dict[Cell, int]) -> list[tuple[set[Cell], int, int]]:
    """Every look that can be taken: whom it counts, what is told, and how many they are."""
    found = []
    for window, level in product(WINDOWS, (None, *LEVELS)):
        counts = counted(people, window, level)
        by_level = [counted(people, window, each) for each in LEVELS] if level is None else []
        told = tell(counts, by_level, threshold=THRESHOLD)
        cells = {each for each in people if each[2] <= window and level in (None, each[1])}
        found.append((cells, told.people.number, counts.people))
        if level is None:
            at_once = {each for each in cells if each[1] == 0}
            found.append((at_once, told.at_once.number, counts.at_once))
        for unit in UNITS[:-1]:
            inside = {each for each in cells if each[0] == unit}
            shown = told.units.get(unit, AtLeast(0)).number
            found.append((inside, shown, counts.units.get(unit, 0)))
    return found


def equations(people: dict[Cell, int]) -> list[tuple[dict[str, int], int]]:
    """What a reader knows who sees every look, and even in which step each count lies. They may
    know too that nobody is without a unit where nobody is."""
    known: list[tuple[dict[str, int], int]] = []
    for number, (cells, shown, count) in enumerate(looks(people)):
        assert shown <= count
        most = count - count % THRESHOLD + THRESHOLD - 1
        whole = {str(cell): 1 for cell in cells}
        known.append((whole | {f"over {number}": -1}, shown))
        known.append((whole | {f"under {number}": 1}, most))
    known += [({str(cell): 1}, 0) for cell, count in people.items() if cell[0] == 2 and not count]
    return known


def protected(people: dict[Cell, int]) -> list[set[Cell]]:
    """Every sum that is a count to protect: of a unit or all, a level or all, in one window, up to
    one, or in all of them."""
    sums = []
    for units, levels, windows in product(
        [{0}, {1}, {0, 1, 2}], [{0}, {1}, {0, 1}], [{0}, {1}, {0, 1}]
    ):
        cells = set(product(units, levels, windows))
        if 0 < sum(people[cell] for cell in cells) < THRESHOLD:
            sums.append(cells)
    return sums


def assert_safe(people: dict[Cell, int], draw: random.Random) -> None:
    """Of the sums to protect some are drawn: each takes its time."""
    known, sums = equations(people), protected(people)
    for cells in draw.sample(sums, min(4, len(sums))):
        whole = {str(cell): 1 for cell in cells}
        low, high = bounds([*known, (whole | {"sum": -1}, 0)], "sum")
        assert high - low >= THRESHOLD - 1, (people, cells, low, high)


def world(draw: random.Random) -> dict[Cell, int]:
    without_unit = draw.choice([0, 0, 3])
    return {
        cell: draw.choice([0, 0, 1, 2, 3, 4, 4, 5, 9]) if cell[0] < 2 else without_unit
        for cell in product(UNITS, LEVELS, WINDOWS)
    }


@pytest.mark.parametrize("seed", range(8))
def test_no_count_is_found_by_putting_looks_together(seed):
    draw = random.Random(seed)
    assert_safe(world(draw), draw)


@pytest.mark.parametrize("each", [2, 4])
def test_parts_that_are_all_full_tell_nothing_by_their_sum(each):
    full = {cell: each if cell[0] < 2 else 0 for cell in product(UNITS, LEVELS, WINDOWS)}
    assert_safe(full, random.Random(each))


def test_what_steps_alone_would_tell_is_not_told():
    """Four and four in two units make eight: "at least 5" would tell that neither is nobody."""
    units = [(4, AtLeast(0)), (4, AtLeast(0))]
    assert at_least(8, THRESHOLD) == AtLeast(5)
    assert at_least(8, THRESHOLD, units) == AtLeast(0)


def test_in_a_large_organisation_the_figures_are_near():
    units = {1: 412, 2: 288, 3: 97, 4: 3}
    levels = [
        Counts(600, 90, {1: 300, 2: 220, 3: 80}),
        Counts(200, 30, {1: 112, 2: 68, 3: 17, 4: 3}),
    ]
    told = tell(Counts(800, 120, units), levels, threshold=THRESHOLD)
    assert (told.people, told.at_once) == (AtLeast(800), AtLeast(120))
    assert told.units == {1: AtLeast(410), 2: AtLeast(285), 3: AtLeast(95), 4: AtLeast(0)}


def test_days_are_counted_in_whole_months_and_people_on_a_monday():
    order = Order(None, None, date(2026, 9, 17), date(2026, 12, 3), date(2026, 11, 26))
    same = in_whole_months(order)
    assert (same.achieved_before, same.last_valid_day, same.decided_on) == (
        date(2026, 9, 1),
        date(2026, 12, 31),
        date(2026, 11, 23),
    )


@pytest.mark.django_db
def test_only_the_largest_units_are_told_apart(school):
    for number in range(14):
        person = make_person(f"X{number}")
        employ(person, Unit.objects.get(code="S1" if number % 2 else "S2"))
        achieve(person, "OM4", on=date(2026, 5, 2))
    area = CompetenceArea.objects.get(code="OM4")
    reach = reach_of_renewal(
        order=Order(area, None, date(2026, 9, 1), date(2026, 12, 31), date(2026, 11, 23)),
        threshold=THRESHOLD,
        by=None,
    )
    # Seventeen: those and the three of the school.
    assert [(each.name, each.people) for each in reach.units] == [("Förvaltningen", AtLeast(15))]
    assert reach.people == AtLeast(15)
