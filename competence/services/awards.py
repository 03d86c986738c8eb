"""What a completed course gives: achievements, revoked when the completion is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from competence.models import Achievement, Exemption
from courses.models import Completion
from lms.audit.services import Entry, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import add_months
from lms.people.models import User

SOURCE = "kurs"


def valid_until(completed_on: date, validity_months: int | None) -> date | None:
    """The last valid day of what was completed on a day; none where it never runs out."""
    if validity_months is None:
        return None
    return add_months(completed_on, validity_months) - timedelta(days=1)


@transaction.atomic
def award_achievements(*, completions: Iterable[Completion]) -> list[Achievement]:
    """Write one achievement for each level that the completed course versions give; said again,
    nothing is written. A constant number of queries."""
    completed = list(completions)
    granted = [
        (completion, grant) for completion in completed for grant in completion.version.grants
    ]
    areas = CompetenceArea.objects.in_bulk(
        {grant.area_code for _, grant in granted}, field_name="code"
    )
    levels = TrainingLevel.objects.in_bulk(
        {grant.level for _, grant in granted}, field_name="number"
    )
    standing: dict[tuple[int, int, int, date], list[Achievement]] = {}
    for row in Achievement.objects.standing().filter(
        person_id__in={completion.person_id for completion in completed},
        achieved_on__in={completion.completed_on for completion in completed},
    ):
        standing.setdefault(_identity(row), []).append(row)
    new = []
    for completion, grant in granted:
        row = Achievement(
            person_id=completion.person_id,
            area=areas[grant.area_code],
            level=levels[grant.level],
            achieved_on=completion.completed_on,
            valid_until=valid_until(completion.completed_on, grant.validity_months),
            completion=completion,
        )
        same = standing.setdefault(_identity(row), [])
        if all(other.completion_id != completion.pk for other in same):
            row.source = free_source(SOURCE, {other.source for other in same})
            same.append(row)
            new.append(row)
    Achievement.objects.bulk_create(new, batch_size=1000)
    record_many((_awarded(row) for row in new), by=None)
    return new


def _identity(row: Achievement) -> tuple[int, int, int, date]:
    return (row.person_id, row.area_id, row.level_id, row.achieved_on)


def said(row: Achievement | Exemption) -> dict[str, str | int]:
    """Which area and level an entry is about, in both its before and its after."""
    return {"area": row.area.code, "level": row.level.number}


def free_source(name: str, taken: set[str]) -> str:
    """The name, or a numbered one where another course (or the same course before a revocation)
    gave the level the same day: each may be revoked without the other."""
    number = 1
    source = name
    while source in taken:
        number += 1
        source = f"{name} {number}"
    return source


def _awarded(row: Achievement) -> Entry:
    return Entry(
        "achievement.awarded",
        "competence.achievement",
        str(row.pk),
        row.person_id,
        after={
            "area": row.area.code,
            "level": row.level.number,
            "achieved_on": row.achieved_on.isoformat(),
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
            "course": row.completion.version.title if row.completion else None,
        },
    )


@transaction.atomic
def revoke_achievements(
    *, completion: Completion, on: date, by: User | None, reason: str = ""
) -> int:
    """Revoke from `on` what a completion gave; the number revoked."""
    standing = list(
        completion.achievements.filter(revoked_on__isnull=True).select_related("area", "level")
    )
    for achievement in standing:
        achievement.revoked_on = on
    Achievement.objects.bulk_update(standing, ["revoked_on"])
    record_many(
        (
            Entry(
                "achievement.revoked",
                "competence.achievement",
                str(achievement.pk),
                achievement.person_id,
                before={**said(achievement), "revoked_on": None},
                after={**said(achievement), "revoked_on": on.isoformat()},
                reason=reason,
            )
            for achievement in standing
        ),
        by=by,
    )
    return len(standing)
