"""What an attempt asks, and when the next may begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from courses import grading
from courses.models import Attempt

Lesson = Mapping[str, Any]
# How long somebody who did not pass the test that stands for a course waits for the next.
TEST_OUT_REST = {"attempts": 1, "hours": 7 * 24}


def questions_of(lesson: Lesson, attempt: Attempt) -> list[Mapping[str, Any]]:
    """What the attempt asks, in order."""
    known = {question["key"]: question for question in grading.all_questions([lesson])}
    return [known[key] for key in attempt.asked if key in known]


def rest_of(lesson: Lesson) -> Mapping[str, int] | None:
    """How many attempts in a row the lesson allows, and the rest in hours; None: no limit."""
    if lesson["key"] == grading.TEST_OUT:
        return TEST_OUT_REST
    rest: Mapping[str, int] | None = lesson.get("rest")
    return rest


def rests_until(lesson: Lesson, failed: Sequence[Attempt]) -> datetime | None:
    """When the next attempt may begin after these, all handed in without passing, oldest first;
    None: at once."""
    rest = rest_of(lesson)
    if rest is None or not failed or len(failed) % rest["attempts"]:
        return None
    last = failed[-1].submitted_at
    return last + timedelta(hours=rest["hours"]) if last else None
