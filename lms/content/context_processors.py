"""The one variable every template has: `frame`."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url

from lms.content.models import SiteSettings
from lms.content.navigation import Link, Place, address, links
from lms.content.references import current_book, read_for

# The contact whose number stands on every page.
URGENT_CONTACT = "akut-112"
ROOM_IN_TABBAR = 5


class Frame:
    """The municipality's settings (any field of SiteSettings) and the menus of this reader.
    Nothing is read before it is shown, and the settings at most once per request."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def settings(self) -> SiteSettings:
        return SiteSettings.load(request_or_site=self._request)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.settings, name)

    @cached_property
    def logo_url(self) -> str:
        logo = self.settings.logo
        return logo.get_rendition("max-480x96|format-png").url if logo else ""

    @cached_property
    def urgent_phone(self) -> str:
        """The number for danger to life, while it may be shown."""
        book = current_book()
        contact = book.contacts.get(URGENT_CONTACT)
        return contact.phone_on(book.day) if contact else ""

    @cached_property
    def home_url(self) -> str:
        signed_in = self._request.user.is_authenticated
        return resolve_url(settings.LOGIN_REDIRECT_URL) if signed_in else "/"

    @cached_property
    def login_url(self) -> str:
        return address("account_login")

    @cached_property
    def logout_url(self) -> str:
        return address("account_logout")

    @cached_property
    def main(self) -> tuple[Link, ...]:
        return links(self._request, Place.MAIN)

    @cached_property
    def tabbar(self) -> tuple[Link, ...]:
        """A phone has room for five: what gives way goes one by one, the first of them first."""
        kept = list(self.main)
        for link in self.main:
            if len(kept) > ROOM_IN_TABBAR and link.gives_way:
                kept.remove(link)
        return tuple(kept[:ROOM_IN_TABBAR])

    @cached_property
    def beside_tabbar(self) -> tuple[Link, ...]:
        """What a phone's account menu has in the place of its tab bar."""
        return tuple(link for link in self.main if link not in self.tabbar)

    @cached_property
    def offered(self) -> frozenset[str]:
        """The codes of what this reader's menus lead to: a page links to nothing else."""
        return frozenset(link.code for link in (*self.main, *self.account))

    @cached_property
    def tools(self) -> tuple[Link, ...]:
        return links(self._request, Place.TOOLS)

    @cached_property
    def account(self) -> tuple[Link, ...]:
        return links(self._request, Place.ACCOUNT)

    @cached_property
    def footer(self) -> tuple[Link, ...]:
        return links(self._request, Place.FOOTER)

    @cached_property
    def worried(self) -> Link | None:
        return next(iter(links(self._request, Place.WORRIED)), None)


def frame(request: HttpRequest) -> dict[str, object]:
    read_for(request)
    return {"frame": Frame(request)}
