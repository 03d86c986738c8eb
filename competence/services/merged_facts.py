"""What two records of one human being state of the same fact, where they do not state the same."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from competence.models import Achievement, Exemption, KeyPersonAssignment, OutsideRecord
from competence.services.awards import free_source, said
from competence.services.carried_facts import keep_one_of_two, lasting_first, rest_on_fact
from competence.services.equivalence import give_by_rules
from lms.audit.services import record
from lms.people.models import Person, User
from lms.people.services.merge import MERGED


def keep_what_differs(*, survivor: Person, loser: Person, by: User | None) -> None:
    """Let the record that is kept state what the other states otherwise. Only what both state
    under one name is touched; the rest follows by itself."""
    _keep_outside_records(survivor, loser, by)
    _keep_achievements(survivor, loser, by)
    _keep_exemptions(survivor, loser, by)
    _keep_namings(survivor, loser, by)


def give_what_the_rules_give(survivor: Person, *, by: User | None) -> None:
    """When all has followed: nothing that a rule gives for a record is missing."""
    give_by_rules(records=OutsideRecord.objects.standing().filter(person=survivor), by=by)


def _keep_outside_records(survivor: Person, loser: Person, by: User | None) -> None:
    """Of two records of one course and day the one that lasts longer is kept, and what the rules
    gave by either rests on it. The other is taken back."""
    standing = OutsideRecord.objects.standing()
    mine = {
        (row.outside_course_id, row.completed_on): row for row in standing.filter(person=survivor)
    }
    pairs: list[tuple[OutsideRecord, OutsideRecord]] = []
    for row in standing.filter(person=loser).order_by("pk"):
        twin = mine.get((row.outside_course_id, row.completed_on))
        if twin is not None:
            pairs.append(lasting_first(twin, row))
    keep_one_of_two(pairs, at=timezone.now(), by=by, reason=MERGED)


def _keep_achievements(survivor: Person, loser: Person, by: User | None) -> None:
    """One that lasts to another day, is revoked on another or was given by another course, claim or
    import stands beside the survivor's, under a source of its own: each may be revoked or taken
    back without the other."""
    kept: dict[tuple[int, int, object], dict[str, Achievement]] = {}
    for row in Achievement.objects.standing().filter(person=survivor):
        kept.setdefault((row.area_id, row.level_id, row.achieved_on), {})[row.source] = row
    theirs = Achievement.objects.standing().filter(person=loser)
    claimed = set(theirs.filter(recognitions__approved=True).values_list("pk", flat=True))
    claimed |= set(theirs.filter(statements__isnull=False).values_list("pk", flat=True))
    for row in theirs.select_related("area", "level").order_by("pk"):
        same = kept.get((row.area_id, row.level_id, row.achieved_on), {})
        twin = same.get(row.source)
        if twin is None or (_stated(twin) == _stated(row) and row.pk not in claimed):
            continue
        Achievement.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now())
        copy = _copy(row, to=survivor, other=loser, by=by)
        same[copy.source] = copy
        rest_on_fact(row, copy, by=by, reason=MERGED)


def _copy(row: Achievement, *, to: Person, other: Person, by: User | None) -> Achievement:
    """What has been withdrawn, stated of the person who is kept. Its source is free on both of the
    records that are merged."""
    copy = Achievement(
        person=to,
        area=row.area,
        level=row.level,
        achieved_on=row.achieved_on,
        valid_until=row.valid_until,
        revoked_on=row.revoked_on,
        revoked_with_rule=row.revoked_with_rule,
        source=free_source(row.source, _sources(to, row) | _sources(other, row)),
        completion_id=row.completion_id,
        outside_record_id=row.outside_record_id,
        rule_id=row.rule_id,
        history_batch_id=row.history_batch_id,
        corrects_id=row.corrects_id,
        by_id=row.by_id,
    )
    copy.save()
    record(
        "achievement_moved",
        copy,
        by=by,
        person=to,
        before={**said(row), "person": row.person.person_id, "achievement": row.pk},
        after={**said(row), "person": to.person_id, "achievement": copy.pk},
        reason=MERGED,
    )
    return copy


def _stated(row: Achievement) -> tuple[object, ...]:
    return (
        row.valid_until,
        row.revoked_on,
        row.completion_id,
        row.outside_record_id,
        row.history_batch_id,
    )


def _sources(person: Person, row: Achievement) -> set[str]:
    """The sources under which a person states the level and day."""
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


def _keep_namings(survivor: Person, loser: Person, by: User | None) -> None:
    """Of two namings to a key group from the same day the one that lasts longer is kept as it is,
    and of two that last as long the one that says more. The other is taken back. Nobody is the
    deputy of the naming that becomes their own."""
    namings = KeyPersonAssignment.objects.select_related("key_group", "person", "deputy")
    both = (survivor, loser)
    for row in namings.filter(person__in=both, deputy__in=both):
        _without_deputy(row, by)
    standing = namings.filter(withdrawn_at__isnull=True)
    mine = {(row.key_group_id, row.starts_on): row for row in standing.filter(person=survivor)}
    for row in standing.filter(person=loser).order_by("pk"):
        twin = mine.get((row.key_group_id, row.starts_on))
        if twin is not None:
            _take_naming_back(min((row, twin), key=_said_of_naming), by)


def _said_of_naming(row: KeyPersonAssignment) -> tuple[date, int]:
    facts = (row.function, row.motive, row.deputy_id, row.review_on)
    return row.ends_on or date.max, sum(1 for each in facts if each)


def _without_deputy(row: KeyPersonAssignment, by: User | None) -> None:
    before, row.deputy = row.deputy, None
    row.save(update_fields=["deputy"])
    record(
        "naming.left_without_deputy",
        row,
        by=by,
        person=row.person,
        before={"key_group": row.key_group.code, "deputy": before.name if before else None},
        after={"key_group": row.key_group.code, "deputy": None},
        reason=MERGED,
    )


def _take_naming_back(row: KeyPersonAssignment, by: User | None) -> None:
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    said_of_it = {
        "key_group": row.key_group.code,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "function": row.function,
        "deputy": row.deputy.name if row.deputy else None,
        "review_on": row.review_on.isoformat() if row.review_on else None,
    }
    record(
        "naming.ended",
        row,
        by=by,
        person=row.person,
        before=said_of_it | {"withdrawn_at": None},
        after={
            "key_group": row.key_group.code,
            "withdrawn_at": row.withdrawn_at.isoformat(),
        },
        reason=MERGED,
    )
