"""What every kind of question can be asked; the kinds themselves lie beside this module.

A new kind is a `Kind` here, and has its place in each of these:

    courses/grading/__init__.py           KINDS, and the shape of a response in its docstring
    courses/freezing.py                   what is frozen of it, in its docstring
    courses/wording.py                    its name, and its lines where versions are compared
    courses/models/question_kinds.py      how the editor writes it; then a migration
    courses/reading/questions.py          what is shown of it, before and after marking
    courses/reading/answered.py           the same with every explanation, for who writes and judges
    courses/views/asgiven.py              fields_of: what was given, as the fields of a form
    courses/services/starter_values.py    how the YAML of the starter courses says it
    courses/pasting.py                    how it is written as text; only if it can be
    templates/courses/question.html       which part of kinds/ shows it to a learner
    templates/courses/admin/part_answered.html    and to who writes and judges
    lms/static/js/kinds.js                what it does with script; it works without
    tests/builders                        one of them in courses.all_kinds, or in every_kind

`tests/architecture/test_question_kinds.py` finds what is missing of it.
"""

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
