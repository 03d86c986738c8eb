"""Marking answers: pure functions, so any question and any answer may be tried."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from courses import grading
from courses.grading.texts import kept, number_in, storable
from courses.views import asgiven
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


def case(steps: list[tuple[str, list[str], int]]) -> dict[str, Any]:
    """A case of (step, where its choices lead, credit)."""
    return {
        "key": "k",
        "kind": "branch",
        "prompt": "Fallet",
        "start": steps[0][0],
        "steps": [
            {
                "id": step,
                "text": "x",
                "choices": [{"text": each, "feedback": "f", "next": each} for each in leads_to],
                "credit": earns,
            }
            for step, leads_to, earns in steps
        ],
    }


def long_case(best: int) -> dict[str, Any]:
    """A case with more ways through it than can be tried one by one."""
    steps: list[tuple[str, list[str], int]] = [
        (f"s{number}", [f"s{number + 1}"] * 4, 0) for number in range(1500)
    ]
    return case([*steps, ("s1500", [], best)])


def test_a_long_case_is_checked_and_answered_at_once() -> None:
    assert list(grading.faults(long_case(100))) == []
    assert list(grading.faults(long_case(90))) == ["”Fallet” saknar ett slut som är helt rätt."]
    assert grading.right_response(long_case(100)) == [0] * 1500


def test_the_right_way_through_a_case_is_the_shortest_of_the_best() -> None:
    question = case(
        [
            ("a", ["slut", "b", "c"], 0),
            ("b", ["c"], 0),
            ("c", ["slut", "bra"], 0),
            ("bra", [], 100),
            ("slut", [], 0),
        ]
    )
    assert list(grading.faults(question)) == []
    assert grading.right_response(question) == [2, 1]


def test_a_case_that_can_be_walked_in_a_circle_is_a_fault() -> None:
    question = case([("a", ["b", "slut"], 0), ("b", ["a"], 0), ("slut", [], 100)])
    assert list(grading.faults(question)) == [
        "”Fallet” går att gå runt i utan att komma till ett slut."
    ]


def test_a_choice_with_thousands_of_digits_is_no_choice() -> None:
    fields = QueryDict(mutable=True)
    fields["q-k-0"] = "9" * 5000
    assert grading.read_response(case([("a", ["b"], 0), ("b", [], 100)]), 1, fields) is None


@given(st.text())
def test_what_is_kept_of_a_text_can_be_stored(typed: str) -> None:
    kept(typed).encode()
    assert not {unicodedata.category(each) for each in kept(typed)} & {"Cc", "Cs"}


def test_what_no_database_takes_is_left_out_of_what_is_typed() -> None:
    assert kept(" so\x00c\x07ial\ud83dtjänst\tens\nmål ") == "socialtjänst ens mål"
    assert storable("Ett\x00\r\ntvå\ttre\ud83d\x9f\n") == "Ett\ntvå\ttre\n"
    assert storable("🙂") == "🙂"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("20 m²", "20"),
        ("20 m2", "20"),
        ("20m^2", "20"),
        ("5 °C", "5"),
        ("5°", "5"),
        ("5 ℃", "5"),
        ("30 kr/tim", "30"),
        ("30 kr / tim.", "30"),
        ("1 250,5 mg/l", "1250.5"),
        ("−3 %", "-3"),
        ("18 år", "18"),
        ("20²", None),
        ("10/12", None),
        ("12 eller 13", None),
        ("tolv", None),
        ("°C", None),
    ],
)
def test_a_number_is_read_with_its_unit(typed: str, number: str | None) -> None:
    assert number_in(typed) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("0", 0), ("", None), ("-1", None), ("1.5", None), ("²", None), ("9" * 5000, None)],
)
def test_a_number_that_a_form_sends_is_small(text: str, number: int | None) -> None:
    assert asgiven.small_number(text) == number


@given(st.integers(1, 60), st.integers(1, 100))
def test_so_many_right_answers_pass_and_one_less_does_not(number: int, mark: int) -> None:
    needed = grading.right_needed(number, mark)
    answers = [Fraction(1)] * needed + [Fraction(0)] * (number - needed)
    assert grading.passes(answers, mark)
    assert not grading.passes([Fraction(0), *answers[1:]], mark)


PAIRS = {"key": "p", "kind": "matching", "pairs": [["a", "A"], ["b", "B"]], "partial": True}
CHOICE = {"key": "s", "kind": "single"}


def _case(credit: int) -> dict[str, object]:
    ways = [{"text": "Så", "next": "slut", "feedback": ""}]
    steps = [{"id": "1", "choices": ways}, {"id": "slut", "choices": [], "credit": credit}]
    return {"key": "b", "kind": "branch", "steps": steps}


@pytest.mark.parametrize(
    ("question", "partial"),
    [(CHOICE, False), (PAIRS, True), (_case(60), True), (_case(100), False), (_case(0), False)],
)
def test_a_lesson_knows_whether_something_can_be_partly_right(
    question: dict[str, object], partial: bool
) -> None:
    rule = grading.pass_rule({"key": "1", "questions": [CHOICE, question]}, 2, 80)
    assert rule == grading.PassRule(percent=80, needed=2, total=2, partial=partial)
