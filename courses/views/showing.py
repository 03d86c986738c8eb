"""What a lesson's page shows: what is the same for many readers is rendered once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from courses.models import CourseVersion
from courses.progress import EnrolmentProgress, LessonState
from courses.reading import ShownAttempt, ShownBlock
from lms.content.references import current_book, read_by_public

# Blocks that show their own value, and law and contacts as they stand today, and nothing else.
_PLAIN = {
    "text", "callout", "image", "film", "document", "links", "accordion", "contact", "legal",
}  # fmt: skip
# What stays where a learner reads the text that is easy to read: what one does, and what has no
# easier form.
BESIDE_EASY_TEXT = {
    "reflection",
    "checklist",
    "image",
    "film",
    "document",
    "contact",
    "article",
}
# Each is some kilobytes.
_KEPT = 3000
_rendered: OrderedDict[tuple[object, ...], SafeString] = OrderedDict()


@dataclass(frozen=True)
class BlockOnPage:
    """A block with its `html`, where that is the same for all; else the template renders it."""

    shown: ShownBlock
    html: SafeString | None


def shown(
    blocks: Iterable[ShownBlock],
    version: CourseVersion,
    lesson_key: str,
    parameters: Collection[str],
) -> list[BlockOnPage]:
    """`parameters` are those of the address: some say how far a reader has come in a scenario."""
    return [
        BlockOnPage(
            block,
            _html(block, version, lesson_key)
            if _is_for_everyone(block.block, parameters)
            else None,
        )
        for block in blocks
    ]


def _is_for_everyone(block: Mapping[str, Any], parameters: Collection[str]) -> bool:
    match block["type"]:
        case "article":
            blocks = block["value"].get("blocks", ())
            return all(_is_for_everyone(each, parameters) for each in blocks)
        case "scenario":
            return f"val-{block['id']}" not in parameters
        case kind:
            return kind in _PLAIN


def _html(block: ShownBlock, version: CourseVersion, lesson_key: str) -> SafeString:
    """The block as a frozen version has it. A block may lie twice in a version under one id, as an
    author copied it: its place tells which."""
    return _once(
        "courses/block.html",
        {"shown": block, "request": None},
        version.pk,
        version.content_hash,
        lesson_key,
        block.place,
    )


def outline(course_slug: str, progress: EnrolmentProgress, state: LessonState) -> SafeString:
    """The lessons and where the learner is. It stands beside the text on a desk and below it on a
    phone."""
    return _once(
        "courses/outline.html",
        {"course_slug": course_slug, "progress": progress, "state": state},
        course_slug,
        progress.title,
        progress.lessons,
        state.key,
    )


def questions(attempt: ShownAttempt) -> list[SafeString]:
    """The attempt's questions. Many learners see a choice among three alike; what somebody has
    written is kept for nobody else."""
    return [
        _render("courses/question.html", {"question": question, "attempt": attempt})
        if question.is_typed or question.image
        else _once(
            "courses/question.html",
            {"question": question, "attempt": attempt},
            question,
            attempt.submitted,
            len(attempt.questions),
        )
        for question in attempt.questions
    ]


def _render(template: str, context: dict[str, Any]) -> SafeString:
    return mark_safe(render_to_string(template, context))


def _once(template: str, context: dict[str, Any], *about: Hashable) -> SafeString:
    """The template, rendered once for everyone to whom it says the same. `about` is all of the
    `context` that it depends on; the language, the reader's kind and today's edition of law and
    contacts come with it."""
    key = (template, get_language(), current_book().edition, read_by_public(), *about)
    html = _rendered.get(key)
    if html is None:
        html = _render(template, context)
        _rendered[key] = html
        while len(_rendered) > _KEPT:
            _rendered.popitem(last=False)
    else:
        _rendered.move_to_end(key)
    return html
