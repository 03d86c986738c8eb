"""What a learner does in a lesson: answers, reflections, ticks, and where they are.

Everything is saved as it is given, and may arrive late, twice or out of order: after ten minutes
without a connection, from two tabs, from two devices. `Given` says when it was given and by which
open page in which order; of two the later given stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Q

from courses import grading
from courses.models import (
    Answer,
    Attempt,
    ChecklistMark,
    Completion,
    Enrolment,
    LessonCompletion,
    Reflection,
)
from courses.reading.rests import Draw, may_better, questions_of, tries_of
from courses.services import completing

Lesson = Mapping[str, Any]


class ClosedError(ValueError):
    """The enrolment is withdrawn, or completed and the lesson done: it can be read, not written
    to."""


class OtherAttemptError(ValueError):
    """The attempt is not the one that is open; `open_number` is, or would be the next."""

    def __init__(self, open_number: int) -> None:
        self.open_number = open_number
        super().__init__(str(open_number))


class RestError(ValueError):
    """The attempts in a row are used up; the next may begin at `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until.isoformat())


class UnansweredError(ValueError):
    """Some questions have no answer; `keys` names them. The others are saved."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)
        super().__init__(", ".join(keys))


@dataclass(frozen=True)
class Given:
    """What a learner gave, when by our clock, and by which open page in which order. Without a
    page it was given with a form, all at once."""

    value: Any
    at: datetime
    client: str = ""
    sequence: int = 0


class _Stored(Protocol):
    given_at: datetime
    client: str
    sequence: int


def _stands(stored: _Stored, given: Given) -> bool:
    """Whether what is stored was given after `given`. One page's own order is certain; between
    pages the clock decides, and at the same moment their names, so that the order in which they
    arrive never does."""
    if given.client and stored.client == given.client:
        return stored.sequence >= given.sequence
    return (stored.given_at, stored.client) > (given.at, given.client)


def _is_later_on_its_page(given: Given, stored: _Stored) -> bool:
    return bool(given.client) and given.client == stored.client and given.sequence > stored.sequence


def _mark_given(row: Any, given: Given) -> None:
    row.given_at, row.client, row.sequence = given.at, given.client, given.sequence


@dataclass(frozen=True)
class Saved:
    """What is stored of an attempt after saving; `answered` are the complete ones."""

    attempt: Attempt
    answered: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended; `completion` is set where it was the last thing missing."""

    attempt: Attempt
    lesson_done: bool
    completion: Completion | None


def can_be_answered(enrolment: Enrolment, lesson: Lesson) -> bool:
    """Whether the lesson's questions may be answered: as long as the course goes on, and after
    that, for practice, until they have been passed; what was begun may be handed in. A query for
    a completed course."""
    if enrolment.completed_at is None:
        return True
    if lesson["key"] == grading.TEST_OUT:
        return False
    attempts = Attempt.objects.filter(enrolment=enrolment, lesson_key=lesson["key"])
    tries = list(attempts.values_list("submitted_at", "passed"))
    is_begun = any(submitted_at is None for submitted_at, _passed in tries)
    return is_begun or not any(passed for _submitted_at, passed in tries)


def _locked(enrolment: Enrolment, lesson: Lesson) -> Enrolment:
    """The enrolment's row, held until the transaction ends: two tabs take turns."""
    locked = _writable(enrolment)
    if not can_be_answered(locked, lesson):
        raise ClosedError
    return locked


def _attempt(
    enrolment: Enrolment, lesson: Lesson, number: int, at: datetime, draw: Draw | None
) -> Attempt:
    """The attempt with that number, begun as `draw` has it where it is the next in turn: the
    first, or the one after an attempt that was handed in, if that did not pass or may be
    bettered."""
    attempts = list(
        Attempt.objects.filter(enrolment=enrolment, lesson_key=lesson["key"]).order_by("number")
    )
    wanted = next((attempt for attempt in attempts if attempt.number == number), None)
    if wanted is not None:
        return wanted
    latest = attempts[-1] if attempts else None
    if latest is not None and (
        latest.submitted_at is None or (latest.passed and not may_better(enrolment))
    ):
        raise OtherAttemptError(latest.number)
    following = latest.number + 1 if latest else 1
    if number != following:
        raise OtherAttemptError(following)
    tries = tries_of(enrolment, lesson)
    until = tries.rests_until if tries else None
    if until is not None and at < until:
        raise RestError(until)
    draw = draw or Draw.of(enrolment, lesson["key"], number)
    return Attempt.objects.create(
        enrolment=enrolment,
        lesson_key=lesson["key"],
        number=number,
        seed=draw.shuffle,
        asked=draw.asked(lesson),
        started_at=at,
    )


def _save(
    attempt: Attempt, lesson: Lesson, given: Mapping[str, Given], at: datetime
) -> dict[str, Answer]:
    questions = {question["key"]: question for question in questions_of(lesson, attempt)}
    stored = {answer.question_key: answer for answer in attempt.answers.all()}
    if attempt.submitted_at is not None:
        return stored
    for key, each in given.items():
        answer = stored.get(key)
        if key not in questions or (answer is not None and _stands(answer, each)):
            continue
        if answer is None:
            answer = stored[key] = Answer(attempt=attempt, question_key=key)
        credit = grading.credit(questions[key], each.value)
        answer.response = each.value
        answer.complete = grading.is_complete(questions[key], each.value)
        answer.credit = grading.percent(credit)
        answer.correct = credit == 1
        answer.saved_at = at
        _mark_given(answer, each)
        answer.save()
    return stored


@transaction.atomic
def save_answers(
    *,
    enrolment: Enrolment,
    lesson: Lesson,
    number: int,
    given: Mapping[str, Given],
    at: datetime,
    draw: Draw | None = None,
) -> Saved:
    """Store what was given in an attempt that is not handed in; of one that is, nothing. Saving
    the same again changes nothing. `draw` is what the page showed, where it may be another than
    the enrolment's own. The learner's place is the question given last."""
    locked = _locked(enrolment, lesson)
    attempt = _attempt(locked, lesson, number, at, draw)
    if draw and draw.shuffle != attempt.seed and draw.asked(lesson) != attempt.asked:
        raise OtherAttemptError(attempt.number)
    stored = _save(attempt, lesson, given, at)
    if given and attempt.submitted_at is None:
        latest = max(given, key=lambda key: (given[key].at, given[key].sequence))
        at_place = given[latest].at
        here = stored.get(locked.place_block.removeprefix("q-"))
        if here is not None and locked.place_at and _is_later_on_its_page(given[latest], here):
            # The request before this one was long on its way.
            at_place = max(at_place, locked.place_at)
        _come_to(locked, lesson["key"], f"q-{latest}", at_place)
    return Saved(attempt, frozenset(key for key, answer in stored.items() if answer.complete))


def save_answer(
    *,
    enrolment: Enrolment,
    lesson: Lesson,
    number: int,
    question_key: str,
    response: grading.Response,
    at: datetime,
) -> Saved:
    """Store one response, given now."""
    return save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=number,
        given={question_key: Given(response, at)},
        at=at,
    )


@transaction.atomic
def submit_attempt(*, enrolment: Enrolment, lesson: Lesson, number: int, at: datetime) -> Outcome:
    """End an attempt and mark it. Submitting again, or from another tab, gives the same outcome.
    What is handed in after the course was completed is marked too, and changes nothing else."""
    held = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    submitted = Attempt.objects.filter(
        enrolment=held, lesson_key=lesson["key"], number=number, submitted_at__isnull=False
    ).first()
    if submitted is not None:
        return _outcome(submitted)
    locked = _locked(held, lesson)
    attempt = _attempt(locked, lesson, number, at, None)
    questions = questions_of(lesson, attempt)
    answers = {answer.question_key: answer for answer in attempt.answers.all() if answer.complete}
    missing = [question["key"] for question in questions if question["key"] not in answers]
    if missing:
        raise UnansweredError(missing)
    credits: list[Fraction] = [
        grading.credit(question, answers[question["key"]].response) for question in questions
    ]
    attempt.submitted_at = at
    attempt.score = grading.score_percent(credits)
    attempt.passed = grading.passes(credits, locked.version.pass_percent(lesson["key"]))
    attempt.save(update_fields=["submitted_at", "score", "passed"])
    if attempt.passed and locked.completed_at is None:
        complete_lesson(enrolment=locked, lesson_key=lesson["key"], score=attempt.score, at=at)
    elif lesson["key"] == grading.TEST_OUT:
        _go_on_in_lessons(locked, at)
    return _outcome(attempt)


def _go_on_in_lessons(enrolment: Enrolment, at: datetime) -> None:
    """After a test that did not stand for the course, the way on is the first lesson not done."""
    done = set(enrolment.lesson_completions.values_list("lesson_key", flat=True))
    left = [each["key"] for each in enrolment.version.lessons if each["key"] not in done]
    if left:
        _come_to(enrolment, left[0], "", at)


def was_submitted(*, enrolment: Enrolment, lesson: Lesson, number: int) -> bool:
    """Whether the attempt has been handed in, by an earlier click or from another tab."""
    return Attempt.objects.filter(
        enrolment=enrolment,
        lesson_key=lesson["key"],
        number=number,
        submitted_at__isnull=False,
    ).exists()


def _outcome(attempt: Attempt) -> Outcome:
    completion = Completion.objects.filter(enrolment=attempt.enrolment_id).first()
    return Outcome(attempt, bool(attempt.passed), completion)


@transaction.atomic
def complete_lesson(
    *, enrolment: Enrolment, lesson_key: str, score: int, at: datetime
) -> Completion | None:
    """Record a finished lesson or the test that stands for them, or a better result of one; where
    it was the last thing missing, the course is completed."""
    done, made = LessonCompletion.objects.get_or_create(
        enrolment=enrolment,
        lesson_key=lesson_key,
        defaults={"completed_at": at, "score": score},
    )
    if not made and score > done.score:
        done.score = score
        done.save(update_fields=["score"])
    return completing.complete_if_met(enrolment=enrolment, at=at)


def _writable(enrolment: Enrolment) -> Enrolment:
    """The enrolment's row for what is the learner's own: it stays open after completion."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.withdrawn_at is not None:
        raise ClosedError
    return locked


@transaction.atomic
def save_reflection(
    *, enrolment: Enrolment, block_key: str, given: Given, at: datetime
) -> Reflection:
    """Store what the learner wrote to themselves. ValidationError where the text is too long or
    seems to hold personal data; then nothing is stored."""
    locked = _writable(enrolment)
    existing = Reflection.objects.filter(enrolment=locked, block_key=block_key).first()
    if existing is not None and _stands(existing, given):
        return existing
    reflection = existing or Reflection(enrolment=locked, block_key=block_key)
    reflection.text, reflection.saved_at = given.value, at
    _mark_given(reflection, given)
    reflection.full_clean(exclude=["enrolment"], validate_unique=False)
    reflection.save()
    return reflection


@transaction.atomic
def save_ticks(*, enrolment: Enrolment, block_key: str, given: Mapping[int, Given]) -> None:
    """Store which items of a checklist are ticked: `given` has true or false for each item that
    was touched."""
    locked = _writable(enrolment)
    stored = {
        mark.item: mark
        for mark in ChecklistMark.objects.filter(enrolment=locked, block_key=block_key)
    }
    for item, each in given.items():
        mark = stored.get(item)
        if mark is not None and _stands(mark, each):
            continue
        if mark is None:
            if not each.value and not each.client:
                continue
            mark = ChecklistMark(enrolment=locked, block_key=block_key, item=item)
        mark.ticked = bool(each.value)
        _mark_given(mark, each)
        mark.save()


def _come_to(enrolment: Enrolment, lesson_key: str, block_key: str, at: datetime) -> None:
    not_since = Q(place_at__isnull=True) | Q(place_at__lte=at)
    Enrolment.objects.filter(not_since, pk=enrolment.pk).update(
        place_lesson=lesson_key, place_block=block_key, place_at=at
    )


def remember_place(
    *, enrolment: Enrolment, lesson_key: str, block_key: str = "", at: datetime
) -> None:
    """Where "Fortsätt" leads, unless the learner has been elsewhere since `at`. One update."""
    _come_to(enrolment, lesson_key, block_key, at)
