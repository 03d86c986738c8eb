"""How far has my course come, and what is left to put right?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from wagtail.models import Page

from courses import drafts, freezing, pasting
from courses.drafts import DraftCourse, DraftLesson
from courses.models import CoursePage, LessonPage
from courses.services.reviews import may_write
from courses.services.studio import course_of, was_in_version
from lms.content.references import current_book
from lms.lib.dates import today
from lms.people.models import User


def page_to_read(request: HttpRequest, page: Page) -> None:
    """Refuse those who may not come near the draft."""
    if not page.permissions_for_user(request.user).can_edit():
        raise PermissionDenied


@dataclass(frozen=True)
class Point:
    """One thing to put right or to look at, as the author reads it."""

    message: str
    quote: str
    url: str
    stops: bool


def _points(lesson: DraftLesson) -> list[Point]:
    edit = reverse("wagtailadmin_pages:edit", args=[lesson.page.pk])

    def url(block: str) -> str:
        return f"{edit}#block-{block}-section" if block else edit

    return [
        *(Point(str(fault.message), "", url(fault.block), True) for fault in lesson.faults),
        *(Point(each.message, each.quote, url(each.block), False) for each in lesson.remarks),
    ]


def band_in_words(band: str) -> str:
    return {
        "short": _("too short to judge"),
        "easy": _("easy to read"),
        "medium": _("medium"),
        "hard": _("hard to read"),
    }.get(band, "")


def state_in_words(state: str) -> str:
    return {
        drafts.DRAFT: _("draft"),
        drafts.CHANGED: pgettext("a page", "changed"),
        drafts.PUBLISHED: _("published"),
    }[state]


@dataclass(frozen=True)
class LessonRow:
    """A lesson as the studio shows it."""

    lesson: DraftLesson
    number: int
    state: str
    band: str
    points: list[Point]
    stops: int
    # Sentences to shorten, where the text is not easy as it is.
    hardest: tuple[str, ...]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ModuleRow:
    module: drafts.DraftModule
    state: str
    lessons: list[LessonRow]
    is_first: bool
    is_last: bool


def _rows(course: DraftCourse) -> list[ModuleRow]:
    rows = []
    number, last = 0, len(course.modules) - 1
    for place, module in enumerate(course.modules):
        lessons = []
        for spot, lesson in enumerate(module.lessons):
            number += 1
            lessons.append(
                LessonRow(
                    lesson=lesson,
                    number=number,
                    state=state_in_words(lesson.state),
                    band=band_in_words(lesson.reading.band),
                    points=_points(lesson),
                    stops=len(lesson.faults),
                    hardest=lesson.reading.hardest
                    if lesson.reading.band in ("medium", "hard")
                    else (),
                    is_first=place == 0 and spot == 0,
                    is_last=place == last and spot == len(module.lessons) - 1,
                )
            )
        state = state_in_words(module.state)
        rows.append(ModuleRow(module, state, lessons, place == 0, place == last))
    return rows


def _condition(item: dict[str, Any]) -> str:
    match item["kind"]:
        case "lessons":
            return _("every lesson is done")
        case "lesson":
            return _("the lesson “%(title)s” is done") % {"title": item["text"]}
        case "score":
            return _("at least %(percent)s %% right over the whole course") % {
                "percent": item["percent"]
            }
        case "confirm":
            return _("the learner confirms: “%(text)s”") % {"text": item["text"]}
        case "signoff":
            return _("the manager confirms: “%(text)s”") % {"text": item["text"]}
    return str(item["kind"])


def conditions_in_words(facts: CoursePage) -> list[str]:
    """What it takes to complete the course, one sentence for each group."""
    lines = []
    for group in freezing.freeze_criteria(facts.completion):
        items = "; ".join(_condition(item) for item in group["items"])
        if len(group["items"]) > 1 and group["rule"] == "one":
            items = _("One of these: %(items)s") % {"items": items}
        elif len(group["items"]) > 1 and group["rule"] == "some":
            items = _("At least %(count)s of these: %(items)s") % {
                "count": group["count"],
                "items": items,
            }
        lines.append(f"{items[:1].upper()}{items[1:]}.")
    return lines or [_("Every lesson is done.")]


def _level(row: Any) -> str:
    text = f"{row.area.name}: {row.level.name}"
    months = getattr(row, "validity_months", None)
    if months:
        valid = ngettext("valid for %(count)s month", "valid for %(count)s months", months)
        text = f"{text}, {valid % {'count': months}}"
    return text


@require_GET
def courses(request: HttpRequest) -> HttpResponse:
    """Every course as it is being written."""
    pages = CoursePage.objects.order_by("title")
    found = drafts.draft_courses(pages, current_book(), with_facts=False)
    return TemplateResponse(
        request,
        "courses/admin/studio_courses.html",
        {
            "courses": sorted(found, key=lambda course: course.retired),
            "may_write": may_write(cast(User, request.user), today()),
        },
    )


@dataclass(frozen=True)
class Refused:
    """Titles that could not be read, shown again as they were written. `at` is the page they
    were to be added to."""

    at: int
    text: str
    errors: list[pasting.LineError]

    @property
    def box(self) -> str:
        """The id of a module's box."""
        return f"l-{self.at}"


@require_GET
@never_cache
def studio(request: HttpRequest, pk: int) -> HttpResponse:
    """A course from its facts to its last lesson, with what there is to put right."""
    page = get_object_or_404(CoursePage, pk=pk)
    page_to_read(request, page)
    return studio_page(request, page)


def studio_page(
    request: HttpRequest, page: CoursePage, refused: Refused | None = None
) -> HttpResponse:
    """The studio, with what was just written where it could not be read."""
    course = drafts.draft_course(page.pk, current_book())
    assert course is not None
    rows = _rows(course)
    permissions = page.permissions_for_user(request.user)
    return TemplateResponse(
        request,
        "courses/admin/studio.html",
        {
            "course": course,
            "facts": course.facts,
            "state": state_in_words(course.state),
            "gives": [_level(row) for row in course.facts.gives.all()],
            "requires": [_level(row) for row in course.facts.requires.all()],
            "conditions": conditions_in_words(course.facts),
            "modules": rows,
            "questions": sum(lesson.questions for lesson in course.lessons),
            "may_write": may_write(cast(User, request.user), today()),
            "may_publish": permissions.can_publish(),
            "refused": refused,
        },
        status=422 if refused else 200,
    )


@require_GET
@never_cache
def checks(request: HttpRequest, pk: int) -> HttpResponse:
    """What is left to do in one lesson as last saved: the inside of the editor's panel."""
    page = get_object_or_404(LessonPage.objects.select_related("latest_revision"), pk=pk)
    page_to_read(request, page)
    return TemplateResponse(request, "courses/admin/studio_checks.html", lesson_checks(page))


def lesson_checks(page: LessonPage) -> dict[str, Any]:
    """What the editor's panel says about a lesson as last saved."""
    lesson = drafts.draft_lesson(page, current_book(), in_version=was_in_version(page))
    points = _points(lesson)
    return {
        "lesson": lesson,
        "band": band_in_words(lesson.reading.band),
        "faults": [point for point in points if point.stops],
        "remarks": [point for point in points if not point.stops],
        "course": course_of(page),
    }
