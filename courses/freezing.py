"""What a published course version holds, and how it is made from the pages.

`CourseVersion.content` is a `CourseContent` as JSON (schema 1):

    schema     1
    course     CourseFacts: page, code, title, slug, summary, intro (HTML), audience, form,
               minutes, pass_percent, goals, sources
    grants     list of {area_code, level, validity_months or null}
    modules    list of ModuleContent: key, title, lessons
      lessons  list of LessonContent: key, slug, title, summary, minutes, goals, areas (codes),
               blocks (`lms.content.freezing`), questions
        questions  list of {key, kind, prompt, …}; the rest by kind:
               single, multiple   options: list of {text, correct, explanation}
               truefalse          correct, explanation
               ordering           items in the right order, explanation
               matching           pairs: list of [left, right], explanation

A file appears as {"asset": key, …}; the copy is the `VersionAsset` with that key, which names
the bytes by their SHA-256. `content_hash` is the SHA-256 of the canonical JSON (keys sorted, no
spaces, UTF-8). `CourseVersion.outline` is the same without blocks, and with the number of
questions in their place. Tokens for law and contacts stay tokens: they are resolved when read.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import CoursePage, LessonPage, ModulePage
from lms.content.freezing import CopiedFiles, FrozenBlock, freeze_stream
from lms.content.references import ReferenceBook, unknown_codes
from lms.content.scenario import steps_from

SCHEMA = 1


class CourseFacts(TypedDict):
    page: int
    code: str
    title: str
    slug: str
    summary: str
    intro: str
    audience: str
    form: str
    minutes: int
    pass_percent: int
    goals: list[str]
    sources: list[dict[str, str]]


class LessonContent(TypedDict):
    key: str
    slug: str
    title: str
    summary: str
    minutes: int
    goals: list[str]
    areas: list[str]
    blocks: list[FrozenBlock]
    questions: list[dict[str, Any]]


class ModuleContent(TypedDict):
    key: str
    title: str
    lessons: list[LessonContent]


class CourseContent(TypedDict):
    schema: int
    course: CourseFacts
    grants: list[dict[str, Any]]
    modules: list[ModuleContent]


@dataclass(frozen=True)
class Fault:
    """Something that keeps a course from being published, and where."""

    where: str
    message: str | Promise

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else str(self.message)


def _goals(stream: Any) -> list[str]:
    return [str(child.value) for child in stream]


def _lesson(page: LessonPage, files: CopiedFiles) -> LessonContent:
    return {
        "key": page.key,
        "slug": page.slug,
        "title": page.title,
        "summary": page.summary,
        "minutes": page.minutes,
        "goals": _goals(page.goals),
        "areas": sorted(area.code for area in page.areas.all()),
        "blocks": freeze_stream(page.body, files),
        "questions": [
            {"key": str(child.id), "kind": child.block_type, **child.block.plain(child.value)}
            for child in page.questions
        ],
    }


def freeze_course(course: CoursePage, files: CopiedFiles) -> CourseContent:
    """The published pages of a course as plain data; drafts are left out."""
    modules: list[ModuleContent] = []
    for module in ModulePage.objects.child_of(course).live():
        lessons = [_lesson(page, files) for page in LessonPage.objects.child_of(module).live()]
        if lessons:
            modules.append(
                {"key": f"module-{module.pk}", "title": module.title, "lessons": lessons}
            )
    return {
        "schema": SCHEMA,
        "course": {
            "page": course.pk,
            "code": course.code,
            "title": course.title,
            "slug": course.slug,
            "summary": course.summary,
            "intro": course.intro,
            "audience": course.audience,
            "form": course.form,
            "minutes": course.minutes,
            "pass_percent": course.pass_percent,
            "goals": _goals(course.goals),
            "sources": [
                {"title": child.value["title"], "url": child.value["url"] or ""}
                for child in course.sources
            ],
        },
        "grants": [
            {
                "area_code": given.area.code,
                "level": given.level.number,
                "validity_months": given.validity_months,
            }
            for given in course.gives.select_related("area", "level").order_by("area__code")
        ],
        "modules": modules,
    }


def content_hash(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def outline_of(content: CourseContent) -> dict[str, Any]:
    return {
        "course": content["course"],
        "grants": content["grants"],
        "modules": [
            {
                "key": module["key"],
                "title": module["title"],
                "lessons": [
                    {
                        **{key: value for key, value in lesson.items() if key != "blocks"},
                        "questions": len(lesson["questions"]),
                    }
                    for lesson in module["lessons"]
                ],
            }
            for module in content["modules"]
        ],
    }


def lessons_of(content: CourseContent) -> list[LessonContent]:
    return [lesson for module in content["modules"] for lesson in module["lessons"]]


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _block_faults(block: FrozenBlock) -> Iterator[str]:
    value = block["value"]
    match block["type"]:
        case "image":
            if not value["decorative"] and not value["image"]["alt"].strip():
                yield _("An image has no text alternative.")
        case "film":
            if not value["captions"]:
                yield _("The film “%(title)s” has no captions.") % {"title": value["title"]}
            if not value["transcript"].strip():
                yield _("The film “%(title)s” is not there as text.") % {"title": value["title"]}
        case "scenario":
            for step in steps_from(value).broken:
                yield _("The scenario “%(title)s” leads to “%(step)s”, which does not exist.") % {
                    "title": value["title"],
                    "step": step,
                }
        case "article":
            if not value.get("blocks"):
                yield _("The article “%(title)s” has no text that a lesson can show.") % {
                    "title": value["title"]
                }
            for shown in value.get("blocks", []):
                if shown["type"] != "article":
                    yield from _block_faults(shown)


def _question_faults(question: Mapping[str, Any]) -> Iterator[str]:
    name = {"question": question["prompt"]}
    if not question["prompt"].strip():
        yield _("A question has no text.")
    match question["kind"]:
        case "single" | "multiple":
            correct = sum(option["correct"] for option in question["options"])
            if len(question["options"]) < 2:
                yield _("“%(question)s” has fewer than two answers.") % name
            if not correct:
                yield _("“%(question)s” has no right answer.") % name
            elif question["kind"] == "single" and correct > 1:
                yield _("“%(question)s” has more than one right answer.") % name
            if not all(option["explanation"].strip() for option in question["options"]):
                yield _("“%(question)s” has an answer without explanation.") % name
        case "ordering":
            if len(set(question["items"])) != len(question["items"]) or len(question["items"]) < 2:
                yield _("“%(question)s” needs at least two steps, all different.") % name
        case "matching":
            rights = [right for _left, right in question["pairs"]]
            if len(set(rights)) != len(rights) or len(rights) < 2:
                yield _("“%(question)s” needs at least two pairs with different ends.") % name


def faults_in(content: CourseContent, book: ReferenceBook) -> list[Fault]:
    """Everything that must be put right before learners may read it, in reading order."""
    found: list[Fault] = []
    lessons = lessons_of(content)
    if not lessons:
        found.append(Fault("", _("The course has no published lesson.")))
    for slug, times in Counter(lesson["slug"] for lesson in lessons).items():
        if times > 1:
            found.append(Fault("", _("Two lessons have the address “%(slug)s”.") % {"slug": slug}))
    for lesson in lessons:
        messages = [message for block in lesson["blocks"] for message in _block_faults(block)]
        if not lesson["questions"]:
            messages.append(_("The lesson has no questions."))
        for question in lesson["questions"]:
            messages.extend(_question_faults(question))
        unknown = {code for text in _strings(lesson) for code in unknown_codes(text, book)}
        messages.extend(
            _("%(code)s stands for nothing.") % {"code": code} for code in sorted(unknown)
        )
        found.extend(Fault(lesson["title"], message) for message in messages)
    return found


def changes_between(old: CourseContent | None, new: CourseContent) -> list[str]:
    """What a reader of the old version would find different, in plain words."""
    if old is None:
        count = len(lessons_of(new))
        return [
            ngettext(
                "First version, with %(count)s lesson.",
                "First version, with %(count)s lessons.",
                count,
            )
            % {"count": count}
        ]
    changes: list[str] = []
    facts = {key for key in new["course"] if new["course"].get(key) != old["course"].get(key)}
    if facts:
        changes.append(_("The course's description or facts have changed."))
    if new["grants"] != old["grants"]:
        changes.append(_("What the course gives has changed."))
    before = {lesson["key"]: lesson for lesson in lessons_of(old)}
    after = {lesson["key"]: lesson for lesson in lessons_of(new)}
    for key, lesson in after.items():
        name = {"title": lesson["title"]}
        if key not in before:
            changes.append(_("New lesson: %(title)s") % name)
            continue
        if lesson["questions"] != before[key]["questions"]:
            changes.append(_("Questions changed: %(title)s") % name)
        if {**lesson, "questions": 0} != {**before[key], "questions": 0}:
            changes.append(_("Text changed: %(title)s") % name)
    changes.extend(
        _("Lesson removed: %(title)s") % {"title": lesson["title"]}
        for key, lesson in before.items()
        if key not in after
    )
    order = [key for key in before if key in after]
    if order != [key for key in after if key in before]:
        changes.append(_("The lessons come in another order."))
    return changes
