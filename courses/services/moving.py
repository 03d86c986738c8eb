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
from courses.services.completing import say_who_waits
from courses.services.locking import lock_course
from lms.audit import services as audit
from lms.people.models import User


def _blocks_of(pk: int) -> dict[str, Any]:
    """What the blocks of a version's lessons say, by id. A block that was copied with its id says
    what the first of them does."""
    content = CourseVersion.objects.values_list("content", flat=True).get(pk=pk)
    found: dict[str, Any] = {}
    for lesson in lessons_of(content):
        for block in lesson["blocks"]:
            found.setdefault(block["id"], block["value"])
    return found


class _Kept:
    """What of a learner's own comes along from one version to another: a text where what was
    asked is the same, a tick with the words that were ticked."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.old, self.new = old, new

    def text(self, block_key: str) -> bool:
        asked = [blocks.get(block_key, {}).get("prompt") for blocks in (self.old, self.new)]
        return asked[0] is not None and asked[0] == asked[1]

    def item(self, block_key: str, item: int) -> int | None:
        """Where the words of a point stand in the new version."""
        before, after = (
            blocks.get(block_key, {}).get("items", ()) for blocks in (self.old, self.new)
        )
        if not item < len(before):
            return None
        if item < len(after) and after[item] == before[item]:
            return item
        return next((n for n, words in enumerate(after) if words == before[item]), None)


@transaction.atomic
def move_to_version(
    *,
    enrolments: Sequence[Enrolment],
    version: CourseVersion,
    by: User | None,
    at: datetime,
) -> list[Enrolment]:
    """End each open enrolment and let it go on in `version`. What is the same word for word comes
    along: attempts and answers of lessons that are the same, what was finished of them with a
    result that reaches the new mark, texts where the question is, ticks with their words, and what
    was confirmed where the statement is. The rest stays with the old enrolment. Nobody completes
    the course by it: whose conditions are met says so themselves. The same number of queries
    whatever the number. What was ended or is in the version already is left alone."""
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
    say_who_waits(enrolments=new, at=at)
    return new


def _bring_along(
    old: Sequence[Enrolment], new: Sequence[Enrolment], version: CourseVersion
) -> None:
    following = {row.continues_id: row for row in new}
    versions = {row.version_id: row.version for row in old}
    lessons = {pk: version.kept_from(each) for pk, each in versions.items()}
    statements = {pk: _statements(each) & _statements(version) for pk, each in versions.items()}
    of = {row.pk: row.version_id for row in old}
    blocks = _blocks_of(version.pk)
    own = {pk: _Kept(_blocks_of(pk), blocks) for pk in versions}
    LessonCompletion.objects.bulk_create(
        _copy(done, following, brought_along=True)
        for done in LessonCompletion.objects.filter(enrolment__in=old)
        if done.lesson_key in lessons[of[done.enrolment_id]]
        and version.is_passed_with(done.lesson_key, done.score)
    )
    for said in (Confirmation, SignOff):
        said.objects.bulk_create(
            _copy(row, following)
            for row in said.objects.filter(enrolment__in=old)
            if row.item_key in {key for key, _kind, _text in statements[of[row.enrolment_id]]}
        )
    Reflection.objects.bulk_create(
        _copy(row, following)
        for row in Reflection.objects.filter(enrolment__in=old)
        if own[of[row.enrolment_id]].text(row.block_key)
    )
    ChecklistMark.objects.bulk_create(
        (
            _copy(row, following, item=item)
            for row in ChecklistMark.objects.filter(enrolment__in=old).order_by("pk")
            if (item := own[of[row.enrolment_id]].item(row.block_key, row.item)) is not None
        ),
        # Two points with the same words are one.
        ignore_conflicts=True,
    )
    attempts = [
        attempt
        for attempt in Attempt.objects.filter(enrolment__in=old).order_by("pk")
        if attempt.lesson_key in lessons[of[attempt.enrolment_id]]
    ]
    copies = Attempt.objects.bulk_create(
        _copy(attempt, following, passed=_still_passed(attempt, version)) for attempt in attempts
    )
    copied = {attempt.pk: copy for attempt, copy in zip(attempts, copies, strict=True)}
    Answer.objects.bulk_create(
        _copy_of(answer, attempt=copied[answer.attempt_id])
        for answer in Answer.objects.filter(attempt__in=attempts)
    )


def _still_passed(attempt: Attempt, version: CourseVersion) -> bool | None:
    """What the attempt amounts to in the version: what falls short of a mark that was raised is
    history, and may be tried again."""
    if not attempt.passed or attempt.score is None:
        return attempt.passed
    return version.is_passed_with(attempt.lesson_key, attempt.score)


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


@transaction.atomic
def go_on_in_newest(*, enrolment: Enrolment, by: User | None, at: datetime) -> CourseVersion | None:
    """Go on in the newest version by choice; the version, or None where there is no newer one or
    the enrolment is ended."""
    lock_course(enrolment.course_id)
    latest = CourseVersion.objects.offered().filter(course=enrolment.course_id).first()
    if latest is None:
        return None
    moved = move_to_version(enrolments=[enrolment], version=latest, by=by, at=at)
    return latest if moved else None
