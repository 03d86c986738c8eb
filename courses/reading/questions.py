"""A question as one learner sees it: to answer, or answered and marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courses import grading
from courses.grading.branching import Branch, steps_by_id, walk
from courses.grading.writing import Cloze, gap_parts
from courses.models import Answer

Question = Mapping[str, Any]
# The kinds that a learner answers by choosing among `options`.
CHOOSING = ("single", "multiple", "truefalse", "hotspot")


@dataclass(frozen=True)
class ShownOption:
    """One option of a choice: `tone` and `reply` are empty until the attempt is submitted.
    `area` is its place in the picture, in percent; `leads_to` the step of a case it opens."""

    id: str
    name: str
    value: str
    text: str
    checked: bool
    tone: str = ""
    reply: str = ""
    area: Mapping[str, Any] | None = field(default=None, hash=False)
    leads_to: str = ""


@dataclass(frozen=True)
class ShownRow:
    """One row to fill in an ordering or matching question."""

    id: str
    name: str
    label: str
    options: tuple[ShownOption, ...]
    tone: str = ""
    given: str = ""
    right: str = ""


@dataclass(frozen=True)
class ShownGap:
    """A part of a text with gaps: what stands before, and the gap, unless the text ends there.
    Without options it is filled in writing."""

    before: str
    name: str = ""
    number: int = 0
    options: tuple[ShownOption, ...] = ()
    value: str = ""
    tone: str = ""
    right: str = ""


@dataclass(frozen=True)
class ShownStep:
    """A step of a case: `on_way` as long as the choices made lead through it. `under` is the
    choice that leads to it, for those whom the page shows every step at once."""

    id: str
    html: str
    options: tuple[ShownOption, ...]
    on_way: bool
    under: tuple[str, ...] = ()
    is_ending: bool = False


@dataclass(frozen=True)
class ShownQuestion:
    key: str
    kind: str
    prompt: str
    number: int
    # Whether there is a complete answer.
    answered: bool
    # None until the attempt is submitted; `credit` is what it earned then, whole percent.
    correct: bool | None
    credit: int | None
    explanation: str
    options: tuple[ShownOption, ...] = ()
    rows: tuple[ShownRow, ...] = ()
    # What was chosen in more than one row.
    twice: tuple[str, ...] = ()
    gaps: tuple[ShownGap, ...] = ()
    steps: tuple[ShownStep, ...] = ()
    # What is typed, and in what unit.
    name: str = ""
    value: str = ""
    unit: str = ""
    right: str = ""
    image: Mapping[str, Any] = field(default_factory=dict, hash=False)
    right_order: tuple[str, ...] = ()

    @property
    def is_no_number(self) -> bool:
        """Whether something is typed where a number is asked for, and is none."""
        return self.kind == "numeric" and bool(self.value) and not self.answered

    @property
    def is_typed(self) -> bool:
        """Whether the learner answers in their own words."""
        return bool(self.name or self.gaps)


def _choice_options(
    question: Question, seed: int, response: Any, submitted: bool
) -> tuple[ShownOption, ...]:
    name = grading.field_names(question)[0]
    chosen = set(response if isinstance(response, list) else [response]) - {None}
    written = question["areas" if question["kind"] == "hotspot" else "options"]
    shown = []
    for choice in grading.shuffled(question, seed):
        option = written[choice.number]
        checked = choice.number in chosen
        tone = ("met" if option["correct"] else "gap") if checked else ""
        shown.append(
            ShownOption(
                id=f"{name}-{choice.value}",
                name=name,
                value=choice.value,
                text=choice.text,
                checked=checked,
                tone=tone if submitted else "",
                reply=(
                    option["explanation"] if submitted and (checked or option["correct"]) else ""
                ),
                area=option if question["kind"] == "hotspot" else None,
            )
        )
    return tuple(shown)


def _true_false(
    question: Question, response: Any, submitted: bool, words: Mapping[bool, str]
) -> tuple[ShownOption, ...]:
    name = grading.field_names(question)[0]
    return tuple(
        ShownOption(
            id=f"{name}-{value}",
            name=name,
            value="true" if value else "false",
            text=words[value],
            checked=response is value,
            tone=(
                ("met" if question["correct"] is value else "gap")
                if submitted and response is value
                else ""
            ),
        )
        for value in (True, False)
    )


def _rows(question: Question, seed: int, response: Any, submitted: bool) -> tuple[ShownRow, ...]:
    choices = grading.shuffled(question, seed)
    response = response or []
    texts = {choice.number: choice.text for choice in choices}
    labels = (
        [left for left, _right in question["pairs"]]
        if question["kind"] == "matching"
        else [str(number) for number in range(1, len(question["items"]) + 1)]
    )
    rows = []
    for place, name in enumerate(grading.field_names(question)):
        given = response[place] if place < len(response) else None
        rows.append(
            ShownRow(
                id=name,
                name=name,
                label=labels[place],
                options=tuple(
                    ShownOption(
                        id=f"{name}-{choice.value}",
                        name=name,
                        value=choice.value,
                        text=choice.text,
                        checked=choice.number == given,
                    )
                    for choice in choices
                ),
                tone=("met" if given == place else "gap") if submitted else "",
                given=texts.get(given, "") if given is not None else "",
                right=texts[place],
            )
        )
    return tuple(rows)


def _twice(rows: tuple[ShownRow, ...]) -> tuple[str, ...]:
    times = Counter(row.given for row in rows if row.given)
    return tuple(text for text, count in times.items() if count > 1)


def _gaps(question: Question, seed: int, response: Any, submitted: bool) -> tuple[ShownGap, ...]:
    cloze = grading.kind_of(question)
    assert isinstance(cloze, Cloze)
    response = response or []
    names = cloze.field_names(question)
    shown = []
    for before, number in gap_parts(question["text"]):
        if number is None:
            shown.append(ShownGap(before))
            continue
        gap = question["gaps"][number]
        given = response[number] if number < len(response) else None
        choices = cloze.gap_choices(question, number, seed)
        value = given if isinstance(given, str) else ""
        if choices and isinstance(given, int):
            value = gap["options"][given]
        shown.append(
            ShownGap(
                before,
                name=names[number],
                number=number + 1,
                options=tuple(
                    ShownOption(
                        id=f"{names[number]}-{choice.value}",
                        name=names[number],
                        value=choice.value,
                        text=choice.text,
                        checked=choice.number == given,
                    )
                    for choice in choices
                ),
                value=value,
                tone=("met" if cloze.gap_is_right(gap, given) else "gap") if submitted else "",
                right=gap["correct"] if choices else gap["accepted"][0],
            )
        )
    return tuple(shown)


def _steps(question: Question, response: Any, submitted: bool) -> tuple[ShownStep, ...]:
    """The steps on the way in its order, then the others as written; of an attempt that is marked
    only the way taken."""
    way = [step["id"] for step in walk(question, response)]
    path = dict(zip(way, response or [], strict=False))
    leads: dict[str, list[str]] = {}
    for step in question["steps"]:
        for choice in step["choices"]:
            leads.setdefault(choice["next"], []).append(choice["text"])
    numbers = {step["id"]: number for number, step in enumerate(question["steps"])}
    by_id = steps_by_id(question)
    ids = way if submitted else [*way, *(step_id for step_id in by_id if step_id not in way)]
    shown = []
    for step_id in ids:
        step = by_id[step_id]
        name = Branch.field_of(question, numbers[step_id])
        shown.append(
            ShownStep(
                id=f"{name}-steg",
                html=step["text"],
                options=tuple(
                    ShownOption(
                        id=f"{name}-{number}",
                        name=name,
                        value=str(number),
                        text=choice["text"],
                        checked=path.get(step_id) == number,
                        reply=(
                            choice["feedback"] if submitted and path.get(step_id) == number else ""
                        ),
                        leads_to=f"{Branch.field_of(question, numbers[choice['next']])}-steg",
                    )
                    for number, choice in enumerate(step["choices"])
                ),
                on_way=step_id in way,
                under=tuple(leads.get(step_id, ())),
                is_ending=not step["choices"],
            )
        )
    return tuple(shown)


def show_question(
    question: Question,
    number: int,
    *,
    seed: int,
    answer: Answer | None,
    submitted: bool,
    words: Mapping[bool, str],
) -> ShownQuestion:
    """The question as it stands in an attempt. `words` are what true and false are called."""
    kind = question["kind"]
    response = answer.response if answer else None
    marked = submitted and answer is not None
    parts: dict[str, Any] = {}
    match kind:
        case "single" | "multiple" | "hotspot":
            parts["options"] = _choice_options(question, seed, response, submitted)
            parts["image"] = question.get("image", {})
        case "truefalse":
            parts["options"] = _true_false(question, response, submitted, words)
        case "ordering" | "matching":
            parts["rows"] = _rows(question, seed, response, submitted)
            parts["twice"] = _twice(parts["rows"])
            if submitted and kind == "ordering":
                parts["right_order"] = tuple(question["items"])
        case "cloze":
            parts["gaps"] = _gaps(question, seed, response, submitted)
        case "branch":
            parts["steps"] = _steps(question, response, submitted)
        case "numeric" | "shorttext":
            parts["name"] = grading.field_names(question)[0]
            parts["value"] = response or ""
            parts["unit"] = question.get("unit", "")
            right = str(grading.right_response(question))
            parts["right"] = right.replace(".", ",") if kind == "numeric" else right
        case _:
            raise NotImplementedError(f"Nothing shows a question of the kind {kind}.")
    return ShownQuestion(
        key=question["key"],
        kind=kind,
        prompt=question["prompt"],
        number=number,
        answered=answer is not None and answer.complete,
        correct=answer.correct if marked and answer else None,
        credit=answer.credit if marked and answer else None,
        explanation=question.get("explanation", "") if submitted else "",
        **parts,
    )
