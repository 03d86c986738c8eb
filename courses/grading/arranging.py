"""Questions answered row by row: steps in their order, and pairs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from fractions import Fraction

from django.utils.translation import gettext as _

from courses.grading.kinds import Fields, Kind, Question, Response
from courses.grading.seeds import Choice, shuffle_texts


class Rows(Kind):
    @abstractmethod
    def texts(self, question: Question) -> list[str]:
        """What belongs in each row, from the first."""

    def field_names(self, question: Question) -> list[str]:
        return [f"q-{question['key']}-{row}" for row in range(len(self.texts(question)))]

    def choices(self, question: Question, seed: int) -> list[Choice]:
        return shuffle_texts(question, self.texts(question), seed)

    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        by_value = {choice.value: choice.number for choice in self.choices(question, seed)}
        rows = [fields.getlist(name) for name in self.field_names(question)]
        given = [by_value.get(row[0]) if len(row) == 1 else None for row in rows]
        return given if any(number is not None for number in given) else None

    def is_complete(self, question: Question, response: Response) -> bool:
        return (
            isinstance(response, list)
            and len(response) == len(self.texts(question))
            and None not in response
        )

    def right(self, question: Question) -> Response:
        return list(range(len(self.texts(question))))


class Ordering(Rows):
    """Steps to put in order; on the page they never stand in it."""

    def texts(self, question: Question) -> list[str]:
        return list(question["items"])

    def choices(self, question: Question, seed: int) -> list[Choice]:
        return shuffle_texts(question, self.texts(question), seed, never_in_order=True)

    def is_complete(self, question: Question, response: Response) -> bool:
        return super().is_complete(question, response) and len(set(response)) == len(response)

    def faults(self, question: Question) -> Iterator[str]:
        if len(set(question["items"])) != len(question["items"]) or len(question["items"]) < 2:
            yield _("“%(question)s” needs at least two steps, all different.") % {
                "question": question["prompt"]
            }


class Matching(Rows):
    """Pairs. With `partial`, each right pair earns its share."""

    def texts(self, question: Question) -> list[str]:
        return [right for _left, right in question["pairs"]]

    def credit(self, question: Question, response: Response) -> Fraction:
        if not question.get("partial"):
            return super().credit(question, response)
        right = sum(given == row for row, given in enumerate(response))
        return Fraction(right, len(self.texts(question)))

    def faults(self, question: Question) -> Iterator[str]:
        rights = self.texts(question)
        if len(set(rights)) != len(rights) or len(rights) < 2:
            yield _("“%(question)s” needs at least two pairs with different ends.") % {
                "question": question["prompt"]
            }
