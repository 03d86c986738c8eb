"""What the ledger says of outside records, and of facts taken back as a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from competence.models import Achievement, OutsideRecord
from competence.services.awards import said
from lms.audit.services import Entry, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User

_BATCH = 1000


def outside_entry(action: str, row: OutsideRecord) -> Entry:
    """The record that was made: which course, and of which day."""
    return Entry(
        action,
        row._meta.label_lower,
        str(row.pk),
        row.person_id,
        after={
            "outside_course": str(row.outside_course),
            "completed_on": row.completed_on.isoformat(),
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        },
    )


def withdraw_facts(
    *,
    achievements: Iterable[Achievement],
    records: QuerySet[OutsideRecord],
    at: datetime,
    by: User | None,
    reason: str = "",
    batch: int | None = None,
) -> None:
    """Take facts back as mistakes, so that they never counted. `batch`: the import of history
    that is taken back with them. A constant number of queries for each thousand."""
    areas = CompetenceArea.objects.in_bulk()
    levels = TrainingLevel.objects.in_bulk()
    gone: list[Achievement | OutsideRecord] = []
    entries = []
    also = {} if batch is None else {"batch": batch}
    for fact in achievements:
        fact.area, fact.level = areas[fact.area_id], levels[fact.level_id]
        about = {**said(fact), "achieved_on": fact.achieved_on.isoformat()} | also
        gone.append(fact)
        entries.append(_withdrawn("achievement.withdrawn", fact, about, at, reason))
    for row in records.select_related("outside_course"):
        about = {
            "outside_course": str(row.outside_course),
            "completed_on": row.completed_on.isoformat(),
        } | also
        gone.append(row)
        entries.append(_withdrawn("outside_record.withdrawn", row, about, at, reason))
    for model in (Achievement, OutsideRecord):
        keys = [each.pk for each in gone if isinstance(each, model)]
        for start in range(0, len(keys), _BATCH):
            model._default_manager.filter(pk__in=keys[start : start + _BATCH]).update(
                withdrawn_at=at
            )
    record_many(entries, by=by)


def _withdrawn(
    action: str,
    row: Achievement | OutsideRecord,
    about: dict[str, str | int],
    at: datetime,
    reason: str,
) -> Entry:
    return Entry(
        action,
        row._meta.label_lower,
        str(row.pk),
        row.person_id,
        before={**about, "withdrawn_at": None},
        after={**about, "withdrawn_at": at.isoformat()},
        reason=reason,
    )
