"""What somebody typed in a form that was not taken, to be shown back for them to copy. Nothing of
it is stored."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

# Fields that never are shown back, whatever they hold.
_SECRET = re.compile(r"pass|token|secret|code|login|losen", re.I)
# The account's own pages ask for passwords and codes.
_ACCOUNT = "/konto/"


def typed_texts(request: HttpRequest) -> tuple[str, ...]:
    """The free texts of a form as they were posted, in its order: what is of at least two words.
    A choice, a number, a token and a code are one. Nothing unless the form stood on a page of our
    own: another site could post words that look as if we said them."""
    if request.method != "POST" or request.path.startswith(_ACCOUNT) or not _is_our_own(request):
        return ()
    try:
        posted = list(request.POST.lists())
    except OSError:
        return ()
    texts = (
        _plain(value) for name, values in posted if not _SECRET.search(name) for value in values
    )
    return tuple(dict.fromkeys(text for text in texts if len(text.split()) > 1))


@dataclass(frozen=True)
class Unsent:
    """A form that came too late: why it was not taken, and each free text of it under its label."""

    why: str
    typed: tuple[tuple[str, str], ...] = ()


def typed_in(form: forms.BaseForm) -> tuple[tuple[str, str], ...]:
    """The free texts of a form that was sent, with their labels. Its page has been sent the token
    that only a page of ours has."""
    texts = (
        (str(bound.label), str(bound.data or "").strip())
        for bound in form
        if isinstance(bound.field.widget, forms.Textarea)
    )
    return tuple((label, text) for label, text in texts if text)


def page_of_origin(request: HttpRequest) -> str:
    """The path of our own page that the form stood on, else of the address it was sent to."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.path and f"{came_from.scheme}://{came_from.netloc}" in _own_origins(request):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return request.path


def not_taken(request: HttpRequest) -> HttpResponse:
    """The page that says that a form came too late, with what was typed in it. It asks neither
    the session nor the database."""
    page = {"typed": typed_texts(request), "back_to": page_of_origin(request)}
    response = HttpResponseForbidden(render_to_string("403_csrf.html", page))
    add_never_cache_headers(response)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """settings.CSRF_FAILURE_VIEW."""
    return not_taken(request)


def _own_origins(request: HttpRequest) -> set[str]:
    origins = set(settings.CSRF_TRUSTED_ORIGINS)
    with suppress(DisallowedHost):
        origins.add(f"{request.scheme}://{request.get_host()}")
    return origins


def _is_our_own(request: HttpRequest) -> bool:
    """A browser names the page's site in Origin at every post."""
    return request.headers.get("Origin", "") in _own_origins(request)


def _plain(value: Any) -> str:
    """The text of one field: of the editor's own format its paragraphs; of other data nothing."""
    text = str(value).strip()
    if not text.startswith(("{", "[")):
        return text
    try:
        data = json.loads(text)
    except ValueError:
        return text
    blocks = data.get("blocks") if isinstance(data, dict) else None
    if not isinstance(blocks, list):
        return ""
    return "\n".join(str(each.get("text", "")) for each in blocks if isinstance(each, dict)).strip()
