"""What a learner does in a lesson: answers, reflections, ticks, and where they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from courses import grading
from courses.freezing import LessonContent
from courses.models import (
    Answer,
    Attempt,
    ChecklistMark,
    Completion,
    Enrolment,
    LessonCompletion,
    Reflection,
)
from courses.services import completing


class ClosedError(ValueError):
    """The enrolment is withdrawn or completed: it can be read, not written to."""


class UnansweredError(ValueError):
    """Some questions have no answer; `keys` names them. The others are saved."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)
        super().__init__(", ".join(keys))


@dataclass(frozen=True)
class Saved:
    """What is stored of an attempt after saving."""

    attempt: Attempt
    answered: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; `completion` is set where it was the last thing missing."""

    attempt: Attempt
    lesson_done: bool
    completion: Completion | None


def _locked(enrolment: Enrolment) -> Enrolment:
    """The enrolment's row, held until the transaction ends: two tabs take turns."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.withdrawn_at is not None or locked.completed_at is not None:
        raise ClosedError
    return locked


def _attempt(enrolment: Enrolment, lesson_key: str, number: int, at: datetime) -> Attempt:
    """The attempt with that number. The next number opens only when the one before it was
    submitted without passing; any other number means the latest."""
    attempts = list(
        Attempt.objects.filter(enrolment=enrolment, lesson_key=lesson_key).order_by("number")
    )
    wanted = next((attempt for attempt in attempts if attempt.number == number), None)
    if wanted is not None:
        return wanted
    latest = attempts[-1] if attempts else None
    if latest is not None and (latest.submitted_at is None or latest.passed):
        return latest
    following = latest.number + 1 if latest else 1
    return Attempt.objects.create(
        enrolment=enrolment,
        lesson_key=lesson_key,
        number=following,
        seed=grading.seed_of(enrolment.pk, lesson_key, following),
        started_at=at,
    )


def _save(
    attempt: Attempt, lesson: LessonContent, responses: Mapping[str, Any], at: datetime
) -> frozenset[str]:
    questions = {question["key"]: question for question in lesson["questions"]}
    stored = {answer.question_key: answer for answer in attempt.answers.all()}
    if attempt.submitted_at is None:
        for key, response in responses.items():
            answer = stored.get(key)
            if key not in questions or (answer is not None and answer.response == response):
                continue
            values = {
                "response": response,
                "correct": grading.is_correct(questions[key], response),
                "saved_at": at,
            }
            stored[key], _created = Answer.objects.update_or_create(
                attempt=attempt, question_key=key, defaults=values
            )
    return frozenset(stored)


@transaction.atomic
def save_answers(
    *,
    enrolment: Enrolment,
    lesson: LessonContent,
    number: int,
    responses: Mapping[str, Any],
    at: datetime,
) -> Saved:
    """Store the responses of an attempt that is not submitted; of a submitted one, nothing."""
    locked = _locked(enrolment)
    attempt = _attempt(locked, lesson["key"], number, at)
    return Saved(attempt, _save(attempt, lesson, responses, at))


def save_answer(
    *,
    enrolment: Enrolment,
    lesson: LessonContent,
    number: int,
    question_key: str,
    response: grading.Response,
    at: datetime,
) -> Saved:
    """Store one response."""
    return save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=number,
        responses={question_key: response},
        at=at,
    )


@transaction.atomic
def submit_attempt(
    *, enrolment: Enrolment, lesson: LessonContent, number: int, at: datetime
) -> Outcome:
    """End an attempt and mark it. Submitting again, or from another tab, gives the same outcome."""
    held = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    submitted = Attempt.objects.filter(
        enrolment=held, lesson_key=lesson["key"], number=number, submitted_at__isnull=False
    ).first()
    if submitted is not None:
        return _outcome(submitted)
    locked = _locked(held)
    attempt = _attempt(locked, lesson["key"], number, at)
    if attempt.submitted_at is not None:
        return _outcome(attempt)
    answers = {answer.question_key: answer.correct for answer in attempt.answers.all()}
    asked = [question["key"] for question in lesson["questions"]]
    missing = [key for key in asked if key not in answers]
    if missing:
        raise UnansweredError(missing)
    correct = [answers[key] for key in asked]
    attempt.submitted_at = at
    attempt.score = grading.score_percent(correct)
    attempt.passed = grading.passes(correct, _pass_percent(locked))
    attempt.save(update_fields=["submitted_at", "score", "passed"])
    if attempt.passed:
        complete_lesson(enrolment=locked, lesson_key=lesson["key"], at=at)
    return _outcome(attempt)


def was_submitted(*, enrolment: Enrolment, lesson: LessonContent, number: int) -> bool:
    """Whether the attempt has been handed in, by an earlier click or from another tab."""
    return Attempt.objects.filter(
        enrolment=enrolment,
        lesson_key=lesson["key"],
        number=number,
        submitted_at__isnull=False,
    ).exists()


def _pass_percent(enrolment: Enrolment) -> int:
    return int(enrolment.version.outline["course"]["pass_percent"])


def _outcome(attempt: Attempt) -> Outcome:
    completion = Completion.objects.filter(enrolment=attempt.enrolment_id).first()
    return Outcome(attempt, bool(attempt.passed), completion)


@transaction.atomic
def complete_lesson(*, enrolment: Enrolment, lesson_key: str, at: datetime) -> Completion | None:
    """Record a finished lesson; with the last one, the course is completed."""
    LessonCompletion.objects.get_or_create(
        enrolment=enrolment, lesson_key=lesson_key, defaults={"completed_at": at}
    )
    done = set(enrolment.lesson_completions.values_list("lesson_key", flat=True))
    if all(lesson["key"] in done for lesson in enrolment.version.lessons):
        return completing.complete_course(enrolment=enrolment, at=at)
    return None


@transaction.atomic
def save_reflection(*, enrolment: Enrolment, block_key: str, text: str, at: datetime) -> Reflection:
    """Store what the learner wrote to themselves. ValidationError where the text seems to hold
    personal data; then nothing is stored."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.withdrawn_at is not None:
        raise ClosedError
    existing = Reflection.objects.filter(enrolment=locked, block_key=block_key).first()
    reflection = existing or Reflection(enrolment=locked, block_key=block_key)
    reflection.text, reflection.saved_at = text, at
    reflection.full_clean(exclude=["enrolment"], validate_unique=False)
    reflection.save()
    return reflection


@transaction.atomic
def save_checklist(*, enrolment: Enrolment, block_key: str, items: set[int]) -> None:
    """Store which items of a checklist are ticked."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.withdrawn_at is not None:
        raise ClosedError
    marks = ChecklistMark.objects.filter(enrolment=locked, block_key=block_key)
    marks.exclude(item__in=items).delete()
    present = set(marks.values_list("item", flat=True))
    ChecklistMark.objects.bulk_create(
        ChecklistMark(enrolment=locked, block_key=block_key, item=item)
        for item in sorted(items - present)
    )


def remember_place(*, enrolment: Enrolment, lesson_key: str, block_key: str = "") -> None:
    """Where "Fortsätt" leads. One update, and none when nothing has changed."""
    if (enrolment.place_lesson, enrolment.place_block) == (lesson_key, block_key):
        return
    Enrolment.objects.filter(pk=enrolment.pk).update(place_lesson=lesson_key, place_block=block_key)
