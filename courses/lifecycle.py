"""What a course's page says of the course's own life: that it is coming to an end, for whom a
refresher is, the shorter way for those who may take it, and what is new."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from courses.models import CoursePage, CourseRetirement, CourseVersion
from courses.offer import CourseOffer, is_refresher, refreshers_for
from courses.services.enrolment import suits
from courses.services.news import News, news_for
from courses.services.retiring import retirement_of
from lms.people.models import Person


@dataclass(frozen=True)
class CourseLife:
    """A course as it stands for one reader."""

    retirement: CourseRetirement | None
    # The course that a refresher renews, where the reader has never had what it gives.
    take_first: CoursePage | None
    not_for_you: bool
    # Refreshers of this course that the reader may take.
    shorter: tuple[CourseOffer, ...]
    news: tuple[News, ...]


def life_of(
    course: CoursePage, version: CourseVersion | None, person: Person | None, day: date
) -> CourseLife:
    """At most ten queries, whatever there is."""
    refused = (
        person is not None
        and version is not None
        and is_refresher(version)
        and not suits(person, version, day)
    )
    take_first = None
    if refused and version is not None and version.refreshes:
        take_first = CoursePage.objects.live().filter(pk=version.refreshes).first()
    return CourseLife(
        retirement=retirement_of(course.pk),
        take_first=take_first,
        not_for_you=refused,
        shorter=_shorter(version, person, day) if person and version else (),
        news=tuple(
            each
            for each in (news_for(person, day) if person else ())
            if each.course_id == course.pk
        ),
    )


def _shorter(version: CourseVersion, person: Person, day: date) -> tuple[CourseOffer, ...]:
    """The refreshers that would give the reader something of what this course gives."""
    if is_refresher(version):
        return ()
    refreshers = refreshers_for([person.pk], day)
    found = {
        offer.course_id: offer
        for grant in version.grants
        for offer in refreshers.to(person.pk, grant.area_code, grant.level)
    }
    return tuple(found.values())


def last_version(course: CoursePage) -> CourseVersion | None:
    """The latest version, whether the course is offered or not."""
    return CourseVersion.objects.latest_of_each().filter(course=course).first()
