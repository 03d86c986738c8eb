"""Which versions has a course had, who is on which, what differs, and how does it read?"""

from __future__ import annotations

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from courses.comparing import compare
from courses.drafts import ShownFiles
from courses.freezing import CourseContent, freeze_course
from courses.models import CoursePage, CourseVersion
from courses.reading import AssetUrls
from courses.reading.answered import answered_lesson
from courses.services.publishing import draft_version
from courses.services.standing import standing_of
from courses.views.publishing import course_to_read
from courses.views.readers import true_and_false
from lms.content.models import SiteSettings
from lms.content.references import current_book, plain_text
from lms.lib.numbers import whole_number

# What stands for the pages as they are published now, in the place of a version's number.
DRAFT = 0


@require_GET
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of the course, what was said about it, and how many are on it."""
    course = course_to_read(request, pk)
    threshold = SiteSettings.load().suppression_threshold
    return TemplateResponse(
        request,
        "courses/admin/versions.html",
        {"course": course, "standing": standing_of(course.pk, threshold), "threshold": threshold},
    )


def _version(course: CoursePage, number: int) -> CourseVersion:
    return get_object_or_404(CourseVersion, course=course, number=number)


def _number(request: HttpRequest, name: str, default: int) -> int:
    given = whole_number(request.GET.get(name, ""))
    return default if given is None else given


@require_GET
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions side by side (`fran`, `till`; the published pages are number 0); without a
    choice the latest and the one before it."""
    course = course_to_read(request, pk)
    rows = list(CourseVersion.objects.filter(course=course).defer("content").order_by("-number"))
    if not rows:
        raise Http404
    new = _number(request, "till", rows[0].number)
    old = _number(request, "fran", rows[min(1, len(rows) - 1)].number)
    book = current_book()
    return TemplateResponse(
        request,
        "courses/admin/difference.html",
        {
            "course": course,
            "versions": rows,
            "old": old,
            "new": new,
            "comparison": compare(
                _content(course, old),
                _content(course, new),
                wording=lambda text: plain_text(text, book),
            ),
        },
    )


def _content(course: CoursePage, number: int) -> CourseContent:
    if number == DRAFT:
        return draft_version(course).content
    content: CourseContent = _version(course, number).content
    return content


class _NoAddresses(Mapping[str, str]):
    """Of files that have their address already."""

    def __getitem__(self, key: str) -> str:
        raise KeyError(key)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(())

    def __len__(self) -> int:
        return 0


@require_GET
def read(request: HttpRequest, pk: int, number: int, slug: str = "") -> HttpResponse:
    """A version, or the published pages as number 0, as a learner reads it with every question
    answered; without a lesson the course and its outline."""
    course = course_to_read(request, pk)
    urls: Mapping[str, str]
    if number == DRAFT:
        content, urls = freeze_course(course, ShownFiles()), _NoAddresses()
    else:
        version = _version(course, number)
        content, urls = version.content, AssetUrls(version.pk)
    shown = answered_lesson(content, slug, urls, true_and_false()) if slug else None
    if slug and shown is None:
        raise Http404
    return TemplateResponse(
        request,
        "courses/admin/read.html",
        {"course": course, "content": content, "number": number, "shown": shown},
    )
