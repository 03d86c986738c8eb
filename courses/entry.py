"""What stands between somebody and a course: what one must hold before it, and what a newer
version of it means for those under way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from courses.criteria import CriteriaState, Facts, evaluate
from courses.grading import TEST_OUT
from courses.listing import Names
from courses.models import (
    Attempt,
    ChecklistMark,
    Confirmation,
    CourseVersion,
    Enrolment,
    LessonCompletion,
    Reflection,
)
from courses.offer import CourseOffer, OfferIndex, offer_index
from courses.reading.chains import chain, earlier_ones
from courses.registry import held_levels
from courses.services.enrolment import missing_before
from lms.people.models import Person


@dataclass(frozen=True)
class Missing:
    """One level that has to be held before the course. `held` is the name of the level that the
    person holds in the area, if any; `ways` are the courses to begin with: those that give what is
    missing at the lowest level and are open, else the first step towards one of them."""

    area: str
    level: str
    held: str
    ways: tuple[CourseOffer, ...]


def locks(person: Person, version: CourseVersion, day: date, names: Names) -> tuple[Missing, ...]:
    """What the person lacks before the course, each with the ways to it; nothing: the course is
    open. Four queries, two where the course asks for nothing, and a few more where the ways to it
    are locked too."""
    missing = missing_before(person, version, day)
    if not missing:
        return ()
    held = held_levels([person.pk], day).get(person.pk, {})
    offers = offer_index(without=version.course_id)
    return tuple(
        Missing(
            area=names.areas.get(each.area_code, each.area_code),
            level=names.levels.get(each.level, str(each.level)),
            held=names.levels.get(held.get(each.area_code, 0), ""),
            ways=_open_ways(
                person, offers.get((each.area_code, each.level), ()), held, version.course_id, day
            ),
        )
        for each in missing
    )


def _open_ways(
    person: Person,
    offers: Sequence[CourseOffer],
    held: Mapping[str, int],
    course_id: int,
    day: date,
) -> tuple[CourseOffer, ...]:
    """What the person can begin with: among the offers the open ones of the lowest level, else the
    first step towards the nearest of them that does not lead round to the course itself."""
    can_begin = [offer for offer in offers if not offer.is_locked_to(held)]
    if can_begin:
        return tuple(offer for offer in can_begin if offer.level == can_begin[0].level)
    steps = (first_step(person, offer.course_id, day, without=course_id) for offer in offers)
    return tuple(step for step in steps if step)[:1]


def is_locked(enrolment: Enrolment, day: date) -> bool:
    """Whether the person lacks what the course asks for and has not begun. What has been begun is
    never locked again, nor what goes on from it. No query where the course asks for nothing."""
    if not missing_before(enrolment.person, enrolment.version, day):
        return False
    return not _has_begun(enrolment)


def _has_begun(enrolment: Enrolment) -> bool:
    """Whether something has been opened, answered, written, ticked or confirmed in the enrolment
    or in one that it goes on from. A query, and another where it goes on from one."""
    own = [row.pk for row in chain(enrolment, earlier_ones(enrolment))]
    traces = (Attempt, LessonCompletion, Reflection, ChecklistMark, Confirmation)
    begun = [Q(Exists(model.objects.filter(enrolment=OuterRef("pk")))) for model in traces]
    opened = ~Q(place_lesson="")
    return Enrolment.objects.filter(reduce(or_, begun, opened), pk__in=own).exists()


# So many courses can stand in a row before one.
_DEEPEST = 4


def first_step(
    person: Person, course_id: int, day: date, *, without: int | None = None
) -> CourseOffer | None:
    """The course to begin with on the way to one that is locked; None where it is open, or where
    nothing on offer leads to it. `without` leaves one course out. A few queries for each course on
    the way."""
    step: CourseOffer | None = None
    passed = {course_id, without}
    offers: OfferIndex = {}
    held = held_levels([person.pk], day).get(person.pk, {})
    for _depth in range(_DEEPEST):
        version = CourseVersion.objects.offered().filter(course=course_id).first()
        missing = missing_before(person, version, day) if version else ()
        if not missing:
            return step
        offers = offers or offer_index()
        ways = [
            way
            for each in missing
            for way in offers.get((each.area_code, each.level), ())
            if way.course_id not in passed
        ]
        if not ways:
            return None
        step = min(ways, key=lambda way: way.is_locked_to(held))
        course_id = step.course_id
        passed.add(course_id)
    return None


def conditions_of(version: CourseVersion) -> CriteriaState:
    """What the course takes, for somebody who has done nothing yet."""
    lessons = frozenset(lesson["key"] for lesson in version.lessons)
    nothing: frozenset[str] = frozenset()
    return evaluate(version.criteria, Facts(lessons, nothing, None, nothing, nothing))


@dataclass(frozen=True)
class NewerVersion:
    """A newer version than the one somebody is under way in: what has changed since, and what
    going on in it would mean."""

    version: CourseVersion
    change: str
    notes: tuple[str, ...]
    # Finished lessons that would come along, and those that would have to be done again.
    kept: int
    again: tuple[str, ...]


@dataclass(frozen=True)
class Moved:
    """How an enrolment came to go on in its version: what was new, and how many finished lessons
    came along of how many."""

    note: str
    kept: int
    before: int


def moved_here(enrolment: Enrolment) -> Moved | None:
    """What to say to somebody whose enrolment goes on from one in an earlier version. Two queries
    where it does."""
    if enrolment.continues_id is None:
        return None
    of = LessonCompletion.objects.exclude(lesson_key=TEST_OUT).filter
    return Moved(
        note=enrolment.version.note,
        kept=of(enrolment=enrolment, brought_along=True).count(),
        before=of(enrolment=enrolment.continues_id).count(),
    )


_WEIGHT: dict[str, int] = {
    CourseVersion.Change.FIRST: 0,
    CourseVersion.Change.EDITORIAL: 0,
    CourseVersion.Change.MATERIAL: 1,
    CourseVersion.Change.RETAKE: 2,
}


def newer_version(enrolment: Enrolment) -> NewerVersion | None:
    """What has been published since, for an open enrolment; None where it is in the latest. Two
    queries where there is something."""
    later: Sequence[CourseVersion] = list(
        CourseVersion.objects.filter(
            course=enrolment.course_id, number__gt=enrolment.version.number
        )
        .defer("content")
        .order_by("number")
    )
    if not later:
        return None
    latest = later[-1]
    results = {row.lesson_key: row.score for row in enrolment.lesson_completions.all()}
    done = results.keys() - {TEST_OUT}
    kept = {
        key
        for key in latest.kept_from(enrolment.version) & done
        if latest.is_passed_with(key, results[key])
    }
    titles: Mapping[str, str] = {lesson["key"]: lesson["title"] for lesson in latest.lessons}
    return NewerVersion(
        version=latest,
        change=max((each.change for each in later), key=lambda change: _WEIGHT.get(change, 0)),
        notes=tuple(
            dict.fromkeys(each.note for each in later if each.note and _WEIGHT.get(each.change, 0))
        ),
        kept=len(kept),
        again=tuple(titles[key] for key in titles if key in done - kept),
    )
