"""The register in Wagtail's admin menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from lms.lib.dates import today
from lms.people import admin_urls
from lms.people.access import Action, Obj, Rule, Scope


class AccessMenuItem(MenuItem):
    """A menu item that shows where the matrix lets the reader in."""

    def __init__(
        self,
        *args: object,
        obj: Obj,
        action: Action = Action.READ,
        scope: Scope | None = None,
        **kwargs: object,
    ):
        self.rule = Rule(obj, action, scope=scope)
        super().__init__(*args, **kwargs)

    def is_shown(self, request: HttpRequest) -> bool:
        return self.rule.allows(request.user, today())


def _item(label: object, name: str, icon: str, order: int, obj: Obj, action: Action) -> MenuItem:
    return AccessMenuItem(
        label,
        reverse(f"people_admin:{name}"),
        name=f"people-{name}",
        icon_name=icon,
        order=order,
        obj=obj,
        action=action,
    )


@hooks.register("register_admin_urls")
def register_people_urls() -> list[URLPattern | URLResolver]:
    return [path("personer/", include(admin_urls))]


@hooks.register("register_admin_menu_item")
def register_people_menu() -> SubmenuMenuItem:
    read, create, update = Action.READ, Action.CREATE, Action.UPDATE
    items = [
        _item(_("People"), "people", "user", 10, Obj.PERSON, read),
        _item(_("Units"), "units", "site", 20, Obj.ORGANISATION, read),
        _item(_("HR import"), "imports", "upload", 30, Obj.HR_IMPORT, read),
        _item(_("To look at"), "anomalies", "warning", 40, Obj.ANOMALY, read),
        _item(_("Invitations"), "invitations", "mail", 50, Obj.ACCOUNT, create),
        _item(_("Accounts"), "accounts", "key", 55, Obj.ACCOUNT, update),
        _item(_("Merge records"), "merge", "copy", 60, Obj.ACCOUNT, update),
        _item(_("See as a manager"), "view_as", "view", 65, Obj.VIEW_AS, create),
        _item(_("Roles"), "roles", "group", 70, Obj.ROLE_ASSIGNMENT, read),
        _item(_("Changed reach"), "reach", "group", 75, Obj.ROLE_ASSIGNMENT, read),
        _item(_("The log"), "ledger", "history", 80, Obj.AUDIT_LOG, read),
    ]
    return SubmenuMenuItem(
        _("People and organisation"), Menu(items=items), icon_name="group", order=600
    )


@hooks.register("construct_settings_menu")
def accounts_are_in_the_register(request: HttpRequest, items: list[MenuItem]) -> None:
    """Wagtail's own pages for users and groups are closed."""
    items[:] = [item for item in items if item.name not in ("users", "groups")]


@hooks.register("construct_search")
def no_search_for_users(request: HttpRequest, items: list[Any]) -> None:
    items[:] = [item for item in items if item.name != "users"]
