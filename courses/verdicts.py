"""What there is to put right in a lesson that is being written, and how hard it is to read.

A verdict depends on nothing but the lesson as plain data, what the codes in it stand for today,
which of its articles are closed to some, and the language it is given in. So it is given once for
the same words: a list of every course asks for hundreds, and between two looks at it a handful
have changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses import freezing, grading, quality
from courses.faults import Fault, faults_in
from courses.freezing import CourseContent, LessonContent
from courses.models import CoursePage
from lms.content.references import TOKEN, ReferenceBook, plain_text, unknown_codes
from lms.content.visibility import closed_to_some

# What a block or a question that is written halfway raises when it is made plain.
UNFINISHED = (AttributeError, KeyError, TypeError, ValueError, LookupError)
# More than a municipality has lessons.
MOST_KEPT = 5000


@dataclass(frozen=True)
class Written:
    """A lesson as plain data, and the ids of the blocks and questions that are not finished."""

    content: LessonContent
    unfinished: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    faults: tuple[Fault, ...]
    remarks: tuple[quality.Remark, ...]
    reading: quality.Readability


def content_around(modules: list[dict[str, Any]], **facts: Any) -> CourseContent:
    """Course content around lessons, with nothing in it that is wrong by itself."""
    empty: dict[str, Any] = {
        "schema": freezing.SCHEMA,
        "course": {"page": 0, "form": CoursePage.Form.DIGITAL},
        "grants": [],
        "requires": [],
        "completion": [],
        "test_out": None,
        "refreshes": None,
        "modules": modules,
    }
    return {**empty, **facts}  # type: ignore[typeddict-item, return-value]


def faults_in_lesson(lesson: Written, book: ReferenceBook) -> list[Fault]:
    """What keeps the lesson from being published."""
    title = lesson.content["title"]
    asked: list[dict[str, Any]] = []
    broken = len(lesson.unfinished)
    for question in lesson.content["questions"]:
        try:
            list(grading.faults(question) if question["kind"] != "draw" else ())
        except UNFINISHED:
            broken += 1
        else:
            asked.append(question)
    content = {**lesson.content, "questions": asked}
    found = faults_in(content_around([{"key": "", "title": "", "lessons": [content]}]), book)
    if not asked and (broken or lesson.content["questions"]):
        # What is begun is not missing.
        missing = str(_("The lesson has no questions."))
        found = [fault for fault in found if str(fault.message) != missing]
    return [
        *(Fault(title, _("Something is not written to its end.")) for _number in range(broken)),
        *found,
    ]


_given: dict[tuple[Any, ...], Verdict] = {}


def _everything_it_depends_on(lesson: Written, book: ReferenceBook) -> tuple[Any, ...]:
    text = json.dumps(
        [lesson.content, len(lesson.unfinished)], sort_keys=True, ensure_ascii=False, default=repr
    )
    codes = {match.group() for match in TOKEN.finditer(text)}
    shown = [
        block["value"]["page"] for block in lesson.content["blocks"] if block["type"] == "article"
    ]
    return (
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(),
        tuple((code, plain_text(code, book)) for code in sorted(codes)),
        tuple(unknown_codes(" ".join(sorted(codes)), book)),
        tuple(sorted(closed_to_some(shown))) if shown else (),
        get_language(),
    )


def _judge(lesson: Written, book: ReferenceBook) -> Verdict:
    def spoken(text: str) -> str:
        return plain_text(text, book)

    reading = quality.reading_of(lesson.content, spoken)
    return Verdict(
        faults=tuple(faults_in_lesson(lesson, book)),
        remarks=tuple(quality.remarks_on(lesson.content, spoken, reading)),
        reading=reading,
    )


def verdict_on(lesson: Written, book: ReferenceBook) -> Verdict:
    """What is to be put right in the lesson, said once for the same words."""
    case = _everything_it_depends_on(lesson, book)
    verdict = _given.get(case)
    if verdict is None:
        if len(_given) >= MOST_KEPT:
            _given.clear()
        verdict = _given[case] = _judge(lesson, book)
    return verdict
