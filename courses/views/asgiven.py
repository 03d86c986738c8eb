"""What a page sends while the learner goes on, and what it may ask back.

    {"attempt": 1, "client": "…", "changes": [
        {"question": key, "sequence": 7, "age": 1240, "fields": [[name, value], …]}, …]}

`client` is one open page, `sequence` counts its changes, and `age` is how many milliseconds ago
the change was made when it was sent: the page's clock may be wrong, the time that has passed by
it is not. Saving the same again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict

from courses import grading
from courses.reading.questions import CHOOSING, ShownQuestion
from courses.services.learning import Given

# Nobody keeps an unsent answer longer.
OLDEST = timedelta(days=30)
MOST_CHANGES = 200
MOST_FIELDS = 60


class UnreadableError(ValueError):
    """What was sent is not in the agreed form."""


def is_whole(request: HttpRequest) -> bool:
    """Whether all of what was sent has arrived. A browser that is killed in the middle sends a
    form without its end, which reads as a text taken back and as ticks taken away."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return declared.isdecimal() and len(request.body) == int(declared)


def small_number(text: str) -> int | None:
    """A whole number that a form sends, from nought; None where it is none, or one with more
    digits than any page of ours sends."""
    return grading.small_number(text)


def _client(text: str) -> str:
    return " ".join(grading.storable(text).split())[:40]


def _given_at(age: Any, now: datetime) -> datetime:
    if isinstance(age, bool) or not isinstance(age, int | float):
        raise UnreadableError
    # Never in the future: a clock that was set back meanwhile makes the age negative.
    return now - min(timedelta(milliseconds=max(0, min(age, 10**11))), OLDEST)


@dataclass(frozen=True)
class Sent:
    attempt: int
    # Of the attempt as the page shows it.
    shuffle: object
    client: str
    # By question: its fields, when they were given, and in which order.
    changes: Mapping[str, tuple[QueryDict, datetime, int]]

    def responses(self, questions: Iterable[Mapping[str, Any]], seed: int) -> dict[str, Given]:
        """What was given to each of the questions that changed."""
        return {
            question["key"]: Given(
                grading.read_response(question, seed, fields), at, self.client, sequence
            )
            for question in questions
            if question["key"] in self.changes
            for fields, at, sequence in [self.changes[question["key"]]]
        }


def read(body: bytes, now: datetime) -> Sent:
    """What was sent; UnreadableError where it is not in the agreed form."""
    try:
        data = json.loads(body)
        client, changes = _client(str(data["client"])), data["changes"]
        if not client or not isinstance(changes, list) or len(changes) > MOST_CHANGES:
            raise UnreadableError
        found: dict[str, tuple[QueryDict, datetime, int]] = {}
        for change in changes:
            fields = QueryDict(mutable=True)
            for name, value in change["fields"][:MOST_FIELDS]:
                fields.appendlist(str(name), str(value))
            sequence = int(change["sequence"])
            if not 0 < sequence < 2**53:
                raise UnreadableError
            found[str(change["question"])] = (fields, _given_at(change["age"], now), sequence)
        return Sent(int(data["attempt"]), data.get("shuffle"), client, found)
    except (
        ArithmeticError,
        AttributeError,
        KeyError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise UnreadableError from error


def stamped(value: Any, fields: Mapping[str, str], now: datetime) -> Given:
    """A value with the stamp of a posted form: `client`, `sequence` and `age`, where a script
    added them. Of a text, what can be stored."""
    if isinstance(value, str):
        value = grading.storable(value)
    client = _client(fields.get("client", ""))
    sequence, age = (small_number(fields.get(name, "")) for name in ("sequence", "age"))
    if not client or sequence is None or age is None:
        return Given(value, now)
    return Given(value, _given_at(age, now), client, sequence)


def fields_of(questions: Iterable[ShownQuestion]) -> Iterator[tuple[str, list[str]]]:
    """The fields of the questions as they stand, as a form has them."""
    for question in questions:
        if question.kind in CHOOSING and question.options:
            chosen = [option.value for option in question.options if option.checked]
            yield question.options[0].name, chosen
        for row in question.rows:
            yield row.name, [option.value for option in row.options if option.checked]
        for gap in question.gaps:
            if gap.options:
                yield gap.name, [option.value for option in gap.options if option.checked]
            elif gap.name:
                yield gap.name, [gap.value] if gap.value else []
        for step in question.steps:
            if step.options:
                chosen = [option.value for option in step.options if option.checked]
                yield step.options[0].name, chosen
        if question.name:
            yield question.name, [question.value] if question.value else []
