"""The way of a version from draft to decision, as the steps that were taken of it: what was done,
where it stands, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.consultation_standing import last_day_of
from competence.models import (
    Consultation,
    DecidedDocument,
    DocumentStep,
    State,
    state_words,
    states_on,
)
from lms.lib.dates import STOCKHOLM

Status = DecidedDocument.Status


@dataclass(frozen=True)
class WayStep:
    """One step, as components/path.html shows it. `state`: done, now or later; what was left out
    stays "later", and its note says so."""

    name: str
    note: str
    state: str


@dataclass(frozen=True)
class Way:
    state: State
    words: str
    registry: str
    steps: tuple[WayStep, ...]


def way_of(version: DecidedDocument, day: date) -> Way:
    """The way of one version as it stands on `day`. Five queries at most."""
    state = states_on([version], day)[version.pk]
    taken = {step.to_status: step for step in version.steps.all()}  # type: ignore[attr-defined]
    consultation = Consultation.objects.on(version.kind, version.number).first()
    order = [Status.DRAFT, Status.CONSULTATION, Status.PREPARATION, Status.ADOPTED]
    at = order.index(Status(version.status))
    steps = []
    for place, status in enumerate(order):
        is_past = place < at or state in (State.DECIDED, State.IN_FORCE)
        left_out = place < at and status not in taken and status != Status.DRAFT
        here = place == at and version.closed_at is None
        over = state in (State.SUPERSEDED, State.REPEALED)
        steps.append(
            WayStep(
                _NAMES[status](),
                _("Passed over")
                if left_out
                else _note(status, version, taken, consultation, here=here),
                "later" if left_out else "done" if is_past or over else "now" if here else "later",
            )
        )
    steps.append(_last(version, state))
    return Way(state, state_words(version, state), registry_words(version), tuple(steps))


_NAMES = {
    Status.DRAFT: lambda: _("Draft"),
    Status.CONSULTATION: lambda: _("Consultation"),
    Status.PREPARATION: lambda: _("Preparation"),
    Status.ADOPTED: lambda: _("Decided"),
}


def _note(
    status: DecidedDocument.Status,
    version: DecidedDocument,
    taken: Mapping[str, DocumentStep],
    consultation: Consultation | None,
    *,
    here: bool,
) -> str:
    step = taken.get(status)
    if status == version.status and version.closed_at is not None:
        return _("Taken back %(day)s") % {
            "day": date_format(version.closed_at.astimezone(STOCKHOLM).date())
        }
    if status == Status.DRAFT:
        if here:
            return _("Being worked on")
        return _("Made %(day)s") % {
            "day": date_format(version.created_at.astimezone(STOCKHOLM).date())
        }
    if status == Status.CONSULTATION and consultation is not None:
        words = _("Until %(day)s") if here else _("Ended %(day)s")
        return words % {"day": date_format(last_day_of(consultation, version))}
    if status == Status.ADOPTED and version.status == Status.ADOPTED:
        decided = [
            version.adopted_by,
            date_format(version.adopted_on) if version.adopted_on else "",
        ]
        return " ".join(part for part in decided if part) or _("The day is not known")
    if step is not None and step.taken_on is not None:
        return " ".join(part for part in (step.forum, date_format(step.taken_on)) if part)
    return ""


def _last(version: DecidedDocument, state: State) -> WayStep:
    """In force, and what became of it."""
    name = _("In force")
    if version.status != Status.ADOPTED:
        return WayStep(name, "", "later")
    since = (
        _("From %(day)s") % {"day": date_format(version.in_force_from)}
        if version.in_force_from
        else _("From the beginning")
    )
    if state in (State.REPEALED, State.SUPERSEDED):
        return WayStep(name, state_words(version, state).capitalize(), "done")
    return WayStep(name, since, "now" if state is State.IN_FORCE else "later")


def registry_words(version: DecidedDocument) -> str:
    """The registry number of the decision, or that there is none to be found in it."""
    if version.registry_number:
        return version.registry_number
    return _("not stated in the document") if version.status == Status.ADOPTED else ""
