"""What rests on a record of an outside course when another record takes its place: it was put
right, put back, or is kept where two said the same. Nothing that was revoked counts again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from competence.models import Achievement, OutsideRecord, Recognition
from competence.models.history import HistoryStatement
from competence.services.awards import free_source
from competence.services.equivalence import given_entry, last_day_by, reaches, sources_taken
from competence.services.outside_entries import withdraw_facts
from lms.audit.services import Entry, record_many
from lms.people.models import User

_BATCH = 1000


def facts_on(records: Collection[int]) -> list[Achievement]:
    """What stands on the records, oldest first."""
    return list(
        Achievement.objects.standing()
        .filter(outside_record__in=records)
        .select_related("area", "level", "rule", "outside_record")
        .order_by("pk")
    )


def carry(
    facts: Iterable[Achievement],
    to: Mapping[int, OutsideRecord],
    *,
    by: User | None,
    as_said: bool = False,
) -> list[Achievement]:
    """State by the records that take the place of others (`to`, by primary key of the one that
    goes) what stood on those, revoked where it was revoked. A rule withdrawn in the meantime gave
    until it was, like for everybody else. `as_said`: the last day stays that of the fact."""
    carried = [
        row
        for fact in facts
        if (row := _carried(fact, to[fact.outside_record_id or 0], by, as_said)) is not None
    ]
    taken = sources_taken(to.values()) if carried else {}
    for row in carried:
        same = taken.setdefault((row.person_id, row.area_id, row.level_id, row.achieved_on), set())
        row.source = free_source(row.source, same)
        same.add(row.source)
    Achievement.objects.bulk_create(carried, batch_size=_BATCH)
    record_many((given_entry(row) for row in carried), by=by)
    return carried


def _carried(
    fact: Achievement, to: OutsideRecord, by: User | None, as_said: bool
) -> Achievement | None:
    gone = fact.outside_record
    assert gone is not None
    moved = gone.completed_on != to.completed_on
    if moved and fact.rule is not None and not reaches(fact.rule, to):
        return None
    last = fact.valid_until
    decided = as_said or (fact.corrects_id is not None and not moved)
    if fact.rule is not None and not decided and (moved or gone.valid_until != to.valid_until):
        last = last_day_by(fact.rule, to)
    revoked_on, with_rule = fact.revoked_on, fact.revoked_with_rule
    if revoked_on is None and fact.rule is not None and fact.rule.withdrawn_on is not None:
        revoked_on, with_rule = fact.rule.withdrawn_on, True
    if revoked_on is not None:
        from_the_first = fact.revoked_on == fact.achieved_on
        revoked_on = to.completed_on if from_the_first else max(revoked_on, to.completed_on)
    return Achievement(
        person_id=to.person_id,
        area=fact.area,
        level=fact.level,
        achieved_on=to.completed_on,
        valid_until=last,
        revoked_on=revoked_on,
        revoked_with_rule=with_rule,
        source=fact.source,
        outside_record=to,
        rule=fact.rule,
        history_batch_id=to.history_batch_id if fact.history_batch_id else None,
        corrects_id=fact.corrects_id,
        by=by,
    )


def lasting_first(one: OutsideRecord, other: OutsideRecord) -> tuple[OutsideRecord, OutsideRecord]:
    """The two records, the one that lasts longer first."""
    longer = (other.valid_until or date.max) > (one.valid_until or date.max)
    return (other, one) if longer else (one, other)


def keep_one_of_two(
    pairs: Iterable[tuple[OutsideRecord, OutsideRecord]],
    *,
    at: datetime,
    by: User | None,
    reason: str = "",
) -> None:
    """Of each (kept, going) that say the same: what the rules gave by either and that says more
    rests on the one that is kept, and so does all that the other rested on."""
    to = {going.pk: kept for kept, going in pairs}
    if not to:
        return
    given: dict[int, list[Achievement]] = {}
    for fact in facts_on([*to, *(kept.pk for kept in to.values())]):
        given.setdefault(fact.outside_record_id or 0, []).append(fact)
    going: list[Achievement] = []
    moving: list[Achievement] = []
    for pk, kept in to.items():
        for fact in given.get(pk, ()):
            going.append(fact)
            same = [each for each in given.get(kept.pk, ()) if _alike(each, fact)]
            if any(_says_as_much(each, fact) for each in same):
                continue
            moving.append(fact)
            going += [each for each in same if _says_as_much(fact, each)]
    withdraw_facts(
        achievements=sorted(going, key=lambda each: each.pk),
        records=OutsideRecord.objects.filter(pk__in=to).order_by("pk"),
        at=at,
        by=by,
        reason=reason,
    )
    carry(moving, to, by=by, as_said=True)
    rest_on(to, by=by, reason=reason, joined=True)


def _alike(one: Achievement, other: Achievement) -> bool:
    return (one.rule_id, one.area_id, one.level_id) == (
        other.rule_id,
        other.area_id,
        other.level_id,
    )


def _says_as_much(one: Achievement, other: Achievement) -> bool:
    """Of two that a rule gave for one course and day: whether nothing is lost without the other.
    Each of two that were revoked on different days, or of which one was, is a decision of its
    own."""
    if one.revoked_on or other.revoked_on:
        return (one.valid_until, one.revoked_on) == (other.valid_until, other.revoked_on)
    return (one.valid_until or date.max) >= (other.valid_until or date.max)


def rest_on(
    to: Mapping[int, OutsideRecord], *, by: User | None, reason: str = "", joined: bool = False
) -> None:
    """Let the claims and the imports that stated the records that go state those in their place.
    Only what a claim wrote is taken back with a claim: where two are `joined`, the kept record is
    the claim's own only if a claim wrote it."""
    claims = list(Recognition.objects.filter(outside_record__in=to, approved=True).order_by("pk"))
    by_claims = set(
        Recognition.objects.filter(
            outside_record__in=[kept.pk for kept in to.values()], made_record=True
        ).values_list("outside_record", flat=True)
    )
    entries = []
    for claim in claims:
        kept = to[claim.outside_record_id or 0]
        entries.append(_rests(claim, claim.outside_record_id, kept.pk, reason))
        claim.outside_record = kept
        if joined:
            claim.made_record = kept.pk in by_claims
    Recognition.objects.bulk_update(claims, ["outside_record", "made_record"], batch_size=_BATCH)
    record_many(entries, by=by)
    statements = list(HistoryStatement.objects.filter(outside_record__in=to))
    for each in statements:
        each.outside_record = to[each.outside_record_id or 0]
    HistoryStatement.objects.bulk_update(statements, ["outside_record"], batch_size=_BATCH)
    if joined:
        brought = OutsideRecord.objects.filter(pk__in=to, history_batch__isnull=False)
        HistoryStatement.objects.bulk_create(
            HistoryStatement(
                batch_id=row.history_batch_id,
                outside_record=to[row.pk],
                valid_until=row.valid_until,
            )
            for row in brought
            if row.history_batch_id is not None
        )


def rest_on_fact(was: Achievement, fact: Achievement, *, by: User | None, reason: str = "") -> None:
    """Let the claims and the imports that stated a fact state the one in its place."""
    claims = Recognition.objects.filter(achievement=was, approved=True).order_by("pk")
    entries = [
        Entry(
            "recognition.rests",
            claim._meta.label_lower,
            str(claim.pk),
            claim.person_id,
            before={"achievement": was.pk},
            after={"achievement": fact.pk},
            reason=reason,
        )
        for claim in claims
    ]
    claims.update(achievement=fact)
    record_many(entries, by=by)
    HistoryStatement.objects.filter(achievement=was).update(achievement=fact)


def _rests(claim: Recognition, was: int | None, becomes: int, reason: str) -> Entry:
    return Entry(
        "recognition.rests",
        claim._meta.label_lower,
        str(claim.pk),
        claim.person_id,
        before={"outside_record": was},
        after={"outside_record": becomes},
        reason=reason,
    )
