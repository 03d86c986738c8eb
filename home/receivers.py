"""The search index follows what is published."""

from __future__ import annotations

from typing import Any

from wagtail.models import Page
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from courses.models import CourseVersion
from courses.signals import course_version_published
from home.services.indexing import forget_page, index_course, index_page


def on_published(instance: Page, **_kwargs: Any) -> None:
    index_page(instance)


def on_unpublished(instance: Page, **_kwargs: Any) -> None:
    forget_page(instance)


def on_new_address(instance: Page, **_kwargs: Any) -> None:
    for page in Page.objects.descendant_of(instance, inclusive=True).live().specific():
        index_page(page)


def on_course_version(version: CourseVersion, **_kwargs: Any) -> None:
    index_course(version)


def connect() -> None:
    course_version_published.connect(on_course_version, dispatch_uid="home.search.course_version")
    page_published.connect(on_published, dispatch_uid="home.search.published")
    page_unpublished.connect(on_unpublished, dispatch_uid="home.search.unpublished")
    page_slug_changed.connect(on_new_address, dispatch_uid="home.search.slug")
    post_page_move.connect(on_new_address, dispatch_uid="home.search.moved")
