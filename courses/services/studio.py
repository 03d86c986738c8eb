"""Building a course in the studio: modules and lessons, their order, copies, questions written as
text, and publishing the pages. Everything is a draft until somebody publishes it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses import grading
from courses.models import (
    CourseCatalogue,
    CoursePage,
    CourseVersion,
    LessonPage,
    ModulePage,
)
from courses.pasting import PastedModule, PastedQuestion
from courses.services.locking import lock_course
from lms.audit import services as audit
from lms.content.freezing import LiveFiles
from lms.people.models import User

STREAMS = {
    CoursePage: ("completion", "goals", "sources"),
    ModulePage: (),
    LessonPage: ("goals", "body", "questions"),
}


class StudioError(ValueError):
    """What was asked cannot be done; the message is for the author."""


@dataclass(frozen=True)
class Publication:
    """What publishing the pages did: how many, and which were held back and why."""

    published: int
    held_back: tuple[tuple[str, str], ...]


def course_of(page: Page) -> CoursePage:
    """The course that a page is or lies in."""
    course = page.specific
    while not isinstance(course, CoursePage):
        if course.depth <= 2:
            raise StudioError(_("The page is in no course."))
        course = course.get_parent().specific
    return course


def _free_slug(course: Page | None, title: str) -> str:
    """An address that no page of the course has, live or as a draft."""
    base = slugify(title)[:80].strip("-") or "sida"
    pages = (
        course.get_descendants() if course else Page.objects.type(CoursePage)
    ).defer_streamfields()
    taken = set(pages.values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def with_new_ids(data: Any) -> Any:
    """Raw stream data with a new id for every block and list item. What the author calls the
    steps of a case is no such id."""
    if isinstance(data, list):
        return [with_new_ids(item) for item in data]
    if isinstance(data, dict):
        copied = {name: with_new_ids(value) for name, value in data.items()}
        if "type" in data and "value" in data and set(data) <= {"type", "value", "id"}:
            copied["id"] = str(uuid.uuid4())
        return copied
    return data


def _stream(page: Page, name: str, raw: list[dict[str, Any]]) -> None:
    setattr(page, name, page._meta.get_field(name).to_python(raw))


def _raw(page: Page, name: str) -> list[dict[str, Any]]:
    return list(getattr(page, name).get_prep_value())


def _add(parent: Page, page: Page, by: User | None) -> None:
    """Lay a new draft last under its parent."""
    page.live = False
    page.has_unpublished_changes = True
    page.owner = by
    page.full_clean(exclude=["slug", "path", "depth", "url_path"])
    parent.add_child(instance=page)
    page.save_revision(user=by, log_action=True)


def _first_draft(title: str) -> list[dict[str, Any]]:
    """What a new lesson begins with: two headings to write under, and a thought to end on. It is
    not published until there is a text of its own."""
    why, how = _("Why this matters"), _("What you do")
    text = f"<h3>{why}</h3><p></p><h3>{how}</h3><p></p>"
    prompt = _("When have you met this in your own work, and what did you do?")
    return [
        {"type": "text", "value": text, "id": str(uuid.uuid4())},
        {
            "type": "reflection",
            "value": {"prompt": prompt, "hint": ""},
            "id": str(uuid.uuid4()),
        },
    ]


def _new_module(course: CoursePage, title: str, by: User | None) -> ModulePage:
    module = ModulePage(title=title, slug=_free_slug(course, title))
    _add(course, module, by)
    return module


@transaction.atomic
def add_outline(
    *, course: CoursePage, outline: Sequence[PastedModule], by: User | None
) -> list[Page]:
    """Add modules with their lessons as drafts. Lessons before any heading go last into the
    course's last module."""
    made: list[Page] = []
    for part in outline:
        course.refresh_from_db()
        module = None if part.title else ModulePage.objects.child_of(course).last()
        if module is None:
            module = _new_module(course, part.title or _("Lessons"), by)
            made.append(module)
        made.extend(_add_lessons(course, module, part, by))
    audit.record(
        "course.outline_added", course, by=by, after={"pages": [page.title for page in made]}
    )
    return made


@transaction.atomic
def add_lessons(*, module: ModulePage, part: PastedModule, by: User | None) -> list[LessonPage]:
    """Add lessons last in a module, each with a first draft."""
    course = course_of(module)
    made = _add_lessons(course, module, part, by)
    audit.record(
        "course.outline_added", course, by=by, after={"pages": [page.title for page in made]}
    )
    return made


def _add_lessons(
    course: CoursePage, module: ModulePage, part: PastedModule, by: User | None
) -> list[LessonPage]:
    made = []
    for each in part.lessons:
        module.refresh_from_db()
        lesson = LessonPage(title=each.title, slug=_free_slug(course, each.title))
        if each.minutes:
            lesson.minutes = each.minutes
        _stream(lesson, "body", _first_draft(each.title))
        _add(module, lesson, by)
        made.append(lesson)
    return made


@transaction.atomic
def rename(*, page: Page, title: str, by: User | None) -> None:
    """Give a page another title in its draft. Its address stays."""
    draft = page.get_latest_revision_as_object()
    if draft.title == title:
        return
    draft.title = title
    draft.full_clean()
    draft.save_revision(user=by, log_action=True)


@transaction.atomic
def move_step(*, page: Page, step: int, by: User | None) -> None:
    """Move a page one place up (-1) or down (1) among its siblings. A lesson at the edge of its
    module goes on into the next."""
    beside = page.get_prev_sibling() if step < 0 else page.get_next_sibling()
    if beside is not None:
        page.move(beside, pos="left" if step < 0 else "right", user=by)
        return
    module = page.get_parent()
    over = module.get_prev_sibling() if step < 0 else module.get_next_sibling()
    if not isinstance(page.specific, LessonPage) or over is None:
        return
    if step < 0 or not over.get_children_count():
        page.move(over, pos="last-child", user=by)
    else:
        page.move(over.get_first_child(), pos="left", user=by)


@transaction.atomic
def move_lesson(*, lesson: LessonPage, module: ModulePage, by: User | None) -> None:
    """Move a lesson last into another module of its course."""
    if course_of(module).pk != course_of(lesson).pk:
        raise StudioError(_("A lesson can be moved within its course. Copy it to another."))
    if not lesson.is_child_of(module):
        lesson.move(module, pos="last-child", user=by)


_COPIED = {
    CoursePage: (
        *("summary", "intro", "audience", "form", "minutes", "pass_percent", "test_out_percent"),
        *("test_out_questions", "refreshes"),
    ),
    ModulePage: (),
    LessonPage: ("summary", "minutes", "easy", "attempts_in_a_row", "rest_hours"),
}


def _copy(draft: Any, course: Page | None, title: str) -> Any:
    """A page of the same kind with what the draft says, not yet in the tree."""
    kind = type(draft)
    copied = kind(title=title, slug=_free_slug(course, title), is_public=draft.is_public)
    for name in _COPIED[kind]:
        setattr(copied, name, getattr(draft, name))
    for name in STREAMS[kind]:
        _stream(copied, name, with_new_ids(_raw(draft, name)))
    return copied


def _copy_lesson(lesson: Page, module: Page, title: str, by: User | None) -> LessonPage:
    draft = lesson.get_latest_revision_as_object()
    course = course_of(module)
    copied = _copy(draft, course, title or draft.title)
    copied.areas.set(draft.areas.all())
    module.refresh_from_db()
    _add(module, copied, by)
    return copied


@transaction.atomic
def copy_lesson(
    *, lesson: LessonPage, module: ModulePage, title: str = "", by: User | None
) -> LessonPage:
    """Copy a lesson as last drafted into a module of this or another course, as a draft. Beside
    its original it comes next; elsewhere last."""
    copied = _copy_lesson(lesson, module, title, by)
    if lesson.is_child_of(module):
        copied.move(Page.objects.get(pk=lesson.pk), pos="right", user=by)
        copied.refresh_from_db()
    audit.record("course.lesson_copied", copied, by=by, after={"from": lesson.pk})
    return copied


@transaction.atomic
def copy_course(*, course: CoursePage, title: str, by: User | None) -> CoursePage:
    """Copy a course with all its modules and lessons as last drafted. The copy is a draft without
    versions, and has no code until it is given one."""
    draft = course.get_latest_revision_as_object()
    copied = _copy(draft, None, title)
    for name in ("gives", "requires"):
        rows = []
        for row in getattr(draft, name).all():
            row.pk = None
            row.page = None
            rows.append(row)
        getattr(copied, name).set(rows)
    _add(CourseCatalogue.objects.get(), copied, by)
    keys: dict[int, int] = {}
    for module in ModulePage.objects.child_of(course):
        fresh = _copy(module.get_latest_revision_as_object(), copied, module.draft_title)
        copied.refresh_from_db()
        _add(copied, fresh, by)
        for lesson in LessonPage.objects.child_of(module):
            keys[lesson.pk] = _copy_lesson(lesson, fresh, "", by).pk
    conditions = _raw(copied, "completion")
    for group in conditions:
        for item in group["value"]["items"]:
            if item["type"] == "lesson":
                item["value"]["lesson"] = keys.get(item["value"]["lesson"])
    if conditions:
        copied = copied.get_latest_revision_as_object()
        _stream(copied, "completion", conditions)
        copied.save()
        copied.save_revision(user=by)
    audit.record("course.copied", copied, by=by, after={"from": course.pk, "title": title})
    return copied


@transaction.atomic
def new_course(*, title: str, by: User | None) -> CoursePage:
    """Begin a course: an empty draft in the catalogue."""
    course = CoursePage(title=title, slug=_free_slug(None, title))
    _add(CourseCatalogue.objects.get(), course, by)
    return course


def was_in_version(page: Page) -> bool:
    """Whether any version has the page, a lesson in it or a course below it."""
    below = page.get_descendants(inclusive=True)
    if CourseVersion.objects.filter(course__in=below.values("pk")).exists():
        return True
    pages = LessonPage.objects.descendant_of(page, inclusive=True)
    keys = {f"lesson-{pk}" for pk in pages.values_list("pk", flat=True)}
    above = page.get_ancestors(inclusive=True)
    outlines = CourseVersion.objects.filter(course__in=above.values("pk")).values_list(
        "outline", flat=True
    )
    known = {
        lesson["key"]
        for outline in outlines
        for module in outline["modules"]
        for lesson in module["lessons"]
    }
    return bool(keys & known)


@transaction.atomic
def delete_page(*, page: Page, by: User | None) -> None:
    """Delete a module or a lesson that was never part of a version."""
    course = course_of(page).pk
    # Whoever publishes at this moment is waited for: the version may have the page in it.
    lock_course(course)
    if not isinstance(page.specific, ModulePage | LessonPage) or was_in_version(page):
        raise StudioError(
            _("It has been part of a course version, and what people took must stay readable.")
        )
    audit.record(
        "course.page_deleted",
        page.specific,
        by=by,
        before={"title": page.title, "course": course},
    )
    page.specific.delete()


@transaction.atomic
def withdraw(*, page: Page, by: User | None) -> None:
    """Take a page out of what the next version will hold. The text stays as a draft."""
    page.specific.unpublish(user=by)


def _unready(page: Any) -> str:
    """Why the draft cannot be published; "" where it can."""
    try:
        page.full_clean()
        for name in STREAMS[type(page)]:
            stream = page._meta.get_field(name)
            stream.stream_block.clean(getattr(page, name))
    except ValidationError as error:
        messages = [message for message in error.messages if str(message).strip()]
        return messages[0] if messages else _("Something is not written to its end.")
    return ""


@transaction.atomic
def publish_pages(*, course: CoursePage, by: User) -> Publication:
    """Publish every page of the course whose draft is ready. Learners see nothing of it until a
    course version is published."""
    published, held_back = 0, []
    pages = Page.objects.descendant_of(course, inclusive=True).order_by("path")
    for page in pages.specific():
        if page.live and not page.has_unpublished_changes:
            continue
        draft = page.get_latest_revision_as_object()
        reason = _unready(draft)
        if not draft.permissions_for_user(by).can_publish() or page.locked:
            reason = _("The page is locked, or you may not publish it.")
        if reason:
            held_back.append((draft.title, reason))
            continue
        revision = page.latest_revision or draft.save_revision(user=by)
        revision.publish(user=by)
        published += 1
    return Publication(published, tuple(held_back))


@transaction.atomic
def add_questions(
    *, lesson: LessonPage, questions: Sequence[PastedQuestion], by: User | None
) -> int:
    """Add questions last in the draft of a lesson; how many it then has. StudioError says which
    cannot be asked."""
    draft = lesson.get_latest_revision_as_object()
    raw = _raw(draft, "questions")
    raw += [{"type": each.kind, "value": each.value, "id": str(uuid.uuid4())} for each in questions]
    _stream(draft, "questions", with_list_ids(raw))
    for child in list(draft.questions)[-len(questions) :]:
        asked = {"key": "", "kind": child.block_type}
        asked |= child.block.plain(child.value, LiveFiles())
        for fault in grading.faults(asked):
            raise StudioError(fault)
    draft.full_clean()
    draft.save_revision(user=by, log_action=True)
    return len(raw)


def with_list_ids(raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stream data as the editor stores it: list items with ids of their own."""
    stream = LessonPage._meta.get_field("questions")
    return list(stream.to_python(raw).get_prep_value())
