"""What outside courses give by the equivalence rules: one achievement for each rule and record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from competence.models import Achievement, EquivalenceRule, OutsideRecord, Recognition
from competence.services.awards import free_source, valid_until
from lms.audit.services import Entry, record_many
from lms.people.models import User

_BATCH = 2000


def source_of(rule: EquivalenceRule) -> str:
    """How an achievement names the rule that gave it, in files and lists."""
    return f"regel {rule.number}"


def gives_to(rule: EquivalenceRule, record: OutsideRecord | Recognition) -> bool:
    """Whether the rule speaks of the record, or of what is claimed: its course, and its day within
    the rule's period."""
    return (
        rule.withdrawn_on is None
        and rule.outside_course_id == record.outside_course_id
        and reaches(rule, record)
    )


def reaches(rule: EquivalenceRule, record: OutsideRecord | Recognition) -> bool:
    """Whether the day lies within the rule's period."""
    return rule.completed_from <= record.completed_on and (
        rule.completed_until is None or record.completed_on <= rule.completed_until
    )


def last_day_by(rule: EquivalenceRule, record: OutsideRecord) -> date | None:
    """The last valid day of what the rule gives for the record: the provider's own last day or
    the rule's, whichever comes first; none where neither exists."""
    days = [record.valid_until, valid_until(record.completed_on, rule.validity_months)]
    return min((day for day in days if day is not None), default=None)


@transaction.atomic
def give_by_rules(
    *,
    records: Iterable[OutsideRecord],
    rules: Iterable[EquivalenceRule] | None = None,
    by: User | None,
) -> list[Achievement]:
    """Write what the standing rules (none given: all of them) give for the records and have not
    given before; nothing that was revoked by a decision about that very fact, also where another
    rule would give it. Said again, nothing is written. A constant number of queries for each
    batch."""
    taken = [each for each in records if each.withdrawn_at is None]
    by_course: dict[int, list[EquivalenceRule]] = {}
    standing = (
        EquivalenceRule.objects.filter(withdrawn_on__isnull=True).select_related("area", "level")
        if rules is None
        else rules
    )
    for rule in standing:
        by_course.setdefault(rule.outside_course_id, []).append(rule)
    new: list[Achievement] = []
    for start in range(0, len(taken), _BATCH):
        batch = taken[start : start + _BATCH]
        given, barred = _decided([each.pk for each in batch])
        given_now = [
            Achievement(
                person_id=each.person_id,
                area=rule.area,
                level=rule.level,
                achieved_on=each.completed_on,
                valid_until=last_day_by(rule, each),
                source=source_of(rule),
                outside_record=each,
                rule=rule,
                by=by,
            )
            for each in batch
            for rule in by_course.get(each.outside_course_id, ())
            if gives_to(rule, each)
            and (each.pk, rule.pk) not in given
            and (each.pk, rule.area_id, rule.level_id) not in barred
        ]
        sources = sources_taken(batch) if given_now else {}
        for row in given_now:
            same = sources.setdefault(
                (row.person_id, row.area_id, row.level_id, row.achieved_on), set()
            )
            row.source = free_source(row.source, same)
            same.add(row.source)
        new += given_now
    Achievement.objects.bulk_create(new, batch_size=_BATCH)
    record_many((given_entry(row) for row in new), by=by)
    return new


def _decided(records: list[int]) -> tuple[set[tuple[int, int]], set[tuple[int, int, int]]]:
    """By record: the rules that have given by it, and the levels in areas that are given no more,
    since what was given was revoked as wrong and nothing that a rule gave stands beside it."""
    given: set[tuple[int, int]] = set()
    revoked: set[tuple[int, int, int]] = set()
    holds: set[tuple[int, int, int]] = set()
    rows = Achievement.objects.filter(outside_record__in=records).select_related("corrects")
    for row in rows:
        record = row.outside_record_id or 0
        if row.rule_id is not None:
            given.add((record, row.rule_id))
        if row.withdrawn_at is not None:
            continue
        level = (record, row.area_id, row.level_id)
        if row.corrects is not None:
            wrong = (record, row.corrects.area_id, row.corrects.level_id)
            revoked |= {wrong} - {level}
        if row.revoked_with_rule:
            continue
        if row.revoked_on is not None or row.corrects_id is not None:
            revoked.add(level)
        elif row.rule_id is not None:
            holds.add(level)
    return given, revoked - holds


def sources_taken(
    records: Iterable[OutsideRecord],
) -> dict[tuple[int, int, int, date], set[str]]:
    """The sources under which the people of the records hold a level of a day already: what the
    same rule gave by a record that was moved or revoked stands beside what it gives now."""
    taken: dict[tuple[int, int, int, date], set[str]] = {}
    for person, area, level, day, source in (
        Achievement.objects.standing()
        .filter(
            person__in={each.person_id for each in records},
            achieved_on__in={each.completed_on for each in records},
        )
        .values_list("person_id", "area_id", "level_id", "achieved_on", "source")
    ):
        taken.setdefault((person, area, level, day), set()).add(source)
    return taken


def given_entry(row: Achievement) -> Entry:
    """That a rule gave a level for a record."""
    return Entry(
        "achievement.recognised",
        "competence.achievement",
        str(row.pk),
        row.person_id,
        after={
            "area": row.area.code,
            "level": row.level.number,
            "achieved_on": row.achieved_on.isoformat(),
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
            "rule": row.rule.number if row.rule else None,
            "outside_record": row.outside_record_id,
        }
        | ({"revoked_on": row.revoked_on.isoformat()} if row.revoked_on else {}),
    )
