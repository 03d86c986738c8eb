"""Search: what somebody may read, best first, and why it was found."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import Page

from home.analysis import fold, stem, stems, words
from home.models import SearchEntry, SearchTerm
from lms.content.visibility import visible_to

MOST_WORDS = 8
EXCERPT_BEFORE, EXCERPT_AFTER = 60, 180
# How near a stem in the text is to the one asked for: the same, its beginning, a part of it
# (Swedish writes compounds in one word: anmälan in orosanmälan).
SAME, BEGINNING, PART = 1.0, 0.6, 0.35
SHORTEST_BEGINNING, SHORTEST_PART = 3, 5


@dataclass(frozen=True)
class Hit:
    """One thing found. `excerpt` is text in pieces, each marked where it is what was asked."""

    title: str
    kind: str
    url: str
    context: str
    excerpt: tuple[tuple[str, bool], ...]
    why: str


@dataclass(frozen=True)
class Found:
    hits: tuple[Hit, ...]
    total: int
    kinds: tuple[tuple[str, int], ...]
    # Fewer words matched than were asked for.
    loosened: bool = False
    suggestion: str = ""


NOTHING = Found(hits=(), total=0, kinds=())


def _nearness(asked: str, term: str) -> float:
    if term == asked:
        return SAME
    if len(asked) >= SHORTEST_BEGINNING and term.startswith(asked):
        return BEGINNING
    if len(asked) >= SHORTEST_PART and asked in term:
        return PART
    return 0.0


def _matching_q(asked: Collection[str]) -> Q:
    condition = Q(term__in=asked)
    for each in asked:
        if len(each) >= SHORTEST_PART:
            condition |= Q(term__contains=each)
        elif len(each) >= SHORTEST_BEGINNING:
            condition |= Q(term__startswith=each)
    return condition


def _scores(asked: list[str], rows: list[tuple[int, str, int]]) -> tuple[dict[int, float], bool]:
    """The score of each entry, and whether some had to do with fewer words than were asked."""
    best: dict[int, dict[str, float]] = defaultdict(dict)
    for entry, term, weight in rows:
        for each in asked:
            value = _nearness(each, term) * weight
            if value > best[entry].get(each, 0):
                best[entry][each] = value
    common = Counter(each for found in best.values() for each in found)
    whole = {entry for entry, found in best.items() if len(found) == len(asked)}
    loosened = not whole
    if loosened:
        most = max((len(found) for found in best.values()), default=0)
        whole = {entry for entry, found in best.items() if found and len(found) == most}
    scores = {
        entry: sum(
            value * math.log(1 + len(best) / common[each]) for each, value in best[entry].items()
        )
        for entry in whole
    }
    return scores, loosened and bool(whole)


def _marked(text: str, asked: Collection[str]) -> list[tuple[int, int]]:
    return [
        (start, end)
        for word, start, end in words(text)
        if any(_nearness(each, stem(word)) for each in asked)
    ]


def _excerpt(text: str, asked: Collection[str]) -> tuple[tuple[str, bool], ...]:
    """Some lines of the text around the first place where it says what was asked."""
    spans = _marked(text, asked)
    first = spans[0][0] if spans else 0
    start = text.rfind(" ", 0, first - EXCERPT_BEFORE) + 1 if first > EXCERPT_BEFORE else 0
    cut = text.find(" ", first + EXCERPT_AFTER)
    end = len(text) if cut < 0 else cut
    pieces: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = start
    for begins, ends in spans:
        if begins < start or ends > end:
            continue
        pieces += [(text[at:begins], False), (text[begins:ends], True)]
        at = ends
    pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return tuple(piece for piece in pieces if piece[0])


def _why(entry: SearchEntry, asked: Collection[str]) -> str:
    def said(text: str) -> list[str]:
        return list(dict.fromkeys(text[s:e] for s, e in _marked(text, asked)))[:3]

    in_title, in_text = said(entry.title), said(entry.text)
    if in_title:
        return _("The title says %(words)s.") % {"words": ", ".join(in_title)}
    if in_text:
        return _("The text says %(words)s.") % {"words": ", ".join(in_text)}
    return _("A tag or a competence area fits.")


def _suggestion(query: str, visible: Any) -> str:
    """A word that exists in a title and looks like what was asked."""
    known: dict[str, str] = {}
    for title in SearchEntry.objects.filter(page__in=visible).values_list("title", flat=True):
        for word, _start, _end in words(title):
            known.setdefault(fold(word), word.lower())
    for word, _start, _end in words(query):
        for near in get_close_matches(fold(word), known, n=1, cutoff=0.75):
            if known[near] != word.lower():
                return known[near]
    return ""


def search(query: str, *, user: Any, kind: str = "", limit: int = 20) -> Found:
    """What `user` may read about `query`. The same number of queries whatever is found."""
    asked = list(dict.fromkeys(stems(query)))[:MOST_WORDS]
    if not asked:
        return NOTHING
    visible = visible_to(Page.objects.all(), user).order_by().values("pk")
    rows = list(
        SearchTerm.objects.filter(_matching_q(asked), entry__page__in=visible).values_list(
            "entry_id", "term", "weight"
        )
    )
    scores, loosened = _scores(asked, rows)
    if not scores:
        return Found((), 0, (), suggestion=_suggestion(query, visible))
    kinds = dict(SearchEntry.objects.filter(pk__in=scores).order_by().values_list("pk", "kind"))
    chosen = [pk for pk in scores if not kind or kinds[pk] == kind]
    ranked = sorted(chosen, key=lambda pk: (-scores[pk], pk))[:limit]
    entries = SearchEntry.objects.in_bulk(ranked)
    return Found(
        hits=tuple(
            Hit(
                title=entry.title,
                kind=entry.kind,
                url=entry.url,
                context=entry.context,
                excerpt=_excerpt(entry.text, asked),
                why=_why(entry, asked),
            )
            for entry in (entries[pk] for pk in ranked)
        ),
        total=len(chosen),
        kinds=tuple(Counter(kinds.values()).most_common()),
        loosened=loosened,
    )
