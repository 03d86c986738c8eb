"""Search: what somebody may read, best first, and why it was found."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _
from wagtail.models import Page

from home.analysis import bare, is_bare, stem, stems, words
from home.models import SearchEntry, SearchTerm
from home.services.indexing import BARE, TITLE
from lms.content.visibility import visible_to

MOST_WORDS = 8
EXCERPT_BEFORE, EXCERPT_AFTER = 60, 180
# How near a stem in the text is to the one asked for: the same, its beginning, a part of it
# (Swedish writes compounds in one word: anmälan in orosanmälan).
SAME, BEGINNING, PART = 1.0, 0.6, 0.35
SHORTEST_BEGINNING, SHORTEST_PART = 3, 5
# How alike a word that exists must be to be suggested.
ALIKE = 0.75
MOST_LETTERS_OFF = 3


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
    condition = Q(term__in=[*asked, *(BARE + each for each in asked)])
    for each in asked:
        if len(each) >= SHORTEST_PART:
            condition |= Q(term__contains=each)
        elif len(each) >= SHORTEST_BEGINNING:
            condition |= Q(term__startswith=each) | Q(term__startswith=BARE + each)
    return condition


@dataclass(frozen=True)
class Asked:
    """The stems that were asked for; `bare` ones are only found without regard to å ä ö."""

    stems: tuple[str, ...]
    bare: frozenset[str]

    @classmethod
    def of(cls, asked: list[str], terms: Collection[str]) -> Asked:
        written = [term for term in terms if not term.startswith(BARE)]
        missed = {each for each in asked if not any(_nearness(each, term) for term in written)}
        return cls(tuple(asked), frozenset(each for each in missed if is_bare(each)))

    def nearness(self, each: str, term: str) -> float:
        if term.startswith(BARE):
            return _nearness(each, term[len(BARE) :]) if each in self.bare else 0.0
        return _nearness(each, term)

    def is_said(self, word: str) -> bool:
        return any(
            _nearness(each, stem(bare(word) if each in self.bare else word)) for each in self.stems
        )


def _scores(
    asked: Asked, rows: list[tuple[int, str, int]]
) -> tuple[dict[int, float], bool, set[str]]:
    """The score of each entry, whether it had to do with fewer words than were asked, and the
    stems that nothing says."""
    best: dict[int, dict[str, float]] = defaultdict(dict)
    for entry, term, weight in rows:
        for each in asked.stems:
            value = asked.nearness(each, term) * weight
            if value > best[entry].get(each, 0):
                best[entry][each] = value
    common = Counter(each for found in best.values() for each in found)
    most = max((len(found) for found in best.values()), default=0)
    whole = {entry for entry, found in best.items() if found and len(found) == most}
    scores = {
        entry: sum(
            value * math.log(1 + len(best) / common[each]) for each, value in best[entry].items()
        )
        for entry in whole
    }
    return scores, 0 < most < len(asked.stems), set(asked.stems) - set(common)


def _marked(text: str, asked: Asked) -> list[tuple[int, int]]:
    return [(start, end) for word, start, end in words(text) if asked.is_said(word)]


def _excerpt(text: str, asked: Asked) -> tuple[tuple[str, bool], ...]:
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


def _why(entry: SearchEntry, asked: Asked) -> str:
    def said(text: str) -> list[str]:
        return list(dict.fromkeys(text[s:e] for s, e in _marked(text, asked)))[:3]

    in_title, in_text = said(entry.title), said(entry.text)
    if in_title:
        return _("The title says %(words)s.") % {"words": ", ".join(in_title)}
    if in_text:
        return _("The text says %(words)s.") % {"words": ", ".join(in_text)}
    return _("A tag or a competence area fits.")


def _suggestion(query: str, missed: Collection[str], visible: Any) -> str:
    """The question with each word that nothing says replaced by the one most like it that
    something does; words of titles before others."""
    rows = SearchTerm.objects.filter(entry__page__in=visible).order_by().values_list("term")
    known = {
        term: weight >= TITLE
        for term, weight in rows.annotate(most=Max("weight"))
        if not term.startswith(BARE)
    }
    better = {each: near for each in missed if (near := _most_alike(each, known))}
    if not better:
        return ""
    said = [_as_said(better[stem(w)], visible) if stem(w) in better else w for w in query.split()]
    return " ".join(said)


def _most_alike(asked: str, known: dict[str, bool]) -> str:
    near = [term for term in known if abs(len(term) - len(asked)) <= MOST_LETTERS_OFF]
    alike = get_close_matches(asked, near, n=5, cutoff=ALIKE)
    return next((term for term in alike if known[term]), alike[0] if alike else "")


def _as_said(term: str, visible: Any) -> str:
    """The shortest word with this stem in what weighs it most."""
    entries = SearchEntry.objects.filter(page__in=visible, terms__term=term)
    entry = entries.order_by("-terms__weight", "pk").first()
    if entry is None:
        return term
    said = {word.lower() for word, _s, _e in words(f"{entry.title} {entry.text}")}
    return min((word for word in said if stem(word) == term), key=len, default=term)


def search(query: str, *, user: Any, kind: str = "", limit: int = 20) -> Found:
    """What `user` may read about `query`. The same number of queries whatever is found."""
    wanted = list(dict.fromkeys(stems(query)))[:MOST_WORDS]
    if not wanted:
        return NOTHING
    visible = visible_to(Page.objects.all(), user).order_by().values("pk")
    rows = list(
        SearchTerm.objects.filter(_matching_q(wanted), entry__page__in=visible).values_list(
            "entry_id", "term", "weight"
        )
    )
    asked = Asked.of(wanted, {term for _entry, term, _weight in rows})
    scores, loosened, missed = _scores(asked, rows)
    suggestion = _suggestion(query, missed, visible) if missed else ""
    if not scores:
        return Found((), 0, (), suggestion=suggestion)
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
        suggestion=suggestion,
    )
