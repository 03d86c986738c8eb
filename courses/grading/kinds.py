"""What every kind of question can be asked; the kinds themselves lie beside this module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Protocol

from courses.grading.seeds import Choice

Question = Mapping[str, Any]
# JSON; its shape by kind stands in `courses.grading`.
Response = Any
WHOLE = Fraction(1)
NOTHING = Fraction(0)


class Fields(Protocol):
    """The fields of a posted form."""

    def getlist(self, key: str) -> list[str]: ...


class Kind(ABC):
    """One kind of question. A response may be incomplete: what is given so far is kept, and the
    question counts as unanswered until the rest is there."""

    def choices(self, question: Question, seed: int) -> list[Choice]:
        """What there is to choose from, in the order of the attempt."""
        return []

    def field_names(self, question: Question) -> list[str]:
        return [f"q-{question['key']}"]

    @abstractmethod
    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        """The response in a posted form; None where nothing is given or it makes no sense."""

    def is_complete(self, question: Question, response: Response) -> bool:
        return True

    @abstractmethod
    def right(self, question: Question) -> Response:
        """A response that is wholly right."""

    def credit(self, question: Question, response: Response) -> Fraction:
        """The share of the question that a complete response earns, from nothing to one."""
        return WHOLE if self.same(response, self.right(question)) else NOTHING

    def faults(self, question: Question) -> Iterator[str]:
        """What keeps the question from being asked, in words for its author."""
        return iter(())

    @staticmethod
    def same(response: Response, right: Response) -> bool:
        # True is not the option number 1.
        return type(response) is type(right) and bool(response == right)
