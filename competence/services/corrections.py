"""Correcting what was recorded wrongly: an achievement is revoked by a later decision."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from competence.models import Achievement
from lms.audit.services import record
from lms.people.models import User


class CorrectionError(ValueError):
    """An achievement that cannot be revoked; the message says why."""


@transaction.atomic
def revoke_achievement(
    *, achievement: Achievement, on: date, reason: str, by: User | None
) -> Achievement:
    """Let an achievement count no longer from `on`. What it counted for before stays true."""
    if not reason.strip():
        raise CorrectionError(_("State the reason."))
    locked = Achievement.objects.select_for_update().get(pk=achievement.pk)
    if locked.revoked_on is not None:
        raise CorrectionError(_("This has already been revoked."))
    if on < locked.achieved_on:
        raise CorrectionError(_("It cannot be revoked before it was reached."))
    locked.revoked_on = on
    locked.save(update_fields=["revoked_on"])
    record(
        "achievement.revoked",
        locked,
        by=by,
        person=locked.person,
        before={"revoked_on": None},
        after={"revoked_on": on.isoformat()},
        reason=reason.strip(),
    )
    return locked
