"""What the catalogue and a course's page say, from frozen versions and what a person has done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import (
    Certificate,
    Completion,
    CoursePage,
    CourseVersion,
    Enrolment,
    Required,
)
from courses.offer import is_refresher, may_refresh
from courses.progress import EnrolmentProgress, current_enrolments
from courses.registry import RequirementHint, requirement_hint
from courses.services.seats import courses_shared_with
from lms.content.visibility import closed_to_some, reads_internal, visible_to
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User

# Upper bounds in minutes, as the filter offers them.
LENGTHS = {"15": (0, 15), "30": (16, 30), "60": (31, 60), "more": (61, 100_000)}


@dataclass(frozen=True)
class Gives:
    """A level in an area, in words."""

    area_code: str
    area: str
    level: int
    level_name: str
    validity_months: int | None


@dataclass(frozen=True)
class CourseCard:
    """One course in the catalogue."""

    course_id: int
    slug: str
    title: str
    summary: str
    form: str
    form_name: str
    # Of the lessons, and what the author states beside them.
    minutes: int
    minutes_beside: int
    lessons: int
    gives: tuple[Gives, ...]
    progress: EnrolmentProgress | None
    # The last time this person completed it, where that still stands.
    completed_on: date | None
    # What of it the person must do: the first due day among the requirements it would meet.
    required: bool
    due_on: date | None


@dataclass(frozen=True)
class Wanted:
    """A reader's choice of courses; nothing chosen is every course."""

    required: bool = False
    area: str = ""
    level: int | None = None
    length: str = ""
    form: str = ""

    def takes(self, card: CourseCard) -> bool:
        shortest, longest = LENGTHS.get(self.length, (0, 100_000))
        gives = [each for each in card.gives if not self.area or each.area_code == self.area]
        return (
            (not self.required or card.required)
            and (not self.area or bool(gives))
            and (self.level is None or any(each.level == self.level for each in gives))
            and shortest <= card.minutes + card.minutes_beside <= longest
            and (not self.form or card.form == self.form)
        )


@dataclass(frozen=True)
class Names:
    """The words for areas and levels. Two queries."""

    areas: Mapping[str, str]
    levels: Mapping[int, str]

    @classmethod
    def load(cls) -> Names:
        return cls(
            dict(CompetenceArea.objects.values_list("code", "name")),
            dict(TrainingLevel.objects.values_list("number", "name")),
        )

    def in_words(self, required: Iterable[Required]) -> str:
        """Levels in areas, as one says them."""
        return ", ".join(
            _("%(level)s in %(area)s")
            % {
                "level": self.levels.get(each.level, str(each.level)),
                "area": self.areas.get(each.area_code, each.area_code),
            }
            for each in required
        )

    def gives(self, version: CourseVersion) -> tuple[Gives, ...]:
        return tuple(
            Gives(
                grant.area_code,
                self.areas.get(grant.area_code, grant.area_code),
                grant.level,
                self.levels.get(grant.level, str(grant.level)),
                grant.validity_months,
            )
            for grant in version.grants
        )


def _nearest(
    hints: Iterable[RequirementHint], gives: Iterable[tuple[Gives, ...]]
) -> dict[tuple[str, int], list[RequirementHint]]:
    """The open requirements by the area and level that answers them: the lowest level on offer
    that is enough. A course above it is no duty."""
    levels: dict[str, set[int]] = {}
    for each in (each for of_course in gives for each in of_course):
        levels.setdefault(each.area_code, set()).add(each.level)
    nearest: dict[tuple[str, int], list[RequirementHint]] = {}
    for hint in hints:
        enough = [level for level in levels.get(hint.area_code, ()) if level >= hint.level]
        if hint.is_open and enough:
            nearest.setdefault((hint.area_code, min(enough)), []).append(hint)
    return nearest


def _renewing(
    person: Person | None,
    given: Mapping[CourseVersion, tuple[Gives, ...]],
    current: Mapping[int, EnrolmentProgress],
    day: date,
) -> frozenset[int]:
    """The refreshers that the person may take or is in the middle of."""
    refreshers = [version for version in given if is_refresher(version)]
    if person is None or not refreshers:
        return frozenset()
    allowed = may_refresh([person.pk], refreshers, day).get(person.pk, frozenset())
    return allowed | {each.course_id for each in refreshers if each.course_id in current}


def _wanted(
    hints: Iterable[RequirementHint],
    given: Mapping[CourseVersion, tuple[Gives, ...]],
    renewing: frozenset[int],
) -> dict[int, list[RequirementHint]]:
    """The requirements that each course answers: a refresher those it can, else the nearest of
    the others."""
    hints = list(hints)
    shorter = {version: each for version, each in given.items() if version.course_id in renewing}
    whole = {version: each for version, each in given.items() if not is_refresher(version)}
    by_refresher = _nearest(hints, shorter.values())
    answered = {id(hint) for found in by_refresher.values() for hint in found}
    rest = _nearest([hint for hint in hints if id(hint) not in answered], whole.values())
    return {
        version.course_id: [
            hint
            for each in gives
            for hint in (by_refresher if version in shorter else rest).get(
                (each.area_code, each.level), ()
            )
        ]
        for version, gives in given.items()
    }


def _open_to(person: Person | None, user: User, readable: Any, day: date) -> Q:
    """Courses that `user` may read, and for a partner's guest those that are shared with them."""
    open_courses = Q(course__in=readable)
    if person is None or reads_internal(user):
        return open_courses
    shared = courses_shared_with(person, day)
    return open_courses | Q(course__in=shared - closed_to_some(shared)) if shared else open_courses


def catalogue(person: Person | None, day: date, names: Names, *, user: User) -> list[CourseCard]:
    """Every published course that `user` may read: what this person must do first, then by
    title. A refresher is there for those who may take it, and answers for them what the whole
    course would."""
    hints = requirement_hint(person, day) if person else []
    current = {each.course_id: each for each in current_enrolments(person)} if person else {}
    completed: dict[int, date] = {}
    if person:
        completed = dict(
            Completion.objects.filter(person=person, revoked_on__isnull=True)
            .order_by("completed_on")
            .values_list("enrolment__course_id", "completed_on")
        )
    cards = []
    readable = visible_to(Page.objects.all(), user).order_by().values("pk")
    offered = CourseVersion.objects.offered().filter(_open_to(person, user, readable, day))
    given = {version: names.gives(version) for version in offered.select_related("course")}
    renewing = _renewing(person, given, current, day)
    if person:
        given = {
            version: gives
            for version, gives in given.items()
            if not is_refresher(version) or version.course_id in renewing
        }
    wanted = _wanted(hints, given, renewing)
    for version, gives in given.items():
        facts = version.outline["course"]
        met = wanted[version.course_id]
        cards.append(
            CourseCard(
                course_id=version.course_id,
                slug=version.course.slug,
                title=version.title,
                summary=facts["summary"],
                form=facts["form"],
                form_name=str(CoursePage.Form(facts["form"]).label),
                minutes=version.minutes,
                minutes_beside=version.minutes_beside,
                lessons=len(version.lessons),
                gives=gives,
                progress=current.get(version.course_id),
                completed_on=completed.get(version.course_id),
                required=bool(met),
                due_on=min((hint.due_on for hint in met if hint.due_on), default=None),
            )
        )
    cards.sort(key=lambda card: (not card.required, card.due_on or date.max, card.title))
    return cards


@dataclass(frozen=True)
class Entry:
    """One course a person has completed."""

    completion: Completion
    certificate: Certificate | None
    status: str

    @property
    def title(self) -> str:
        return self.certificate.course_title if self.certificate else self.completion.version.title


def status_of(certificate: Certificate, day: date) -> str:
    """valid, expired, revoked or superseded on `day`; what was taken back comes first."""
    if certificate.revoked_on is not None and certificate.revoked_on <= day:
        return "revoked"
    if certificate.superseded_by_id is not None:
        return "superseded"
    if certificate.valid_until is not None and certificate.valid_until < day:
        return "expired"
    return "valid"


def transcript(person: Person, day: date) -> list[Entry]:
    """Everything the person has completed, latest first. Three queries."""
    completions = (
        Completion.objects.filter(person=person)
        .order_by("-completed_on", "-pk")
        .select_related("version")
        .defer("version__content")
        .prefetch_related("certificates")
    )
    entries = []
    for completion in completions:
        standing = [c for c in completion.certificates.all() if c.superseded_by_id is None]
        certificate = standing[0] if standing else None
        status = status_of(certificate, day) if certificate else "revoked"
        entries.append(Entry(completion, certificate, status))
    return entries


# An enrolment whole, its version without the text, and of the course's page what says where it is.
_TO_READ = (
    *(column.name for column in Enrolment._meta.concrete_fields),
    *(
        f"version__{column.name}"
        for column in CourseVersion._meta.concrete_fields
        if column.name != "content"
    ),
    "course__slug",
    "course__title",
)
_TO_READ_FIRST = (F("completed_at").desc(nulls_first=True), "-pk")


def enrolments_to_read(person: Person, course_id: int) -> QuerySet[Enrolment]:
    """The person's enrolments in the course that may be read: the open one first, then what was
    completed, latest first."""
    return Enrolment.objects.filter(
        person=person, course_id=course_id, withdrawn_at__isnull=True
    ).order_by(*_TO_READ_FIRST)


def enrolment_to_read(person: Person, course_slug: str) -> Enrolment | None:
    """The first of them in the course with this address, with its course and its version but for
    the texts. One query."""
    enrolment = (
        Enrolment.objects.filter(person=person, course__slug=course_slug, withdrawn_at__isnull=True)
        .select_related("version", "course")
        .only(*_TO_READ)
        .order_by(*_TO_READ_FIRST)
        .first()
    )
    if enrolment is not None:
        enrolment.person = person
    return enrolment


def lesson_outline(version: CourseVersion) -> list[dict[str, Any]]:
    """The modules of a version, their lessons numbered through the course."""
    number = 0
    modules = []
    for module in version.outline["modules"]:
        lessons = []
        for lesson in module["lessons"]:
            number += 1
            lessons.append({**lesson, "number": number})
        modules.append({"title": module["title"], "lessons": lessons})
    return modules
