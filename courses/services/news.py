"""What is new, for those who are qualified already: a few minutes to read instead of the course
again. It changes nobody's status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from wagtail.models import Page

from courses.freezing import CourseContent, lessons_of, shown_articles
from courses.models import Completion, CourseVersion, Enrolment, WhatsNew, WhatsNewReading
from courses.passages import Passage, changed_passages, passages_of
from courses.services.qualified import standing_completions
from lms.audit import services as audit
from lms.content.freezing import FrozenBlock, LiveFiles, ShowsBlocks
from lms.content.visibility import closed_to_some, visible_to
from lms.lib.dates import STOCKHOLM
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, User
from lms.people.services.locking import lock_person

# The notice kind that courses.notices registers.
WHATS_NEW = "courses.whats_new"


@dataclass(frozen=True)
class News:
    """Something new in a course that one has, to be read."""

    pk: int
    course_id: int
    title: str
    course: str
    text: str
    minutes: int
    created_at: datetime
    # The course has been made anew, and those under way take it again.
    retake: bool

    @property
    def url(self) -> str:
        return reverse("courses:news", args=[self.pk])


@transaction.atomic
def offer_news_of_article(
    *, article: Page, note: str, by: User | None, at: datetime
) -> list[WhatsNew]:
    """The article has changed so much that those who have a course showing it should read what is
    new. Called again with the same words it finds what is there. A person who has several such
    courses is told once; of an article that is closed to some, nobody is. The queries do not grow
    with the courses, and with the people only as notices are written in bulk."""
    if closed_to_some([article.pk]):
        return []
    showing = [
        version
        for version in CourseVersion.objects.latest_of_each().defer(None)
        if article.pk in shown_articles(version.content)
    ]
    said = set(
        WhatsNew.objects.filter(article=article, text=note, withdrawn_at__isnull=True).values_list(
            "course_id", flat=True
        )
    )
    made = WhatsNew.objects.bulk_create(
        WhatsNew(
            course_id=version.course_id,
            article_id=article.pk,
            title=article.title,
            text=note,
            created_at=at,
            by=by,
        )
        for version in showing
        if version.course_id not in said
    )
    _announce(made, at)
    return made


@transaction.atomic
def offer_news_of_version(*, version: CourseVersion, at: datetime) -> WhatsNew | None:
    """A version that is material or to be taken again, to those who completed an earlier one and
    are not under way. None for a material one where all that is new in its texts are articles that
    they have been offered already; that a course is made anew they are told in any case."""
    if version.change not in (CourseVersion.Change.MATERIAL, CourseVersion.Change.RETAKE):
        return None
    before = (
        CourseVersion.objects.filter(course=version.course_id, number__lt=version.number)
        .order_by("-number")
        .first()
    )
    if before is None:
        return None
    if version.change == CourseVersion.Change.MATERIAL and _already_told(before, version):
        return None
    news = WhatsNew.objects.create(
        course_id=version.course_id,
        version=version,
        title=version.title,
        text=version.note,
        created_at=at,
        by=version.by,
    )
    _announce([news], at)
    return news


def _already_told(before: CourseVersion, version: CourseVersion) -> bool:
    told = set(
        WhatsNew.objects.filter(
            course=version.course_id,
            article__isnull=False,
            withdrawn_at__isnull=True,
            created_at__gte=before.published_at,
        ).values_list("article_id", flat=True)
    )
    return bool(told) and _without(before.content, told) == _without(version.content, told)


def _without(content: CourseContent, articles: set[int]) -> list[Any]:
    """The content without the words of these articles."""
    return [
        {key: value for key, value in content.items() if key != "modules"},
        [
            {
                **lesson,
                "blocks": [
                    block["value"]["page"]
                    if block["type"] == "article" and block["value"]["page"] in articles
                    else block
                    for block in lesson["blocks"]
                ],
            }
            for lesson in lessons_of(content)
        ],
    ]


def _announce(made: Sequence[WhatsNew], at: datetime) -> None:
    """One notice to each of those qualified, about the first of several that say the same. Who is
    under way when a version is published has been told of it as such."""
    if not made:
        return
    for news in made:
        audit.record(
            "course.news_offered",
            news,
            by=news.by,
            after={"title": news.title, "article": news.article_id},
            reason=news.text[:500],
        )
    standing = standing_completions(at.astimezone(STOCKHOLM).date())
    first = made[0]
    by_course = {news.course_id: news for news in made}
    courses: dict[int, int] = {}
    for person, course in (
        standing.filter(version__course__in=by_course)
        .order_by("version__course")
        .values_list("person_id", "version__course_id")
    ):
        courses.setdefault(person, course)
    people = Person.objects.filter(
        Exists(standing.filter(person=OuterRef("pk"), version__course__in=by_course))
    )
    if first.version:
        people = people.exclude(Exists(_told_as_under_way(first.version)))
    notify_many(
        [
            Draft(
                WHATS_NEW,
                person,
                f"{WHATS_NEW}:{first.pk}:{person.pk}",
                {
                    "title": first.title,
                    "text": first.text,
                    "minutes": first.minutes,
                    "retake": first.is_retake,
                },
                reverse("courses:news", args=[by_course[courses[person.pk]].pk]),
            )
            for person in people
        ],
        at=at,
    )


def _told_as_under_way(version: CourseVersion) -> QuerySet[Enrolment]:
    """The enrolments of the person (of an outer query) that the version met open: they are so
    still, or were completed by what came along into it."""
    return Enrolment.objects.filter(
        Q(completed_at__isnull=True) | Q(version=version),
        person=OuterRef("pk"),
        course=version.course_id,
        withdrawn_at__isnull=True,
    )


def _is_older(version: CourseVersion, news: WhatsNew) -> bool:
    """Whether the version was frozen before what is new."""
    if news.version_id:
        return version.pk < news.version_id
    return version.published_at < news.created_at


def _versions_held(person: Person, day: date) -> dict[int, CourseVersion]:
    """The version of each course that the person's latest standing completion names."""
    completions = (
        standing_completions(day)
        .filter(person=person)
        .select_related("version")
        .only("version__course", "version__published_at")
        .order_by("completed_at", "pk")
    )
    return {each.version.course_id: each.version for each in completions}


def news_for(person: Person, day: date) -> list[News]:
    """What is new in the courses that the person has and that they have not read, latest first.
    What is the same in several courses comes once. Two queries."""
    held = _versions_held(person, day)
    if not held:
        return []
    rows = (
        WhatsNew.objects.filter(course__in=held, withdrawn_at__isnull=True)
        .exclude(Exists(WhatsNewReading.objects.filter(news=OuterRef("pk"), person=person)))
        .select_related("course", "version")
        .defer("version__content")
    )
    found: dict[object, News] = {}
    for row in rows:
        if not _is_older(held[row.course_id], row):
            continue
        same = (row.article_id, row.created_at) if row.article_id else row.pk
        found.setdefault(
            same,
            News(
                pk=row.pk,
                course_id=row.course_id,
                title=row.title,
                course=row.course.title,
                text=row.text,
                minutes=row.minutes,
                created_at=row.created_at,
                retake=row.is_retake,
            ),
        )
    return list(found.values())


@transaction.atomic
def record_reading(*, news: WhatsNew, person: Person, at: datetime) -> None:
    """The person has read it, and with it the same change in other courses. Once."""
    person = lock_person(person)
    same = WhatsNew.objects.filter(pk=news.pk)
    if news.article_id:
        same = WhatsNew.objects.filter(article=news.article_id, created_at=news.created_at)
    WhatsNewReading.objects.bulk_create(
        (WhatsNewReading(news=each, person=person, read_at=at) for each in same),
        ignore_conflicts=True,
    )


@transaction.atomic
def withdraw_news(*, news: WhatsNew, by: User | None, at: datetime) -> None:
    """It was a mistake: nobody is offered it any more."""
    if WhatsNew.objects.filter(pk=news.pk, withdrawn_at__isnull=True).update(withdrawn_at=at):
        audit.record("course.news_withdrawn", news, by=by, after={"title": news.title})


def is_told_of(page: Page) -> bool:
    """Whether something is told of this page, or of one below it."""
    return WhatsNew.objects.filter(
        article__in=page.get_descendants(inclusive=True).values("pk")
    ).exists()


@dataclass(frozen=True)
class Change:
    """What has changed under one heading (empty: there is only one)."""

    heading: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class WhatChanged:
    """What is new, told from the text that the reader once read."""

    changes: tuple[Change, ...]
    # The article as it stands now; nothing where the reader cannot open it.
    blocks: tuple[FrozenBlock, ...]


def completed_version(person: Person, course_id: int) -> CourseVersion | None:
    """The version that the person's latest completion of the course names."""
    completion = (
        Completion.objects.filter(person=person, version__course=course_id, revoked_on__isnull=True)
        .select_related("version")
        .order_by("-completed_at", "-pk")
        .first()
    )
    return completion.version if completion else None


def version_before(news: WhatsNew) -> CourseVersion | None:
    """The version that was read before the change."""
    versions = CourseVersion.objects.filter(course=news.course_id).order_by("-number")
    if news.version:
        return versions.filter(number__lt=news.version.number).first()
    return versions.filter(published_at__lt=news.created_at).first()


def what_changed(news: WhatsNew, since: CourseVersion, user: Any) -> WhatChanged:
    """As `user` may read it: an article that is closed to them is neither shown nor compared."""
    if news.version:
        return WhatChanged(tuple(_lesson_changes(since.content, news.version.content)), ())
    article = visible_to(Page.objects.filter(pk=news.article_id), user).first()
    page = article.specific if article else None
    if not isinstance(page, ShowsBlocks):
        return WhatChanged((), ())
    new = page.frozen_blocks(LiveFiles())
    old = shown_articles(since.content).get(news.article_id or 0, [])
    changed = changed_passages(passages_of(old), passages_of(new))
    return WhatChanged((Change("", tuple(changed)),) if changed else (), tuple(new))


def _lesson_changes(old: CourseContent, new: CourseContent) -> list[Change]:
    """Lesson by lesson; the questions are nobody's reading."""
    before = {lesson["key"]: lesson["blocks"] for lesson in lessons_of(old)}
    changes = []
    for lesson in lessons_of(new):
        passages = changed_passages(
            passages_of(before.get(lesson["key"], [])), passages_of(lesson["blocks"])
        )
        if passages:
            changes.append(Change(lesson["title"], tuple(passages)))
    return changes


@dataclass(frozen=True)
class OlderText:
    """A course that shows an article as it was before its latest change."""

    course_id: int
    course: str
    article_id: int
    article: str
    changed_at: datetime


def courses_with_older_text(*, course_id: int | None = None) -> list[OlderText]:
    """The published courses whose lessons show an older text of an article. Two queries, and two
    more where an article was published after a course that shows it."""
    versions = {
        version.pk: version
        for version in CourseVersion.objects.offered()
        if version.outline.get("articles") and course_id in (None, version.course_id)
    }
    shown = {pk for version in versions.values() for pk in version.outline["articles"]}
    pages = Page.objects.live().in_bulk(shown)
    suspected = [
        (version, pages[pk])
        for version in versions.values()
        for pk in version.outline["articles"]
        if pk in pages
        and pages[pk].last_published_at
        and pages[pk].last_published_at > version.published_at
    ]
    if not suspected:
        return []
    live = Page.objects.filter(pk__in={page.pk for _version, page in suspected}).specific()
    now = {
        pk: passages_of(page.frozen_blocks(LiveFiles()))
        for pk, page in ((page.pk, page) for page in live)
        if isinstance(page, ShowsBlocks)
    }
    frozen = {
        pk: {page: passages_of(blocks) for page, blocks in shown_articles(content).items()}
        for pk, content in CourseVersion.objects.filter(
            pk__in={version.pk for version, _page in suspected}
        ).values_list("pk", "content")
    }
    return [
        OlderText(version.course_id, version.title, page.pk, page.title, page.last_published_at)
        for version, page in suspected
        if page.pk in now and frozen[version.pk].get(page.pk) != now[page.pk]
    ]
