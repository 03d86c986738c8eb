"""The arena a municipality starts with: front page, arena, standard pages and articles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from wagtail.models import Page, Site

from competence.models import KeyGroup
from home.models import ArenaIndexPage, ArticlePage, PublicStartPage, StandardPage
from lms.audit import services as audit
from lms.content.models import ContactPoint, LegalReference
from lms.content.services.starter import load_references
from lms.framework.models import CompetenceArea
from lms.lib.yamlfile import read_yaml
from lms.people.models import User

STARTER = Path(__file__).resolve().parent.parent / "starter"
_AREA_CODE = re.compile(r"OM\d+")
SITE_NAME = "Kunskap och kompetens"


def _read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = read_yaml(path)
    return data


def _folder(name: str) -> list[dict[str, Any]]:
    return [_read(path) for path in sorted((STARTER / name).glob("*.yaml"))]


def _stream(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """[{text: …}, {callout: {…}}] as StreamField data."""
    return [{"type": kind, "value": value} for block in blocks for kind, value in block.items()]


def _governance(data: dict[str, Any], day: date) -> dict[str, Any]:
    return {
        "owner_function": data["owner_function"],
        "review_months": data["review_months"],
        "reviewed_on": day,
        "sources": [{"type": "source", "value": source} for source in data["sources"]],
    }


def _add(parent: Page, page: Page, *, by: User | None) -> None:
    """Add `page` below `parent` and publish it, with the revision an editor will go on from."""
    page.live = False
    parent.add_child(instance=page)
    page.save_revision(user=by).publish(user=by)


def _start_page(*, by: User | None) -> PublicStartPage:
    existing = PublicStartPage.objects.first()
    if existing:
        return existing
    data = _read(STARTER / "start.yaml")
    root = Page.get_first_root_node()
    start = PublicStartPage(
        title=data["title"],
        slug="start",
        is_public=True,
        hero_title=data["hero_title"],
        hero_text=data["hero_text"],
        urgent_text=data["urgent_text"],
        urgent_contact=ContactPoint.objects.filter(code=data["urgent_contact"]).first(),
        contacts=_stream([{"contact": {"codes": data["contacts"]}}]),
    )
    _add(root, start, by=by)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": "localhost",
            "port": 80,
            "root_page": start,
            "site_name": SITE_NAME,
        },
    )
    # Wagtail's own welcome page, as its migrations leave it; nothing else is ever removed.
    for welcome in root.get_children().filter(slug="home", content_type__model="page"):
        if not welcome.get_children().exists():
            welcome.delete()
    Site.clear_site_root_paths_cache()
    return PublicStartPage.objects.get(pk=start.pk)


def _standard_pages(start: PublicStartPage, day: date, *, by: User | None) -> int:
    existing = set(start.get_children().values_list("slug", flat=True))
    added = 0
    for data in _folder("pages"):
        if data["slug"] in existing:
            continue
        page = StandardPage(
            title=data["title"],
            slug=data["slug"],
            intro=data["intro"],
            is_public=data["public"],
            quick_exit=data.get("quick_exit", False),
            body=_stream(data["blocks"]),
            **_governance(data, day),
        )
        _add(start, page, by=by)
        added += 1
    return added


def _link_start(start: PublicStartPage, *, by: User | None) -> None:
    """Point the front page's ways and sections at the pages they name."""
    data = _read(STARTER / "start.yaml")
    pages = dict(start.get_children().values_list("slug", "pk"))
    start.ways = _stream(
        {"way": {**way, "page": pages.get(way["page"]), "url": ""}} for way in data["ways"]
    )
    start.sections = _stream(
        {"section": {**section, "page": pages.get(section["page"])}} for section in data["sections"]
    )
    start.save_revision(user=by).publish(user=by)


def _arena(start: PublicStartPage, *, by: User | None) -> ArenaIndexPage:
    existing = ArenaIndexPage.objects.first()
    if existing:
        return existing
    data = _read(STARTER / "start.yaml")["arena"]
    arena = ArenaIndexPage(title=data["title"], slug=data["slug"], intro=data["intro"])
    _add(start, arena, by=by)
    return arena


def _chosen(rows: Iterable[Any], codes: Iterable[str]) -> list[Any]:
    known = {row.code: row for row in rows}
    return [known[code] for code in map(str, codes) if code in known]


def _articles(arena: ArenaIndexPage, day: date, *, by: User | None) -> int:
    existing = set(arena.get_children().values_list("slug", flat=True))
    areas, groups = list(CompetenceArea.objects.all()), list(KeyGroup.objects.all())
    laws, contacts = list(LegalReference.objects.all()), list(ContactPoint.objects.all())
    added = 0
    for data in _folder("articles"):
        if data["slug"] in existing:
            continue
        article = ArticlePage(
            title=data["title"],
            slug=data["slug"],
            kind=data["type"],
            summary=data["summary"],
            prevention_level=data["prevention_level"],
            body=_stream(data["blocks"]),
            **_governance(data, day),
        )
        # An area's code is not a word a reader looks for: the area itself is chosen below.
        article.tags.add(*(tag for tag in data["tags"] if not _AREA_CODE.fullmatch(tag)))
        article.areas = _chosen(areas, data["areas"])
        article.key_groups = _chosen(groups, data["audience"])
        article.legal_references = _chosen(laws, data["legal_references"])
        article.contacts = _chosen(contacts, data["contacts"])
        _add(arena, article, by=by)
        added += 1
    return added


@transaction.atomic
def load_arena(*, on: date, by: User | None = None) -> int:
    """Add what is missing of the starter arena; how many pages were added. What exists is the
    municipality's own by now and is left as it is. Load the framework first, so that articles
    find their areas and key groups."""
    load_references(by=by)
    had_start = PublicStartPage.objects.exists()
    start = _start_page(by=by)
    added = _standard_pages(start, on, by=by)
    if not had_start:
        _link_start(start, by=by)
        added += 1
    had_arena = ArenaIndexPage.objects.exists()
    arena = _arena(start, by=by)
    added += (not had_arena) + _articles(arena, on, by=by)
    if added:
        audit.record("home.arena_loaded", arena, by=by, after={"pages": added})
    return added
