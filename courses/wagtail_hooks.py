"""Courses in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from courses import admin_urls
from courses.models import CoursePage, LessonPage, ModulePage


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern | URLResolver]:
    return [path("kurser/", include(admin_urls))]


def course_of(page: Page) -> Page | None:
    """The course that the page is or lies in."""
    if page.specific_class is CoursePage:
        return page
    if page.specific_class in (ModulePage, LessonPage):
        return page.get_ancestors().type(CoursePage).last()
    return None


@hooks.register("register_page_header_buttons")
def course_buttons(
    page: Page, user: Any, next_url: str | None = None, view_name: str | None = None
) -> Iterator[Button]:
    course = course_of(page)
    if course is None:
        return
    if course.permissions_for_user(user).can_publish():
        yield Button(
            _("Publish course version"),
            reverse("courses_admin:publish", args=[course.pk]),
            icon_name="upload",
            priority=5,
        )
    yield Button(
        _("Course versions"),
        reverse("courses_admin:versions", args=[course.pk]),
        icon_name="history",
        priority=6,
    )


class PublishVersionItem(ActionMenuItem):
    name = "action-publish-course-version"
    label = _("Publish course version")
    icon_name = "upload"

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        return (
            context["view"] == "edit"
            and page is not None
            and page.specific_class is CoursePage
            and page.permissions_for_user(context["request"].user).can_publish()
        )

    def get_url(self, context: dict[str, Any]) -> str:
        return reverse("courses_admin:publish", args=[context["page"].pk])


@hooks.register("register_page_action_menu_item")
def publish_version_item() -> ActionMenuItem:
    return PublishVersionItem(order=90)
