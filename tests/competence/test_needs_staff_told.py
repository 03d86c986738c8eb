"""What a reader is shown of the staff's answers never says what one person has answered, whatever
the answers are, and not together with what some others tell of themselves either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations_with_replacement, product

import pytest

from competence.figures.needs_staff import (
    StaffTold,
    ToldCount,
    asked_in_one,
    enough_to_ask,
    staff_told,
)
from competence.models import Told

Answers = tuple[str, ...]
"""Of one person: "more" or "else" in each area; empty where they have not answered."""
World = tuple[Answers, ...]


def worlds(asked: int, areas: int) -> Iterator[World]:
    """Every way in which so many people can have answered. What is told are counts, so the order
    of the people does not matter."""
    person: list[Answers] = [(), *product(("more", "else"), repeat=areas)]
    return combinations_with_replacement(person, asked)


def told(world: World, threshold: int, areas: int) -> StaffTold:
    answered = [answers for answers in world if answers]
    more = {
        str(area): sum(answers[area] == "more" for answers in answered) for area in range(areas)
    }
    return staff_told(len(world), len(answered), more, threshold)


def key(shown: StaffTold) -> tuple[ToldCount, tuple[tuple[str, ToldCount], ...]]:
    return shown.answered, tuple(sorted(shown.more.items()))


def possible_for_a_target(same: list[Counter[Answers]], known: Counter[Answers]) -> set[Answers]:
    """What somebody may have answered in one of the worlds that look the same, when the answers of
    some others are known."""
    return {
        answers
        for world in same
        if all(world[each] >= count for each, count in known.items())
        for answers, count in (world - known).items()
        if count
    }


@pytest.mark.parametrize(
    ("threshold", "asked", "areas"),
    [
        *((3, asked, 1) for asked in range(6, 16)),
        *((3, asked, 2) for asked in range(6, 10)),
        *((5, asked, 1) for asked in range(10, 26)),
        (5, 11, 2),
    ],
)
def test_nobodys_answer_can_be_worked_out_even_by_those_who_tell_each_other_theirs(
    threshold, asked, areas
):
    by_shown: dict[object, list[Counter[Answers]]] = {}
    for world in worlds(asked, areas):
        by_shown.setdefault(key(told(world, threshold, areas)), []).append(Counter(world))
    for shown, same in by_shown.items():
        # Those who may know each other's answers: fewer, by two, than the smallest number told.
        for size in range(threshold - 1):
            coalitions = {
                tuple(sorted(known))
                for known in combinations_with_replacement(
                    sorted({answers for world in same for answers in world}), size
                )
            }
            for known in coalitions:
                possible = possible_for_a_target(same, Counter(known))
                if not possible:
                    continue
                assert {bool(answers) for answers in possible} == {True, False}, shown
                for area in range(areas):
                    said = {answers[area] for answers in possible if answers}
                    assert said == {"more", "else"}, (shown, known, area)


def test_the_numbers_between_are_told_and_the_others_roughly():
    shown = staff_told(30, 20, {"A": 4, "B": 5, "C": 15, "D": 16, "E": 0, "F": 20}, 5)
    assert shown == StaffTold(
        ToldCount(Told.NUMBER, 20),
        {
            "A": ToldCount(Told.FEW),
            "B": ToldCount(Told.NUMBER, 5),
            "C": ToldCount(Told.NUMBER, 15),
            "D": ToldCount(Told.MOST),
            "E": ToldCount(Told.FEW),
            "F": ToldCount(Told.MOST),
        },
    )


def test_where_fewer_than_twice_the_smallest_number_have_answered_no_area_is_told():
    assert staff_told(14, 9, {"A": 5}, 5) == StaffTold(ToldCount(Told.NUMBER, 9), {})
    assert staff_told(14, 4, {"A": 4}, 5) == StaffTold(ToldCount(Told.FEW), {})
    # That all have answered is not told either.
    assert staff_told(14, 14, {"A": 5}, 5) == StaffTold(
        ToldCount(Told.MOST), {"A": ToldCount(Told.NUMBER, 5)}
    )


def test_a_person_is_asked_in_one_form_and_no_form_asks_too_few():
    groups = {
        "large": range(30),
        "inside": range(12),
        "overlapping": range(25, 38),
        "small": range(40, 49),
    }
    asked = asked_in_one(groups, 5)
    people = [person for each in asked.values() for person in each]
    assert len(people) == len(set(people))
    assert all(len(each) >= enough_to_ask(5) for each in asked.values())
    assert {form: len(each) for form, each in asked.items()} == {
        "inside": 12,
        "overlapping": 13,
        "large": 13,
    }
