"""Setting out on a course, and leaving it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from wagtail.models import Page

from courses.models import CourseVersion, Enrolment
from lms.audit import services as audit
from lms.people.models import Person, User


class NotOfferedError(ValueError):
    """The course has no published version."""


def open_enrolment(person: Person, course: Page) -> Enrolment | None:
    return Enrolment.objects.filter(
        person=person, course=course, withdrawn_at__isnull=True, completed_at__isnull=True
    ).first()


@transaction.atomic
def enrol(*, person: Person, course: Page, origin: str, by: User | None, at: datetime) -> Enrolment:
    """The person's open enrolment in the course: the one there is, or a new one pinned to the
    latest version."""
    existing = open_enrolment(person, course)
    if existing is not None:
        return existing
    version = CourseVersion.objects.offered().filter(course=course).first()
    if version is None:
        raise NotOfferedError(course.title)
    try:
        with transaction.atomic():
            enrolment = Enrolment.objects.create(
                person=person,
                version=version,
                course_id=course.pk,
                origin=origin,
                by=by,
                created_at=at,
            )
    except IntegrityError:
        # Somebody else enrolled the same person at the same moment.
        existing = open_enrolment(person, course)
        if existing is None:
            raise
        return existing
    audit.record(
        "course.enrolled",
        enrolment,
        by=by,
        person=person,
        after={"course": version.title, "version": version.number, "origin": origin},
    )
    return enrolment


@transaction.atomic
def enrol_many(
    *, people: Iterable[Person], course: Page, origin: str, by: User | None, at: datetime
) -> list[Enrolment]:
    """The open enrolment of each of `people`: the one there is, or a new one pinned to the latest
    version. The same number of queries whatever the number."""
    wanted = {person.pk: person for person in people}
    open_now = {
        row.person_id: row
        for row in Enrolment.objects.filter(
            person__in=wanted, course=course, withdrawn_at__isnull=True, completed_at__isnull=True
        )
    }
    version = CourseVersion.objects.offered().filter(course=course).first()
    if version is None:
        raise NotOfferedError(course.title)
    new = Enrolment.objects.bulk_create(
        Enrolment(
            person=person,
            version=version,
            course_id=course.pk,
            origin=origin,
            by=by,
            created_at=at,
        )
        for pk, person in wanted.items()
        if pk not in open_now
    )
    audit.record_many((_enrolled(row, version) for row in new), by=by)
    open_now |= {row.person_id: row for row in new}
    return [open_now[pk] for pk in wanted]


def _enrolled(row: Enrolment, version: CourseVersion) -> audit.Entry:
    return audit.Entry(
        "course.enrolled",
        Enrolment._meta.label_lower,
        str(row.pk),
        row.person_id,
        after={"course": version.title, "version": version.number, "origin": row.origin},
    )


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User | None, at: datetime, reason: str = "") -> Enrolment:
    """End an open enrolment. What was written stays; a withdrawn or completed one is left alone."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.withdrawn_at is not None or locked.completed_at is not None:
        return locked
    locked.withdrawn_at = at
    locked.save(update_fields=["withdrawn_at"])
    audit.record(
        "course.withdrawn",
        locked,
        by=by,
        person=locked.person,
        after={"withdrawn_at": at.isoformat()},
        reason=reason,
    )
    return locked
