"""What a published course version holds, and how it is made from the pages.

`CourseVersion.content` is a `CourseContent` as JSON (schema 2; 1 lacked what is marked *):

    schema     2
    course     CourseFacts: page, code, title, slug, summary, intro (HTML), audience, form,
               minutes, pass_percent, goals, sources
    grants     list of {area_code, level, validity_months or null}
    requires   * list of {area_code, level}: what one must hold before
    completion * groups of conditions (`courses.criteria`); none: all lessons
    test_out   * {percent, questions} of the test that stands for the course, or null
    refreshes  * the id of the course page that this one is a shorter way to renew, or null
    modules    list of ModuleContent: key, title, lessons
      lessons  list of LessonContent: key, slug, title, summary, minutes, goals, areas (codes),
               rest * {attempts, hours} or null: how many attempts in a row before a rest,
               easy * the lesson in easy Swedish (HTML), or nothing,
               blocks (`lms.content.freezing`), questions
        questions  list of {key, kind, prompt, …}; the rest by kind:
               single, multiple   options: list of {text, correct, explanation}; partial *
               truefalse          correct, explanation
               ordering           items in the right order, explanation
               matching           pairs: list of [left, right], partial *, explanation
               numeric *          answer and tolerance as decimal text, unit, explanation
               shorttext *        accepted: list of texts, explanation
               cloze *            text with {1}, {2}, …; gaps: list of {options, correct} or
                                  {accepted}; partial, explanation
               branch *           start, steps: list of {id, text, choices: list of {text,
                                  feedback, next}, credit}, explanation
               hotspot *          image, areas: list of {label, x, y, width, height (percent),
                                  correct, explanation}
               draw *             strata: list of {count, pool: list of questions}
               A question of the bank has also its `version` *, and the key "bank-" + its own.

A file appears as {"asset": key, …}; the copy is the `VersionAsset` with that key, which names
the bytes by their SHA-256. `content_hash` is the SHA-256 of the canonical JSON (keys sorted, no
spaces, UTF-8). `CourseVersion.outline` is the same without blocks; in the place of its questions
a lesson has their number, and `hash`, the same sum over the lesson alone; `test_out` says as
`asked` how many questions there really are in it; `articles` lists the pages of the articles
shown. Tokens for law and contacts stay tokens: they are resolved when read.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from typing import Any, TypedDict

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.images import get_image_model

from courses import grading
from courses.models import CoursePage, LessonPage, ModulePage, Question, QuestionVersion
from courses.models.bank import FROM_BANK, QuestionQuerySet
from lms.content.blocks import expanded
from lms.content.freezing import CopiedFiles, FrozenBlock, LiveFiles, freeze_stream

SCHEMA = 2


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
    rest: dict[str, int] | None
    easy: str
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
    requires: list[dict[str, Any]]
    completion: list[dict[str, Any]]
    test_out: dict[str, int] | None
    refreshes: int | None
    modules: list[ModuleContent]


def _goals(stream: Any) -> list[str]:
    return [str(child.value) for child in stream]


def _digest(image: Any) -> str:
    with image.file.open("rb") as opened:
        return hashlib.sha256(opened.read()).hexdigest()


class BankFiles(LiveFiles):
    """Files of the bank: a picture by its id and the sum of its bytes, so that every course makes
    a copy of its own, of the picture that the question was written to."""

    def image(self, image: Any, *, alt: str) -> dict[str, Any]:
        return {"id": image.pk, "alt": alt, "sha256": _digest(image)}


def _from_bank(version: QuestionVersion, files: CopiedFiles) -> dict[str, Any]:
    """The question as a lesson freezes it, with `unfit` where it cannot be asked as it is: that
    is a fault, and stands in no version."""
    asked = version.asked
    if version.question.retired_on is not None:
        asked["unfit"] = "retired"
    if "image" in asked:
        picture = asked["image"]
        image = get_image_model().objects.get(pk=picture["id"])
        # Places are given in percent of the picture that they were drawn on.
        if picture.get("sha256", "") not in ("", _digest(image)):
            asked["unfit"] = "replaced"
        asked["image"] = files.image(image, alt=picture["alt"])
    return asked


class Bank:
    """The questions of the bank in their latest version, read as they are asked for."""

    def __init__(self, files: CopiedFiles) -> None:
        self._files = files

    def question(self, question: Question | None) -> list[dict[str, Any]]:
        """One question, retired or not; nothing where none is chosen."""
        return self._latest(Question.objects.filter(pk=question.pk)) if question else []

    def pool(self, questions: QuestionQuerySet) -> list[dict[str, Any]]:
        """Those of the questions that may still be drawn."""
        return self._latest(questions.in_use())

    def _latest(self, questions: QuestionQuerySet) -> list[dict[str, Any]]:
        latest = QuestionVersion.objects.filter(question=OuterRef("question")).order_by("-number")
        versions = QuestionVersion.objects.filter(
            question__in=questions, pk=Subquery(latest.values("pk")[:1])
        ).select_related("question")
        return [_from_bank(version, self._files) for version in versions.order_by("question__pk")]


def freeze_questions(stream: Any, files: CopiedFiles) -> list[dict[str, Any]]:
    """The questions of a lesson as plain data, those of the bank in their latest version."""
    bank = Bank(files)
    found: list[dict[str, Any]] = []
    for child in stream:
        key, value = str(child.id), child.value
        match child.block_type:
            case "bank":
                found.extend(bank.question(value["question"]))
            case "draw":
                strata = [
                    {
                        "count": stratum["count"],
                        "pool": bank.pool(
                            Question.objects.of_sort(
                                area=stratum["area"],
                                level=stratum["level"],
                                legal=stratum["legal"],
                                tag=stratum["tag"],
                            )
                        ),
                    }
                    for stratum in value["strata"]
                ]
                found.append({"key": key, "kind": "draw", "strata": strata})
            case kind:
                found.append({"key": key, "kind": kind, **child.block.plain(value, files)})
    return found


def freeze_criteria(stream: Any) -> list[dict[str, Any]]:
    """The conditions of a course as plain data."""
    groups = []
    for group in stream:
        items: list[dict[str, Any]] = []
        for child in group.value["items"]:
            item: dict[str, Any] = {"kind": child.block_type, "key": str(child.id)}
            match child.block_type:
                case "lesson":
                    page = child.value["lesson"]
                    # A lesson that has been deleted asks for nothing; publishing says so.
                    item["lesson"] = f"lesson-{page.pk}" if page else ""
                    item["text"] = page.title if page else ""
                case "score":
                    item["percent"] = child.value["percent"]
                case "confirm" | "signoff":
                    item["text"] = child.value["text"]
            items.append(item)
        rule = group.value["rule"]
        groups.append(
            {
                "rule": rule,
                "count": group.value["count"] if rule == "some" else None,
                "items": items,
            }
        )
    return groups


def _lesson(page: LessonPage, files: CopiedFiles) -> LessonContent:
    return {
        "key": page.key,
        "slug": page.slug,
        "title": page.title,
        "summary": page.summary,
        "minutes": page.minutes,
        "goals": _goals(page.goals),
        "areas": sorted(area.code for area in page.areas.all()),
        "rest": (
            {"attempts": page.attempts_in_a_row, "hours": page.rest_hours}
            if page.attempts_in_a_row
            else None
        ),
        "easy": expanded(page.easy),
        "blocks": freeze_stream(page.body, files),
        "questions": freeze_questions(page.questions, files),
    }


def facts_of(course: CoursePage) -> CourseFacts:
    return {
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
        "course": facts_of(course),
        "grants": [
            {
                "area_code": given.area.code,
                "level": given.level.number,
                "validity_months": given.validity_months,
            }
            for given in course.gives.select_related("area", "level").order_by("area__code")
        ],
        "requires": [
            {"area_code": asked.area.code, "level": asked.level.number}
            for asked in course.requires.select_related("area", "level").order_by("area__code")
        ],
        "completion": freeze_criteria(course.completion),
        "test_out": (
            {"percent": course.test_out_percent, "questions": course.test_out_questions}
            if course.test_out_percent
            else None
        ),
        "refreshes": course.refreshes_id,
        "modules": modules,
    }


def content_hash(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def shown_articles(content: CourseContent) -> dict[int, list[FrozenBlock]]:
    """The text of each article that a lesson shows, by its page, as it was frozen."""
    return {
        block["value"]["page"]: block["value"]["blocks"]
        for lesson in lessons_of(content)
        for block in lesson["blocks"]
        if block["type"] == "article" and "blocks" in block["value"]
    }


def bank_keys(content: CourseContent) -> set[uuid.UUID]:
    """The keys of the bank's questions that the course can ask."""
    return {
        uuid.UUID(question["key"].removeprefix(FROM_BANK))
        for question in grading.all_questions(lessons_of(content))
        if question["key"].startswith(FROM_BANK)
    }


def test_out_of(content: Mapping[str, Any]) -> dict[str, int] | None:
    """The test that stands for the course, and as `asked` how many questions it really asks: more
    or fewer than the author wanted, as the lessons have them."""
    wanted: dict[str, int] | None = content.get("test_out")
    if wanted is None:
        return None
    lessons = [lesson for module in content["modules"] for lesson in module["lessons"]]
    return {**wanted, "asked": grading.number_in_test(lessons, wanted["questions"])}


def outline_of(content: CourseContent) -> dict[str, Any]:
    return {
        **{key: value for key, value in content.items() if key not in ("schema", "modules")},
        "test_out": test_out_of(content),
        "articles": sorted(shown_articles(content)),
        "modules": [
            {
                "key": module["key"],
                "title": module["title"],
                "lessons": [
                    {
                        **{
                            key: value
                            for key, value in lesson.items()
                            if key not in ("blocks", "easy")
                        },
                        "questions": grading.number_asked(lesson),
                        "hash": content_hash(lesson),
                    }
                    for lesson in module["lessons"]
                ],
            }
            for module in content["modules"]
        ],
    }


def lessons_of(content: CourseContent) -> list[LessonContent]:
    return [lesson for module in content["modules"] for lesson in module["lessons"]]


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
    if new["requires"] != old.get("requires", []):
        changes.append(_("What one must hold before has changed."))
    if (new["completion"], new["test_out"]) != (old.get("completion", []), old.get("test_out")):
        changes.append(_("What it takes to complete the course has changed."))
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
