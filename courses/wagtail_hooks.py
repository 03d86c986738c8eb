"""Courses in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from courses import admin_urls
from courses.models import CoursePage, LessonPage, ModulePage, Question
from courses.registry import why_pages_stay
from courses.services.bank import number_of_sort
from courses.services.copying import give_own_ids
from courses.services.news import is_told_of
from courses.services.reviews import may_publish_at_once, may_write
from courses.services.studio import was_in_version
from courses.viewsets import BankPermissionPolicy, QuestionViewSet
from lms.lib.dates import today
from lms.people.access import Action, Obj, Scope
from lms.people.models import User
from lms.people.wagtail_hooks import AccessMenuItem

register_permission_policy(Question, BankPermissionPolicy(Question))
register_snippet(QuestionViewSet)


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
    if course is None or not _works_with_courses(user):
        return
    if course.permissions_for_user(user).can_edit():
        yield Button(
            _("Course studio"),
            reverse("courses_admin:studio", args=[course.pk]),
            icon_name="list-ol",
            priority=4,
        )
    if course.permissions_for_user(user).can_edit():
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


def _works_with_courses(user: Any) -> bool:
    return may_write(user, today()) or may_publish_at_once(user, today())


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
            and _works_with_courses(context["request"].user)
        )

    def get_url(self, context: dict[str, Any]) -> str:
        return reverse("courses_admin:publish", args=[context["page"].pk])


@hooks.register("register_page_action_menu_item")
def publish_version_item() -> ActionMenuItem:
    return PublishVersionItem(order=90)


@hooks.register("construct_page_action_menu")
def judged_as_a_whole(items: list[ActionMenuItem], request: HttpRequest, context: Any) -> None:
    """A course is judged as a version, never page by page."""
    page = context.get("page") or context.get("parent_page")
    if page is not None and course_of(page) is not None:
        items[:] = [item for item in items if item.name != "action-submit"]


@hooks.register("before_delete_snippet")
def questions_are_never_deleted(request: HttpRequest, instances: list[Any]) -> None:
    """Not one by one nor many at once; Wagtail's page for the latter would also name the questions
    to those who may not see them."""
    asked = request.resolver_match.kwargs if request.resolver_match else {}
    names = [str(asked.get(name, "")).lower() for name in ("app_label", "model_name")]
    of_bank = names == ["courses", "question"]
    if of_bank or any(isinstance(each, Question) for each in instances):
        raise PermissionDenied


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def tell_how_many_there_are(request: HttpRequest, page: Page) -> None:
    """A lesson that draws from the bank: how many there are of each sort it asks for."""
    if not isinstance(page, LessonPage):
        return
    for child in page.questions:
        if child.block_type != "draw":
            continue
        for stratum in child.value["strata"]:
            sort = {name: stratum[name] or "" for name in ("area", "level", "legal", "tag")}
            there_are = number_of_sort(**sort)
            words = {"count": stratum["count"], "there_are": there_are}
            if there_are < stratum["count"]:
                messages.warning(
                    request,
                    gettext(
                        "A draw asks for %(count)s questions, and the bank has %(there_are)s of "
                        "that sort. The course cannot be published until there are enough."
                    )
                    % words,
                )
            else:
                messages.info(
                    request,
                    ngettext(
                        "A draw takes %(count)s question of the %(there_are)s that the bank has.",
                        "A draw takes %(count)s questions of the %(there_are)s that the bank has.",
                        stratum["count"],
                    )
                    % words,
                )


@hooks.register("register_admin_menu_item")
def courses_item() -> MenuItem:
    return AccessMenuItem(
        _("Courses"),
        reverse("courses_admin:courses"),
        name="courses",
        icon_name="list-ol",
        order=60,
        obj=Obj.QUESTION_BANK,
        action=Action.READ,
    )


@hooks.register("insert_global_admin_css")
def studio_look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/studio.css"))


@hooks.register("insert_editor_js")
def studio_script() -> SafeString:
    return format_html('<script type="module" src="{}"></script>', static("js/studio.js"))


@hooks.register("register_page_header_buttons")
def life_buttons(
    page: Page, user: Any, next_url: str | None = None, view_name: str | None = None
) -> Iterator[Button]:
    """What happens to a course after it is published."""
    if page.specific_class is not CoursePage or not page.permissions_for_user(user).can_publish():
        return
    yield Button(
        _("What is new for those who have it"),
        reverse("courses_admin:news", args=[page.pk]),
        icon_name="info-circle",
        priority=7,
    )
    yield Button(
        _("End the course"),
        reverse("courses_admin:retire", args=[page.pk]),
        icon_name="bin",
        priority=8,
    )


@hooks.register("register_admin_menu_item")
def questions_item() -> MenuItem:
    return AccessMenuItem(
        _("Questions to experts"),
        reverse("courses_admin:expert_questions"),
        obj=Obj.EXPERT_QUESTION,
        action=Action.UPDATE,
        name="expert-questions",
        icon_name="help",
        order=160,
    )


@hooks.register("register_admin_menu_item")
def reports_item() -> MenuItem:
    return AccessMenuItem(
        _("Reported faults"),
        reverse("courses_admin:reports"),
        obj=Obj.COURSE,
        action=Action.UPDATE,
        name="lesson-reports",
        icon_name="warning",
        order=161,
    )


@hooks.register("register_admin_menu_item")
def organisations_item() -> MenuItem:
    return AccessMenuItem(
        _("Partner organisations"),
        reverse("courses_admin:organisations"),
        obj=Obj.PARTNER_ORGANISATION,
        scope=Scope.ALL,
        name="partner-organisations",
        icon_name="group",
        order=610,
    )


def _why_it_stays(page: Page) -> str:
    """Why the page is not to be deleted, in words; nothing where it may be."""
    if was_in_version(page):
        return gettext(
            "“%(title)s” is in a course version, and what people took must stay readable. "
            "Unpublish it instead."
        ) % {"title": page.title}
    if is_told_of(page):
        return gettext(
            "Readers have been told of a change in “%(title)s”, and can read what. Unpublish it "
            "instead."
        ) % {"title": page.title}
    return why_pages_stay(page)


@hooks.register("before_delete_page")
def what_readers_have_stays(request: HttpRequest, page: Page) -> HttpResponse | None:
    why = _why_it_stays(page) if request.method == "POST" else ""
    if not why:
        return None
    messages.error(request, why)
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("before_bulk_action")
def what_readers_have_stays_among_many(
    request: HttpRequest, action_type: str, objects: list[Any], action: Any
) -> HttpResponse | None:
    """Where one has to stay, none is deleted."""
    if action_type != "delete":
        return None
    pages = [each for each in objects if isinstance(each, Page)]
    reasons = [why for why in map(_why_it_stays, pages) if why]
    for why in reasons:
        messages.error(request, why)
    return redirect(action.next_url) if reasons else None


@hooks.register("after_copy_page")
def a_copy_has_ids_of_its_own(request: HttpRequest, page: Page, new_page: Page) -> None:
    if course_of(new_page) is not None:
        give_own_ids(page=new_page, by=cast(User, request.user))
