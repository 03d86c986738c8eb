"""A case that is judged: the learner chooses a way through it, and where the way ends says what
it earns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from courses.grading.kinds import Fields, Kind, Question, Response

Step = Mapping[str, Any]


def steps_by_id(question: Question) -> dict[str, Step]:
    return {step["id"]: step for step in question["steps"]}


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


def _ways(question: Question) -> Iterator[tuple[list[int], Step]]:
    """Every way from the start to an ending. Only for a question without faults: a case that can
    be walked in a circle has no end."""
    by_id = steps_by_id(question)
    waiting: list[tuple[list[int], Step]] = [([], by_id[question["start"]])]
    while waiting:
        path, step = waiting.pop(0)
        if not step["choices"]:
            yield path, step
        for number, choice in enumerate(step["choices"]):
            waiting.append(([*path, number], by_id[choice["next"]]))


def _can_circle(question: Question) -> bool:
    by_id = steps_by_id(question)
    above: set[str] = set()
    done: set[str] = set()

    def circles(step_id: str) -> bool:
        if step_id in above:
            return True
        if step_id in done:
            return False
        above.add(step_id)
        found = any(circles(choice["next"]) for choice in by_id[step_id]["choices"])
        above.remove(step_id)
        done.add(step_id)
        return found

    return circles(question["start"])


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
            if len(values) != 1 or not values[0].isdecimal():
                break
            if int(values[0]) >= len(step["choices"]):
                break
            path.append(int(values[0]))
            step = walk(question, path)[-1]
        return path or None

    def is_complete(self, question: Question, response: Response) -> bool:
        return isinstance(response, list) and not walk(question, response)[-1]["choices"]

    def right(self, question: Question) -> Response:
        return max(_ways(question), key=lambda way: way[1]["credit"])[0]

    def credit(self, question: Question, response: Response) -> Fraction:
        end = walk(question, response)[-1]
        return Fraction(0) if end["choices"] else Fraction(end["credit"], 100)

    def faults(self, question: Question) -> Iterator[str]:
        name = {"question": question["prompt"]}
        ids = [step["id"] for step in question["steps"]]
        wanted = [
            question["start"],
            *(choice["next"] for step in question["steps"] for choice in step["choices"]),
        ]
        broken = sorted(set(wanted) - set(ids))
        if broken or len(set(ids)) != len(ids):
            yield _("“%(question)s”: no step, or more than one, is called %(ids)s.") % {
                **name,
                "ids": ", ".join(broken or sorted({i for i in ids if ids.count(i) > 1})),
            }
        elif _can_circle(question):
            yield _("“%(question)s” can be walked in a circle and never ends.") % name
        elif max(step["credit"] for _path, step in _ways(question)) != 100:
            yield _("“%(question)s” has no ending that is wholly right.") % name
