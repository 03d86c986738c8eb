"""Every address and what it takes to open it. `AccessMiddleware` refuses what is not listed;
a test finds the address or admin view that is missing here.

A key is an address's name with its namespaces, or a namespace with `*`. Inside Wagtail's admin
its own permissions decide (lms.people.services.role_assignments gives them); the rule here says
who may come near at all.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from lms.people.access import CLOSED, PUBLIC, SIGNED_IN, Action, Obj, Rule

_ADMIN = Rule(Obj.ADMIN)
_SETTINGS = Rule(Obj.SETTINGS, Action.UPDATE)

ROOT: dict[str, Rule] = {
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "wagtail_serve": PUBLIC,
    "wagtailcore_authenticate_with_password": PUBLIC,
    "wagtailcore_login": PUBLIC,
    "wagtaildocs_serve": PUBLIC,
    "wagtaildocs_authenticate_with_password": PUBLIC,
    "wagtailimages_serve": PUBLIC,
    "set_language": PUBLIC,
    "wagtailadmin_login": PUBLIC,
    "wagtailadmin_logout": SIGNED_IN,
    "wagtailadmin_account": _ADMIN,
    "wagtailadmin_account_*": _ADMIN,
    # Passwords are reset at /konto/.
    "wagtailadmin_password_reset*": CLOSED,
    "wagtailadmin_*": _ADMIN,
    "wagtailadmin:*": _ADMIN,
    "wagtail_bulk_action": _ADMIN,
    "wagtailimages:*": Rule(Obj.MEDIA),
    "wagtailimages_chooser:*": Rule(Obj.MEDIA),
    "wagtaildocs:*": Rule(Obj.MEDIA),
    "wagtaildocs_chooser:*": Rule(Obj.MEDIA),
    # The admin's own pages that say 404: they have no names.
    "django.views.generic.base.TemplateView": _ADMIN,
    "wagtail.admin.views.home.default": _ADMIN,
    "wagtailembeds:*": _ADMIN,
    "wagtailsnippets:*": _ADMIN,
    "wagtailsnippets_*": _ADMIN,
    "wagtailsnippetchoosers_*": _ADMIN,
    "wagtailforms:*": Rule(Obj.SUPPORT_REQUEST, Action.UPDATE),
    "wagtailredirects:*": _SETTINGS,
    "wagtailsearchpromotions:*": _SETTINGS,
    "wagtailsites:*": _SETTINGS,
    "wagtailsettings:*": _SETTINGS,
    # Accounts and roles are handled in the register: there everything is logged, and the matrix
    # decides.
    "wagtailusers_*": CLOSED,
    "wagtailusers:*": CLOSED,
}


@lru_cache(maxsize=1)
def url_access() -> dict[str, Rule]:
    """The tables of all apps (`<app>.access.URLS`), Wagtail's and the root's as one."""
    table = dict(ROOT)
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "access"):
            table.update(getattr(import_module(f"{app.name}.access"), "URLS", {}))
    return table


@lru_cache(maxsize=1)
def _prefixes() -> list[tuple[str, Rule]]:
    """The keys that end in `*`, the longest first."""
    found = [(key[:-1], rule) for key, rule in url_access().items() if key.endswith("*")]
    return sorted(found, key=lambda item: -len(item[0]))


@lru_cache(maxsize=2048)
def rule_for(view_name: str) -> Rule | None:
    """What it takes to open the address called `view_name`; None where it is not listed."""
    exact = url_access().get(view_name)
    if exact is not None:
        return exact
    return next((rule for prefix, rule in _prefixes() if view_name.startswith(prefix)), None)
