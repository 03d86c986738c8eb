"""The list of courses that others give: added, renamed, taken out, and two spellings made one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from competence.models import (
    EquivalenceRule,
    OutsideCourse,
    OutsideRecord,
    Recognition,
    SignInSheet,
)
from competence.models.history import HistoryQuestion
from competence.services.carried_facts import keep_one_of_two, lasting_first
from competence.services.equivalence import give_by_rules
from competence.services.recognition import withdraw_claim
from lms.audit.services import Entry, record, record_many
from lms.people.models import User


class OutsideCourseError(ValueError):
    """A change of the list that cannot be made; the message says why."""


@transaction.atomic
def add_outside_course(
    *, name: str, provider: str, url: str = "", by: User | None
) -> OutsideCourse:
    course = OutsideCourse(name=name.strip(), provider=provider.strip(), url=url.strip(), by=by)
    course.full_clean()
    course.save()
    record("outside_course.added", course, by=by, after=_said(course))
    return course


@transaction.atomic
def change_outside_course(
    *, course: OutsideCourse, name: str, provider: str, url: str, by: User | None
) -> OutsideCourse:
    locked = OutsideCourse.objects.select_for_update().get(pk=course.pk)
    before = _said(locked)
    locked.name, locked.provider, locked.url = name.strip(), provider.strip(), url.strip()
    locked.full_clean()
    locked.save()
    if before != _said(locked):
        record("outside_course.changed", locked, by=by, before=before, after=_said(locked))
    return locked


@transaction.atomic
def retire_outside_course(
    *, course: OutsideCourse, retired: bool, by: User | None, at: datetime
) -> None:
    """Take a course out of what can be chosen, or put it back. Rules and records stand."""
    locked = OutsideCourse.objects.select_for_update().get(pk=course.pk)
    if retired is (locked.retired_at is not None):
        return
    was = locked.retired_at
    locked.retired_at = at if retired else None
    locked.save(update_fields=["retired_at"])
    record(
        "outside_course.retired" if retired else "outside_course.restored",
        locked,
        by=by,
        before={**_said(locked), "retired_at": was.isoformat() if was else None},
        after={**_said(locked), "retired_at": at.isoformat() if retired else None},
    )


@transaction.atomic
def merge_outside_courses(
    *, survivor: OutsideCourse, loser: OutsideCourse, by: User | None, at: datetime
) -> None:
    """Two spellings of one course become one: records, claims and rules move, the rules then give
    to all of them, and the spelling that goes is taken out of the list. What both say of a person
    and a day is kept once: the one that lasts longer, with all that the rules gave by either."""
    if survivor.pk == loser.pk:
        raise OutsideCourseError(_("Choose two different courses."))
    locked = {
        course.pk: course
        for course in OutsideCourse.objects.select_for_update()
        .filter(pk__in=[survivor.pk, loser.pk])
        .order_by("pk")
    }
    survivor, loser = locked[survivor.pk], locked[loser.pk]
    mine = {
        (row.person_id, row.completed_on): row
        for row in OutsideRecord.objects.standing().filter(outside_course=survivor)
    }
    moving: list[int] = []
    pairs: list[tuple[OutsideRecord, OutsideRecord]] = []
    for row in OutsideRecord.objects.standing().filter(outside_course=loser).order_by("pk"):
        twin = mine.get((row.person_id, row.completed_on))
        kept = row
        if twin is not None:
            pairs.append(lasting_first(twin, row))
            kept = pairs[-1][0]
        if kept is row:
            moving.append(row.pk)
    keep_one_of_two(pairs, at=at, by=by)
    record_many(_renamed(OutsideRecord.objects.filter(pk__in=moving), loser, survivor), by=by)
    OutsideRecord.objects.filter(pk__in=moving).update(outside_course=survivor)
    waiting = set(
        Recognition.objects.waiting()
        .filter(outside_course=survivor)
        .values_list("person_id", "completed_on")
    )
    for claim in Recognition.objects.waiting().filter(outside_course=loser):
        if (claim.person_id, claim.completed_on) in waiting:
            withdraw_claim(recognition=claim, by=by, at=at)
    for rows in (
        Recognition.objects.filter(outside_course=loser),
        SignInSheet.objects.filter(outside_course=loser),
        EquivalenceRule.objects.filter(outside_course=loser),
    ):
        record_many(_renamed(rows, loser, survivor), by=by)
        rows.update(outside_course=survivor)
    HistoryQuestion.objects.filter(outside_course=loser).update(outside_course=survivor)
    give_by_rules(records=OutsideRecord.objects.standing().filter(outside_course=survivor), by=by)
    loser.retired_at = loser.retired_at or at
    loser.save(update_fields=["retired_at"])
    record(
        "outside_course.merged",
        loser,
        by=by,
        before=_said(loser),
        after=_said(survivor) | {"records": len(moving), "same": len(pairs)},
    )


def _renamed(rows: QuerySet[Any], loser: OutsideCourse, survivor: OutsideCourse) -> Iterator[Entry]:
    """Of each row: which course it named, and which it names."""
    for row in rows:
        yield Entry(
            "outside_course.merged",
            row._meta.label_lower,
            str(row.pk),
            getattr(row, "person_id", None),
            before={"outside_course": str(loser)},
            after={"outside_course": str(survivor)},
        )


def _said(course: OutsideCourse) -> dict[str, object]:
    return {"name": course.name, "provider": course.provider, "url": course.url}
