"""What came of an activity of the training plan: that it began, was carried out or cancelled, what
was held, what it took, and what its partners have answered. Only ever added to; a report or a sum
that was wrong is taken back and written anew."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import (
    ActivityExpense,
    ActivityOutcome,
    ActivityPartner,
    ActivityStep,
    PartnerStep,
    TrainingActivity,
)
from competence.services.plan_states import PlanError
from competence.suppression import Figure, Hidden
from courses.models import SeatQuota
from courses.services.seats import set_quota
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.people.models import PartnerOrganisation, User


def _not_ahead(on: date, day: date) -> None:
    if on > day:
        raise PlanError(_("Write what has happened when it has, not before."))


@transaction.atomic
def note_step(
    *,
    activity: TrainingActivity,
    step: str,
    on: date,
    day: date,
    by: User | None,
    reason: str = "",
) -> ActivityStep:
    """An activity began, was carried out, was cancelled (say why), or is planned again."""
    _not_ahead(on, day)
    locked = TrainingActivity.objects.select_for_update(no_key=True).get(pk=activity.pk)
    last = locked.steps.last()
    if last is not None and on < last.on:
        raise PlanError(_("Something later is written already. Choose a later day."))
    if (last.step if last else ActivityStep.Step.PLANNED) == step:
        raise PlanError(_("It stands so already."))
    row = ActivityStep(activity=locked, step=step, on=on, reason=reason.strip(), by=by)
    row.full_clean()
    row.save()
    record(
        "training_activity.step",
        row,
        by=by,
        after={"activity": str(locked), "step": step, "held_on": on.isoformat()},
        reason=row.reason,
    )
    return row


@transaction.atomic
def report_outcome(
    *,
    activity: TrainingActivity,
    on: date,
    sessions: int,
    people: int | None,
    day: date,
    by: User | None,
    result: str = "",
    evaluation: str = "",
) -> ActivityOutcome:
    """What was held since the last report, in numbers."""
    _not_ahead(on, day)
    if not sessions and not people and not result.strip() and not evaluation:
        raise PlanError(_("Write what was held, what it led to, or both."))
    row = ActivityOutcome(
        activity=activity,
        on=on,
        sessions=sessions,
        people=people,
        result=result.strip(),
        evaluation=evaluation,
        by=by,
    )
    row.full_clean()
    row.save()
    record(
        "training_activity.outcome",
        row,
        by=by,
        after={
            "activity": str(activity),
            "held_on": on.isoformat(),
            "sessions": sessions,
            "people": _in_the_ledger(people),
            "result": row.result,
        },
    )
    return row


@transaction.atomic
def note_expense(
    *,
    activity: TrainingActivity,
    kind: str,
    on: date,
    day: date,
    by: User | None,
    kronor: int = 0,
    hours: int = 0,
    note: str = "",
) -> ActivityExpense:
    """What an activity took: kronor that were paid, or hours of staff and of their cover."""
    _not_ahead(on, day)
    row = ActivityExpense(
        activity=activity, kind=kind, on=on, kronor=kronor, hours=hours, note=note.strip(), by=by
    )
    row.full_clean()
    row.save()
    record("training_activity.expense", row, by=by, after=_expense(row))
    return row


def _in_the_ledger(people: int | None) -> int | str | None:
    """The ledger is read by those who may not see a small count."""
    threshold = SiteSettings.load().suppression_threshold
    if people is None or not 0 < people < threshold:
        return people
    return Figure(None, Hidden.FEW).hidden_text(threshold)


def _expense(row: ActivityExpense) -> dict[str, object]:
    """Of hours and cover, which tell how many took part, the ledger has only that they were
    written: the row has them."""
    kinds = ActivityExpense.Kind
    kronor = {} if row.kind in (kinds.STAFF, kinds.COVER) else {"kronor": row.kronor}
    return {
        "activity": str(row.activity),
        "kind": row.kind,
        "held_on": row.on.isoformat(),
        **kronor,
    }


@transaction.atomic
def take_back_outcome(*, outcome: ActivityOutcome, by: User | None, at: datetime) -> None:
    """The report was wrong: it no longer counts."""
    row = ActivityOutcome.objects.select_for_update().get(pk=outcome.pk)
    if row.withdrawn_at is not None:
        raise PlanError(_("It is taken back already."))
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    record(
        "training_activity.outcome_withdrawn",
        row,
        by=by,
        before={
            "activity": str(row.activity),
            "sessions": row.sessions,
            "people": _in_the_ledger(row.people),
        },
    )


@transaction.atomic
def take_back_expense(*, expense: ActivityExpense, by: User | None, at: datetime) -> None:
    """The sum was wrong: it no longer counts."""
    row = ActivityExpense.objects.select_for_update().get(pk=expense.pk)
    if row.withdrawn_at is not None:
        raise PlanError(_("It is taken back already."))
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    record("training_activity.expense_withdrawn", row, by=by, before=_expense(row))


@transaction.atomic
def note_partner_step(
    *,
    activity: TrainingActivity,
    organisation: PartnerOrganisation,
    step: str,
    on: date,
    day: date,
    by: User | None,
    note: str = "",
) -> PartnerStep:
    """What a partner has answered about an activity; it may fall back."""
    _not_ahead(on, day)
    if not ActivityPartner.objects.filter(
        planned__activity=activity, organisation=organisation
    ).exists():
        raise PlanError(_("The organisation is no partner of the activity."))
    TrainingActivity.objects.select_for_update(no_key=True).get(pk=activity.pk)
    last = activity.partner_steps.filter(organisation=organisation).last()
    if last is not None and on < last.on:
        raise PlanError(_("Something later is written already. Choose a later day."))
    if last is not None and last.step == step:
        raise PlanError(_("It stands so already."))
    row = PartnerStep(
        activity=activity, organisation=organisation, step=step, on=on, note=note.strip(), by=by
    )
    row.full_clean()
    row.save()
    record(
        "training_activity.partner_step",
        row,
        by=by,
        before={"step": last.step} if last else {},
        after={
            "activity": str(activity),
            "organisation": organisation.code,
            "step": step,
            "held_on": on.isoformat(),
        },
        reason=row.note,
    )
    return row


def share_course(*, partner: ActivityPartner, by: User | None) -> SeatQuota:
    """Give a partner its planned seats in the activity's course, for as long as it lasts."""
    course = partner.planned.course
    if not partner.seats or course is None:
        raise PlanError(_("The activity has no course, or no seats are planned for the partner."))
    return set_quota(
        course=course,
        organisation=partner.organisation,
        seats=partner.seats,
        starts_on=partner.planned.starts_on,
        ends_on=partner.planned.ends_on,
        by=by,
    )
