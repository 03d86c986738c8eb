"""The arena in Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from home import admin_urls
from home.models import ArenaIndexPage
from home.panels import FirstStepsPanel, QueuePanel, TasksPanel
from lms.lib.dates import today
from lms.people.access import Action, Obj, can


def _sets_up(request: HttpRequest) -> bool:
    return can(request.user, Action.UPDATE, Obj.SETTINGS, day=today())


def _writes(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_superuser) or can(user, Action.UPDATE, Obj.ARENA_PAGE, day=today())


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern | URLResolver]:
    return [path("arenan/", include(admin_urls))]


@hooks.register("construct_homepage_panels")
def own_start_page(request: HttpRequest, panels: list[Any]) -> None:
    if _writes(request):
        panels.insert(0, QueuePanel())
    else:
        panels.insert(0, TasksPanel())
    if _sets_up(request):
        panels.insert(0, FirstStepsPanel())


@hooks.register("construct_homepage_summary_items", order=1000)
def no_counters(request: HttpRequest, items: list[Any]) -> None:
    """How many pages and images there are is no answer to anything."""
    items.clear()


class FirstStepsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return _sets_up(request)


@hooks.register("register_admin_menu_item")
def first_steps_item() -> MenuItem:
    return FirstStepsMenuItem(
        _("First steps"),
        reverse("home_admin:first_steps"),
        name="first-steps",
        icon_name="list-ol",
        order=950,
    )


@hooks.register("construct_main_menu")
def add_arena(request: HttpRequest, items: list[MenuItem]) -> None:
    """The arena's articles, one click away."""
    if not _writes(request):
        return
    arena = ArenaIndexPage.objects.only("pk").first()
    if arena:
        items.append(
            MenuItem(
                _("The arena's articles"),
                reverse("wagtailadmin_explore", args=[arena.pk]),
                name="arena",
                icon_name="doc-full",
                order=50,
            )
        )


@hooks.register("insert_global_admin_js")
def own_script() -> SafeString:
    return format_html('<script type="module" src="{}"></script>', static("js/admin.js"))


@hooks.register("insert_global_admin_css")
def own_look() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
