"""What two records of one human being state of the same fact, where they do not state the same."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from competence.models import Achievement, Exemption, OutsideRecord, Recognition
from competence.services.awards import free_source, said
from competence.services.equivalence import give_by_rules
from competence.services.outside_courses import rest_on_what_is_kept
from competence.services.outside_entries import withdraw_facts
from lms.audit.services import record
from lms.people.models import Person, User
from lms.people.services.merge import MERGED


def keep_what_differs(*, survivor: Person, loser: Person, by: User | None) -> None:
    """Let the record that is kept state what the other states otherwise. Only what both state
    under one name is touched; the rest follows by itself."""
    _keep_outside_records(survivor, loser, by)
    _keep_achievements(survivor, loser, by)
    _keep_exemptions(survivor, loser, by)


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
            longer = (row.valid_until or date.max) > (twin.valid_until or date.max)
            pairs.append((row, twin) if longer else (twin, row))
    if not pairs:
        return
    kept = {gone.pk: stays for stays, gone in pairs}
    given: dict[int, list[Achievement]] = {}
    for fact in Achievement.objects.standing().filter(
        outside_record__in=[*kept, *(stays.pk for stays, _gone in pairs)], rule__isnull=False
    ):
        given.setdefault(fact.outside_record_id or 0, []).append(fact)
    going: list[Achievement] = []
    moving: list[tuple[Achievement, OutsideRecord]] = []
    for gone, stays in kept.items():
        for fact in given.get(gone, ()):
            going.append(fact)
            same = [each for each in given.get(stays.pk, ()) if each.rule_id == fact.rule_id]
            if any(_says_as_much(each, fact) for each in same):
                continue
            moving.append((fact, stays))
            going += [each for each in same if _says_as_much(fact, each)]
    withdraw_facts(
        achievements=sorted(going, key=lambda each: each.pk),
        records=OutsideRecord.objects.filter(pk__in=kept).order_by("pk"),
        at=timezone.now(),
        by=by,
        reason=MERGED,
    )
    people = {survivor.pk: (survivor, loser), loser.pk: (loser, survivor)}
    for fact, stays in moving:
        to, other = people[stays.person_id]
        _copy(fact, to=to, record_row=stays, other=other, by=by)
    rest_on_what_is_kept({gone: stays.pk for gone, stays in kept.items()})


def _says_as_much(one: Achievement, other: Achievement) -> bool:
    """Of two that a rule gave for one course and day: whether nothing is lost without the other.
    Each of two that were revoked on different days, or of which one was, is a decision of its
    own."""
    if one.revoked_on or other.revoked_on:
        return (one.valid_until, one.revoked_on) == (other.valid_until, other.revoked_on)
    return (one.valid_until or date.max) >= (other.valid_until or date.max)


def _keep_achievements(survivor: Person, loser: Person, by: User | None) -> None:
    """One that lasts to another day, is revoked on another or was given by another course stands
    beside the survivor's, under a source of its own: each may be revoked without the other."""
    kept: dict[tuple[int, int, object], dict[str, Achievement]] = {}
    for row in Achievement.objects.standing().filter(person=survivor):
        kept.setdefault((row.area_id, row.level_id, row.achieved_on), {})[row.source] = row
    theirs = Achievement.objects.standing().filter(person=loser)
    for row in theirs.select_related("area", "level").order_by("pk"):
        same = kept.get((row.area_id, row.level_id, row.achieved_on), {})
        twin = same.get(row.source)
        if twin is None or _stated(twin) == _stated(row):
            continue
        Achievement.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now())
        copy = _copy(row, to=survivor, record_row=row.outside_record, other=loser, by=by)
        same[copy.source] = copy
        Recognition.objects.filter(achievement=row).update(achievement=copy)


def _copy(
    row: Achievement,
    *,
    to: Person,
    record_row: OutsideRecord | None,
    other: Person,
    by: User | None,
) -> Achievement:
    """What has been withdrawn, stated of another person or by another record of the course. Its
    source is free on both of the records that are merged."""
    copy = Achievement(
        person=to,
        area=row.area,
        level=row.level,
        achieved_on=row.achieved_on,
        valid_until=row.valid_until,
        revoked_on=row.revoked_on,
        source=free_source(row.source, _sources(to, row) | _sources(other, row)),
        completion_id=row.completion_id,
        outside_record=record_row,
        rule_id=row.rule_id,
        history_batch_id=row.history_batch_id,
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
    return row.valid_until, row.revoked_on, row.completion_id, row.outside_record_id


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
