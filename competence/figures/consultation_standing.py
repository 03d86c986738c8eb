"""Whether a consultation goes on, and towards what: a decision, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from competence.models import Consultation, DecidedDocument, plans_by_kind


def version_of(consultation: Consultation) -> DecidedDocument:
    """The version that is, or was, out for consultation."""
    model = plans_by_kind()[consultation.document]
    return model._default_manager.get(number=consultation.number)


def last_day_of(consultation: Consultation, version: DecidedDocument) -> date:
    """The last day on which views were, or are, taken: the one that was given, or the earlier day
    on which the version was sent on, decided or taken back. One query."""
    days = [consultation.closes_on]
    if version.status != DecidedDocument.Status.CONSULTATION or version.closed_at is not None:
        taken = version.steps.all()  # type: ignore[attr-defined]
        steps = taken.filter(from_status=DecidedDocument.Status.CONSULTATION)
        days += [step.taken_on for step in steps if step.taken_on is not None]
    return max(min(days), consultation.opened_on)


def with_continuations(version: DecidedDocument) -> Iterator[DecidedDocument]:
    """The version, and the drafts that it was taken back and continued as."""
    yield version
    for later in version.continued_as.all():  # type: ignore[attr-defined]
        yield from with_continuations(later)


def leads_nowhere(consultation: Consultation) -> bool:
    """Whether no decision will end it: the version was taken back, and no draft that it went on as
    is there any more."""
    if consultation.has_ended:
        return False
    return all(
        version.closed_at is not None for version in with_continuations(version_of(consultation))
    )
