"""A course as it is being written: the latest draft of every page, as plain data, with what has
to be put right in it. Nothing here is what learners read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page

from courses import freezing, grading, quality
from courses.faults import Fault, faults_in
from courses.freezing import LessonContent
from courses.models import (
    CourseGives,
    CoursePage,
    CourseRequires,
    CourseRetirement,
    CourseVersion,
    LessonPage,
    ModulePage,
)
from courses.verdicts import UNFINISHED, Written, content_around, verdict_on
from lms.content.blocks import expanded
from lms.content.freezing import CopiedFiles, LiveFiles, freeze_stream
from lms.content.references import ReferenceBook

DRAFT, CHANGED, PUBLISHED = "draft", "changed", "published"


class NoFiles(CopiedFiles):
    """Files that are only named: for checking a text without opening them."""

    def image(self, image: Any, *, alt: str) -> dict[str, Any]:
        return {"id": image.pk, "alt": alt}

    def file(self, document: Any, *, kind: str) -> dict[str, Any]:
        return {"id": document.pk}


class ShownFiles(CopiedFiles):
    """Files by their present address, with the articles that a lesson shows as their whole
    text."""

    def image(self, image: Any, *, alt: str) -> dict[str, Any]:
        return LiveFiles().image(image, alt=alt)

    def file(self, document: Any, *, kind: str) -> dict[str, Any]:
        return LiveFiles().file(document, kind=kind)


def _finished(
    stream: Iterable[Any], freeze: Callable[[list[Any]], list[Any]], unfinished: list[str]
) -> list[Any]:
    found = []
    for child in stream:
        try:
            found.extend(freeze([child]))
        except UNFINISHED:
            unfinished.append(str(child.id))
    return found


def written(page: LessonPage, files: CopiedFiles) -> Written:
    """The lesson as it stands on the page given, finished or not."""
    unfinished: list[str] = []
    content: LessonContent = {
        "key": page.key,
        "slug": page.slug or "",
        "title": page.title or "",
        "summary": page.summary or "",
        "minutes": page.minutes or 0,
        "goals": [str(child.value) for child in page.goals],
        "easy": expanded(page.easy),
        "areas": [],
        "rest": None,
        "blocks": _finished(page.body, lambda part: freeze_stream(part, files), unfinished),
        "questions": _finished(
            page.questions, lambda part: freezing.freeze_questions(part, files), unfinished
        ),
    }
    return Written(content, tuple(unfinished))


_STREAMS = ("goals", "body", "questions")
_PLAIN = ("title", "slug", "summary", "minutes", "easy", "attempts_in_a_row", "rest_hours")


def as_drafted(page: LessonPage) -> LessonPage:
    """The lesson with what its latest draft says, without a query where that draft is loaded.
    For reading: what stands in other tables is as published."""
    revision = page.latest_revision
    shown = LessonPage(pk=page.pk)
    content: Mapping[str, Any] = revision.content if revision else {}
    for name in _PLAIN:
        setattr(shown, name, content[name] if name in content else getattr(page, name))
    for name in _STREAMS:
        stream = LessonPage._meta.get_field(name)
        value = stream.to_python(content[name]) if name in content else getattr(page, name)
        setattr(shown, name, value)
    return shown


@dataclass(frozen=True)
class DraftLesson:
    """One lesson of the draft with its state and what there is to put right."""

    page: LessonPage
    state: str
    content: LessonContent
    faults: tuple[Fault, ...]
    remarks: tuple[quality.Remark, ...]
    reading: quality.Readability
    questions: int
    # Whether some version has it: then it may not be deleted.
    in_version: bool

    @property
    def title(self) -> str:
        return self.content["title"]

    @property
    def minutes(self) -> int:
        return self.content["minutes"]


@dataclass(frozen=True)
class DraftModule:
    page: ModulePage
    title: str
    state: str
    lessons: tuple[DraftLesson, ...]

    @property
    def may_delete(self) -> bool:
        return not any(lesson.in_version for lesson in self.lessons)


@dataclass(frozen=True)
class DraftCourse:
    """The whole draft of a course. `facts` is its own page as last drafted."""

    page: CoursePage
    facts: CoursePage
    state: str
    modules: tuple[DraftModule, ...]
    # What keeps the course from being published and lies in no lesson.
    faults: tuple[Fault, ...]
    version: int | None
    retired: bool

    @property
    def lessons(self) -> list[DraftLesson]:
        return [lesson for module in self.modules for lesson in module.lessons]

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons)

    @property
    def faults_in_all(self) -> int:
        return len(self.faults) + sum(len(lesson.faults) for lesson in self.lessons)

    @property
    def remarks_in_all(self) -> int:
        return sum(len(lesson.remarks) for lesson in self.lessons)

    @property
    def to_publish(self) -> int:
        """How many pages have something that is not published."""
        states = [self.state, *(module.state for module in self.modules)]
        states += [lesson.state for lesson in self.lessons]
        return sum(state != PUBLISHED for state in states)


def state_of(page: Page) -> str:
    if not page.live:
        return DRAFT
    return CHANGED if page.has_unpublished_changes else PUBLISHED


def draft_lesson(page: LessonPage, book: ReferenceBook, *, in_version: bool) -> DraftLesson:
    """The lesson as last drafted, with what there is to put right."""
    lesson = written(as_drafted(page), NoFiles())
    verdict = verdict_on(lesson, book)
    state = state_of(page)
    if state == CHANGED and written(page, NoFiles()) == lesson:
        # Opened in the editor, which saves by itself, and left as it was.
        state = PUBLISHED
    return DraftLesson(
        page=page,
        state=state,
        content=lesson.content,
        faults=verdict.faults,
        remarks=verdict.remarks,
        reading=verdict.reading,
        questions=grading.number_asked(lesson.content) + len(lesson.unfinished),
        in_version=in_version,
    )


def _course_faults(
    facts: CoursePage,
    lessons: list[DraftLesson],
    gives: Iterable[CourseGives],
    requires: Iterable[CourseRequires],
) -> list[Fault]:
    bare: list[dict[str, Any]] = [
        {"key": each.content["key"], "slug": each.content["slug"], "title": each.title}
        | {"blocks": [], "questions": []}
        for each in lessons
    ]
    content = content_around(
        [{"key": "", "title": "", "lessons": bare}],
        course={"page": facts.pk, "form": facts.form},
        grants=[{"area_code": given.area.code, "level": given.level.number} for given in gives],
        requires=[
            {"area_code": asked.area.code, "level": asked.level.number} for asked in requires
        ],
        completion=freezing.freeze_criteria(facts.completion),
        refreshes=facts.refreshes_id,
    )
    nothing = ReferenceBook(day=None, laws={}, contacts={}, municipality="")  # type: ignore[arg-type]
    return [fault for fault in faults_in(content, nothing) if not fault.where]


def _title(page: Page) -> str:
    return page.draft_title or page.title


def draft_courses(
    courses: QuerySet[CoursePage], book: ReferenceBook, *, with_facts: bool = True
) -> list[DraftCourse]:
    """The drafts of courses. A number of queries that does not grow with modules and lessons;
    with facts, some for each course."""
    chosen = list(courses.select_related("latest_revision"))
    if not chosen:
        return []
    modules = _below(ModulePage, chosen)
    lessons = _below(LessonPage, chosen)
    numbers: dict[int, int] = {}
    known: set[str] = set()
    versions = CourseVersion.objects.filter(course__in=chosen).order_by("number")
    for course_id, number, outline in versions.values_list("course_id", "number", "outline"):
        numbers[course_id] = number
        known |= {each["key"] for part in outline["modules"] for each in part["lessons"]}
    retired = set(
        CourseRetirement.objects.filter(course__in=chosen, reopened_at=None).values_list(
            "course_id", flat=True
        )
    )
    gives, requires = _levels(CourseGives, chosen), _levels(CourseRequires, chosen)
    found = []
    for course in chosen:
        parts = []
        for module in modules:
            if not module.is_child_of(course):
                continue
            inside = tuple(
                draft_lesson(page, book, in_version=page.key in known)
                for page in lessons
                if page.is_child_of(module)
            )
            parts.append(DraftModule(module, _title(module), state_of(module), inside))
        facts = course.get_latest_revision_as_object() if with_facts else course
        own = [lesson for part in parts for lesson in part.lessons]
        found.append(
            DraftCourse(
                page=course,
                facts=facts,
                state=state_of(course),
                modules=tuple(parts),
                faults=tuple(
                    _course_faults(
                        facts,
                        own,
                        facts.gives.all() if with_facts else gives[course.pk],
                        facts.requires.all() if with_facts else requires[course.pk],
                    )
                ),
                version=numbers.get(course.pk),
                retired=course.pk in retired,
            )
        )
    return found


def _levels(model: Any, courses: list[CoursePage]) -> dict[int, list[Any]]:
    """The published rows of what courses give or require, by the course."""
    found: dict[int, list[Any]] = {course.pk: [] for course in courses}
    for row in model.objects.filter(page__in=courses).select_related("area", "level"):
        found[row.page_id].append(row)
    return found


def _below(model: type[Page], courses: list[CoursePage]) -> list[Any]:
    """The pages of a type inside any of the courses, in the order of the tree. Streams are read
    from the table only where a draft has not taken their place."""
    start = courses[0].path[: -courses[0].steplen]
    found = model.objects.filter(path__startswith=start).order_by("path")
    if len(courses) == 1:
        found = found.descendant_of(courses[0])
    found = found.select_related("latest_revision")
    pages = list(found.defer_streamfields())
    whole = [page.pk for page in pages if not page.latest_revision or state_of(page) == CHANGED]
    streams = found.in_bulk(whole) if whole else {}
    return [streams.get(page.pk, page) for page in pages]


def draft_course(pk: int, book: ReferenceBook) -> DraftCourse | None:
    """The draft of one course; None where there is none."""
    return next(iter(draft_courses(CoursePage.objects.filter(pk=pk), book)), None)
