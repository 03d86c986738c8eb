"""What is hidden from somebody who may not see individuals, checked by linear programming: first
one tree of counts, then everything that is published of a day."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime

import pytest

from competence.engine import Count, Coverage
from competence.engine.coverage import CoverageReport
from competence.figures.coverage import DayFigures, UnitNode
from competence.figures.published import publish
from competence.suppression import Figure, Hidden, shown_figures
from lms.lib.dates import STOCKHOLM
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


def test_a_count_under_the_threshold_is_said_with_the_threshold_that_is_set():
    assert FEW.hidden_text(5) == "färre än 5"
    assert FEW.hidden_text(10) == "färre än 10"
    assert PROTECTED.hidden_text(10) == "visas inte"


def tree_of_figures(seed: int) -> DayFigures:
    """A root, its departments and their schools, with random counts of every kind; a few people
    without a unit, and a few in two."""
    choice = random.Random(seed)
    parents: dict[int, int | None] = {1: None}
    for node in range(2, choice.randint(4, 12)):
        parents[node] = 1 if node < 4 else choice.randint(1, min(node - 1, 3))
    counts = {node: Count() for node in (None, *parents)}
    kinds = ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised")
    for node in parents:
        for kind in kinds:
            own = choice.choice((0, 0, 1, 2, 3, 4, 5, 6, 9, 15, 40))
            above = node
            while above is not None:
                counts[above] = add(counts[above], kind, own)
                above = parents[above]
            counts[None] = add(counts[None], kind, own)
    for kind in kinds:
        counts[None] = add(counts[None], kind, choice.choice((0, 0, 2, 7)))
    for kind in ("only_exempt", "only_recognised"):
        # They are of the covered.
        for node in (None, *parents):
            counts[node] = add(counts[node], "covered", getattr(counts[node], kind))
    return DayFigures(
        as_of=date(2026, 11, 23),
        made_at=datetime(2026, 11, 23, 8, 0, tzinfo=STOCKHOLM),
        plan_number=1,
        adopted_on=None,
        units={pk: UnitNode(pk, f"U{pk}", f"Enhet {pk}", up) for pk, up in parents.items()},
        key_groups={"G": "Grupp G"},
        levels={},
        report=CoverageReport(
            mandatory=Coverage(
                {"G": counts[None]},
                {(node, "G"): count for node, count in counts.items() if node is not None},
            ),
            uptake=Coverage({}, {}),
        ),
        by_area={},
    )


def add(count: Count, kind: str, number: int) -> Count:
    return replace(count, **{kind: getattr(count, kind) + number})


@pytest.mark.parametrize("seed", range(40))
def test_no_count_that_is_hidden_can_be_worked_out_from_what_is_published(seed: int):
    figures = tree_of_figures(seed)
    published = publish(figures, 5)
    tops = set(figures.top_units)
    parents = {
        node: None if node in tops else unit.parent
        for node, unit in figures.units.items()
        if node not in figures.roots_above_tops
    }
    for kind in ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised"):
        counts = {None: figures.report.mandatory.by_key_group["G"]}
        counts |= {node: figures.report.mandatory.by_unit[node, "G"] for node in parents}
        values = {node: getattr(count, kind) for node, count in counts.items()}
        shown = {node: getattr(published.count("G", node), kind) for node in values}
        equations, rests = equations_of(values, parents, shown)
        few = [f"n{node}" for node, value in values.items() if 0 < value < 5]
        for name in few + rests:
            low, high = bounds(equations, name)
            assert high - low >= 5, (kind, values, parents, shown, name)
        assert all(shown[node].hidden for node, value in values.items() if 0 < value < 5)
        for node in values:
            share = published.count("G", node).share
            pair = (published.count("G", node).covered, published.count("G", node).gap)
            assert bool(share.hidden) == any(figure.hidden for figure in pair)


@pytest.mark.parametrize("kind", ["covered", "gap", "only_exempt"])
@pytest.mark.parametrize("seed", range(20))
def test_who_knows_one_unit_exactly_works_out_nothing_of_the_others(seed: int, kind: str):
    """Somebody who manages a unit, with all below it, and reads what is published of the whole."""
    figures = tree_of_figures(seed)
    published = publish(figures, 5)
    tops = set(figures.top_units)
    parents = {
        node: None if node in tops else unit.parent
        for node, unit in figures.units.items()
        if node not in figures.roots_above_tops
    }
    counts = {None: figures.report.mandatory.by_key_group["G"]}
    counts |= {node: figures.report.mandatory.by_unit[node, "G"] for node in parents}
    values = {node: getattr(count, kind) for node, count in counts.items()}
    shown = {node: getattr(published.count("G", node), kind) for node in values}
    equations, rests = equations_of(values, parents, shown)
    for own in parents:
        theirs = {node for node in parents if own in path_of(node, parents)}
        known = [({f"n{node}": 1}, values[node]) for node in theirs]
        path = [*path_of(parents[own], parents), None]
        # Where nobody else is counted the figure is of their own people.
        asked = {
            f"n{node}": value
            for node, value in values.items()
            if node not in theirs and not (node in path and value == values[own])
        }
        asked |= {name: 1 for name in rests if name not in {f"rest{node}" for node in theirs}}
        for node in path:
            known.append(({f"n{node}": 1, f"n{own}": -1, f"others {node}": -1}, 0))
            asked[f"others {node}"] = values[node] - values[own]
        for name, value in asked.items():
            if 0 < value < 5:
                low, high = bounds([*equations, *known], name)
                assert high - low >= 5, (own, name, value, low, high, values, parents, shown)


def path_of(node: int | None, parents: dict[int, int | None]) -> list[int]:
    """The node and those above it."""
    path = []
    while node is not None:
        path.append(node)
        node = parents[node]
    return path


@pytest.mark.parametrize("kind", ["only_exempt", "only_recognised"])
@pytest.mark.parametrize("seed", range(60))
def test_what_is_shown_of_the_covered_does_not_tell_the_rest_of_them(seed: int, kind: str):
    figures = tree_of_figures(seed)
    published = publish(figures, 5)
    tops = set(figures.top_units)
    parents = {
        node: None if node in tops else unit.parent
        for node, unit in figures.units.items()
        if node not in figures.roots_above_tops
    }
    counts = {None: figures.report.mandatory.by_key_group["G"]}
    counts |= {node: figures.report.mandatory.by_unit[node, "G"] for node in parents}
    asked = {f"{kind} {node}": getattr(count, kind) for node, count in counts.items()}
    asked |= {
        f"rest {node}": count.covered - getattr(count, kind) for node, count in counts.items()
    }
    asked |= {f"covered {node}": count.covered for node, count in counts.items()}
    equations = [
        ({f"covered {node}": 1, f"{kind} {node}": -1, f"rest {node}": -1}, 0) for node in counts
    ]
    for each in ("covered", kind):
        for node in counts:
            figure = getattr(published.count("G", node), each)
            if not figure.hidden:
                equations.append(({f"{each} {node}": 1}, figure.value))
    for total in counts:
        parts = [node for node in parents if parents[node] == total]
        if not parts:
            continue
        for each in (kind, "rest"):
            outside = asked[f"{each} {total}"] - sum(asked[f"{each} {node}"] for node in parts)
            factors = {f"{each} {total}": 1} | {f"{each} {node}": -1 for node in parts}
            # That nobody is outside the parts is known; who is there is never shown.
            if outside or asked[f"covered {total}"] != sum(asked[f"covered {n}"] for n in parts):
                factors[f"outside {each} {total}"] = -1
                asked[f"outside {each} {total}"] = outside
            equations.append((factors, 0))
    for name, value in asked.items():
        if 0 < value < 5:
            low, high = bounds(equations, name)
            assert high - low >= 5, (name, value, low, high, counts)


def test_few_of_the_covered_who_have_learnt_it_here_are_not_told():
    """12 covered, 10 of them only through what is recognised: the 2 others are hidden."""
    figures = tree_of_figures(0)
    nobody = dict.fromkeys(figures.report.mandatory.by_unit, Count())
    for kind in ("only_exempt", "only_recognised"):
        report = CoverageReport(
            mandatory=Coverage({"G": Count(covered=12, **{kind: 10})}, nobody),
            uptake=Coverage({}, {}),
        )
        shown = publish(replace(figures, report=report), 5).totals["G"]
        assert (shown.covered, getattr(shown, kind)) == (Figure(12), PROTECTED)
