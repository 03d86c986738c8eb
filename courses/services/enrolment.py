"""Setting out on a course, and leaving it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from wagtail.models import Page

from courses.models import CourseVersion, Enrolment, Required
from courses.offer import is_refresher, lacking, may_refresh
from courses.registry import held_levels
from courses.services.seats import begun, claim_seats
from lms.audit import services as audit
from lms.lib.dates import STOCKHOLM
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, User
from lms.people.services.locking import lock_people, lock_person

# The notice kinds that courses.notices registers: enrolled by a manager, by one's organisation.
ENROLLED = "courses.enrolled"
SEAT_GIVEN = "courses.seat_given"


class NotOfferedError(ValueError):
    """The course has no published version."""


class LockedError(ValueError):
    """The person does not hold what the course asks for; `missing` says what."""

    def __init__(self, missing: tuple[Required, ...]) -> None:
        self.missing = missing
        super().__init__(", ".join(f"{each.area_code} {each.level}" for each in missing))


class RefresherError(ValueError):
    """The course only renews what the person has never had."""


class BegunError(ValueError):
    """The seat cannot be taken back: its holder has begun."""


# Enrolled by somebody else, and told: what has to be learnt first may come later.
_BOOKED = {Enrolment.Origin.MANAGER: ENROLLED, Enrolment.Origin.PARTNER: SEAT_GIVEN}


def missing_before(person: Person, version: CourseVersion, day: date) -> tuple[Required, ...]:
    """What the version asks for that the person does not hold on `day`."""
    if not version.requires:
        return ()
    return lacking(held_levels([person.pk], day).get(person.pk, {}), version.requires)


def suits(person: Person, version: CourseVersion, day: date) -> bool:
    """Whether the person may take it: a refresher is for those who have had what it gives."""
    if not is_refresher(version):
        return True
    allowed = may_refresh([person.pk], [version], day)
    return version.course_id in allowed.get(person.pk, frozenset())


def open_enrolment(person: Person, course: Page) -> Enrolment | None:
    return Enrolment.objects.filter(
        person=person, course=course, withdrawn_at__isnull=True, completed_at__isnull=True
    ).first()


def _version_to_begin(course: Page) -> CourseVersion:
    """The version one sets out on. Until the transaction ends no other is published, and the
    course is not retired."""
    Page.objects.select_for_update(no_key=True).get(pk=course.pk)
    version = CourseVersion.objects.offered().filter(course=course).first()
    if version is None:
        raise NotOfferedError(course.title)
    return version


def _refuse(people: Collection[int], version: CourseVersion, origin: str, day: date) -> None:
    """Say no where one of them may not set out: a beginner with a refresher (RefresherError), or
    anybody by themselves on a course that is locked to them (LockedError)."""
    if is_refresher(version):
        allowed = may_refresh(people, [version], day)
        if any(version.course_id not in allowed.get(pk, frozenset()) for pk in people):
            raise RefresherError(version.title)
    if origin in _BOOKED or not version.requires:
        return
    held = held_levels(people, day)
    for pk in people:
        missing = lacking(held.get(pk, {}), version.requires)
        if missing:
            raise LockedError(missing)


def _claim(people: Collection[int], version: CourseVersion, origin: str, day: date) -> None:
    given = origin == Enrolment.Origin.PARTNER
    claim_seats(people=people, version=version, day=day, given=given)


@transaction.atomic
def enrol(*, person: Person, course: Page, origin: str, by: User | None, at: datetime) -> Enrolment:
    """The person's open enrolment in the course: the one there is, or a new one pinned to the
    latest version. Nobody sets out on a locked course by themselves (LockedError); whom a manager
    enrols is told, and may read it once the lock is open. Nobody begins with a refresher
    (RefresherError), and no member of a partner organisation without a seat (NoSeatError)."""
    existing = open_enrolment(person, course)
    if existing is not None:
        return existing
    version = _version_to_begin(course)
    person = lock_person(person)
    day = at.astimezone(STOCKHOLM).date()
    _claim([person.pk], version, origin, day)
    _refuse([person.pk], version, origin, day)
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
    _tell([enrolment], version, at)
    return enrolment


@transaction.atomic
def enrol_many(
    *, people: Iterable[Person], course: Page, origin: str, by: User | None, at: datetime
) -> list[Enrolment]:
    """The open enrolment of each of `people`: the one there is, or a new one pinned to the latest
    version, by the rules of `enrol`: where one may not set out, nobody does. The same number of
    queries whatever the number."""
    version = _version_to_begin(course)
    asked = list(people)
    stands = lock_people(person.pk for person in asked)
    wanted = {stands[person.pk].pk: stands[person.pk] for person in asked}
    open_now = {
        row.person_id: row
        for row in Enrolment.objects.filter(
            person__in=wanted, course=course, withdrawn_at__isnull=True, completed_at__isnull=True
        )
    }
    setting_out = [pk for pk in wanted if pk not in open_now]
    day = at.astimezone(STOCKHOLM).date()
    _claim(setting_out, version, origin, day)
    _refuse(setting_out, version, origin, day)
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
    _tell(new, version, at)
    open_now |= {row.person_id: row for row in new}
    return [open_now[pk] for pk in wanted]


def _tell(new: Sequence[Enrolment], version: CourseVersion, at: datetime) -> None:
    """Say to those whom a manager or their organisation has enrolled that they are."""
    booked = [row for row in new if row.origin in _BOOKED]
    if not booked:
        return
    held = held_levels([row.person_id for row in booked], at.astimezone(STOCKHOLM).date())
    url = reverse("courses:course", args=[version.course.slug])
    notify_many(
        [
            Draft(
                kind=_BOOKED[Enrolment.Origin(row.origin)],
                person=row.person,
                dedupe_key=f"enrolled:{row.pk}",
                context={
                    "course": version.title,
                    "enrolment": row.pk,
                    "locked": bool(lacking(held.get(row.person_id, {}), version.requires)),
                },
                url=url,
            )
            for row in booked
        ],
        at=at,
    )


def still_booked(enrolments: Collection[int]) -> set[int]:
    """Those (by primary key) that are open, and where no lesson has been opened."""
    return set(
        Enrolment.objects.filter(
            pk__in=enrolments,
            withdrawn_at__isnull=True,
            completed_at__isnull=True,
            place_lesson="",
        ).values_list("pk", flat=True)
    )


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
    locked.withdrawn_at, locked.ended_because = at, Enrolment.Ended.LEFT
    locked.save(update_fields=["withdrawn_at", "ended_because"])
    audit.record(
        "course.withdrawn",
        locked,
        by=by,
        person=locked.person,
        before={"course": locked.version.title, "withdrawn_at": None},
        after={"course": locked.version.title, "withdrawn_at": at.isoformat()},
        reason=reason,
    )
    return locked


@transaction.atomic
def take_back_seat(*, enrolment: Enrolment, by: User | None, at: datetime) -> Enrolment:
    """End an enrolment that nobody has begun (else BegunError): the organisation has the seat
    back."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if begun(locked):
        raise BegunError
    return withdraw(enrolment=locked, by=by, at=at)
