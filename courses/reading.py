"""What a lesson's page shows one learner: the frozen text, and the questions as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from courses import grading
from courses.freezing import LessonContent, lessons_of
from courses.models import Answer, Attempt, CourseVersion, Enrolment
from lms.content.freezing import FrozenBlock, with_addresses


@dataclass(frozen=True)
class ShownOption:
    """One option of a choice: `tone` and `reply` are empty until the attempt is submitted."""

    id: str
    name: str
    value: str
    text: str
    checked: bool
    tone: str = ""
    reply: str = ""


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
class ShownQuestion:
    key: str
    kind: str
    prompt: str
    number: int
    options: tuple[ShownOption, ...]
    rows: tuple[ShownRow, ...]
    answered: bool
    # None until the attempt is submitted.
    correct: bool | None
    explanation: str
    right_order: tuple[str, ...]


@dataclass(frozen=True)
class ShownAttempt:
    """The attempt a learner sees: open, or submitted with its outcome."""

    number: int
    questions: tuple[ShownQuestion, ...]
    submitted: bool
    passed: bool
    score: int | None
    right: int
    last_saved: Any


class AssetUrls(Mapping[str, str]):
    """The address of every file of a version, by its key."""

    def __init__(self, version_pk: int) -> None:
        self._pk = version_pk

    def __getitem__(self, key: str) -> str:
        return reverse("courses:asset", args=[self._pk, key])

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


def lesson_by_slug(version: CourseVersion, slug: str) -> LessonContent | None:
    return next((each for each in lessons_of(version.content) if each["slug"] == slug), None)


@dataclass(frozen=True)
class ShownBlock:
    """A block as this learner sees it. `items` are a checklist's points with their ticks, `text`
    and `saved_at` a reflection."""

    id: str
    type: str
    value: dict[str, Any]
    block: FrozenBlock
    items: tuple[tuple[int, str, bool], ...] = ()
    text: str = ""
    saved_at: datetime | None = None


def blocks_to_read(enrolment: Enrolment, lesson: LessonContent) -> list[ShownBlock]:
    """The lesson's blocks with what the learner has ticked and written. Two queries."""
    ticks = set(enrolment.marks.values_list("block_key", "item"))
    written = {reflection.block_key: reflection for reflection in enrolment.reflections.all()}
    shown = []
    for block in with_addresses(lesson["blocks"], AssetUrls(enrolment.version_id)):
        items: tuple[tuple[int, str, bool], ...] = ()
        if block["type"] == "checklist":
            items = tuple(
                (number, text, (block["id"], number) in ticks)
                for number, text in enumerate(block["value"]["items"])
            )
        reflection = written.get(block["id"]) if block["type"] == "reflection" else None
        shown.append(
            ShownBlock(
                id=block["id"],
                type=block["type"],
                value=block["value"],
                block=block,
                items=items,
                text=reflection.text if reflection else "",
                saved_at=reflection.saved_at if reflection else None,
            )
        )
    return shown


def _choice_options(
    question: Mapping[str, Any], seed: int, answer: Answer | None, submitted: bool
) -> tuple[ShownOption, ...]:
    name = grading.field_names(question)[0]
    response = answer.response if answer else None
    chosen = set(response if isinstance(response, list) else [response]) - {None}
    shown = []
    for choice in grading.shuffled(question, seed):
        option = question["options"][choice.number]
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
            )
        )
    return tuple(shown)


def _true_false(
    question: Mapping[str, Any], answer: Answer | None, submitted: bool, words: Mapping[bool, str]
) -> tuple[ShownOption, ...]:
    name = grading.field_names(question)[0]
    return tuple(
        ShownOption(
            id=f"{name}-{value}",
            name=name,
            value="true" if value else "false",
            text=words[value],
            checked=bool(answer and answer.response is value),
            tone=(
                ("met" if question["correct"] is value else "gap")
                if submitted and answer and answer.response is value
                else ""
            ),
        )
        for value in (True, False)
    )


def _rows(
    question: Mapping[str, Any], seed: int, answer: Answer | None, submitted: bool
) -> tuple[ShownRow, ...]:
    choices = grading.shuffled(question, seed)
    response: list[int] = answer.response if answer else []
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


def show_attempt(
    enrolment: Enrolment,
    lesson: LessonContent,
    *,
    retry: bool,
    words: Mapping[bool, str],
) -> ShownAttempt:
    """The latest attempt at a lesson's questions, or, where it failed and the learner asks for
    it, the next one. `words` are what true and false are called. Two queries."""
    attempts = list(
        Attempt.objects.filter(enrolment=enrolment, lesson_key=lesson["key"])
        .order_by("-number")
        .prefetch_related("answers")[:1]
    )
    latest = attempts[0] if attempts else None
    fresh = latest is None or (retry and latest.submitted_at is not None and not latest.passed)
    number = (latest.number if latest else 0) + 1 if fresh else (latest.number if latest else 1)
    shown = None if fresh else latest
    seed = shown.seed if shown else grading.seed_of(enrolment.pk, lesson["key"], number)
    answers = {answer.question_key: answer for answer in shown.answers.all()} if shown else {}
    submitted = bool(shown and shown.submitted_at)
    questions = []
    for position, question in enumerate(lesson["questions"], start=1):
        answer = answers.get(question["key"])
        kind = question["kind"]
        choosing = kind in ("single", "multiple")
        options: tuple[ShownOption, ...] = ()
        if choosing:
            options = _choice_options(question, seed, answer, submitted)
        elif kind == "truefalse":
            options = _true_false(question, answer, submitted, words)
        rows = _rows(question, seed, answer, submitted) if not options else ()
        questions.append(
            ShownQuestion(
                key=question["key"],
                kind=kind,
                prompt=question["prompt"],
                number=position,
                options=options,
                rows=rows,
                answered=answer is not None,
                correct=answer.correct if submitted and answer else None,
                explanation=question.get("explanation", "") if submitted else "",
                right_order=tuple(question["items"]) if submitted and kind == "ordering" else (),
            )
        )
    return ShownAttempt(
        number=number,
        questions=tuple(questions),
        submitted=submitted,
        passed=bool(shown and shown.passed),
        score=shown.score if shown else None,
        right=sum(answer.correct for answer in answers.values()),
        last_saved=max((answer.saved_at for answer in answers.values()), default=None),
    )
