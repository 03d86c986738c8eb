"""Going on in a newer version of a course: what is the same word for word comes along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from courses.models import Confirmation, CourseVersion, Enrolment, LessonCompletion, SignOff
from courses.services.completing import complete_those_who_may
from lms.audit import services as audit
from lms.people.models import User


def lessons_kept(old: CourseVersion, new: CourseVersion) -> frozenset[str]:
    """The keys of the lessons that read and ask exactly the same in both versions."""
    before = {lesson["key"]: lesson.get("hash") for lesson in old.lessons}
    return frozenset(
        lesson["key"]
        for lesson in new.lessons
        if lesson.get("hash") and before.get(lesson["key"]) == lesson["hash"]
    )


@transaction.atomic
def move_to_version(
    *,
    enrolments: Sequence[Enrolment],
    version: CourseVersion,
    by: User | None,
    at: datetime,
) -> list[Enrolment]:
    """End each open enrolment and let it go on in `version`: finished lessons that are the same
    come along, and so does what was confirmed for a condition that is still there. Attempts and
    reflections stay readable where they were made. The same number of queries whatever the
    number. What was ended or is in the version already is left alone."""
    old = list(
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk__in=[row.pk for row in enrolments], course=version.course_id)
        .filter(withdrawn_at__isnull=True, completed_at__isnull=True)
        .exclude(version=version)
        .select_related("version")
        .order_by("pk")
    )
    if not old:
        return []
    Enrolment.objects.filter(pk__in=[row.pk for row in old]).update(
        withdrawn_at=at, ended_because=Enrolment.Ended.NEW_VERSION
    )
    new = Enrolment.objects.bulk_create(
        Enrolment(
            person_id=row.person_id,
            version=version,
            course_id=row.course_id,
            origin=row.origin,
            by=row.by,
            created_at=at,
            continues=row,
            place_lesson=row.place_lesson,
            place_block=row.place_block,
            place_at=row.place_at,
        )
        for row in old
    )
    _bring_along(old, new, version)
    audit.record_many(
        (
            audit.Entry(
                "course.moved_to_version",
                Enrolment._meta.label_lower,
                str(row.pk),
                row.person_id,
                before={"version": row.continues.version.number if row.continues else None},
                after={"course": version.title, "version": version.number},
            )
            for row in new
        ),
        by=by,
    )
    complete_those_who_may(enrolments=new, at=at)
    return new


def _bring_along(
    old: Sequence[Enrolment], new: Sequence[Enrolment], version: CourseVersion
) -> None:
    following = {row.continues_id: row for row in new}
    kept = {row.version_id: lessons_kept(row.version, version) for row in old}
    of = {row.pk: row.version_id for row in old}
    LessonCompletion.objects.bulk_create(
        LessonCompletion(
            enrolment=following[done.enrolment_id],
            lesson_key=done.lesson_key,
            completed_at=done.completed_at,
            score=done.score,
            brought_along=True,
        )
        for done in LessonCompletion.objects.filter(enrolment__in=old)
        if done.lesson_key in kept[of[done.enrolment_id]]
    )
    conditions = {item["key"] for group in version.criteria for item in group["items"]}
    Confirmation.objects.bulk_create(
        Confirmation(
            enrolment=following[row.enrolment_id],
            item_key=row.item_key,
            confirmed_at=row.confirmed_at,
        )
        for row in Confirmation.objects.filter(enrolment__in=old, item_key__in=conditions)
    )
    SignOff.objects.bulk_create(
        SignOff(
            enrolment=following[row.enrolment_id],
            item_key=row.item_key,
            done_on=row.done_on,
            by_id=row.by_id,
            created_at=row.created_at,
        )
        for row in SignOff.objects.filter(enrolment__in=old, item_key__in=conditions)
    )
