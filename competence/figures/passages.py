"""One passage with everything around it: how it stands and has stood, what serves it, what shows
it; and the way back, from a thing to the passages it serves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.models import Page

from competence.figures.joined import Joined, name_links, open_to, split_requirement
from competence.figures.measures import status_words, statuses_on
from competence.figures.plan import in_effect_q
from competence.models import (
    Passage,
    PassageLink,
    PlanVersion,
    Requirement,
    TrainingPlanVersion,
)
from courses.models import CourseVersion
from lms.framework.indicators import Reading, indicator, is_registered
from lms.people.models import User

Kind = PassageLink.Kind
Role = PassageLink.Role
# In the order they are told.
_GROUPS = {
    Kind.AREA: gettext_lazy("Areas"),
    Kind.REQUIREMENT: gettext_lazy("Requirements"),
    Kind.COURSE: gettext_lazy("Courses"),
    Kind.PAGE: gettext_lazy("Articles and pages"),
    Kind.ACTIVITY: gettext_lazy("Activities"),
}


@dataclass(frozen=True)
class Related:
    title: str
    url: str


@dataclass(frozen=True)
class Serving:
    """Something that serves a passage, with a word on how much and what goes with it."""

    joined: Joined
    note: str = ""
    related: tuple[Related, ...] = ()


@dataclass(frozen=True)
class ServingGroup:
    words: str
    things: tuple[Serving, ...]


@dataclass(frozen=True)
class Said:
    """One time somebody said how the obligation stood."""

    status: str
    words: str
    on: date
    comment: str


@dataclass(frozen=True)
class Shown:
    """Evidence, and when it was withdrawn if it was."""

    joined: Joined
    ended_on: date | None
    reason: str


@dataclass(frozen=True)
class Followed:
    """An indicator with what it says of the day."""

    pk: int
    code: str
    name: str
    definition: str
    unit: str
    reading: Reading


@dataclass(frozen=True)
class PassageOnDay:
    status: str
    status_words: str
    since: date | None
    history: tuple[Said, ...]
    serving: tuple[ServingGroup, ...]
    evidence: tuple[Shown, ...]
    withdrawn: tuple[Shown, ...]


def passage_on(passage: Passage, day: date, reader: User) -> PassageOnDay:
    """What stands around a passage on a day. A constant number of queries."""
    links = list(passage.links.filter(starts_on__lte=day).order_by("starts_on", "pk"))
    named = name_links(links, open_to(reader))
    standing = [each for each in links if each.ended_on is None or each.ended_on > day]
    serving = [Joined.of(each, named[each.pk]) for each in standing if each.role == Role.SERVES]
    evidence = [
        Shown(Joined.of(each, named[each.pk]), each.ended_on, each.end_reason)
        for each in links
        if each.role == Role.EVIDENCE
    ]
    serving += _activities_that_name(passage, day, serving)
    kept = {each.pk for each in standing}
    said = statuses_on(day, [passage]).get(passage.pk) if passage.is_obligation else None
    return PassageOnDay(
        status=said.status if said else "",
        status_words=status_words(said.status if said else ""),
        since=said.on if said else None,
        history=tuple(
            Said(each.status, status_words(each.status), each.on, each.comment)
            for each in passage.statuses.filter(on__lte=day)
        ),
        serving=_groups(serving, day, reader),
        evidence=tuple(each for each in evidence if each.joined.pk in kept),
        withdrawn=tuple(each for each in evidence if each.joined.pk not in kept),
    )


def _activities_that_name(passage: Passage, day: date, known: Iterable[Joined]) -> list[Joined]:
    """The activities of the training plan in force that say themselves that they serve it."""
    version = TrainingPlanVersion.objects.in_force_on(day)
    if version is None:
        return []
    joined = {each.key for each in known if each.kind == Kind.ACTIVITY}
    return [
        Joined(
            pk=0,
            kind=str(Kind.ACTIVITY),
            kind_words=str(Kind.ACTIVITY.label),
            key=str(each.activity),
            title=each.title,
            url=reverse("competence:training_activity", args=[each.activity.number]),
            exists=True,
            added_on=version.in_force_from or day,
        )
        for each in version.activities.select_related("activity").order_by("activity__number")
        if passage.code in each.measures and str(each.activity) not in joined
    ]


def followed_on(passage: Passage, day: date) -> tuple[Followed, ...]:
    """What the passage's indicators say; of those the product knows no longer, nothing."""
    links = passage.links.filter(role=Role.INDICATOR)
    links = links.filter(pk__in=PassageLink.objects.standing_on(day).values("pk"))
    told = []
    for each in links.order_by("pk"):
        if is_registered(each.key):
            known = indicator(each.key)
            told.append(
                Followed(
                    each.pk,
                    each.key,
                    str(known.name),
                    str(known.definition),
                    str(known.unit),
                    known.compute(day),
                )
            )
    return tuple(told)


@dataclass(frozen=True)
class _Around:
    """What is on offer and asked for, looked up once for all that serves a passage."""

    versions: tuple[CourseVersion, ...]
    requirements: tuple[Requirement, ...]
    pages: Mapping[str, int]

    @classmethod
    def look_up(cls, things: Iterable[Joined], day: date, reader: User) -> _Around:
        things = list(things)
        versions = CourseVersion.objects.offered().select_related("course")
        may = open_to(reader).pages(Page.objects.filter(pk__in=versions.values("course")))
        plan = PlanVersion.objects.in_force_on(day)
        asked = (
            tuple(
                plan.requirements.filter(in_effect_q(day)).select_related(
                    "key_group", "area", "level"
                )
            )
            if plan
            else ()
        )
        urls = [each.url for each in things if each.kind == Kind.PAGE and each.url]
        return cls(
            tuple(versions.filter(course__in=may.values("pk"))),
            asked,
            _pages_at(urls),
        )

    def version(self, code: str) -> CourseVersion | None:
        found = (each for each in self.versions if each.outline["course"]["code"] == code)
        return next(found, None)


def _pages_at(urls: Iterable[str]) -> dict[str, int]:
    """The primary keys of the pages at these addresses."""
    paths = {url.strip("/") for url in urls}
    if not paths:
        return {}
    slugs = {path.rpartition("/")[2] for path in paths}
    return {
        f"/{path}/": page.pk
        for page in Page.objects.filter(slug__in=slugs)
        for path in paths
        if page.url_path.endswith(f"/{path}/")
    }


def _groups(things: list[Joined], day: date, reader: User) -> tuple[ServingGroup, ...]:
    if not things:
        return ()
    around = _Around.look_up(things, day, reader)
    return tuple(
        ServingGroup(
            str(words), tuple(_serving(each, around) for each in things if each.kind == kind)
        )
        for kind, words in _GROUPS.items()
        if any(each.kind == kind for each in things)
    )


def _serving(each: Joined, around: _Around) -> Serving:
    if each.kind == Kind.AREA:
        groups = {row.key_group_id for row in around.requirements if row.area.code == each.key}
        note = ngettext(
            "asked of %(number)s key group", "asked of %(number)s key groups", len(groups)
        ) % {"number": len(groups)}
        gives = [
            version
            for version in around.versions
            if any(grant.area_code == each.key for grant in version.grants)
        ]
        return Serving(each, note, _courses(gives))
    if each.kind == Kind.REQUIREMENT:
        group, area = split_requirement(each.key)
        levels = [
            row.level
            for row in around.requirements
            if row.key_group.code == group and row.area.code == area
        ]
        if not levels:
            return Serving(each, _("not asked in the plan in force"))
        return Serving(each, max(levels, key=lambda level: level.number).name)
    if each.kind == Kind.COURSE and (version := around.version(each.key)):
        lessons = len(version.lessons)
        note = ngettext("%(number)s lesson", "%(number)s lessons", lessons) % {"number": lessons}
        return Serving(each, note)
    if each.kind == Kind.PAGE and (page := around.pages.get(each.url)):
        shown = [version for version in around.versions if page in version.outline["articles"]]
        return Serving(each, "", _courses(shown))
    return Serving(each)


def _courses(versions: Iterable[CourseVersion]) -> tuple[Related, ...]:
    found = sorted(versions, key=lambda version: version.title)
    return tuple(
        Related(each.title, reverse("courses:course", args=[each.course.slug])) for each in found
    )
