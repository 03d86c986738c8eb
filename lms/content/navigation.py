"""The menus. Apps register what they offer; a page asks for the links its reader may see.

An item whose address does not exist in this installation is left out, so that the frame never
breaks because a part is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise


class Place(StrEnum):
    MAIN = "main"  # top bar on a desk, tab bar on a phone
    TOOLS = "tools"  # search and notices, beside the account
    ACCOUNT = "account"  # in the account's own menu
    FOOTER = "footer"
    WORRIED = "worried"  # the one way in for anyone who worries about a child


def everyone(request: HttpRequest) -> bool:
    return True


def signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


@dataclass(frozen=True, slots=True)
class NavItem:
    """`url_name` or a fixed `path` (a Wagtail page); `count` is asked only when shown. What
    `gives_way` moves into the account's menu where a phone has no room for it, the first of them
    first. `short`: what fits under the thumb, where the label does not.
    `under`: the addresses it is shown as being at, besides its own and those below."""

    code: str
    place: Place
    label: str | Promise
    url_name: str = ""
    path: str = ""
    icon: str = "i-arena"
    order: int = 50
    visible: Callable[[HttpRequest], bool] = everyone
    count: Callable[[HttpRequest], int] | None = None
    gives_way: bool = False
    short: str | Promise = ""
    under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    code: str
    label: str
    url: str
    icon: str
    current: bool
    count: int
    gives_way: bool = False
    short: str = ""


_items: dict[str, NavItem] = {}


def register(*items: NavItem) -> None:
    """Adds items; one with a code already there takes its place."""
    for item in items:
        _items[item.code] = item


def address(url_name: str) -> str:
    """The address of a url name, or "" where this installation has none."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def links(request: HttpRequest, place: Place) -> tuple[Link, ...]:
    """What the reader of `request` is offered in `place`, in order."""
    items = sorted(
        (item for item in _items.values() if item.place == place),
        key=lambda item: (item.order, item.code),
    )
    shown = [
        (item, url)
        for item in items
        if (url := item.path or address(item.url_name)) and item.visible(request)
    ]
    places = [(url, place) for item, url in shown for place in (url, *item.under)]
    here = max(
        ((len(place), url) for url, place in places if _is_under(request.path, place)),
        default=(0, ""),
    )[1]
    return tuple(
        Link(
            code=item.code,
            label=str(item.label),
            url=url,
            icon=item.icon,
            current=url == here,
            count=item.count(request) if item.count else 0,
            gives_way=item.gives_way,
            short=str(item.short or item.label),
        )
        for item, url in shown
    )


def _is_under(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
