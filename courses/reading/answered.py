"""What a learner reads, with every right answer given: for those who write and judge courses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from courses import grading
from courses.freezing import CourseContent, LessonContent, lessons_of
from courses.grading.branching import Branch
from courses.models import Answer
from courses.reading.questions import ShownOption, ShownQuestion, show_question
from lms.content.freezing import with_addresses

Question = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What a lesson asks: the questions themselves, or `count` of them drawn by chance."""

    questions: tuple[ShownQuestion, ...]
    count: int | None = None


@dataclass(frozen=True)
class AnsweredLesson:
    lesson: Mapping[str, Any]
    asked: tuple[Asked, ...]
    number: int
    total: int
    previous: Mapping[str, Any] | None
    following: Mapping[str, Any] | None


# Nobody's attempt: always the same order.
SEED = grading.seed_of(0, "answered", 1)


def show_answered(question: Question, number: int, *, words: Mapping[bool, str]) -> ShownQuestion:
    """The question answered right, with the explanation of every option. `words` are what true
    and false are called."""
    # What has a fault in it has no right answer either.
    ready = not any(grading.faults(question))
    answer = Answer(
        question_key=question["key"],
        response=grading.right_response(question) if ready else None,
        complete=ready,
        correct=ready,
        credit=100 if ready else 0,
    )
    # Of a case that is marked only the way taken is shown; here all of it is read.
    is_branch = question["kind"] == "branch"
    shown = show_question(
        question, number, seed=SEED, answer=answer, submitted=not is_branch, words=words
    )
    if is_branch:
        return _with_feedback(question, shown)
    return replace(shown, options=tuple(_explained(question, shown.options)))


def _explained(question: Question, options: tuple[ShownOption, ...]) -> Iterator[ShownOption]:
    written = question.get("areas" if question["kind"] == "hotspot" else "options")
    if not written:
        yield from options
        return
    for choice, option in zip(grading.shuffled(question, SEED), options, strict=True):
        of = written[choice.number]
        yield replace(option, tone="met" if of["correct"] else "gap", reply=of["explanation"])


def _with_feedback(question: Question, shown: ShownQuestion) -> ShownQuestion:
    written = {
        f"{Branch.field_of(question, number)}-steg": step["choices"]
        for number, step in enumerate(question["steps"])
    }
    steps = tuple(
        replace(
            step,
            options=tuple(
                replace(option, reply=choice["feedback"])
                for option, choice in zip(step.options, written[step.id], strict=True)
            ),
        )
        for step in shown.steps
    )
    return replace(shown, steps=steps, explanation=question.get("explanation", ""))


def asked_in(
    lesson: Mapping[str, Any], urls: Mapping[str, str], words: Mapping[bool, str]
) -> tuple[Asked, ...]:
    """Everything that a lesson can ask, answered."""
    found = []
    number = 0
    for question in lesson["questions"]:
        draws = (
            [(stratum["pool"], stratum["count"]) for stratum in question["strata"]]
            if question["kind"] == "draw"
            else [([question], None)]
        )
        for pool, count in draws:
            shown = []
            for each in pool:
                number += 1
                shown.append(show_answered(with_addresses(each, urls), number, words=words))
            found.append(Asked(tuple(shown), count))
    return tuple(found)


def answered_lesson(
    content: CourseContent, slug: str, urls: Mapping[str, str], words: Mapping[bool, str]
) -> AnsweredLesson | None:
    """A lesson of a content as a learner reads it, answered. `urls` are the addresses of its
    files."""
    lessons = lessons_of(content)
    place = next((place for place, each in enumerate(lessons) if each["slug"] == slug), None)
    if place is None:
        return None
    lesson: LessonContent = lessons[place]
    return AnsweredLesson(
        lesson={**lesson, "blocks": with_addresses(lesson["blocks"], urls)},
        asked=asked_in(lesson, urls, words),
        number=place + 1,
        total=len(lessons),
        previous=lessons[place - 1] if place else None,
        following=lessons[place + 1] if place + 1 < len(lessons) else None,
    )
