"""A record of an outside course that is wrong: taken back with what the rules gave by it, and put
back for a while. The row says when; who and why stand in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import Achievement, OutsideCourse, OutsideRecord, Recognition
from competence.models.history import HistoryBatch
from competence.services.awards import free_source
from competence.services.equivalence import give_by_rules, given_entry
from competence.services.outside_entries import outside_entry, withdraw_facts
from competence.services.recognition import UNDO_DAYS
from lms.audit.services import Entry, record_many
from lms.audit.services import record as ledger
from lms.lib.fields import refuse_personal_data
from lms.people.models import User


class WithdrawalError(ValueError):
    """A record that cannot be taken back or put back; the message says why."""


@transaction.atomic
def withdraw_outside_record(
    *, record: OutsideRecord, reason: str, by: User | None, at: datetime
) -> list[Achievement]:
    """Take a record back as a mistake: what the rules gave by it never counted, also what had been
    revoked since, and no rule gives by it again. What went with it."""
    reason = _checked(reason)
    locked = _locked(record)
    if locked.withdrawn_at is not None:
        raise WithdrawalError(_("The record has already been taken back."))
    given = list(Achievement.objects.standing().filter(outside_record=locked).order_by("pk"))
    withdraw_facts(
        achievements=given,
        records=OutsideRecord.objects.filter(pk=locked.pk),
        at=at,
        by=by,
        reason=reason,
    )
    return given


@transaction.atomic
def put_record_back(
    *, record: OutsideRecord, reason: str, by: User | None, at: datetime
) -> OutsideRecord:
    """Record anew what was taken back by mistake, with what the rules had given by it, what they
    give by now, and what had been revoked still revoked."""
    reason = _checked(reason)
    gone = _locked(record)
    if gone.withdrawn_at is None:
        raise WithdrawalError(_("The record has not been taken back."))
    if not can_be_put_back(gone, at=at):
        raise WithdrawalError(
            _("It can be put back within %(days)d days. Record the course anew instead.")
            % {"days": UNDO_DAYS}
        )
    if gone.person.merged_into_id is not None:
        raise WithdrawalError(_("The person's record has been merged with another."))
    if gone.history_batch is not None and gone.history_batch.state != HistoryBatch.State.COMMITTED:
        raise WithdrawalError(_("The import that brought it has been taken back."))
    if (
        OutsideRecord.objects.standing()
        .filter(
            person=gone.person,
            outside_course=gone.outside_course,
            completed_on=gone.completed_on,
        )
        .exists()
    ):
        raise WithdrawalError(_("This course is already recorded for that day."))
    anew = OutsideRecord.objects.create(
        person=gone.person,
        outside_course=gone.outside_course,
        completed_on=gone.completed_on,
        valid_until=gone.valid_until,
        history_batch=gone.history_batch,
        by=by,
    )
    record_many([outside_entry("outside_record.recorded", anew)], by=by)
    ledger(
        "outside_record.put_back",
        anew,
        by=by,
        person=anew.person,
        before={"outside_record": gone.pk},
        after={"outside_record": anew.pk},
        reason=reason,
    )
    _give_as_before(gone, anew, by)
    give_by_rules(records=[anew], by=by)
    resting = Recognition.objects.filter(outside_record=gone, approved=True)
    record_many(
        [
            Entry(
                "outside_record.put_back",
                claim._meta.label_lower,
                str(claim.pk),
                claim.person_id,
                before={"outside_record": gone.pk},
                after={"outside_record": anew.pk},
                reason=reason,
            )
            for claim in resting
        ],
        by=by,
    )
    resting.update(outside_record=anew)
    return anew


def can_be_put_back(record: OutsideRecord, *, at: datetime) -> bool:
    withdrawn = record.withdrawn_at
    return withdrawn is not None and at <= withdrawn + timedelta(days=UNDO_DAYS)


def _give_as_before(gone: OutsideRecord, anew: OutsideRecord, by: User | None) -> None:
    """What went with the record, as it stood then. A rule withdrawn in the meantime gave until it
    was, like for everybody else."""
    went = list(
        Achievement.objects.filter(
            outside_record=gone, rule__isnull=False, withdrawn_at=gone.withdrawn_at
        )
        .select_related("area", "level", "rule")
        .order_by("pk")
    )
    taken: dict[tuple[int, int], set[str]] = {}
    for area, level, source in (
        Achievement.objects.standing()
        .filter(person=anew.person, achieved_on=anew.completed_on)
        .values_list("area_id", "level_id", "source")
    ):
        taken.setdefault((area, level), set()).add(source)
    again = []
    for row in went:
        sources = taken.setdefault((row.area_id, row.level_id), set())
        source = free_source(row.source, sources)
        sources.add(source)
        revoked_on = row.revoked_on
        if revoked_on is None and row.rule is not None and row.rule.withdrawn_on is not None:
            revoked_on = max(row.rule.withdrawn_on, row.achieved_on)
        again.append(
            Achievement(
                person=anew.person,
                area=row.area,
                level=row.level,
                achieved_on=row.achieved_on,
                valid_until=row.valid_until,
                revoked_on=revoked_on,
                source=source,
                outside_record=anew,
                rule=row.rule,
                history_batch_id=row.history_batch_id,
                by=by,
            )
        )
    Achievement.objects.bulk_create(again)
    record_many((given_entry(row) for row in again), by=by)


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise WithdrawalError(_("State the reason."))
    refuse_personal_data(reason)
    return reason


def _locked(record: OutsideRecord) -> OutsideRecord:
    # A rule decided at the same moment waits, as where a claim is decided.
    OutsideCourse.objects.select_for_update().get(records=record.pk)
    return (
        OutsideRecord.objects.select_for_update(of=("self",))
        .select_related("person", "outside_course", "history_batch")
        .get(pk=record.pk)
    )
