"""No address, query or form brings a character that PostgreSQL refuses as far as a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver

from lms.people.roles import Role
from tests.builders.people import account_with, give_role, make_manager, make_unit

pytestmark = pytest.mark.django_db

_PART = re.compile(r"<(?:(\w+):)?\w+>")
_OF_TEXT = {None, "str", "path"}


def _routes(patterns: Any = None, before: str = "/") -> Iterator[str]:
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each.pattern, RoutePattern):
            route = f"{before}{each.pattern}"
            if isinstance(each, URLResolver):
                yield from _routes(each.url_patterns, route)
            elif isinstance(each, URLPattern):
                yield route


def _addresses() -> list[str]:
    """Every address with a text in it, with the character in each text."""
    return sorted(
        {
            _PART.sub(lambda found: "a%00b" if found[1] in _OF_TEXT else "1", route)
            for route in _routes()
            if any(kind in _OF_TEXT for kind in (found[1] for found in _PART.finditer(route)))
        }
        | {"/a%00b/", "/admin/a%00b/"}
    )


@pytest.fixture
def reader(client: Client) -> Client:
    user = make_manager(make_unit("U"))
    give_role(user, Role.COORDINATOR)
    client.force_login(user)
    return client


def test_addresses_with_a_text_are_found() -> None:
    assert {"/kompetensplan/a%00b/", "/team/a%00b/", "/verifiera/a%00b/"} <= set(_addresses())


@pytest.mark.parametrize("address", _addresses())
def test_an_address_with_it_leads_nowhere(reader: Client, address: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert reader.get(address).status_code == 404
        assert reader.post(address).status_code == 404
    assert not [each["sql"] for each in asked if "\0" in each["sql"] or "a%00b" in each["sql"]]


@pytest.mark.parametrize(
    "address", ["/team/?enhet=a%00b", "/kurser/?q=a%00b", "/team/fil/lista.csv?enhet=%00"]
)
def test_a_query_with_it_leads_nowhere(reader: Client, address: str) -> None:
    assert reader.get(address).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        "messages",
    ],
)
@pytest.mark.parametrize("address", ["/", "/min-sida/"])
def test_a_cookie_with_it_is_none(client: Client, name: str, address: str) -> None:
    taken = client.get(address, HTTP_COOKIE=f'{name}="{"a" * 31}\\000"; other=b')
    assert taken.status_code in (200, 302)
    assert taken.wsgi_request.COOKIES == {"other": "b"}


def test_a_form_is_taken_without_it(reader: Client) -> None:
    sender = Client(enforce_csrf_checks=True)
    sender.cookies = reader.cookies
    sender.cookies["csrftoken"] = token = "a" * 32
    sent = {"csrfmiddlewaretoken": token, "person": "a\0b", "c\0d": "e"}
    with CaptureQueriesContext(connection) as asked:
        assert sender.post("/team/atgard/paminn/", sent).status_code == 403
    queries = [each["sql"] for each in asked]
    assert any("'ab'" in sql for sql in queries)
    assert not any("\0" in sql for sql in queries)


@pytest.mark.parametrize("number", ["²", "9" * 30, "9" * 5000, "-1", "x"])
def test_what_is_no_number_is_none_anywhere(reader: Client, number: str) -> None:
    for address, name in (
        ("competence_admin:targets", "ersatt"),
        ("competence_admin:renewals", "kursversion"),
        ("competence_admin:renewals", "val"),
    ):
        assert reader.get(reverse(address), {name: number}).status_code in (200, 404)
    taken = reader.post(reverse("competence:team_withdraw_request"), {"request": number})
    assert taken.status_code == 302


def test_a_file_may_hold_what_it_likes(client: Client) -> None:
    client.force_login(account_with(Role.HR_IMPORT))
    sent = {"file": SimpleUploadedFile("hr.csv", b"a\0b")}
    assert client.post("/admin/personer/import/", sent).status_code != 400
