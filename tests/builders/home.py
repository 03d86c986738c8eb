"""The arena for tests, made by the services and published as an editor would."""

from __future__ import annotations

from datetime import date
from itertools import count

from wagtail.models import Page

from home.models import ArenaIndexPage, ArticlePage, PublicStartPage
from home.services.starter import load_arena
from lms.people.models import User

DAY = date(2026, 11, 23)
SOURCES = [{"type": "source", "value": {"title": "Socialstyrelsen", "url": ""}}]
_numbers = count(1)


def make_arena() -> ArenaIndexPage:
    """The starter arena: front page, standard pages and eleven articles."""
    load_arena(on=DAY)
    return ArenaIndexPage.objects.get()


def make_article(
    title: str = "", *, text: str = "", by: User | None = None, **fields
) -> ArticlePage:
    """A published article below the arena."""
    number = next(_numbers)
    values = {
        "kind": ArticlePage.Kind.KNOWLEDGE,
        "summary": "Vad du kan efteråt.",
        "owner_function": "Samordnare",
        "reviewed_on": DAY,
        "sources": SOURCES,
        "body": [{"type": "text", "value": f"<p>{text or 'Brödtext.'}</p>"}],
        **fields,
    }
    article = ArticlePage(title=title or f"Artikel {number}", slug=f"artikel-{number}", **values)
    ArenaIndexPage.objects.get().add_child(instance=article)
    article.save_revision(user=by).publish(user=by)
    return ArticlePage.objects.get(pk=article.pk)


def start_page() -> PublicStartPage:
    return PublicStartPage.objects.get()


def root() -> Page:
    return Page.get_first_root_node()
