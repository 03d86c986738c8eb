"""Questions answered in writing: a number, a word, and the gaps of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from courses.grading.kinds import Fields, Kind, Question, Response
from courses.grading.seeds import Choice, shuffle_texts
from courses.grading.texts import folded, kept, number_in

_GAP = re.compile(r"\{(\d+)\}")


def _typed(fields: Fields, name: str) -> str:
    values = fields.getlist(name)
    return kept(values[0]) if len(values) == 1 else ""


class Numeric(Kind):
    """A number. The response is what was typed; until it reads as a number it is no answer."""

    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        return _typed(fields, self.field_names(question)[0]) or None

    def is_complete(self, question: Question, response: Response) -> bool:
        return isinstance(response, str) and number_in(response) is not None

    def right(self, question: Question) -> Response:
        return str(question["answer"])

    def credit(self, question: Question, response: Response) -> Fraction:
        given = number_in(response) if isinstance(response, str) else None
        if given is None:
            return Fraction(0)
        off = abs(given - Decimal(str(question["answer"])))
        return Fraction(int(off <= Decimal(str(question.get("tolerance") or 0))))


class ShortText(Kind):
    """A word or two."""

    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        return _typed(fields, self.field_names(question)[0]) or None

    def right(self, question: Question) -> Response:
        return question["accepted"][0]

    def credit(self, question: Question, response: Response) -> Fraction:
        accepted = {folded(each) for each in question["accepted"]}
        return Fraction(int(isinstance(response, str) and folded(response) in accepted))

    def faults(self, question: Question) -> Iterator[str]:
        if not any(folded(each) for each in question["accepted"]):
            yield _("“%(question)s” has no accepted answer.") % {"question": question["prompt"]}


def gap_parts(text: str) -> list[tuple[str, int | None]]:
    """A text with gaps as parts: the text before each gap with the gap's number from nought, and
    last the rest with None."""
    parts: list[tuple[str, int | None]] = []
    position = 0
    for found in _GAP.finditer(text):
        parts.append((text[position : found.start()], int(found[1]) - 1))
        position = found.end()
    parts.append((text[position:], None))
    return parts


class Cloze(Kind):
    """A text with gaps, each filled from a list (`options`, `correct`) or in writing
    (`accepted`). A response has the option's number or the word for each gap, None where it is
    empty. With `partial`, each right gap earns its share."""

    def field_names(self, question: Question) -> list[str]:
        return [f"q-{question['key']}-{gap}" for gap in range(len(question["gaps"]))]

    def gap_choices(self, question: Question, gap: int, seed: int) -> list[Choice]:
        options = list(question["gaps"][gap].get("options") or [])
        return shuffle_texts({"key": f"{question['key']}-{gap}"}, options, seed)

    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        given: list[Any] = []
        for number, name in enumerate(self.field_names(question)):
            choices = self.gap_choices(question, number, seed)
            if choices:
                values = fields.getlist(name)
                by_value = {choice.value: choice.number for choice in choices}
                given.append(by_value.get(values[0]) if len(values) == 1 else None)
            else:
                given.append(_typed(fields, name) or None)
        return given if any(each is not None for each in given) else None

    def is_complete(self, question: Question, response: Response) -> bool:
        return (
            isinstance(response, list)
            and len(response) == len(question["gaps"])
            and None not in response
        )

    @staticmethod
    def right_in_gap(gap: Mapping[str, Any]) -> Any:
        if gap.get("options"):
            return list(gap["options"]).index(gap["correct"])
        return gap["accepted"][0]

    def right(self, question: Question) -> Response:
        return [self.right_in_gap(gap) for gap in question["gaps"]]

    def gap_is_right(self, gap: Mapping[str, Any], given: Any) -> bool:
        if gap.get("options"):
            return self.same(given, self.right_in_gap(gap))
        return isinstance(given, str) and folded(given) in {folded(e) for e in gap["accepted"]}

    def credit(self, question: Question, response: Response) -> Fraction:
        gaps = question["gaps"]
        right = sum(
            self.gap_is_right(gap, given) for gap, given in zip(gaps, response, strict=False)
        )
        if not question.get("partial"):
            return Fraction(int(right == len(gaps)))
        return Fraction(right, len(gaps))

    def faults(self, question: Question) -> Iterator[str]:
        name = {"question": question["prompt"]}
        numbers = [number for _before, number in gap_parts(question["text"]) if number is not None]
        if not numbers or sorted(numbers) != list(range(len(question["gaps"]))):
            yield (
                _("“%(question)s”: the text must have {1}, {2} and so on, one for each gap.") % name
            )
        for gap in question["gaps"]:
            options = gap.get("options") or []
            if options and (gap.get("correct") not in options or len(set(options)) < 2):
                yield _("“%(question)s” has a gap whose right answer is not in its list.") % name
            if not options and not any(folded(each) for each in gap.get("accepted") or []):
                yield _("“%(question)s” has a gap without a right answer.") % name
