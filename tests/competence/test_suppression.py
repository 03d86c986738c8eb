"""What is hidden from somebody who may not see individuals, checked by linear programming."""

from __future__ import annotations

import random

import pytest

from competence.engine import Count, Coverage
from competence.suppression import Figure, Hidden, shown_figures, suppressed
from tests.competence.linear import bounds

FEW, PROTECTED = Figure(None, Hidden.FEW), Figure(None, Hidden.PROTECTED)
PARENTS = {1: None, 2: 1, 3: 1, 4: 1}


def test_count_of_one_to_four_is_hidden_and_one_more_protects_it():
    assert shown_figures({None: 40, 1: 40, 2: 3, 3: 17, 4: 20}, PARENTS) == {
        None: Figure(40),
        1: Figure(40),
        2: FEW,
        3: PROTECTED,
        4: Figure(20),
    }


def test_zero_and_counts_from_five_are_shown():
    values = {None: 25, 1: 25, 2: 0, 3: 5, 4: 20}
    assert shown_figures(values, PARENTS) == {n: Figure(v) for n, v in values.items()}


def test_two_small_counts_whose_sum_gives_them_away_are_protected_further():
    shown = shown_figures({None: 28, 1: 28, 2: 4, 3: 4, 4: 20}, PARENTS)
    assert (shown[2], shown[3]) == (FEW, FEW)
    assert PROTECTED in (shown[4], shown[1])


def test_few_people_without_a_unit_cannot_be_worked_out():
    shown = shown_figures({None: 23, 1: 20}, {1: None})
    assert PROTECTED in (shown[None], shown[1])


def test_few_people_directly_in_a_unit_cannot_be_worked_out():
    shown = shown_figures({None: 42, 1: 42, 2: 20, 3: 20}, PARENTS)
    assert PROTECTED in (shown[1], shown[2], shown[3])


def test_share_of_few_people_is_hidden_and_a_share_that_tells_a_count_too():
    coverage = Coverage(
        by_key_group={"G": Count(covered=60, gap=20)},
        by_unit={
            (1, "G"): Count(covered=60, gap=20),
            (2, "G"): Count(covered=0, gap=3),
            (3, "G"): Count(covered=20, gap=7),
            (4, "G"): Count(covered=40, gap=10),
        },
    )
    shown = suppressed(coverage, PARENTS)
    assert shown.by_unit[2, "G"].gap == FEW
    assert shown.by_unit[2, "G"].share == FEW
    assert shown.by_unit[3, "G"].gap == PROTECTED
    assert shown.by_unit[3, "G"].share == PROTECTED
    assert shown.by_unit[4, "G"].share == Figure(Count(covered=4, gap=1).share)
    assert shown.by_key_group["G"].share == Figure(Count(covered=3, gap=1).share)


def equations_of(values, parents, shown, threshold=5):
    """Everything the reader is shown, as equations, and the rests that are counts to protect."""
    equations = [
        ({f"n{node}": 1}, figure.value) for node, figure in shown.items() if not figure.hidden
    ]
    rests = []
    for total in values:
        parts = [node for node in values if node is not None and parents[node] == total]
        if parts:
            rest = values[total] - sum(values[node] for node in parts)
            factors = {f"n{total}": 1} | {f"n{node}": -1 for node in parts}
            if rest > 0 or rest <= -threshold:
                factors[f"rest{total}"] = -1 if rest > 0 else 1
                if 0 < rest < threshold:
                    rests.append(f"rest{total}")
                rest = 0
            equations.append((factors, rest))
    return equations, rests


@pytest.mark.parametrize("seed", range(25))
def test_every_hidden_count_keeps_an_interval_five_wide(seed: int):
    choice = random.Random(seed)
    parents = {1: None}
    for node in range(2, choice.randint(3, 12)):
        parents[node] = choice.randint(1, node - 1)
    own = {node: choice.choice((0, 0, 1, 2, 3, 4, 5, 6, 9, 15, 40)) for node in parents}
    values = dict.fromkeys([None, *parents], 0)
    for node in parents:
        above = node
        while above is not None:
            values[above] += own[node]
            above = parents[above]
        values[None] += own[node]
    values[None] += choice.choice((0, 0, 2, 7))
    if choice.random() < 0.3 and values[1] > 5:
        values[1] -= choice.choice((1, 3))
    shown = shown_figures(values, parents)
    equations, rests = equations_of(values, parents, shown)
    hidden = [f"n{node}" for node, figure in shown.items() if figure.hidden]
    for name in hidden + rests:
        low, high = bounds(equations, name)
        assert high - low >= 5, (values, parents, shown, name)
    assert all(shown[node].hidden is Hidden.FEW for node, value in values.items() if 0 < value < 5)
