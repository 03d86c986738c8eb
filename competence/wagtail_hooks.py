"""The menu "Kompetens" in Wagtail's admin."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from competence import admin_urls
from competence.access import URLS
from lms.people.wagtail_hooks import AccessMenuItem


def _item(label: str | Promise, name: str, icon: str, order: int) -> MenuItem:
    rule = URLS[f"competence_admin:{name}"]
    assert rule.obj is not None
    assert rule.action is not None
    return AccessMenuItem(
        label,
        reverse(f"competence_admin:{name}"),
        name=f"competence-{name}",
        icon_name=icon,
        order=order,
        obj=rule.obj,
        action=rule.action,
    )


@hooks.register("register_admin_urls")
def register_competence_urls() -> list[URLPattern | URLResolver]:
    return [path("kompetens/", include(admin_urls))]


@hooks.register("register_admin_menu_item")
def register_competence_menu() -> SubmenuMenuItem:
    items = [
        _item(_("Competence plan"), "plan", "doc-full-inverse", 10),
        _item(_("Training plan"), "training", "calendar-alt", 12),
        _item(_("Standing programmes"), "programmes", "rotate", 14),
        _item(_("Key persons"), "namings", "user", 20),
        _item(_("Needs assessment"), "needs_rounds", "form", 15),
        _item(_("Review"), "inbox", "mail", 24),
        _item(_("Sign-in sheets"), "recorded_sheets", "doc-full", 25),
        _item(_("Equivalence"), "rules", "link", 26),
        _item(_("Exemptions"), "exemptions", "minus", 30),
        _item(_("Measure register"), "measures", "tasks", 15),
        _item(_("Coverage targets"), "targets", "group", 35),
        _item(_("Planning assumptions"), "assumptions", "sliders", 38),
        _item(_("Renewal orders"), "renewals", "rotate", 40),
        _item(_("Write to a group"), "group_messages", "mail", 45),
        _item(_("Corrections"), "achievements", "check", 50),
        _item(_("Status on a day"), "case", "history", 55),
        _item(_("What another post would ask"), "case_move", "resubmit", 56),
        _item(_("Training transcript"), "transcripts", "doc-full", 57),
        _item(_("Take in history"), "history", "history", 58),
        _item(_("The plan as a file"), "framework", "upload", 60),
    ]
    return SubmenuMenuItem(
        _("Competence"), Menu(items=items), icon_name="clipboard-list", order=500
    )
