"""Keeping the search index true to what is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from django.db import transaction
from django.urls import reverse
from django.utils.html import strip_tags
from wagtail.models import Page

from courses.models import CoursePage, CourseVersion
from home.analysis import LONGEST, STOP, bare, fold, is_bare, stem, stems, words
from home.models import ArticlePage, SearchEntry, SearchTerm, StandardPage
from lms.content.references import ReferenceBook, plain_text
from lms.lib.dates import today

TITLE, SUMMARY = 12, 5
MOST_IN_TEXT = 4  # how much a word can weigh by being repeated
BARE = "~"
"""Begins a term that is a word without its å ä ö: asked for only where nothing else is found."""


@dataclass(frozen=True)
class Draft:
    """What is to be found about one page or lesson."""

    key: str
    page_pk: int
    kind: str
    title: str
    url: str
    summary: str
    text: str
    context: str = ""


def _weights(draft: Draft) -> Counter[str]:
    weights: Counter[str] = Counter()
    for term, times in Counter(stems(draft.text)).items():
        weights[term] += min(times, MOST_IN_TEXT)
    for term in set(stems(f"{draft.summary} {draft.context}")):
        weights[term] += SUMMARY
    for term in set(stems(draft.title)):
        weights[term] += TITLE
    return weights + _bare_weights(draft, weights)


def _bare_weights(draft: Draft, weights: Counter[str]) -> Counter[str]:
    """The words with å ä ö once more, without: each weighs as much as the word itself."""
    found: Counter[str] = Counter()
    said = " ".join((draft.text, draft.summary, draft.context, draft.title))
    for word in {word for word, _start, _end in words(said)}:
        if not is_bare(word) and fold(word) not in STOP:
            term = BARE + stem(bare(word))[: LONGEST - 1]
            found[term] = max(found[term], weights[stem(word)])
    return found


def _clean(texts: Iterable[object], book: ReferenceBook) -> str:
    joined = " ".join(unescape(strip_tags(str(text).replace("<", " <"))) for text in texts)
    return " ".join(plain_text(joined, book).split())


def page_draft(page: Page, book: ReferenceBook) -> Draft | None:
    """What search knows of this page; None for the types that nobody searches for."""
    if isinstance(page, ArticlePage):
        tags = " ".join(tag.name for tag in page.tags.all())
        areas = " ".join(f"{area.code} {area.name}" for area in page.areas.all())
        kind, summary, extra = page.kind, page.summary, f"{tags} {areas}"
    elif isinstance(page, StandardPage):
        kind, summary, extra = "page", page.intro, ""
    else:
        return None
    body = page.body.stream_block.get_searchable_content(page.body)
    return Draft(
        key=f"page:{page.pk}",
        page_pk=page.pk,
        kind=kind,
        title=page.title,
        url=page.url or "",
        summary=f"{_clean([summary], book)} {extra}".strip(),
        text=_clean([summary, *body], book),
    )


@transaction.atomic
def write_entries(drafts: Iterable[Draft]) -> None:
    """Put these in the place of what was known about the same keys."""
    drafts = list(drafts)
    SearchEntry.objects.filter(key__in=[draft.key for draft in drafts]).delete()
    entries = SearchEntry.objects.bulk_create(
        SearchEntry(
            key=draft.key,
            page_id=draft.page_pk,
            kind=draft.kind,
            title=draft.title[:255],
            context=draft.context[:255],
            url=draft.url[:500],
            text=draft.text,
        )
        for draft in drafts
    )
    SearchTerm.objects.bulk_create(
        (
            SearchTerm(entry=entry, term=term, weight=weight)
            for entry, draft in zip(entries, drafts, strict=True)
            for term, weight in _weights(draft).items()
        ),
        batch_size=2000,
    )


# What a block says to machines, not to readers.
_MACHINE_KEYS = {"url", "asset", "id", "next", "tone", "codes", "page", "start", "width", "height"}


def _said(value: object) -> Iterator[str]:
    """The text in a frozen block."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _said(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in _MACHINE_KEYS:
                yield from _said(item)


def course_drafts(version: CourseVersion, book: ReferenceBook) -> Iterator[Draft]:
    """A published course and its lessons, as learners are shown them. The questions are left
    out: they are not for searching."""
    course = version.content["course"]
    yield Draft(
        key=f"course:{version.course_id}",
        page_pk=version.course_id,
        kind="course",
        title=version.title,
        url=reverse("courses:course", args=[course["slug"]]),
        summary=_clean([course["summary"]], book),
        text=_clean([course["summary"], course["intro"], *course["goals"]], book),
    )
    for module in version.content["modules"]:
        for lesson in module["lessons"]:
            said = (text for block in lesson["blocks"] for text in _said(block["value"]))
            yield Draft(
                key=f"lesson:{version.course_id}:{lesson['key']}",
                page_pk=version.course_id,
                kind="lesson",
                title=lesson["title"],
                url=reverse("courses:lesson", args=[course["slug"], lesson["slug"]]),
                summary=_clean([lesson["summary"], *lesson["goals"]], book),
                text=_clean([lesson["summary"], *said], book),
                context=version.title,
            )


@transaction.atomic
def index_course(version: CourseVersion) -> None:
    """After a course version was published: its lessons in place of those of the one before."""
    SearchEntry.objects.filter(page_id=version.course_id).delete()
    write_entries(course_drafts(version, ReferenceBook.load(today())))


def index_page(page: Page) -> None:
    """After `page` was published or moved."""
    if page.specific_class is CoursePage:
        version = CourseVersion.objects.offered().defer(None).filter(course=page).first()
        if version:
            index_course(version)
        return
    draft = page_draft(page.specific, ReferenceBook.load(today()))
    if draft:
        write_entries([draft])


def forget_page(page: Page) -> None:
    """After `page` was unpublished."""
    SearchEntry.objects.filter(page_id=page.pk).delete()


def _page_drafts(book: ReferenceBook) -> Iterator[Draft]:
    for model in (ArticlePage, StandardPage):
        for page in model.objects.live().iterator():
            draft = page_draft(page, book)
            if draft:
                yield draft


@transaction.atomic
def rebuild_index() -> int:
    """The whole index anew; how many entries it has."""
    SearchEntry.objects.all().delete()
    book = ReferenceBook.load(today())
    drafts = list(_page_drafts(book))
    for version in CourseVersion.objects.offered().defer(None):
        drafts.extend(course_drafts(version, book))
    write_entries(drafts)
    return len(drafts)
