"""Marking answers: pure functions, so any question and any answer may be tried."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from courses import grading
from tests.builders.answers import fields_for

WORDS = st.text("abcåäö ", min_size=1, max_size=8)


def _options(draw: st.DrawFn, correct: list[bool]) -> list[dict[str, Any]]:
    return [{"text": draw(WORDS), "correct": each, "explanation": "x"} for each in correct]


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["single", "multiple", "truefalse", "ordering", "matching"]))
    question: dict[str, Any] = {"key": draw(st.uuids()).hex, "kind": kind, "prompt": "?"}
    size = draw(st.integers(2, 6))
    if kind == "single":
        right = draw(st.integers(0, size - 1))
        question["options"] = _options(draw, [number == right for number in range(size)])
    elif kind == "multiple":
        correct = draw(st.lists(st.booleans(), min_size=size, max_size=size).filter(any))
        question["options"] = _options(draw, correct)
    elif kind == "truefalse":
        question["correct"] = draw(st.booleans())
    elif kind == "ordering":
        question["items"] = [f"steg {number}" for number in range(size)]
    else:
        question["pairs"] = [[f"v{number}", f"h{number}"] for number in range(size)]
    return question


def posted(question: dict[str, Any], seed: int, response: grading.Response) -> QueryDict:
    """The form that a browser sends for a response."""
    fields = QueryDict(mutable=True)
    for name, values in fields_for(question, seed, response).items():
        fields.setlist(name, values)
    return fields


@given(questions(), st.integers(0, 2**31 - 1))
def test_the_right_response_survives_the_form_and_is_right(
    question: dict[str, Any], seed: int
) -> None:
    right = grading.right_response(question)
    read = grading.read_response(question, seed, posted(question, seed, right))
    assert read == right
    assert grading.credit(question, read) == 1


@given(questions(), st.integers(0, 2**31 - 1), st.data())
def test_any_other_response_survives_the_form_and_is_wrong(
    question: dict[str, Any], seed: int, data: st.DataObject
) -> None:
    right = grading.right_response(question)
    others: st.SearchStrategy[Any]
    match question["kind"]:
        case "single":
            others = st.integers(0, len(question["options"]) - 1)
        case "multiple":
            numbers = st.integers(0, len(question["options"]) - 1)
            others = st.sets(numbers, min_size=1).map(sorted)
        case "truefalse":
            others = st.booleans()
        case "ordering":
            others = st.permutations(range(len(question["items"])))
        case _:
            size = len(question["pairs"])
            others = st.lists(st.integers(0, size - 1), min_size=size, max_size=size)
    other = data.draw(others.filter(lambda response: response != right))
    read = grading.read_response(question, seed, posted(question, seed, other))
    assert read == other
    assert grading.credit(question, read) < 1


@given(questions(), st.integers(0, 2**31 - 1))
def test_a_shuffle_shows_every_option_once_and_the_same_way_again(
    question: dict[str, Any], seed: int
) -> None:
    first = grading.shuffled(question, seed)
    assert first == grading.shuffled(question, seed)
    assert sorted(choice.number for choice in first) == list(range(len(first)))
    assert [choice.value for choice in first] == [str(place) for place in range(len(first))]


@given(st.integers(2, 6), st.integers(0, 2**31 - 1))
def test_steps_never_stand_in_the_right_order_from_the_start(size: int, seed: int) -> None:
    question = {"key": "k", "kind": "ordering", "items": [str(n) for n in range(size)]}
    assert [choice.number for choice in grading.shuffled(question, seed)] != list(range(size))


@given(questions(), st.integers(0, 2**31 - 1), st.text(max_size=5))
def test_a_form_that_makes_no_sense_is_no_response(
    question: dict[str, Any], seed: int, value: str
) -> None:
    fields = QueryDict(mutable=True)
    for name in grading.field_names(question):
        fields.setlist(name, [f"{value}-x", "-1"])
    assert grading.read_response(question, seed, fields) is None
    assert grading.read_response(question, seed, QueryDict()) is None


def test_option_number_one_is_not_the_answer_true() -> None:
    question = {"key": "k", "kind": "truefalse", "correct": True}
    assert grading.credit(question, 1) == 0


def test_steps_with_one_given_twice_are_kept_and_no_answer() -> None:
    question = {"key": "k", "kind": "ordering", "items": ["a", "b", "c"]}
    fields = QueryDict("q-k-0=0&q-k-1=0&q-k-2=1")
    response = grading.read_response(question, 1, fields)
    assert response == [2, 2, 1]
    assert not grading.is_complete(question, response)
    assert grading.credit(question, response) == 0


def test_score_is_rounded_down_but_the_mark_is_not() -> None:
    two_of_three = [True, True, False]
    assert grading.score_percent(two_of_three) == 66
    assert grading.passes(two_of_three, 66)
    assert not grading.passes(two_of_three, 67)
    assert grading.passes([True] * 4 + [False], 80)


@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 100))
def test_one_more_right_answer_never_fails_what_passed(correct: list[bool], mark: int) -> None:
    if grading.passes(correct, mark):
        for place in range(len(correct)):
            better = [*correct[:place], True, *correct[place + 1 :]]
            assert grading.passes(better, mark)
