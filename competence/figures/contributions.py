"""From a course, page, requirement or activity to the passages it serves or shows to be done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.urls import reverse
from wagtail.models import Page

from competence.access import URLS
from competence.figures.joined import page_key
from competence.models import GoverningDocument, Passage, PassageLink
from lms.framework.contributions import Contribution, decide_by
from lms.people.models import User


@decide_by
def contributions_of(
    kind: str, what: Page | str | Iterable[str], reader: User | AnonymousUser, day: date
) -> tuple[Contribution, ...]:
    """The passages of the document in force, in its order, each once; nothing for who may not read
    them. Three queries at most, beside those that know the reader."""
    if not URLS["competence:passage"].allows(reader, day):
        return ()
    document = GoverningDocument.objects.in_force_on(day)
    if document is None:
        return ()
    if not isinstance(what, Page | str):
        # The thing names the passages itself.
        named_there = document.passages.filter(code__in=list(what))
        return tuple(_contribution(each) for each in named_there)
    key = page_key(what) if isinstance(what, Page) else what
    if not key:
        return ()
    # A key group serves what its requirements do.
    named = (
        Q(kind=PassageLink.Kind.REQUIREMENT, key__startswith=f"{key}:")
        if kind == "key_group"
        else Q(kind=kind, key=key)
    )
    links = (
        PassageLink.objects.standing_on(day)
        .filter(named, passage__document=document)
        .select_related("passage")
        .order_by("passage__sort_order", "pk")
    )
    passages = {each.passage.code: each.passage for each in links}
    return tuple(_contribution(each) for each in passages.values())


def _contribution(passage: Passage) -> Contribution:
    url = reverse("competence:passage", args=[passage.code])
    return Contribution(passage.code, passage.title, url)
