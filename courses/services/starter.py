"""The courses a municipality starts with, from courses/starter/*/: pages as an editor would have
made them, and their first published version.

Running it again changes nothing; a starter text that has been improved reaches only pages that
nobody has edited here.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import nh3
from django.db import transaction
from django.utils.html import strip_tags
from wagtail.models import Page, Site

from courses.models import (
    CourseCatalogue,
    CourseGives,
    CoursePage,
    CourseRequires,
    LessonPage,
    ModulePage,
    Question,
)
from courses.services.bank import save_question
from courses.services.publishing import publish_course_version
from lms.content.models import LegalReference
from lms.content.services.starter import load_references
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.yamlfile import read_yaml
from lms.people.models import User

FOLDER = Path(__file__).parent.parent / "starter"
BANK = FOLDER / "bank"
TAGS = {"p", "h3", "h4", "ul", "ol", "li", "b", "i", "a", "br"}
_IDS = uuid.UUID("6f0e6f3c-6d4f-4d52-9a57-1f0f6f6c2b11")


class StarterError(ValueError):
    """The starter courses cannot be loaded here; the message says what is missing."""


@dataclass
class LoadResult:
    """What loading did: titles of pages, and "course, version" of what was published."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    # Edited here since they were loaded: left alone.
    kept: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated or self.published)


def _clean(html: str) -> str:
    return nh3.clean(html.strip(), tags=TAGS, attributes={"a": {"href"}}, link_rel=None)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(_IDS, "/".join(parts)))


def _block_value(kind: str, value: Any) -> Any:
    """A block of the YAML as the block's raw value; None leaves the block out."""
    match kind:
        case "text":
            return _clean(value)
        case "callout":
            return {
                "tone": value.get("tone", "info"),
                "title": value.get("title", ""),
                "text": _clean(value["text"]),
            }
        case "accordion":
            return {
                "items": [
                    {"title": item["title"], "text": _clean(item["text"])}
                    for item in value["items"]
                ]
            }
        case "checklist":
            return {"title": value["title"], "items": list(value["items"])}
        case "reflection":
            return {"prompt": value["prompt"], "hint": value.get("hint", "")}
        case "scenario":
            return {
                "title": value["title"],
                "start": value["start"],
                "steps": [
                    {
                        "id": step["id"],
                        "text": _clean(step["text"]),
                        "choices": _choices(step["choices"]),
                    }
                    for step in value["steps"]
                ],
            }
        case "article":
            pages = Page.objects.live().not_type(CoursePage, ModulePage, LessonPage)
            found = pages.filter(slug=value).values_list("pk", flat=True).first()
            return {"page": found} if found else None
    raise StarterError(f"unknown block: {kind}")


def _choices(choices: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "text": choice["text"],
            "feedback": _clean(choice["feedback"]),
            "next": choice["next"],
        }
        for choice in choices
    ]


def _gap(gap: Mapping[str, Any]) -> dict[str, list[str]]:
    """A gap as the editor has it: the right one of a list comes first."""
    if "options" not in gap:
        return {"options": [], "accepted": list(gap["accepted"])}
    others = [option for option in gap["options"] if option != gap["correct"]]
    return {"options": [gap["correct"], *others], "accepted": []}


def _question_value(question: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"prompt": question["prompt"]}
    match question["kind"]:
        case "single" | "multiple":
            shown["options"] = [
                {
                    "text": option["text"],
                    "correct": bool(option.get("correct")),
                    "explanation": option["explanation"],
                }
                for option in question["options"]
            ]
            if question["kind"] == "multiple":
                shown["partial"] = bool(question.get("partial"))
            return shown
        case "truefalse":
            shown["correct"] = bool(question["correct"])
        case "ordering":
            shown["items"] = list(question["items"])
        case "matching":
            shown["pairs"] = [{"left": left, "right": right} for left, right in question["pairs"]]
            shown["partial"] = bool(question.get("partial"))
        case "numeric":
            shown["answer"] = str(question["answer"])
            shown["tolerance"] = str(question.get("tolerance", 0))
            shown["unit"] = question.get("unit", "")
        case "shorttext":
            shown["accepted"] = list(question["accepted"])
        case "cloze":
            shown["text"] = question["text"]
            shown["gaps"] = [_gap(gap) for gap in question["gaps"]]
            shown["partial"] = bool(question.get("partial", True))
        case "branch":
            shown["start"] = question["start"]
            shown["steps"] = [
                {
                    "id": step["id"],
                    "text": _clean(step["text"]),
                    "choices": _choices(step.get("choices", [])),
                    "credit": step.get("credit", 0),
                }
                for step in question["steps"]
            ]
    shown["explanation"] = question["explanation"]
    return shown


def _stream(page_model: type[Page], name: str, raw: list[dict[str, Any]]) -> Any:
    return page_model._meta.get_field(name).to_python(raw)


def _goals(slug: str, goals: list[str]) -> list[dict[str, Any]]:
    return [
        {"type": "goal", "value": goal, "id": _id(slug, "goal", str(number))}
        for number, goal in enumerate(goals)
    ]


def _lesson_fields(lesson: Mapping[str, Any]) -> dict[str, Any]:
    slug = lesson["slug"]
    body = []
    for number, block in enumerate(lesson["blocks"]):
        ((kind, value),) = block.items()
        raw = _block_value(kind, value)
        if raw is not None:
            body.append({"type": kind, "value": raw, "id": _id(slug, "block", str(number))})
    questions = [
        {
            "type": question["kind"],
            "value": _question_value(question),
            "id": _id("question", question["key"]),
        }
        for question in lesson["questions"]
    ]
    if "draw" in lesson:
        strata = [
            {
                "count": stratum["count"],
                "area": stratum.get("area", ""),
                "level": str(stratum.get("level", "")),
                "legal": stratum.get("legal", ""),
                "tag": stratum.get("tag", ""),
            }
            for stratum in lesson["draw"]
        ]
        questions.append({"type": "draw", "value": {"strata": strata}, "id": _id(slug, "draw")})
    return {
        "title": lesson["title"],
        "summary": lesson.get("summary", ""),
        "minutes": lesson["minutes"],
        "goals": _stream(LessonPage, "goals", _goals(slug, lesson.get("goals", []))),
        "body": _stream(LessonPage, "body", body),
        "easy": _clean(lesson.get("easy", "")),
        "questions": _stream(LessonPage, "questions", questions),
    }


def _first_paragraph(html: str) -> str:
    found = re.search(r"<p>(.*?)</p>", html, re.DOTALL)
    return unescape(strip_tags(found[1] if found else html)).strip()[:300]


def _course_fields(course: Mapping[str, Any]) -> dict[str, Any]:
    sources = [
        {"type": "source", "value": dict(source), "id": _id(course["slug"], "source", str(number))}
        for number, source in enumerate(course.get("sources", []))
    ]
    test_out = course.get("test_out") or {}
    return {
        "title": course["title"],
        "code": course["code"],
        "summary": course.get("summary") or _first_paragraph(course["intro"]),
        "intro": _clean(course["intro"]),
        "audience": course.get("audience", ""),
        "form": course.get("form", "digital"),
        "minutes": course["minutes"],
        "pass_percent": course.get("pass_percent", 80),
        "goals": _stream(CoursePage, "goals", _goals(course["slug"], course.get("goals", []))),
        "sources": _stream(CoursePage, "sources", sources),
        "completion": _stream(CoursePage, "completion", _completion(course)),
        "test_out_percent": test_out.get("percent"),
        "test_out_questions": test_out.get("questions", 10),
    }


def _completion(course: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The conditions of a course; an item's id follows from its key, so that what people have
    confirmed holds when the words are improved."""
    groups = []
    for number, group in enumerate(course.get("completion", [])):
        items = [
            {
                "type": item["kind"],
                "id": _id(course["slug"], "condition", item.get("key", item["kind"])),
                "value": {key: item[key] for key in ("text", "percent") if key in item} or None,
            }
            for item in group["items"]
        ]
        groups.append(
            {
                "type": "group",
                "id": _id(course["slug"], "group", str(number)),
                "value": {"rule": group["rule"], "count": group.get("count"), "items": items},
            }
        )
    return groups


def _comparable(value: Any) -> Any:
    """A field's value such that equal texts are equal, whatever ids Wagtail gave list items."""
    if not hasattr(value, "stream_block"):
        return value
    return [
        (child.block_type, str(child.id), _without_ids(child.block.get_prep_value(child.value)))
        for child in value
    ]


def _without_ids(raw: Any) -> Any:
    """A raw value with list items as bare values."""
    if isinstance(raw, dict):
        if raw.get("type") == "item" and "value" in raw:
            return _without_ids(raw["value"])
        return {key: _without_ids(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [_without_ids(item) for item in raw]
    return raw


def _touched(page: Page) -> bool:
    """Whether a person has edited the page here."""
    return page.revisions.filter(user__isnull=False).exists() or page.has_unpublished_changes


def _differs(page: Page, name: str, value: Any) -> bool:
    if name == "gives":
        return _given(page.gives.all()) != _given(value)
    if name == "requires":
        return _required(page.requires.all()) != _required(value)
    if name == "areas":
        return {area.code for area in page.areas.all()} != {area.code for area in value}
    return _comparable(getattr(page, name)) != _comparable(value)


def _fill(page: Page, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name in ("gives", "requires", "areas"):
            getattr(page, name).set(value)
        else:
            setattr(page, name, value)


def _put(
    parent: Page, model: type[Page], slug: str, fields: Mapping[str, Any], result: LoadResult
) -> Any:
    """The published page with that slug below `parent`, with these fields."""
    page = model.objects.child_of(parent).filter(slug=slug).first()
    if page is None:
        page = model(slug=slug)
        _fill(page, fields)
        parent.add_child(instance=page)
        result.created.append(page.title)
    elif _touched(page):
        result.kept.append(page.title)
        return page
    else:
        changed = {name: value for name, value in fields.items() if _differs(page, name, value)}
        if not changed:
            return page
        _fill(page, changed)
        page.save()
        result.updated.append(page.title)
    # The first entry of the page's history; what is published is already there.
    page.save_revision(changed=False, clean=False)
    return page


def read_folder(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A course's own file and its lessons, in the order of their file names."""
    course = read_yaml(folder / "course.yaml")
    lessons = [
        read_yaml(path) for path in sorted(folder.glob("*.yaml")) if path.name != "course.yaml"
    ]
    return course, lessons


def _folders() -> Iterator[Path]:
    """The course folders; a refresher comes after what it refreshes."""
    folders = sorted(path.parent for path in FOLDER.glob("*/course.yaml"))
    yield from sorted(folders, key=lambda folder: "refreshes" in read_yaml(folder / "course.yaml"))


def _refreshed(course: Mapping[str, Any]) -> CoursePage | None:
    if "refreshes" not in course:
        return None
    return CoursePage.objects.get(code=course["refreshes"])


def _catalogue(result: LoadResult) -> CourseCatalogue:
    existing = CourseCatalogue.objects.first()
    if existing is not None:
        return existing
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        raise StarterError("There is no default site.")
    return _put(site.root_page, CourseCatalogue, "kurser", {"title": "Kurser"}, result)


def _areas_and_levels(
    named: list[dict[str, Any]],
) -> tuple[dict[str, CompetenceArea], dict[int, TrainingLevel]]:
    """All areas and levels, once those that are `named` are known to be among them."""
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    levels = {level.number: level for level in TrainingLevel.objects.all()}
    missing = {str(each["area"]) for each in named} - set(areas)
    unknown = {str(each["level"]) for each in named if each["level"] not in levels}
    if missing or unknown:
        names = ", ".join(sorted(missing | unknown))
        raise StarterError(f"Load the framework first: {names} is not there.")
    return areas, levels


def _requires(requires: list[dict[str, Any]]) -> list[CourseRequires]:
    areas, levels = _areas_and_levels(requires)
    return [
        CourseRequires(area=areas[each["area"]], level=levels[each["level"]], sort_order=number)
        for number, each in enumerate(requires)
    ]


def _required(requires: Iterable[CourseRequires]) -> set[tuple[str, int]]:
    return {(each.area.code, each.level.number) for each in requires}


def _gives(gives: list[dict[str, Any]]) -> list[CourseGives]:
    areas, levels = _areas_and_levels(gives)
    return [
        CourseGives(
            area=areas[each["area"]],
            level=levels[each["level"]],
            validity_months=each.get("validity_months"),
            sort_order=number,
        )
        for number, each in enumerate(gives)
    ]


def _given(gives: Iterable[CourseGives]) -> set[tuple[str, int, int | None]]:
    return {(each.area.code, each.level.number, each.validity_months) for each in gives}


def _load(folder: Path, catalogue: Page, result: LoadResult, by: User | None) -> None:
    course, lessons = read_folder(folder)
    fields = {
        **_course_fields(course),
        "gives": _gives(course["gives"]),
        "requires": _requires(course.get("requires", [])),
        "refreshes": _refreshed(course),
    }
    page = _put(catalogue, CoursePage, course["slug"], fields, result)
    modules: dict[str, Page] = {}
    for module in course["modules"]:
        slug = f"{course['code'].lower()}-{module['key']}"
        modules[module["key"]] = _put(page, ModulePage, slug, {"title": module["title"]}, result)
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    for lesson in lessons:
        known = [areas[code] for code in lesson.get("areas", []) if code in areas]
        fields = {**_lesson_fields(lesson), "areas": known}
        _put(modules[lesson["module"]], LessonPage, lesson["slug"], fields, result)
    before = page.course_versions.count()
    version = publish_course_version(course=page, by=by)
    if page.course_versions.count() > before:
        result.published.append(f"{version.title}, {version.number}")


def _load_bank(result: LoadResult, by: User | None) -> None:
    """The questions of the bank. One that somebody has changed or retired here is left alone."""
    bank = [asked for path in sorted(BANK.glob("*.yaml")) for asked in read_yaml(path)["questions"]]
    areas, levels = _areas_and_levels(bank)
    laws = {law.code: law for law in LegalReference.objects.all()}
    known = {question.key: question for question in Question.objects.prefetch_related("versions")}
    for asked in bank:
        key = uuid.uuid5(_IDS, f"bank/{asked['key']}")
        question = known.get(key)
        if question is None:
            question = Question(key=key, area=areas[asked["area"]], level=levels[asked["level"]])
            question.legal_references.set([laws[code] for code in asked.get("legal", [])])
            question.tags.set(asked.get("tags", []))
            result.created.append(asked["prompt"])
        elif question.retired_on or any(version.by_id for version in question.versions.all()):
            continue
        raw = [{"type": asked["kind"], "value": _question_value(asked), "id": str(key)}]
        question.content = Question._meta.get_field("content").to_python(raw)
        save_question(question=question, by=by)


@transaction.atomic
def load_courses(*, by: User | None = None) -> LoadResult:
    """Put the starter courses in place, with the law and contacts that they quote. StarterError
    or PublishingError where they cannot be."""
    load_references(by=by)
    result = LoadResult()
    _load_bank(result, by)
    catalogue = _catalogue(result)
    for folder in _folders():
        _load(folder, catalogue, result, by)
    return result
