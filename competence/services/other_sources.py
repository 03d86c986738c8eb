"""What else states a fact when one of its sources, a claim or an import, is taken back: the fact is
then written anew, and rests on the others. What had been revoked stays revoked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from competence.models import Achievement, OutsideRecord, Recognition
from competence.models.history import HistoryBatch, HistoryStatement
from competence.services.awards import free_source
from competence.services.carried_facts import carry, rest_on
from competence.services.equivalence import give_by_rules
from competence.services.outside_entries import outside_entry
from lms.audit.services import Entry, record_many
from lms.people.models import User

_BATCH = 1000


def stand_on_other_sources(
    *, records: Iterable[OutsideRecord], facts: Iterable[Achievement], by: User | None
) -> None:
    """Of the records and facts that have just been taken back with a source of theirs. A constant
    number of queries for each thousand."""
    withdrawn = list(facts)
    _records_anew(list(records), withdrawn, by)
    _levels_anew([each for each in withdrawn if each.outside_record_id is None], by)


def _records_anew(gone: list[OutsideRecord], facts: list[Achievement], by: User | None) -> None:
    claims: dict[int, Recognition] = {}
    statements: dict[int, list[HistoryStatement]] = {}
    for start in range(0, len(gone), _BATCH):
        keys = [row.pk for row in gone[start : start + _BATCH]]
        for each in (
            Recognition.objects.filter(outside_record__in=keys, approved=True)
            .select_related("decided_by")
            .order_by("-pk")
        ):
            claims[each.outside_record_id or 0] = each
        for said in _said_of(outside_record__in=keys):
            statements.setdefault(said.outside_record_id or 0, []).append(said)
    to: dict[int, OutsideRecord] = {}
    for row in gone:
        claim, said_too = claims.get(row.pk), statements.get(row.pk, [])
        if claim is None and not said_too:
            continue
        to[row.pk] = OutsideRecord(
            person_id=row.person_id,
            outside_course_id=row.outside_course_id,
            completed_on=row.completed_on,
            # A claim names no last day of the provider's.
            valid_until=None if claim else _last(said_too),
            history_batch_id=None if claim else said_too[0].batch_id,
            by=claim.decided_by if claim else by,
        )
    OutsideRecord.objects.bulk_create(to.values(), batch_size=_BATCH)
    record_many((outside_entry("outside_record.recorded", row) for row in to.values()), by=by)
    before = {row.pk: row for row in gone}
    resting = [each for each in facts if each.outside_record_id in to]
    for fact in resting:
        fact.outside_record = before[fact.outside_record_id or 0]
    carry(resting, to, by=by)
    rest_on(to, by=by)
    Recognition.objects.filter(
        outside_record__in=[row.pk for row in to.values()], approved=True
    ).update(made_record=True)
    give_by_rules(records=list(to.values()), by=by)


def _said_of(**about: list[int]) -> list[HistoryStatement]:
    return list(
        HistoryStatement.objects.filter(
            batch__state=HistoryBatch.State.COMMITTED, **about
        ).order_by("pk")
    )


def _last(statements: list[HistoryStatement]) -> date | None:
    """The last of their last days; none where one of them has none."""
    days = [each.valid_until for each in statements]
    return None if None in days else max(day for day in days if day is not None)


def _levels_anew(gone: list[Achievement], by: User | None) -> None:
    statements: dict[int, list[HistoryStatement]] = {}
    for start in range(0, len(gone), _BATCH):
        keys = [row.pk for row in gone[start : start + _BATCH]]
        for said in _said_of(achievement__in=keys):
            statements.setdefault(said.achievement_id or 0, []).append(said)
    said_too = [row for row in gone if row.pk in statements]
    if not said_too:
        return
    held: dict[tuple[int, int, int, date], dict[str, Achievement]] = {}
    for row in Achievement.objects.standing().filter(
        person__in={row.person_id for row in said_too},
        achieved_on__in={row.achieved_on for row in said_too},
    ):
        held.setdefault(_of(row), {})[row.source] = row
    new: list[tuple[Achievement, list[HistoryStatement]]] = []
    for row in said_too:
        same = held.setdefault(_of(row), {})
        also = statements[row.pk]
        fact = next((each for each in same.values() if each.revoked_on is None), None)
        if fact is None:
            fact = Achievement(
                person_id=row.person_id,
                area=row.area,
                level=row.level,
                achieved_on=row.achieved_on,
                valid_until=_last(also),
                revoked_on=row.revoked_on,
                source=free_source(f"historik {also[0].batch_id}", set(same)),
                history_batch_id=also[0].batch_id,
                by=by,
            )
            same[fact.source] = fact
            new.append((fact, also))
        elif fact.pk is None:
            new.append((fact, also))
        else:
            HistoryStatement.objects.filter(pk__in=[each.pk for each in also]).update(
                achievement=fact
            )
    written = {id(fact): fact for fact, _also in new}
    Achievement.objects.bulk_create(written.values(), batch_size=_BATCH)
    moved = []
    for fact, also in new:
        for each in also:
            each.achievement = fact
            moved.append(each)
    HistoryStatement.objects.bulk_update(moved, ["achievement"], batch_size=_BATCH)
    record_many((_imported(fact) for fact in written.values()), by=by)


def _of(row: Achievement) -> tuple[int, int, int, date]:
    return row.person_id, row.area_id, row.level_id, row.achieved_on


def _imported(fact: Achievement) -> Entry:
    return Entry(
        "achievement.imported",
        "competence.achievement",
        str(fact.pk),
        fact.person_id,
        after={
            "area": fact.area.code,
            "level": fact.level.number,
            "achieved_on": fact.achieved_on.isoformat(),
            "valid_until": fact.valid_until.isoformat() if fact.valid_until else None,
            "source": fact.source,
            "batch": fact.history_batch_id,
        }
        | ({"revoked_on": fact.revoked_on.isoformat()} if fact.revoked_on else {}),
    )
