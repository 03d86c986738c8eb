"""How a consultation ends: with the decision that it led to, or closed where it leads to none. Then
what was said and how it was met stand as they are, and those who gave views are told."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from competence.figures.consultation_standing import leads_nowhere
from competence.models import Consultation, DecidedDocument
from competence.services.consultation_notices import tell_how_views_were_met
from lms.audit.services import record
from lms.lib.fields import refuse_personal_data
from lms.people.models import User


class ConsultationError(ValueError):
    """What cannot be done in a consultation as it stands; the message says why."""


def end_with_decision(*, version: DecidedDocument, by: User | None, at: datetime) -> None:
    """End the consultations that led to a version which is decided: its own, and those of the
    versions that were taken back and continued as it."""
    led: DecidedDocument | None = version
    while led is not None:
        waiting = Consultation.objects.on(led.kind, led.number).select_for_update()
        for consultation in waiting.filter(ended_at__isnull=True):
            _end(consultation, by, at, "", decided=version)
        led = led.continues  # type: ignore[assignment]


@transaction.atomic
def close_consultation(
    *, consultation: Consultation, reason: str, by: User, at: datetime
) -> Consultation:
    """End a consultation that no decision will end: its version was taken back, and the draft that
    it went on as is thrown away."""
    reason = reason.strip()
    if not reason:
        raise ConsultationError(_("State the reason."))
    refuse_personal_data(reason)
    found = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if found.has_ended:
        raise ConsultationError(_("The consultation has ended already."))
    if not leads_nowhere(found):
        raise ConsultationError(
            _("The consultation ends with the decision. Only one that leads to none is closed.")
        )
    _end(found, by, at, reason, decided=None)
    return found


def _end(
    consultation: Consultation,
    by: User | None,
    at: datetime,
    reason: str,
    *,
    decided: DecidedDocument | None,
) -> None:
    consultation.ended_at = at
    consultation.ended_by = by
    consultation.end_reason = reason
    consultation.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record(
        "consultation.ended",
        consultation,
        by=by,
        before={"ended": False},
        after={
            "plan": consultation.document,
            "number": consultation.number,
            "ended": True,
            "decided_version": decided.number if decided else None,
        },
        reason=reason,
    )
    tell_how_views_were_met(
        consultation=consultation, occasion="decided" if decided else "closed", at=at
    )
