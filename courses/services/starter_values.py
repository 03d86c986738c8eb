"""What is written in courses/starter/*/ as the raw values of pages and questions."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from html import unescape
from typing import Any

import nh3
from django.utils.html import strip_tags
from wagtail.models import Page

from courses.models import CoursePage, LessonPage, ModulePage

TAGS = {"p", "h3", "h4", "ul", "ol", "li", "b", "i", "a", "br"}
IDS = uuid.UUID("6f0e6f3c-6d4f-4d52-9a57-1f0f6f6c2b11")


class StarterError(ValueError):
    """The starter courses cannot be loaded here; the message says what is missing."""


def _clean(html: str) -> str:
    return nh3.clean(html.strip(), tags=TAGS, attributes={"a": {"href"}}, link_rel=None)


def _id(*parts: str) -> str:
    return str(uuid.uuid5(IDS, "/".join(parts)))


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


def question_value(question: Mapping[str, Any]) -> dict[str, Any]:
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


def lesson_fields(lesson: Mapping[str, Any]) -> dict[str, Any]:
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
            "value": question_value(question),
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


def course_fields(course: Mapping[str, Any]) -> dict[str, Any]:
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
