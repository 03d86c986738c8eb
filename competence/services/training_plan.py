"""Versions of the training plan: a draft is filled, then decided; a decided version never
changes."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from competence.models import TrainingPlanVersion
from competence.services.activities import TrainingPlanError, carry_activities, locked_draft
from lms.audit.services import record
from lms.people.models import User


@transaction.atomic
def create_training_draft(
    *, source: TrainingPlanVersion | None = None, note: str = "", by: User | None
) -> TrainingPlanVersion:
    """A new draft with the next number; with the activities of `source`, where one is given."""
    highest = TrainingPlanVersion.objects.aggregate(number=Max("number"))["number"] or 0
    draft = TrainingPlanVersion(number=highest + 1, note=note, by=by)
    draft.full_clean(exclude=["by"])
    draft.save()
    if source is not None:
        carry_activities(source, draft)
    record(
        "training_plan.drafted",
        draft,
        by=by,
        after={"number": draft.number, "source": source.number if source else None},
    )
    return draft


@transaction.atomic
def discard_training_draft(*, version: TrainingPlanVersion, by: User | None) -> None:
    """Throw a draft away. What came of activities that it shares with other versions stays."""
    draft = locked_draft(version)
    record("training_plan.discarded", draft, by=by, before={"number": draft.number})
    draft.delete()


@transaction.atomic
def adopt_training_plan(
    *,
    version: TrainingPlanVersion,
    in_force_from: date,
    adopted_on: date,
    adopted_by: str,
    by: User | None,
) -> TrainingPlanVersion:
    """Make a draft the training plan in force from a day. Each activity says whom it is for."""
    draft = locked_draft(version)
    if not draft.activities.exists():
        raise TrainingPlanError(_("There is no activity in the draft."))
    for planned in draft.activities.filter(key_groups=None, audience=""):
        raise TrainingPlanError(
            _("“%(title)s” does not say whom it is for.") % {"title": planned.title}
        )
    draft.status = TrainingPlanVersion.Status.ADOPTED
    draft.in_force_from = in_force_from
    draft.adopted_on = adopted_on
    draft.adopted_by = adopted_by
    draft.full_clean(exclude=["by"])
    draft.save()
    record(
        "training_plan.adopted",
        draft,
        by=by,
        before={"status": TrainingPlanVersion.Status.DRAFT},
        after={
            "status": draft.status,
            "in_force_from": in_force_from.isoformat(),
            "adopted_on": adopted_on.isoformat(),
            "adopted_by": adopted_by,
        },
    )
    return draft
