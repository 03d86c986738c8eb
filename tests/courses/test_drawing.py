"""Drawing questions: every attempt asks what the lesson promises, and as many new questions as
the bank has."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses import grading

LEARNERS = range(1, 101)


def question(key: object) -> dict[str, Any]:
    return {"kind": "truefalse", "key": str(key), "prompt": "?", "correct": True}


def lesson(*strata: tuple[int, list[int]], written: tuple[int, ...] = ()) -> dict[str, Any]:
    """A lesson with `written` questions and one draw of (count, pool) strata."""
    drawn = [{"count": count, "pool": [question(key) for key in pool]} for count, pool in strata]
    return {
        "key": "l",
        "questions": [*map(question, written), {"kind": "draw", "key": "d", "strata": drawn}],
    }


def asked(of: dict[str, Any], learner: int, number: int = 1) -> list[int]:
    questions = grading.questions_asked(of, enrolment_pk=learner, number=number)
    return [int(each["key"]) for each in questions]


def most_different(strata: list[tuple[int, list[int]]], attempts: int) -> int:
    """How many different questions that many attempts can ask at the most."""
    taker: dict[int, int] = {}
    wants = [pool for count, pool in strata for _turn in range(count * attempts)]

    def place(want: int, tried: set[int]) -> bool:
        for key in wants[want]:
            if key not in tried:
                tried.add(key)
                if key not in taker or place(taker[key], tried):
                    taker[key] = want
                    return True
        return False

    return sum(place(want, set()) for want in range(len(wants)))


@st.composite
def overlapping(draw: st.DrawFn) -> list[tuple[int, list[int]]]:
    pools = st.lists(st.integers(0, 11), min_size=1, max_size=8, unique=True)
    return draw(st.lists(st.tuples(st.integers(1, 3), pools), min_size=1, max_size=4))


def test_a_wide_stratum_leaves_a_narrow_one_what_it_needs() -> None:
    of = lesson((4, [0, 1, 2, 3, 4, 5]), (2, [0, 1]))
    assert grading.number_asked(of) == 6
    assert all(len(asked(of, learner)) == 6 for learner in LEARNERS)


def test_a_question_comes_back_only_when_both_strata_have_used_up_what_they_share() -> None:
    shared = list(range(12))
    of = lesson((2, shared), (2, shared))
    for learner in LEARNERS:
        seen = [key for number in (1, 2, 3) for key in asked(of, learner, number)]
        assert sorted(seen) == shared


def test_a_bank_question_written_in_the_lesson_is_not_drawn_and_not_promised_twice() -> None:
    of = lesson((3, [0, 1, 2]), written=(0,))
    assert grading.number_asked(of) == 3
    assert all(sorted(asked(of, learner)) == [0, 1, 2] for learner in LEARNERS)


def test_two_draws_of_a_lesson_share_what_there_is() -> None:
    wide = lesson((2, [0, 1, 2]))["questions"][0]
    narrow = {**lesson((1, [0]))["questions"][0], "key": "e"}
    of = {"key": "l", "questions": [wide, narrow]}
    assert all(sorted(asked(of, learner)) == [0, 1, 2] for learner in LEARNERS)


def test_learners_are_asked_differently() -> None:
    of = lesson((2, list(range(12))), (2, list(range(6, 18))))
    assert len({tuple(asked(of, learner)) for learner in LEARNERS}) > 90
    assert {key for learner in LEARNERS for key in asked(of, learner)} == set(range(18))


def test_a_large_bank_is_drawn_from_at_once() -> None:
    of = lesson(*[(3, list(range(start, start + 400))) for start in range(0, 1000, 50)])
    assert len(asked(of, 1, 40)) == 60


@given(overlapping(), st.lists(st.integers(0, 11), max_size=3, unique=True), st.integers(1, 999))
def test_every_attempt_asks_as_many_as_the_pools_can_give_and_says_so(
    strata: list[tuple[int, list[int]]], written: list[int], learner: int
) -> None:
    of = lesson(*strata, written=tuple(written))
    free = [(count, [key for key in pool if key not in written]) for count, pool in strata]
    most = len(written) + most_different(free, 1)
    assert grading.number_asked(of) == most
    for number in range(1, 8):
        keys = asked(of, learner, number)
        assert len(keys) == len(set(keys)) == most
        assert keys == asked(of, learner, number)


@given(overlapping(), st.integers(1, 999))
def test_no_other_way_of_drawing_asks_more_different_questions(
    strata: list[tuple[int, list[int]]], learner: int
) -> None:
    seen: set[int] = set()
    for number in range(1, 9):
        seen.update(asked(lesson(*strata), learner, number))
        assert len(seen) == most_different(strata, number)


@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 999))
def test_a_question_comes_back_when_the_others_of_its_pool_have_been_asked(
    size: int, count: int, learner: int
) -> None:
    of = lesson((count, list(range(size))))
    row = [key for number in range(1, 20) for key in asked(of, learner, number)]
    for key in range(size):
        places = [place for place, each in enumerate(row) if each == key]
        assert all(len(set(row[one:two])) == size for one, two in pairwise(places))
