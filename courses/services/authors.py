"""Who has written what a course has new since its latest version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import Page, PageLogEntry, Revision

from courses.freezing import CourseContent, bank_keys, shown_articles
from courses.models import CoursePage, CourseVersion, QuestionVersion


def authors_since(
    latest: CourseVersion | None,
    course: CoursePage,
    content: CourseContent,
    *,
    until: datetime | None = None,
) -> set[int]:
    """The accounts that have written anything in `content` which the latest version does not
    have: revisions of its pages, of the articles it shows, and wordings of the bank's questions.
    Without a version, what is written for the course itself. Only what was written before
    `until`, where that is given."""
    return _of_pages(latest, course, content, until) | _of_questions(latest, content, until)


def _of_questions(
    latest: CourseVersion | None, content: CourseContent, until: datetime | None
) -> set[int]:
    worded = QuestionVersion.objects.filter(question__key__in=bank_keys(content), by__isnull=False)
    if latest is not None:
        worded = worded.filter(published_at__gt=latest.published_at)
    if until is not None:
        worded = worded.filter(published_at__lt=until)
    return set(worded.values_list("by", flat=True))


def _of_pages(
    latest: CourseVersion | None,
    course: CoursePage,
    content: CourseContent,
    until: datetime | None,
) -> set[int]:
    own = Q(path__startswith=course.path)
    concerned = own if latest is None else own | Q(pk__in=shown_articles(content))
    pages = {page.pk: page for page in Page.objects.filter(concerned)}
    frozen = _published_by(latest, list(pages)) if latest else {}
    found: set[int] = set()
    revisions = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(pk) for pk in pages],
        user__isnull=False,
    )
    if until is not None:
        revisions = revisions.filter(created_at__lt=until)
    for pk, page_pk, user_pk, written_at in revisions.values_list(
        "pk", "object_id", "user", "created_at"
    ):
        page = pages[int(page_pk)]
        if page.live_revision_id is None or pk > page.live_revision_id:
            # A draft that is not in the content.
            continue
        if latest is None or written_at > latest.published_at:
            found.add(user_pk)
        elif page.pk in frozen:
            # Written before the version, and published as a page after it.
            if pk > frozen[page.pk]:
                found.add(user_pk)
        elif page.first_published_at is None or page.first_published_at > latest.published_at:
            found.add(user_pk)
    return found


def _published_by(latest: CourseVersion, pages: list[Any]) -> dict[int, int]:
    """By page: the revision that was published when the version was frozen."""
    entries = PageLogEntry.objects.filter(
        action="wagtail.publish",
        page__in=pages,
        revision__isnull=False,
        timestamp__lte=latest.published_at,
    )
    return dict(entries.order_by("timestamp", "pk").values_list("page", "revision"))
