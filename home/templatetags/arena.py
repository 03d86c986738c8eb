"""What page templates of the arena ask for."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from wagtail.models import Page

from home.kinds import kind_label
from home.models import ArticlePage, PublicStartPage
from home.services.arena import Arena, ArticleFacts, arena_for, facts_of, parents_of
from lms.content.blocks import html
from lms.content.templatetags.ui import changed_query
from lms.lib.dates import today

register = template.Library()
register.filter("kind_label", kind_label)


@register.simple_tag(takes_context=True)
def the_arena(context: template.Context) -> Arena:
    return arena_for(context["request"], today())


@register.simple_tag(takes_context=True)
def facts_about(context: template.Context, article: ArticlePage) -> ArticleFacts:
    request = context["request"]
    return facts_of(article, user=request.user, day=today(), request=request)


@register.simple_tag(takes_context=True)
def above(context: template.Context, page: Page) -> list[tuple[str, str]]:
    return parents_of(page, context["request"])


@register.simple_tag
def urgent_phone(page: PublicStartPage) -> str:
    """The number of the urgent line, while it is verified."""
    return page.urgent_contact.phone_on(today()) if page.urgent_contact else ""


@register.simple_tag
def page_sections(page: PublicStartPage) -> list[dict[str, Any]]:
    return [
        {
            "title": block.value["title"],
            "html": html(block.value["text"]),
            "page": block.value["page"],
            "button": block.value["button"],
        }
        for block in page.sections
    ]


@register.simple_tag(takes_context=True)
def narrowed_by(context: template.Context, name: str, value: str | None) -> str:
    """The present address with one choice changed, from the first page of the list."""
    return changed_query(context["request"], **{name: value, "sida": None})


@register.simple_tag
def codes_of(rows: Any) -> list[str]:
    return [row.code for row in rows]


@register.simple_tag
def worried_contacts() -> list[str]:
    """Whom to call about a child, in the order one should."""
    return ["socialtjansten", "socialjouren", "vaxel", "polisen-11414", "bris"]


@register.filter
def reached_through(code: str) -> str:
    """How to reach those of them who have neither a number nor a link here."""
    ways = {
        "socialtjansten": _("Through the municipality's switchboard"),
        "socialjouren": _("Through 112 when it cannot wait"),
        "vaxel": _("The number is on the municipality's website"),
    }
    return str(ways.get(code, ""))


@register.simple_tag
def example_words() -> list[str]:
    """Words that find something in every arena: they are for Swedish texts in any language."""
    return ["oro", "samtal", "hot", "bidrag"]
