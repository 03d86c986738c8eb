"""Where somebody stands in a course, as plain data for `manage.py progress`.

One object for an enrolment: course (its page's id), slug, title, version, change, content_hash,
origin, started_at, status (under_way, completed or withdrawn), ended_because, ended_at; progress
(whole percent of the lessons) with lessons_done and lessons_total; lessons (key, title, done,
score, brought_along, attempts); conditions (kind, text, met); place (lesson, block) or null;
completion or null (completed_on, completed_at, score, way, content_hash, revoked_on,
certificate); package: the stored state of an uploaded package, null where the course is none.
Moments in ISO 8601 with offset, days YYYY-MM-DD, scores in whole percent; a score is null where
neither a lesson nor the test that stands for them is done. Never an answer.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from courses.models import Attempt, Completion, Enrolment
from courses.progress import criteria_in, facts_in, with_progress


def with_record(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Enrolments with what `record_of` reads."""
    return with_progress(enrolments).prefetch_related(
        "lesson_completions", "attempts", "completion__certificates"
    )


def _written(moment: datetime | date | None) -> str | None:
    return moment.isoformat() if moment else None


def _status(enrolment: Enrolment) -> str:
    if enrolment.completed_at is not None:
        return "completed"
    return "withdrawn" if enrolment.withdrawn_at is not None else "under_way"


def record_of(enrolment: Enrolment) -> dict[str, Any]:
    """One enrolment read by `with_record`."""
    version = enrolment.version
    finished = {row.lesson_key: row for row in enrolment.lesson_completions.all()}
    attempts: Counter[str] = Counter(
        attempt.lesson_key for attempt in enrolment.attempts.all() if _is_handed_in(attempt)
    )
    lessons = [
        {
            "key": lesson["key"],
            "title": lesson["title"],
            "done": lesson["key"] in finished,
            "score": finished[lesson["key"]].score if lesson["key"] in finished else None,
            "brought_along": lesson["key"] in finished and finished[lesson["key"]].brought_along,
            "attempts": attempts[lesson["key"]],
        }
        for lesson in version.lessons
    ]
    done = sum(lesson["done"] for lesson in lessons)
    results = {key: row.score for key, row in finished.items()}
    ended = enrolment.completed_at or enrolment.withdrawn_at
    return {
        "course": enrolment.course_id,
        "slug": enrolment.course.slug,
        "title": version.title,
        "version": version.number,
        "change": version.change,
        "content_hash": version.content_hash,
        "origin": enrolment.origin,
        "started_at": _written(enrolment.created_at),
        "status": _status(enrolment),
        "ended_because": enrolment.ended_because or None,
        "ended_at": _written(ended),
        "progress": 100 * done // len(lessons) if lessons else 0,
        "lessons_done": done,
        "lessons_total": len(lessons),
        "score": facts_in(version, results).score,
        "lessons": lessons,
        "conditions": [
            {"kind": item.kind, "text": item.text, "met": item.met}
            for item in criteria_in(enrolment, results).items
        ],
        "place": (
            {"lesson": enrolment.place_lesson, "block": enrolment.place_block}
            if enrolment.place_lesson
            else None
        ),
        "completion": _completion(enrolment),
        "package": None,
    }


def _is_handed_in(attempt: Attempt) -> bool:
    return attempt.submitted_at is not None


def _completion(enrolment: Enrolment) -> dict[str, Any] | None:
    try:
        completion: Completion = enrolment.completion
    except Completion.DoesNotExist:
        return None
    standing = [row for row in completion.certificates.all() if row.superseded_by_id is None]
    return {
        "completed_on": _written(completion.completed_on),
        "completed_at": _written(completion.completed_at),
        "score": completion.score,
        "way": completion.way,
        "content_hash": completion.content_hash,
        "revoked_on": _written(completion.revoked_on),
        "certificate": standing[0].code if standing else None,
    }
