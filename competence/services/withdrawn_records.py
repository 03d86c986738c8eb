"""A record of an outside course that is wrong: taken back with what the rules gave by it, and put
back for a while. The row says when; who and why stand in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import Achievement, OutsideCourse, OutsideRecord
from competence.models.history import HistoryBatch
from competence.services.carried_facts import carry, rest_on
from competence.services.equivalence import give_by_rules
from competence.services.outside_entries import outside_entry, withdraw_facts
from competence.services.recognition import UNDO_DAYS
from lms.audit.services import record as ledger
from lms.audit.services import record_many
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
    _not_their_own(by, locked)
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
    _not_their_own(by, gone)
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
        Achievement.objects.filter(corrects__outside_record=gone, outside_record__isnull=False)
        .exclude(outside_record=gone)
        .exists()
    ):
        raise WithdrawalError(_("The record has been put right. Put right what stands instead."))
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
    went = Achievement.objects.filter(outside_record=gone, withdrawn_at=gone.withdrawn_at)
    went = went.select_related("area", "level", "rule", "outside_record").order_by("pk")
    carry(went, {gone.pk: anew}, by=by)
    give_by_rules(records=[anew], by=by)
    rest_on({gone.pk: anew}, by=by, reason=reason)
    return anew


def can_be_put_back(record: OutsideRecord, *, at: datetime) -> bool:
    withdrawn = record.withdrawn_at
    return withdrawn is not None and at <= withdrawn + timedelta(days=UNDO_DAYS)


def _not_their_own(by: User | None, record: OutsideRecord) -> None:
    if by is not None and by.person_id == record.person_id:
        raise WithdrawalError(_("Somebody else has to decide on your own record."))


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
