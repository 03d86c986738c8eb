"""What the arena does when something has been published: the search index follows, courses are
told of what has changed, and answers from courses become questions and answers here."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from wagtail.models import Page
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from courses.models import CourseRetirement, CourseVersion, ExpertQuestion
from courses.services.news import offer_news_of_article
from courses.services.retiring import retirement_of
from courses.signals import (
    course_reopened,
    course_retired,
    course_version_published,
    expert_question_published,
)
from home.models import ArticlePage
from home.services.faq import add_question
from home.services.indexing import forget_page, index_course, index_page
from lms.people.models import User


def on_published(instance: Page, **_kwargs: Any) -> None:
    index_page(instance)


def on_material_change(instance: Page, revision: Any = None, **_kwargs: Any) -> None:
    """An article that lessons show says something else than before."""
    if isinstance(instance, ArticlePage) and instance.change == ArticlePage.Change.MATERIAL:
        offer_news_of_article(
            article=instance,
            note=instance.change_note,
            by=revision.user if revision else None,
            at=timezone.now(),
        )


def on_unpublished(instance: Page, **_kwargs: Any) -> None:
    forget_page(instance)


def on_new_address(instance: Page, **_kwargs: Any) -> None:
    for page in Page.objects.descendant_of(instance, inclusive=True).live().specific():
        index_page(page)


def on_course_version(version: CourseVersion, **_kwargs: Any) -> None:
    if retirement_of(version.course_id) is None:
        index_course(version)


def on_retired(retirement: CourseRetirement, **_kwargs: Any) -> None:
    forget_page(retirement.course)


def on_reopened(retirement: CourseRetirement, **_kwargs: Any) -> None:
    index_page(retirement.course)


def on_question_published(question: ExpertQuestion, by: User | None, **_kwargs: Any) -> None:
    add_question(question=question.public_question, answer=question.answer, by=by)


def connect() -> None:
    page_published.connect(on_material_change, dispatch_uid="home.courses.material_change")
    course_retired.connect(on_retired, dispatch_uid="home.search.retired")
    course_reopened.connect(on_reopened, dispatch_uid="home.search.reopened")
    expert_question_published.connect(on_question_published, dispatch_uid="home.faq.published")
    course_version_published.connect(on_course_version, dispatch_uid="home.search.course_version")
    page_published.connect(on_published, dispatch_uid="home.search.published")
    page_unpublished.connect(on_unpublished, dispatch_uid="home.search.unpublished")
    page_slug_changed.connect(on_new_address, dispatch_uid="home.search.slug")
    post_page_move.connect(on_new_address, dispatch_uid="home.search.moved")
