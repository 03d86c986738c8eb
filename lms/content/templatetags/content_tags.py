"""Showing text that quotes law and contacts, and blocks, live or frozen."""

from __future__ import annotations

from collections.abc import Mapping
from html import unescape
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from lms.content.references import TOKEN, current_book, dialled, read_by_public, resolve
from lms.content.scenario import Passed, steps_from

register = template.Library()


@register.filter
def with_references(text: Any, audience: str = "") -> SafeString:
    """Replace the tokens in `text` (escaped unless it is safe or rich text). Contacts for
    signed-in readers show their name alone to others, and to everyone with "public"."""
    html = conditional_escape(text)
    if not TOKEN.search(html):
        return html
    return resolve(html, current_book(), public=True if audience == "public" else None)


@register.filter
def references_as_text(text: object, audience: str = "") -> str:
    """The same in plain text, for labels, headings of things to open and options: places where
    no link may stand."""
    return unescape(strip_tags(with_references(text, audience)))


@register.filter
def rich(html: str, audience: str = "") -> SafeString:
    """Stored HTML (from the rich text editor, or cleaned when it was frozen) with its tokens
    replaced."""
    return with_references(mark_safe(html), audience)


@register.simple_tag(takes_context=True)
def show_block(context: template.Context, block: Mapping[str, Any]) -> SafeString:
    """One frozen block ({type, id, value}) through the same template as the live page."""
    request = context.get("request")
    return mark_safe(
        render_to_string(
            f"blocks/{block['type']}.html",
            {"value": block["value"], "block_id": block["id"], "request": request},
            request=None,
        )
    )


@register.simple_tag
def legal_references(codes: list[str]) -> list[object]:
    """The sections behind the codes, as in force today."""
    book = current_book()
    return [book.in_force(book.laws[code]) for code in codes if code in book.laws]


@register.simple_tag
def contact_points(codes: list[str]) -> list[dict[str, object]]:
    """The contacts behind the codes that this reader may see, each with the number that may be
    shown today."""
    book = current_book()
    public = read_by_public()
    return [
        {"contact": contact, "phone": contact.phone_on(book.day)}
        for contact in (book.contacts[code] for code in codes if code in book.contacts)
        if not (public and contact.audience == contact.Audience.INTERNAL)
    ]


@register.simple_tag(takes_context=True)
def scenario_steps(
    context: template.Context, value: Mapping[str, Any], block_id: str
) -> list[Passed]:
    """The steps that the reader has come to in this scenario, by the address."""
    request = context.get("request")
    path = request.GET.get(f"val-{block_id}", "") if request else ""
    return steps_from(value).walk(path)


@register.simple_tag
def contact_phone(code: str) -> str:
    """The number of one contact while it may be shown today, else nothing."""
    return next((str(each["phone"]) for each in contact_points([code])), "")


register.filter("dialled", dialled)
