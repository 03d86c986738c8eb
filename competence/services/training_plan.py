"""Versions of the training plan: a draft is filled, sent, then adopted; what has left draft never
changes. The way itself is `plan_states`."""

from __future__ import annotations

import json
from datetime import date
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import TrainingPlanVersion
from competence.services import plan_states
from competence.services.activities import carry_activities, partners_of, said_of
from competence.services.plan_states import PlanError
from lms.audit.services import record
from lms.people.models import User


@transaction.atomic
def create_training_draft(
    *,
    source: TrainingPlanVersion | None = None,
    note: str = "",
    continues: TrainingPlanVersion | None = None,
    by: User | None,
) -> TrainingPlanVersion:
    """A new draft with the next number, with the activities of `source` (none: empty).
    `continues`: the sent version that was taken back to become this one."""
    draft = TrainingPlanVersion.objects.create(
        number=plan_states.next_number(TrainingPlanVersion), note=note, continues=continues, by=by
    )
    draft.clean_fields(exclude=["by", "continues"])
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
    draft = plan_states.locked_draft(version)
    record("training_plan.discarded", draft, by=by, before={"number": draft.number})
    draft.activities.all().delete()
    draft.delete()


def take_back_training_plan(
    *, version: TrainingPlanVersion, taken_on: date, forum: str = "", note: str, by: User | None
) -> TrainingPlanVersion:
    """Close a version that was sent and go on with a new draft that says the same."""
    return plan_states.take_back(
        version=version,
        draft_from=lambda sent: create_training_draft(source=sent, continues=sent, by=by),
        taken_on=taken_on,
        forum=forum,
        note=note,
        by=by,
    )


def adopt_training_plan(
    *,
    version: TrainingPlanVersion,
    in_force_from: date | None,
    adopted_on: date | None,
    adopted_by: str = "",
    registry_number: str = "",
    as_shown: str | None = None,
    by: User | None,
) -> TrainingPlanVersion:
    """Make a version the training plan in force from a day. Each activity says whom it is for.
    `as_shown`: the fingerprint of what was shown, which the version must still have."""

    def check(found: TrainingPlanVersion) -> None:
        if as_shown is not None and training_fingerprint(found) != as_shown:
            raise PlanError(
                _("Somebody has changed the version since it was shown. Look at it, then decide.")
            )
        _refuse_unfinished(found)

    return plan_states.adopt(
        version=version,
        in_force_from=in_force_from,
        adopted_on=adopted_on,
        adopted_by=adopted_by,
        registry_number=registry_number,
        check=check,
        by=by,
    )


def training_fingerprint(version: TrainingPlanVersion) -> str:
    """Of all that is decided with a version: the same for the same, and for nothing else."""
    planned = version.activities.with_parts().order_by("activity__number")
    said: list[object] = [version.note, *((said_of(each), partners_of(each)) for each in planned)]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _refuse_unfinished(version: TrainingPlanVersion) -> None:
    if not version.activities.exists():
        raise PlanError(_("There is no activity in the draft."))
    for planned in version.activities.filter(key_groups=None, audience=""):
        raise PlanError(_("“%(title)s” does not say whom it is for.") % {"title": planned.title})
