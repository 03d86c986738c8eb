"""Questions and answers as plain data: what is shown in which order, what was answered, and how
much of it is right. Pure functions; a question is described in `courses.freezing`.

A response names options by their place in the question as written:
single, hotspot   the option's number
multiple          the numbers of the chosen options, ascending
truefalse         true or false
ordering          the items' numbers in the order given, null for a row not filled in
matching          for each left side, the number of the right side given, or null
numeric           what was typed
shorttext         what was typed
cloze             for each gap the option's number or what was typed, or null
branch            the number of the choice at each step of the way

A response may be incomplete; it is kept, and counts as no answer until it is complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from courses.grading.arranging import Matching, Ordering
from courses.grading.branching import Branch
from courses.grading.choosing import Hotspot, Multiple, Single, TrueFalse
from courses.grading.drawing import (
    TEST_OUT,
    TEST_OUT_SLUG,
    all_questions,
    lesson_for_test_out,
    number_asked,
    number_drawn,
    number_in_test,
    questions_asked,
)
from courses.grading.kinds import Fields, Kind, Question, Response
from courses.grading.seeds import Choice, seed_of
from courses.grading.texts import small_number, storable
from courses.grading.writing import Cloze, Numeric, ShortText

__all__ = [
    "KINDS",
    "TEST_OUT",
    "TEST_OUT_SLUG",
    "Choice",
    "Fields",
    "PassRule",
    "Response",
    "all_questions",
    "credit",
    "faults",
    "field_names",
    "is_complete",
    "kind_of",
    "lesson_for_test_out",
    "may_be_partly_right",
    "number_asked",
    "number_drawn",
    "number_in_test",
    "pass_rule",
    "passes",
    "percent",
    "questions_asked",
    "read_response",
    "right_needed",
    "right_response",
    "score_percent",
    "seed_of",
    "shuffled",
    "small_number",
    "storable",
]

KINDS: dict[str, Kind] = {
    "single": Single(),
    "multiple": Multiple(),
    "truefalse": TrueFalse(),
    "ordering": Ordering(),
    "matching": Matching(),
    "numeric": Numeric(),
    "shorttext": ShortText(),
    "cloze": Cloze(),
    "branch": Branch(),
    "hotspot": Hotspot(),
}


def kind_of(question: Question) -> Kind:
    return KINDS[question["kind"]]


def shuffled(question: Question, seed: int) -> list[Choice]:
    """The options in the order of this attempt."""
    return kind_of(question).choices(question, seed)


def field_names(question: Question) -> list[str]:
    """The form fields of a question: one, or one per row, gap or step."""
    return kind_of(question).field_names(question)


def read_response(question: Question, seed: int, fields: Fields) -> Response | None:
    """The response in a posted form, complete or not; None where nothing is given."""
    return kind_of(question).read(question, seed, fields)


def is_complete(question: Question, response: Response | None) -> bool:
    return response is not None and kind_of(question).is_complete(question, response)


def right_response(question: Question) -> Response:
    return kind_of(question).right(question)


def credit(question: Question, response: Response | None) -> Fraction:
    """The share of the question that the response earns, from 0 to 1; an incomplete one earns
    nothing."""
    if not is_complete(question, response):
        return Fraction(0)
    return kind_of(question).credit(question, response)


def percent(share: Fraction) -> int:
    """A share in whole percent, rounded down: what falls short of everything never reads 100."""
    return int(100 * share)


def score_percent(credits: Sequence[Fraction]) -> int:
    """The earned share of an attempt, whole percent rounded down; 0 where nothing was asked."""
    return percent(sum(credits, Fraction(0)) / len(credits)) if credits else 0


def passes(credits: Sequence[Fraction], pass_percent: int) -> bool:
    """Whether the share reaches the mark, without rounding."""
    return 100 * sum(credits, Fraction(0)) >= pass_percent * len(credits)


def may_be_partly_right(question: Question) -> bool:
    """Whether an answer may earn a part of the question: pairs, gaps or choices marked one by one,
    or a way through a case that is neither the best nor the worst."""
    ends = (step for step in question.get("steps", ()) if not step["choices"])
    return bool(question.get("partial")) or any(0 < end["credit"] < 100 for end in ends)


@dataclass(frozen=True)
class PassRule:
    """What a lesson's questions take. `needed` of `total` have to be right, where each is right or
    wrong; with `partial` what is partly right counts too, and no number says it."""

    percent: int
    needed: int
    total: int
    partial: bool


def pass_rule(lesson: Mapping[str, Any], total: int, pass_percent: int) -> PassRule:
    """The rule for a lesson that asks `total` questions."""
    partial = any(may_be_partly_right(question) for question in all_questions([lesson]))
    return PassRule(pass_percent, right_needed(total, pass_percent), total, partial)


def right_needed(number: int, pass_percent: int) -> int:
    """How many of so many questions have to be right, where each is right or wrong."""
    return -(-number * pass_percent // 100)


def faults(question: Question) -> Iterator[str]:
    """What keeps a question from being asked, in words for its author."""
    return kind_of(question).faults(question)
