"""Exemptions: decided, and withdrawn by a later decision. Never deleted."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.models import Exemption
from competence.services.awards import said
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User
from lms.people.services.locking import lock_person


class ExemptionError(ValueError):
    """An exemption that cannot be decided or withdrawn; the message says why."""


@transaction.atomic
def grant_exemption(
    *,
    person: Person,
    area: CompetenceArea,
    level: TrainingLevel,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    by: User | None,
) -> Exemption:
    """Exempt a person from an area's requirements up to a level, for a time. Raises
    ExemptionError, and ValidationError where the reason describes somebody."""
    # The same decided twice at once: the second sees what the first has decided.
    person = lock_person(person)
    if by is not None and by.person_id == person.pk:
        raise ExemptionError(_("Somebody else has to decide on your own exemption."))
    standing = Exemption.objects.filter(
        person=person, area=area, level=level, starts_on=starts_on, withdrawn_at__isnull=True
    )
    if standing.exists():
        raise ExemptionError(_("This exemption is already recorded."))
    if not reason.strip():
        raise ExemptionError(_("State the reason for the exemption."))
    exemption = Exemption(
        person=person,
        area=area,
        level=level,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason.strip(),
        by=by,
    )
    exemption.full_clean()
    exemption.save()
    record(
        "exemption.granted",
        exemption,
        by=by,
        person=person,
        after={
            "area": area.code,
            "level": level.number,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat() if ends_on else None,
        },
        reason=exemption.reason,
    )
    return exemption


@transaction.atomic
def withdraw_exemption(
    *, exemption: Exemption, on: date, by: User | None, reason: str = ""
) -> Exemption:
    """Let an exemption cover no day from `on`: it ends the day before, or, where it had not yet
    begun, never counted."""
    locked = Exemption.objects.select_for_update().get(pk=exemption.pk)
    if locked.withdrawn_at is not None or (locked.ends_on is not None and locked.ends_on < on):
        raise ExemptionError(_("This exemption has already ended."))
    before: dict[str, str | int | None] = {**said(locked)}
    after: dict[str, str | int | None] = {**said(locked)}
    before["ends_on"] = locked.ends_on.isoformat() if locked.ends_on else None
    if on <= locked.starts_on:
        locked.withdrawn_at = timezone.now()
        locked.save(update_fields=["withdrawn_at"])
        before |= {"withdrawn_at": None}
        after |= {"ends_on": before["ends_on"], "withdrawn_at": locked.withdrawn_at.isoformat()}
    else:
        locked.ends_on = on - timedelta(days=1)
        locked.save(update_fields=["ends_on"])
        after["ends_on"] = locked.ends_on.isoformat()
    record(
        "exemption.withdrawn",
        locked,
        by=by,
        person=locked.person,
        before=before,
        after=after,
        reason=reason,
    )
    return locked
