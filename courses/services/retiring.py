"""Taking a course out of the catalogue, ending what is then left of it, and putting it back. What
people did stays: completions, certificates and their verification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses.models import CourseRetirement, CourseVersion, Enrolment
from courses.offer import is_refresher, offer_index
from courses.registry import required_anywhere
from courses.services.locking import lock_course
from courses.services.qualified import standing_completions
from courses.signals import course_reopened, course_retired
from lms.audit import services as audit
from lms.lib.dates import STOCKHOLM
from lms.notifications.services import Draft, notify_many
from lms.people.models import User

# The notice kinds that courses.notices registers.
RETIRED = "courses.retired"
ARCHIVED = "courses.archived"


class RetiringError(ValueError):
    """It cannot be done; the message says why."""


@dataclass(frozen=True)
class Consequences:
    """What retiring a course would mean, today."""

    under_way: int
    qualified: int
    # Levels that the plan asks for and no other course gives, in words.
    without_supply: tuple[str, ...]
    # Titles of the refreshers that renew it.
    refreshers: tuple[str, ...]


def retirement_of(course_id: int) -> CourseRetirement | None:
    """The retirement in force, if any."""
    return (
        CourseRetirement.objects.filter(course=course_id, reopened_at__isnull=True)
        .select_related("replaced_by")
        .first()
    )


def _open_in(courses: Sequence[int]) -> QuerySet[Enrolment]:
    return (
        Enrolment.objects.filter(
            course__in=courses, withdrawn_at__isnull=True, completed_at__isnull=True
        )
        .select_related("person", "course")
        .order_by("pk")
    )


def consequences(course: Page, day: date) -> Consequences:
    offered, left = offer_index(), offer_index(without=course.pk)
    return Consequences(
        under_way=Enrolment.objects.filter(
            course=course, withdrawn_at__isnull=True, completed_at__isnull=True
        ).count(),
        qualified=standing_completions(day)
        .filter(version__course=course)
        .values("person")
        .distinct()
        .count(),
        without_supply=tuple(
            each.label
            for each in required_anywhere(day)
            if (each.area_code, each.level) in offered
            and not left.get((each.area_code, each.level))
        ),
        refreshers=tuple(
            version.title
            for version in CourseVersion.objects.offered()
            if is_refresher(version) and version.refreshes == course.pk
        ),
    )


def _refuse(course: Page, last_day: date, replaced_by: Page | None, day: date) -> None:
    if retirement_of(course.pk):
        raise RetiringError(_("The course is already retired."))
    if last_day < day:
        raise RetiringError(_("The last day has already passed."))
    if replaced_by is None:
        return
    if replaced_by.pk == course.pk:
        raise RetiringError(_("A course cannot take its own place."))
    if not CourseVersion.objects.offered().filter(course=replaced_by).exists():
        raise RetiringError(_("The course to take instead is not offered."))


@transaction.atomic
def retire_course(
    *,
    course: Page,
    reason: str,
    last_day: date,
    replaced_by: Page | None = None,
    by: User | None,
    at: datetime,
) -> CourseRetirement:
    """Nobody sets out on the course any more; those under way have until `last_day` and are told.
    RetiringError says why not."""
    lock_course(course.pk)
    _refuse(course, last_day, replaced_by, at.astimezone(STOCKHOLM).date())
    retirement = CourseRetirement(
        course_id=course.pk,
        retired_at=at,
        by=by,
        reason=reason,
        last_day=last_day,
        replaced_by_id=replaced_by.pk if replaced_by else None,
    )
    retirement.full_clean()
    retirement.save()
    audit.record(
        "course.retired",
        retirement,
        by=by,
        after={
            "course": course.title,
            "last_day": last_day.isoformat(),
            "replaced_by": replaced_by.title if replaced_by else None,
        },
        reason=reason,
    )
    _tell(RETIRED, [retirement], list(_open_in([course.pk])), at)
    course_retired.send(sender=CourseRetirement, retirement=retirement)
    return retirement


@transaction.atomic
def reopen_course(*, retirement: CourseRetirement, by: User | None, at: datetime) -> None:
    """Offer the course again. Enrolments that were ended stay ended; one may begin anew."""
    lock_course(retirement.course_id)
    locked = CourseRetirement.objects.select_for_update().get(pk=retirement.pk)
    if locked.reopened_at is not None:
        return
    locked.reopened_at = at
    locked.save(update_fields=["reopened_at"])
    audit.record(
        "course.reopened",
        locked,
        by=by,
        before={"retired_at": locked.retired_at.isoformat()},
        after={"reopened_at": at.isoformat()},
    )
    course_reopened.send(sender=CourseRetirement, retirement=locked)


@transaction.atomic
def archive_due(*, day: date, at: datetime) -> int:
    """End what is left of the retired courses whose last day has passed, and tell the people; how
    many enrolments were ended. Run again it finds nothing."""
    due = list(
        CourseRetirement.objects.select_for_update(of=("self",))
        .filter(reopened_at__isnull=True, archived_at__isnull=True, last_day__lt=day)
        .select_related("replaced_by")
        .order_by("pk")
    )
    if not due:
        return 0
    still_open = _open_in([retirement.course_id for retirement in due])
    # Locked, so that nobody completes between being found and being ended.
    left = list(still_open.select_for_update(of=("self",)))
    still_open.filter(pk__in=[row.pk for row in left]).order_by().update(
        withdrawn_at=at, ended_because=Enrolment.Ended.ARCHIVED
    )
    CourseRetirement.objects.filter(pk__in=[row.pk for row in due]).update(archived_at=at)
    audit.record_many(
        (
            audit.Entry(
                "course.archived",
                Enrolment._meta.label_lower,
                str(row.pk),
                row.person_id,
                before={"course": row.course.title, "withdrawn_at": None},
                after={"course": row.course.title, "withdrawn_at": at.isoformat()},
            )
            for row in left
        ),
        by=None,
    )
    _tell(ARCHIVED, due, left, at)
    return len(left)


def _tell(
    kind: str,
    retirements: Sequence[CourseRetirement],
    enrolments: Sequence[Enrolment],
    at: datetime,
) -> None:
    of_course = {retirement.course_id: retirement for retirement in retirements}
    drafts = []
    for row in enrolments:
        retirement = of_course[row.course_id]
        instead = retirement.replaced_by
        drafts.append(
            Draft(
                kind,
                row.person,
                f"{kind}:{retirement.pk}:{row.person_id}",
                {
                    "course": row.course.title,
                    "course_id": row.course_id,
                    "last_day": retirement.last_day,
                    "instead": instead.title if instead else "",
                },
                reverse("courses:course", args=[row.course.slug]),
            )
        )
    notify_many(drafts, at=at)


def still_under_way(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these (person, course) pairs are open enrolments."""
    people, courses = {person for person, _c in pairs}, {course for _p, course in pairs}
    return set(
        Enrolment.objects.filter(
            person__in=people,
            course__in=courses,
            withdrawn_at__isnull=True,
            completed_at__isnull=True,
        ).values_list("person_id", "course_id")
    )
