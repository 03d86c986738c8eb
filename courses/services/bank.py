"""Writing the question bank: every change of wording is a version; nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, TextField
from django.db.models.functions import Cast
from django.utils.html import strip_tags
from wagtail.models import Page

from courses.freezing import BankFiles, content_hash, lessons_of
from courses.models import CourseVersion, Question, QuestionVersion
from lms.audit import services as audit
from lms.people.models import User


def wording_of(question: Question) -> dict[str, Any]:
    """The question as plain data, a picture by its id and the sum of its bytes."""
    child = question.content[0]
    content: dict[str, Any] = child.block.plain(child.value, BankFiles())
    return content


def prompt_of(question: Question) -> str:
    """The question itself, for lists."""
    return strip_tags(str(question.content[0].value["prompt"])) if question.content else ""


@transaction.atomic
def save_question(*, question: Question, by: User | None, note: str = "") -> QuestionVersion:
    """Save a new or changed question, and its wording as a version where that differs from the
    latest. Courses ask the new wording from their next version on."""
    question.prompt = prompt_of(question)
    question.save()
    wording = wording_of(question)
    found = content_hash({"kind": question.kind, **wording})
    latest = question.versions.order_by("-number").first()
    if latest is not None and latest.content_hash == found:
        return latest
    version = QuestionVersion(
        question=question,
        number=(question.versions.aggregate(Max("number"))["number__max"] or 0) + 1,
        kind=question.kind,
        content=wording,
        content_hash=found,
        note=note,
        by=by,
    )
    version.full_clean(exclude=["content"])
    version.save()
    audit.record(
        "question.version_saved",
        question,
        by=by,
        after={"number": version.number, "hash": found},
        reason=note,
    )
    return version


@transaction.atomic
def retire_question(*, question: Question, on: date, by: User | None, reason: str = "") -> None:
    """Let no course ask it from its next version on: none draws it, and a lesson that asks for it
    by name is not published until another is chosen. What was asked stays."""
    if question.retired_on is not None:
        return
    question.retired_on = on
    question.save(update_fields=["retired_on"])
    audit.record(
        "question.retired", question, by=by, after={"retired_on": on.isoformat()}, reason=reason
    )


@transaction.atomic
def restore_question(*, question: Question, by: User | None) -> None:
    """Take a retired question into use again."""
    if question.retired_on is None:
        return
    before = question.retired_on.isoformat()
    question.retired_on = None
    question.save(update_fields=["retired_on"])
    audit.record("question.restored", question, by=by, before={"retired_on": before})


def number_of_sort(*, area: str = "", level: str = "", legal: str = "", tag: str = "") -> int:
    """How many questions of a sort a draw has to choose from."""
    return Question.objects.in_use().of_sort(area=area, level=level, legal=legal, tag=tag).count()


@dataclass(frozen=True)
class AskedIn:
    """A course whose latest version asks a question, and the titles of the lessons that do."""

    course: Page
    number: int
    # (title, whether it is one of those drawn by chance)
    lessons: tuple[tuple[str, bool], ...]


def _ways(lesson: Mapping[str, Any], key: str) -> Iterator[bool]:
    for asked in lesson["questions"]:
        if asked["kind"] == "draw":
            if any(row["key"] == key for stratum in asked["strata"] for row in stratum["pool"]):
                yield True
        elif asked["key"] == key:
            yield False


def courses_asking(question: Question) -> list[AskedIn]:
    """Where the latest version of a course asks the question. One query; only the contents that
    hold it are read."""
    key = question.key_in_lessons
    found = []
    versions = (
        CourseVersion.objects.latest_of_each()
        .defer(None)
        .annotate(written=Cast("content", TextField()))
        .filter(written__contains=key)
        .defer("outline")
        .select_related("course")
        .order_by("title")
    )
    for version in versions:
        lessons = tuple(
            (lesson["title"], drawn)
            for lesson in lessons_of(version.content)
            for drawn in sorted(set(_ways(lesson, key)))
        )
        found.append(AskedIn(version.course, version.number, lessons))
    return found
