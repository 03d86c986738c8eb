"""Versions of the competence plan: a draft is filled, sent, then adopted; what has left draft never
changes. The way itself is `plan_states`."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.models import PlanVersion
from competence.services import plan_states
from competence.services.plan_chapters import carry_chapters
from competence.services.plan_content import (
    PlanContent,
    content_of,
    fingerprint_of,
    write_content,
)
from competence.services.plan_states import PlanError
from competence.services.publishing import Reason, hold_figures
from lms.audit.services import record
from lms.people.models import User


@transaction.atomic
def create_draft(
    *,
    content: PlanContent | None = None,
    note: str = "",
    follows: PlanVersion | None = None,
    continues: PlanVersion | None = None,
    by: User | None,
) -> PlanVersion:
    """A new draft with the next number, with `content` (none: empty), written after the version
    that it `follows`. `continues`: the sent version that was taken back to become this one. The
    first plan of a system holds the coverage back until somebody says that all is in place."""
    # Of two who make the first at once the second waits here, and sees that there is one.
    number = plan_states.next_number(PlanVersion)
    if not PlanVersion.objects.exists():
        hold_figures(reason=Reason.START, at=timezone.now(), by=by)
    draft = PlanVersion.objects.create(
        number=number,
        note=note,
        follows=follows,
        continues=continues,
        by=by,
    )
    draft.clean_fields(exclude=["by", "continues", "follows"])
    if content is not None:
        write_content(draft, content)
    record("plan_version.drafted", draft, by=by, after={"number": draft.number})
    return draft


@transaction.atomic
def draft_from(
    version: PlanVersion, *, continues: PlanVersion | None = None, by: User | None
) -> PlanVersion:
    """A new draft that says what `version` says: where the next plan begins, or (`continues`) what
    a version that was taken back goes on as."""
    draft = create_draft(content=content_of(version), follows=version, continues=continues, by=by)
    carry_chapters(version, draft)
    return draft


def take_back_plan_version(
    *, version: PlanVersion, taken_on: date, forum: str = "", note: str, by: User | None
) -> PlanVersion:
    """Close a version that was sent and go on with a new draft that says the same."""
    return plan_states.take_back(
        version=version,
        draft_from=lambda sent: draft_from(sent, continues=sent, by=by),
        taken_on=taken_on,
        forum=forum,
        note=note,
        by=by,
    )


def adopt_plan_version(
    *,
    version: PlanVersion,
    in_force_from: date | None,
    adopted_on: date | None,
    adopted_by: str = "",
    registry_number: str = "",
    replaces_same_day: bool = False,
    as_shown: str | None = None,
    by: User | None,
) -> PlanVersion:
    """Make a version the plan in force from a day (none: from the beginning of time, allowed only
    for the first). Refuses overlapping requirements, a goal for what is not asked, a day on which
    another version comes into force (`replaces_same_day`: unless that one has a lower number), and
    a version that no longer has the fingerprint of what was shown (`as_shown`; none: nothing
    was)."""

    def check(found: PlanVersion) -> None:
        if as_shown is not None and fingerprint_of(found) != as_shown:
            raise PlanError(
                _("Somebody has changed the version since it was shown. Look at it, then decide.")
            )
        plan_states.refuse_faults(found)

    return plan_states.adopt(
        version=version,
        in_force_from=in_force_from,
        adopted_on=adopted_on,
        adopted_by=adopted_by,
        registry_number=registry_number,
        check=check,
        replaces_same_day=replaces_same_day,
        by=by,
    )
