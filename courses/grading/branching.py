"""A case that is judged: the learner chooses a way through it, and where the way ends says what
it earns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from courses.grading.kinds import Fields, Kind, Question, Response
from courses.grading.texts import small_number
from lms.content.scenario import steps_from

Step = Mapping[str, Any]


def steps_by_id(question: Question) -> Mapping[str, Step]:
    return steps_from(question).by_id


def walk(question: Question, path: Response) -> list[Step]:
    """The steps along `path`, the one it leads to included; a choice that does not exist ends
    it."""
    by_id = steps_by_id(question)
    steps = [by_id[question["start"]]]
    for choice in path or []:
        choices = steps[-1]["choices"]
        if not isinstance(choice, int) or not 0 <= choice < len(choices):
            break
        steps.append(by_id[choices[choice]["next"]])
    return steps


def _in_order(question: Question) -> list[Step] | None:
    """The steps that can be reached, each after those it leads to; None where the case can be
    walked in a circle."""
    by_id = steps_by_id(question)
    order: dict[str, Step] = {}
    above: set[str] = set()
    waiting = [(question["start"], False)]
    while waiting:
        step_id, is_done = waiting.pop()
        if is_done:
            above.remove(step_id)
            order[step_id] = by_id[step_id]
        elif step_id in above:
            return None
        elif step_id not in order:
            above.add(step_id)
            waiting.append((step_id, True))
            following = {choice["next"] for choice in by_id[step_id]["choices"]}
            waiting.extend((each, False) for each in following)
    return list(order.values())


def _best_way(question: Question) -> tuple[int, list[int]]:
    """The most that the case can earn, and the shortest way there. Only for a question without
    faults: one that can be walked in a circle has no end."""
    # By step: what can be earned from it, minus the choices that takes, and the first of them.
    best: dict[str, tuple[int, int, int | None]] = {}
    for step in _in_order(question) or []:
        best[step["id"]] = (step["credit"], 0, None)
        if step["choices"]:
            best[step["id"]] = max(
                (
                    (earns, steps - 1, number)
                    for number, choice in enumerate(step["choices"])
                    for earns, steps, _next in [best[choice["next"]]]
                ),
                key=lambda way: way[:2],
            )
    by_id = steps_by_id(question)
    step = by_id[question["start"]]
    path: list[int] = []
    while (number := best[step["id"]][2]) is not None:
        path.append(number)
        step = by_id[step["choices"][number]["next"]]
    return best[question["start"]][0], path


class Branch(Kind):
    """Steps with choices; a step without choices is an ending with `credit`, whole percent. The
    response is the number of the choice at each step of the way."""

    def field_names(self, question: Question) -> list[str]:
        return [
            self.field_of(question, number)
            for number, step in enumerate(question["steps"])
            if step["choices"]
        ]

    @staticmethod
    def field_of(question: Question, step_number: int) -> str:
        return f"q-{question['key']}-{step_number}"

    def read(self, question: Question, seed: int, fields: Fields) -> Response | None:
        numbers = {step["id"]: number for number, step in enumerate(question["steps"])}
        path: list[int] = []
        step = walk(question, [])[-1]
        while step["choices"]:
            values = fields.getlist(self.field_of(question, numbers[step["id"]]))
            number = small_number(values[0]) if len(values) == 1 else None
            if number is None or number >= len(step["choices"]):
                break
            path.append(number)
            step = walk(question, path)[-1]
        return path or None

    def is_complete(self, question: Question, response: Response) -> bool:
        return isinstance(response, list) and not walk(question, response)[-1]["choices"]

    def right(self, question: Question) -> Response:
        return _best_way(question)[1]

    def credit(self, question: Question, response: Response) -> Fraction:
        end = walk(question, response)[-1]
        return Fraction(0) if end["choices"] else Fraction(end["credit"], 100)

    def faults(self, question: Question) -> Iterator[str]:
        name = {"question": question["prompt"]}
        ids = [step["id"] for step in question["steps"]]
        broken = steps_from(question).broken
        if broken or len(set(ids)) != len(ids):
            yield _("“%(question)s”: no step, or more than one, is called %(ids)s.") % {
                **name,
                "ids": ", ".join(broken or sorted({i for i in ids if ids.count(i) > 1})),
            }
        elif _in_order(question) is None:
            yield _("“%(question)s” can be walked in a circle and never ends.") % name
        elif _best_way(question)[0] != 100:
            yield _("“%(question)s” has no ending that is wholly right.") % name
