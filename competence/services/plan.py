"""Plan versions: a draft is filled, then adopted; an adopted version never changes."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from competence.models import PlanVersion
from competence.services.plan_content import PlanContent, content_of, write_content
from lms.audit.services import record
from lms.people.models import User


class PlanError(ValueError):
    """A plan version that cannot be adopted; the message says why."""


@transaction.atomic
def create_draft(
    *, content: PlanContent | None = None, note: str = "", by: User | None
) -> PlanVersion:
    """A new draft with the next number, with `content` (none: empty)."""
    highest = PlanVersion.objects.aggregate(number=Max("number"))["number"] or 0
    draft = PlanVersion.objects.create(number=highest + 1, note=note, by=by)
    if content is not None:
        write_content(draft, content)
    record("plan_version.drafted", draft, by=by, after={"number": draft.number})
    return draft


def draft_from(version: PlanVersion, *, by: User | None) -> PlanVersion:
    """A new draft that says what `version` says: where the next plan begins."""
    return create_draft(content=content_of(version), by=by)


@transaction.atomic
def adopt_plan_version(
    *,
    version: PlanVersion,
    in_force_from: date | None,
    adopted_on: date | None,
    adopted_by: str = "",
    by: User | None,
) -> PlanVersion:
    """Make a draft the plan in force from a day (none: from the beginning of time, allowed only
    for the first). Refuses overlapping requirements."""
    locked = PlanVersion.objects.select_for_update().get(pk=version.pk)
    if locked.status != PlanVersion.Status.DRAFT:
        raise PlanError(_("This version has been adopted and can no longer be changed."))
    if in_force_from is None and PlanVersion.objects.adopted().exists():
        raise PlanError(_("State the day from which the version is in force."))
    _refuse_overlaps(locked)
    locked.status = PlanVersion.Status.ADOPTED
    locked.in_force_from = in_force_from
    locked.adopted_on = adopted_on
    locked.adopted_by = adopted_by
    locked.save(update_fields=["status", "in_force_from", "adopted_on", "adopted_by"])
    record(
        "plan_version.adopted",
        locked,
        by=by,
        before={"status": PlanVersion.Status.DRAFT},
        after={
            "status": PlanVersion.Status.ADOPTED,
            "in_force_from": in_force_from.isoformat() if in_force_from else None,
            "adopted_on": adopted_on.isoformat() if adopted_on else None,
            "adopted_by": adopted_by,
        },
    )
    return locked


def _refuse_overlaps(version: PlanVersion) -> None:
    latest: dict[tuple[int, int, int], date | None] = {}
    for row in version.requirements.select_related("key_group", "area", "level").order_by(
        "effective_from"
    ):
        key = (row.key_group_id, row.area_id, row.level_id)
        if key in latest:
            until = latest[key]
            if until is None or row.effective_from <= until:
                raise PlanError(
                    _("Two requirements for %(group)s, %(area)s, %(level)s apply the same day.")
                    % {"group": row.key_group, "area": row.area, "level": row.level}
                )
        latest[key] = row.effective_until
