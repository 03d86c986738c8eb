"""Going on in a newer version of a course: what is the same word for word comes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from courses.freezing import lessons_of
from courses.models import (
    Answer,
    Attempt,
    ChecklistMark,
    Confirmation,
    CourseVersion,
    Enrolment,
    LessonCompletion,
    Reflection,
    SignOff,
)
from courses.services.completing import complete_those_who_may
from lms.audit import services as audit
from lms.people.models import User


def blocks_in(version: CourseVersion) -> set[str]:
    """The ids of the blocks that the version's lessons are built of."""
    content = CourseVersion.objects.values_list("content", flat=True).get(pk=version.pk)
    return {block["id"] for lesson in lessons_of(content) for block in lesson["blocks"]}


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
    """End each open enrolment and let it go on in `version`. What is the same word for word comes
    along: finished lessons, attempts and answers of lessons that are the same, texts and ticks of
    blocks that are still there, and what was confirmed where the statement is the same. The rest
    stays with the old enrolment. The same number of queries whatever the number. What was ended
    or is in the version already is left alone."""
    old = list(
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk__in=[row.pk for row in enrolments], course=version.course_id)
        .filter(withdrawn_at__isnull=True, completed_at__isnull=True)
        .exclude(version=version)
        .order_by("pk")
    )
    if not old:
        return []
    versions = CourseVersion.objects.defer("content").in_bulk({row.version_id for row in old})
    for row in old:
        row.version = versions[row.version_id]
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
    versions = {row.version_id: row.version for row in old}
    lessons = {pk: lessons_kept(each, version) for pk, each in versions.items()}
    statements = {pk: _statements(each) & _statements(version) for pk, each in versions.items()}
    of = {row.pk: row.version_id for row in old}
    blocks = blocks_in(version)
    LessonCompletion.objects.bulk_create(
        _copy(done, following, brought_along=True)
        for done in LessonCompletion.objects.filter(enrolment__in=old)
        if done.lesson_key in lessons[of[done.enrolment_id]]
    )
    for said in (Confirmation, SignOff):
        said.objects.bulk_create(
            _copy(row, following)
            for row in said.objects.filter(enrolment__in=old)
            if row.item_key in {key for key, _kind, _text in statements[of[row.enrolment_id]]}
        )
    for written in (Reflection, ChecklistMark):
        written.objects.bulk_create(
            _copy(row, following)
            for row in written.objects.filter(enrolment__in=old, block_key__in=blocks)
        )
    attempts = [
        attempt
        for attempt in Attempt.objects.filter(enrolment__in=old).order_by("pk")
        if attempt.lesson_key in lessons[of[attempt.enrolment_id]]
    ]
    copies = Attempt.objects.bulk_create(_copy(attempt, following) for attempt in attempts)
    copied = {attempt.pk: copy for attempt, copy in zip(attempts, copies, strict=True)}
    Answer.objects.bulk_create(
        _copy_of(answer, attempt=copied[answer.attempt_id])
        for answer in Answer.objects.filter(attempt__in=attempts)
    )


def _statements(version: CourseVersion) -> set[tuple[str, str, str]]:
    """What is confirmed for the version: key, kind and the words themselves."""
    return {
        (item["key"], item["kind"], item["text"])
        for group in version.criteria
        for item in group["items"]
        if item["kind"] in ("confirm", "signoff")
    }


def _copy(row: Any, following: Mapping[int | None, Enrolment], **changed: Any) -> Any:
    """The same fact in the enrolment that goes on."""
    return _copy_of(row, enrolment=following[row.enrolment_id], **changed)


def _copy_of(row: Any, **changed: Any) -> Any:
    model = type(row)
    same = {
        field.attname: getattr(row, field.attname)
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in changed
    }
    return model(**same, **changed)
