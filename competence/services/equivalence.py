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
        and rule.completed_from <= record.completed_on
        and (rule.completed_until is None or record.completed_on <= rule.completed_until)
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
    given before. Said again, nothing is written. A constant number of queries for each batch."""
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
        given = set(
            Achievement.objects.filter(
                outside_record__in=[each.pk for each in batch], rule__isnull=False
            ).values_list("outside_record_id", "rule_id")
        )
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
            if gives_to(rule, each) and (each.pk, rule.pk) not in given
        ]
        sources = _taken(batch) if given_now else {}
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


def _taken(
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
