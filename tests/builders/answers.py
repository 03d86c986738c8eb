"""Answers as a browser posts them."""

from __future__ import annotations

from typing import Any

from courses import grading
from courses.grading.branching import walk
from courses.grading.writing import Cloze


def fields_for(question: Any, seed: int, response: Any) -> dict[str, list[str]]:
    """The fields of a form that say `response`."""
    names = grading.field_names(question)
    value_of = {choice.number: choice.value for choice in grading.shuffled(question, seed)}
    kind = question["kind"]
    if response is None:
        return {}
    match kind:
        case "truefalse":
            return {names[0]: ["true" if response else "false"]}
        case "single" | "hotspot":
            return {names[0]: [value_of[response]]}
        case "multiple":
            return {names[0]: [value_of[number] for number in response]}
        case "numeric" | "shorttext":
            return {names[0]: [response]}
        case "cloze":
            cloze = grading.kind_of(question)
            assert isinstance(cloze, Cloze)
            found = {}
            for gap, given in enumerate(response):
                choices = {c.number: c.value for c in cloze.gap_choices(question, gap, seed)}
                if given is not None:
                    found[names[gap]] = [choices[given] if choices else given]
            return found
        case "branch":
            numbers = {step["id"]: number for number, step in enumerate(question["steps"])}
            way = walk(question, response)
            return {
                f"q-{question['key']}-{numbers[step['id']]}": [str(choice)]
                for step, choice in zip(way, response, strict=False)
            }
    return {
        name: [value_of[number]]
        for name, number in zip(names, response, strict=True)
        if number is not None
    }
