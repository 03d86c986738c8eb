"""What the arena shows a reader: what is new for them, what there is, and one article's facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page as ListPage
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.timezone import localtime
from taggit.models import Tag
from wagtail.models import Page
from wagtail.query import PageQuerySet

from competence.engine.loader import load_people, load_plan
from competence.engine.membership import memberships
from courses.offer import CourseOffer, offer_index
from home.models import ArticlePage, ArticleTag
from lms.content.visibility import visible_to
from lms.framework.models import CompetenceArea
from lms.people.models import Person

ON_A_PAGE = 20
MOST_TAGS = 24


@dataclass(frozen=True)
class ArticleCard:
    """An article in a list."""

    title: str
    url: str
    kind: str
    summary: str
    published_on: date | None
    change_note: str


@dataclass(frozen=True)
class Choice:
    """One way to narrow the list; `chosen` is on now."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Arena:
    """The arena's start page for one reader. `articles` is a page of what the choices leave."""

    new: tuple[ArticleCard, ...]
    articles: ListPage[ArticleCard]
    kinds: tuple[Choice, ...]
    areas: tuple[Choice, ...]
    tags: tuple[Choice, ...]
    narrowed: bool


@dataclass(frozen=True)
class ArticleFacts:
    """What stands beside an article."""

    audience: tuple[str, ...]
    courses: tuple[CourseOffer, ...]
    related: tuple[ArticleCard, ...]
    is_overdue: bool


def key_groups_of(person: Person | None, day: date) -> frozenset[int]:
    """The key groups (by key) that the person is in on the day."""
    if person is None:
        return frozenset()
    plan = load_plan(day)
    facts = load_people(Person.objects.filter(pk=person.pk), day, plan)
    return frozenset(group for each in facts for group, _since in memberships(each, plan))


def _cards(articles: Iterable[ArticlePage], request: HttpRequest | None) -> list[ArticleCard]:
    return [
        ArticleCard(
            title=article.title,
            url=article.get_url(request) or "",
            kind=article.get_kind_display(),
            summary=article.summary,
            published_on=(
                localtime(article.last_published_at).date() if article.last_published_at else None
            ),
            change_note=article.change_note,
        )
        for article in articles
    ]


def _light(articles: PageQuerySet) -> PageQuerySet:
    """Without the text, for lists."""
    return articles.defer("body", "sources", "search_description")


def new_for(
    user: Any, groups: frozenset[int], *, request: HttpRequest | None = None, limit: int = 4
) -> list[ArticleCard]:
    """The latest articles written for everyone or for one of `groups`."""
    through = ArticlePage.key_groups.through.objects.filter(articlepage=OuterRef("pk"))
    written_for = visible_to(ArticlePage.objects.all(), user).filter(
        Exists(through.filter(keygroup__in=groups)) | ~Exists(through)
    )
    latest = _light(written_for).order_by("-last_published_at", "title")[:limit]
    return _cards(latest, request)


def arena_for(request: HttpRequest, day: date) -> Arena:
    """The arena for the reader of `request`, narrowed by ?typ=, ?omrade= and ?tagg=. The same
    number of queries however much there is."""
    user = request.user
    kind = request.GET.get("typ", "")
    area = request.GET.get("omrade", "")
    tag = request.GET.get("tagg", "")
    readable = visible_to(ArticlePage.objects.all(), user)
    chosen = readable
    if kind:
        chosen = chosen.filter(kind=kind)
    if area:
        chosen = chosen.filter(areas__code=area)
    if tag:
        chosen = chosen.filter(
            Exists(ArticleTag.objects.filter(content_object=OuterRef("pk"), tag__slug=tag))
        )
    narrowed = bool(kind or area or tag)
    pages = Paginator(_light(chosen).order_by("-last_published_at", "title"), ON_A_PAGE)
    page = pages.get_page(request.GET.get("sida"))
    page.object_list = _cards(page.object_list, request)
    person = getattr(user, "person", None)
    groups = frozenset() if narrowed else key_groups_of(person, day)
    labels = dict(ArticlePage.Kind.choices)
    by_kind = readable.order_by().values_list("kind").annotate(n=Count("pk"))
    keys = readable.order_by().values("pk")
    return Arena(
        new=() if narrowed else tuple(new_for(user, groups, request=request)),
        articles=page,
        kinds=tuple(
            Choice(value, str(labels[value]), n, value == kind)
            for value, n in sorted(by_kind, key=lambda pair: list(labels).index(pair[0]))
        ),
        areas=tuple(
            Choice(code, name, n, code == area)
            for code, name, n in CompetenceArea.objects.filter(articles__in=keys)
            .annotate(n=Count("articles", filter=Q(articles__in=keys)))
            .values_list("code", "name", "n")
        ),
        tags=tuple(
            Choice(slug, name, n, slug == tag)
            for slug, name, n in Tag.objects.filter(home_articletag_items__content_object__in=keys)
            .annotate(n=Count("home_articletag_items"))
            .order_by("-n", "name")
            .values_list("slug", "name", "n")[:MOST_TAGS]
        ),
        narrowed=narrowed,
    )


def facts_of(article: ArticlePage, *, user: Any, day: date, request: HttpRequest) -> ArticleFacts:
    """What belongs beside `article`: for whom it is, courses in its areas, articles near it."""
    areas = [area.code for area in article.areas.all()]
    offers = offer_index() if areas else {}
    courses = {offer.course_id: offer for code in areas for offer in offers.get((code, 1), ())}
    near = (
        visible_to(ArticlePage.objects.all(), user)
        .filter(areas__code__in=areas)
        .exclude(pk=article.pk)
        .distinct()
        .order_by("-last_published_at", "title")[:3]
        if areas
        else []
    )
    return ArticleFacts(
        audience=tuple(group.name for group in article.key_groups.all()),
        courses=tuple(courses.values())[:3],
        related=tuple(_cards(near, request)),
        is_overdue=article.is_overdue(day),
    )


def parents_of(page: Page, request: HttpRequest) -> list[tuple[str, str]]:
    """The readable pages above `page`, below the front page, outermost first."""
    above = page.get_ancestors().filter(depth__gt=2)
    return [(each.title, each.get_url(request) or "") for each in above]
