"""Questions and answers as plain data: what is shown in which order, what was answered, and
whether it is right. Pure functions; a question is a `QuestionContent` of `courses.freezing`.

A response names options by their place in the question as written:
single       the option's number
multiple     the numbers of the chosen options, ascending
truefalse    true or false
ordering     the items' numbers in the order given
matching     for each left side, the number of the right side given
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Response = int | bool | list[int]


class Fields(Protocol):
    """The fields of a posted form."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Choice:
    """Something to choose, as one learner sees it. `value` says where it stands, never where it
    stood: the page gives no answer away."""

    value: str
    text: str
    number: int


def seed_of(enrolment_pk: int, lesson_key: str, number: int) -> int:
    """The shuffle of an attempt: the same before and after its row exists."""
    return zlib.crc32(f"{enrolment_pk}:{lesson_key}:{number}".encode()) & 0x7FFFFFFF


def _options(question: Mapping[str, Any]) -> list[str]:
    match question["kind"]:
        case "single" | "multiple":
            return [option["text"] for option in question["options"]]
        case "ordering":
            return list(question["items"])
        case "matching":
            return [right for _left, right in question["pairs"]]
    return []


def shuffled(question: Mapping[str, Any], seed: int) -> list[Choice]:
    """The options in the order of this attempt; steps to put in order never come in it."""
    texts = _options(question)
    numbers = list(range(len(texts)))
    random.Random(f"{seed}:{question['key']}").shuffle(numbers)
    if question["kind"] == "ordering" and numbers == sorted(numbers) and len(numbers) > 1:
        numbers = [*numbers[1:], numbers[0]]
    return [Choice(str(place), texts[number], number) for place, number in enumerate(numbers)]


def field_names(question: Mapping[str, Any]) -> list[str]:
    """The form fields of a question: one, or one per row."""
    key = question["key"]
    match question["kind"]:
        case "ordering":
            return [f"q-{key}-{row}" for row in range(len(question["items"]))]
        case "matching":
            return [f"q-{key}-{row}" for row in range(len(question["pairs"]))]
    return [f"q-{key}"]


def read_response(question: Mapping[str, Any], seed: int, fields: Fields) -> Response | None:
    """The response in a posted form; None while it is incomplete or makes no sense."""
    values = [fields.getlist(name) for name in field_names(question)]
    kind = question["kind"]
    if kind == "truefalse":
        return {"true": True, "false": False}.get(",".join(values[0]))
    by_value = {choice.value: choice.number for choice in shuffled(question, seed)}
    if kind in ("single", "multiple"):
        if not values[0] or any(value not in by_value for value in values[0]):
            return None
        numbers = sorted({by_value[value] for value in values[0]})
        if kind == "multiple":
            return numbers
        return numbers[0] if len(numbers) == 1 else None
    rows = [by_value.get(row[0]) if len(row) == 1 else None for row in values]
    given = [row for row in rows if row is not None]
    if len(given) != len(rows) or (kind == "ordering" and len(set(given)) != len(given)):
        return None
    return given


def right_response(question: Mapping[str, Any]) -> Response:
    match question["kind"]:
        case "single":
            return [option["correct"] for option in question["options"]].index(True)
        case "multiple":
            return [n for n, option in enumerate(question["options"]) if option["correct"]]
        case "truefalse":
            return bool(question["correct"])
        case "ordering":
            return list(range(len(question["items"])))
        case "matching":
            return list(range(len(question["pairs"])))
    raise ValueError(f"unknown kind of question: {question['kind']}")


def is_correct(question: Mapping[str, Any], response: Response) -> bool:
    """Whether the response is right as a whole. True is not the option number 1."""
    right = right_response(question)
    return type(response) is type(right) and response == right


def score_percent(correct: Sequence[bool]) -> int:
    """The share of right answers, whole percent rounded down; 0 where nothing was asked."""
    return 100 * sum(correct) // len(correct) if correct else 0


def passes(correct: Sequence[bool], pass_percent: int) -> bool:
    """Whether the share reaches the mark, without rounding."""
    return 100 * sum(correct) >= pass_percent * len(correct)
