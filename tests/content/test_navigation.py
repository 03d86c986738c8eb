"""The menus: what is missing is left out, what is closed is not offered."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from lms.content import navigation
from lms.content.navigation import Link, NavItem, Place


@pytest.fixture
def _empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_items", {})


def _request(path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


@pytest.mark.usefixtures("_empty_menu")
def test_links_come_in_order_and_without_what_is_closed_or_missing() -> None:
    navigation.register(
        NavItem("b", Place.FOOTER, "B", path="/b/", order=20),
        NavItem("a", Place.FOOTER, "A", path="/a/", order=10, count=lambda request: 3),
        NavItem("closed", Place.FOOTER, "C", path="/c/", visible=navigation.signed_in),
        NavItem("missing", Place.FOOTER, "D", url_name="no:such"),
        NavItem("elsewhere", Place.MAIN, "E", path="/e/"),
    )
    assert navigation.links(_request("/b/under/"), Place.FOOTER) == (
        Link("a", "A", "/a/", "i-arena", current=False, count=3, short="A"),
        Link("b", "B", "/b/", "i-arena", current=True, count=0, short="B"),
    )


@pytest.mark.usefixtures("_empty_menu")
def test_the_longest_address_is_the_current_one() -> None:
    navigation.register(
        NavItem("courses", Place.MAIN, "Courses", path="/kurser/"),
        NavItem("mine", Place.MAIN, "Mine", path="/kurser/mina/"),
    )
    current = [link.code for link in navigation.links(_request("/kurser/mina/"), Place.MAIN)]
    assert current == ["courses", "mine"]
    assert [
        link.code
        for link in navigation.links(_request("/kurser/mina/"), Place.MAIN)
        if link.current
    ] == ["mine"]


@pytest.mark.usefixtures("_empty_menu")
def test_an_item_registered_again_takes_the_place_of_the_first() -> None:
    navigation.register(NavItem("a", Place.MAIN, "Old", path="/a/"))
    navigation.register(NavItem("a", Place.MAIN, "New", path="/a/"))
    assert [link.label for link in navigation.links(_request(), Place.MAIN)] == ["New"]


@pytest.mark.parametrize("page", ["500.html", "400.html", "403_csrf.html"])
def test_the_last_pages_stand_without_context_or_database(page: str) -> None:
    """pytest-django refuses the database here, and no context is given."""
    html = render_to_string(page)
    assert '<html lang="sv">' in html
    assert 'href="/orolig/"' in html
