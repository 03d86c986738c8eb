"""What two records of one human being state of the same fact, where they do not state the same."""

from __future__ import annotations

from django.utils import timezone

from competence.models import Achievement, Exemption, OutsideRecord, Recognition
from competence.services.awards import free_source, said
from competence.services.outside_courses import rest_on_what_is_kept
from lms.audit.services import record
from lms.people.models import Person, User
from lms.people.services.merge import MERGED


def keep_what_differs(*, survivor: Person, loser: Person, by: User | None) -> None:
    """Let the record that is kept state what the other states otherwise. Only what both state
    under one name is touched; the rest follows by itself."""
    _keep_achievements(survivor, loser, by)
    _keep_exemptions(survivor, loser, by)
    kept = {
        (row.outside_course_id, row.completed_on): row.pk
        for row in OutsideRecord.objects.standing().filter(person=survivor)
    }
    twins = {
        row.pk: kept[row.outside_course_id, row.completed_on]
        for row in OutsideRecord.objects.standing().filter(person=loser)
        if (row.outside_course_id, row.completed_on) in kept
    }
    rest_on_what_is_kept(twins)


def _keep_achievements(survivor: Person, loser: Person, by: User | None) -> None:
    """One that lasts to another day, is revoked on another or was given by another course stands
    beside the survivor's, under a source of its own: each may be revoked without the other. What
    a rule gave follows its outside record instead."""
    kept: dict[tuple[int, int, object], dict[str, Achievement]] = {}
    for row in Achievement.objects.standing().filter(person=survivor):
        kept.setdefault((row.area_id, row.level_id, row.achieved_on), {})[row.source] = row
    theirs = Achievement.objects.standing().filter(person=loser, rule__isnull=True)
    for row in theirs.select_related("area", "level").order_by("pk"):
        same = kept.get((row.area_id, row.level_id, row.achieved_on), {})
        twin = same.get(row.source)
        if twin is None or _stated(twin) == _stated(row):
            continue
        copy = Achievement(
            person=survivor,
            area=row.area,
            level=row.level,
            achieved_on=row.achieved_on,
            valid_until=row.valid_until,
            revoked_on=row.revoked_on,
            source=free_source(row.source, {*same, *_sources(loser, row)}),
            completion_id=row.completion_id,
            history_batch_id=row.history_batch_id,
            by_id=row.by_id,
        )
        Achievement.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now())
        copy.save()
        same[copy.source] = copy
        Recognition.objects.filter(achievement=row).update(achievement=copy)
        record(
            "achievement_moved",
            copy,
            by=by,
            person=survivor,
            before={**said(row), "person": loser.person_id, "achievement": row.pk},
            after={**said(row), "person": survivor.person_id, "achievement": copy.pk},
            reason=MERGED,
        )


def _stated(row: Achievement) -> tuple[object, ...]:
    return row.valid_until, row.revoked_on, row.completion_id


def _sources(person: Person, row: Achievement) -> set[str]:
    """The sources under which the one that goes states the level and day: they are moved too."""
    same = Achievement.objects.standing().filter(
        person=person, area=row.area, level=row.level, achieved_on=row.achieved_on
    )
    return set(same.values_list("source", flat=True))


def _keep_exemptions(survivor: Person, loser: Person, by: User | None) -> None:
    """The same exemption on both records lasts to the later day."""
    standing = Exemption.objects.filter(withdrawn_at__isnull=True).select_related("area", "level")
    kept = {
        (row.area_id, row.level_id, row.starts_on): row for row in standing.filter(person=survivor)
    }
    for row in standing.filter(person=loser):
        twin = kept.get((row.area_id, row.level_id, row.starts_on))
        if twin is None or twin.ends_on is None:
            continue
        if row.ends_on is not None and row.ends_on <= twin.ends_on:
            continue
        before, twin.ends_on = twin.ends_on, row.ends_on
        twin.save(update_fields=["ends_on"])
        record(
            "exemption_moved",
            twin,
            by=by,
            person=survivor,
            before={**said(twin), "ends_on": before.isoformat()},
            after={**said(twin), "ends_on": row.ends_on.isoformat() if row.ends_on else None},
            reason=MERGED,
        )
