"""The way of a version from draft to decision, and out of force again: the same for the
competence plan and the training plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.figures.followup.frozen import AlteredError
from competence.models import DecidedDocument
from competence.services.consultation_end import end_with_decision
from competence.services.consultation_notices import tell_of_preparation
from competence.services.plan_documents import keep_document, keep_registry_number
from competence.services.plan_faults import faults_of
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.lib.fields import refuse_personal_data
from lms.people.models import User

Document = TypeVar("Document", bound=DecidedDocument)
Status = DecidedDocument.Status


class PlanError(ValueError):
    """A plan version that cannot be changed so; the message says why."""


def locked(version: Document) -> Document:
    """The version as it stands, locked for writing."""
    return type(version)._default_manager.select_for_update().get(pk=version.pk)


def locked_draft(version: Document) -> Document:
    """The version as it stands, locked for writing. Raises PlanError where it is no draft."""
    draft = locked(version)
    if not draft.is_draft:
        raise PlanError(_("This version is no longer a draft and can no longer be changed."))
    return draft


def next_number(model: type[DecidedDocument]) -> int:
    """The number of the next draft of a plan. Of two made at once, the second waits for the first
    and takes the number after it."""
    SiteSettings.objects.select_for_update().filter(pk=SiteSettings.load().pk).first()
    return (model._default_manager.aggregate(highest=Max("number"))["highest"] or 0) + 1


@transaction.atomic
def send_on(
    *,
    version: Document,
    to: DecidedDocument.Status,
    taken_on: date,
    forum: str = "",
    note: str = "",
    by: User | None,
) -> Document:
    """Send a draft out for consultation, or a draft or what has been out to preparation. From then
    on it stands as it was sent."""
    if to not in (Status.CONSULTATION, Status.PREPARATION):
        raise PlanError(_("A version is sent out for consultation, or to preparation."))
    found = locked(version)
    if not (found.is_draft or (found.is_sent and found.status != to)):
        raise PlanError(_("This version cannot be sent on from where it is."))
    if found.status == Status.PREPARATION:
        raise PlanError(_("What is in preparation is decided, or taken back to a new draft."))
    _refuse_personal_data(found)
    if found.is_draft:
        refuse_faults(found)
    before = found.status
    found.status = to
    found.save(update_fields=["status"])
    _step(found, before, to, taken_on, forum, note, by)
    if before == Status.CONSULTATION:
        tell_of_preparation(version=found, at=timezone.now())
    return found


@transaction.atomic
def take_back(
    *,
    version: Document,
    draft_from: Callable[[Document], Document],
    taken_on: date,
    forum: str = "",
    note: str,
    by: User | None,
) -> Document:
    """Close what was sent, which stays readable, and go on with a new draft that says the same.
    `draft_from` makes the draft, with its content and `continues` set."""
    found = locked(version)
    if not found.is_sent:
        raise PlanError(_("Only a version that has been sent and not decided can be taken back."))
    found.closed_at = timezone.now()
    found.save(update_fields=["closed_at"])
    _step(found, found.status, Status.DRAFT, taken_on, forum, note, by)
    return draft_from(found)


@transaction.atomic
def adopt(
    *,
    version: Document,
    in_force_from: date | None,
    adopted_on: date | None,
    adopted_by: str,
    registry_number: str,
    check: Callable[[Document], None],
    replaces_same_day: bool = False,
    by: User | None,
) -> Document:
    """Decide a version, from any of its states: the steps say what was left out. In force from a
    day (none: from the beginning of time, allowed only for the first) on which no other version
    comes into force, unless it is to take the place of one with a lower number. `check` raises
    PlanError for what the content forbids."""
    versions: Any = type(version)._default_manager
    # Two decided at once: the second sees the first.
    list(versions.select_for_update().order_by("pk").values_list("pk", flat=True))
    found = locked(version)
    if not (found.is_draft or found.is_sent):
        raise PlanError(_("This version has been decided or closed and can no longer be changed."))
    if in_force_from is None and versions.adopted().exists():
        raise PlanError(_("State the day from which the version is in force."))
    if in_force_from is not None:
        same_day = versions.coming_into_force_on(in_force_from)
        if replaces_same_day:
            same_day = same_day.filter(number__gt=found.number)
        if same_day.exists():
            raise PlanError(_("Another version comes into force that day."))
    check(found)
    _refuse_personal_data(found)
    before = found.status
    found.status = Status.ADOPTED
    found.in_force_from = in_force_from
    found.adopted_on = adopted_on
    found.adopted_by = adopted_by
    found.registry_number = registry_number
    found.save(
        update_fields=["status", "in_force_from", "adopted_on", "adopted_by", "registry_number"]
    )
    _steps(found).create(
        from_status=before,
        to_status=Status.ADOPTED,
        taken_on=adopted_on,
        forum=adopted_by,
        by=by,
    )
    record(
        f"{found.audit_prefix}.adopted",
        found,
        by=by,
        before={"status": before},
        after={
            "status": Status.ADOPTED,
            "in_force_from": in_force_from.isoformat() if in_force_from else None,
            "adopted_on": adopted_on.isoformat() if adopted_on else None,
            "adopted_by": adopted_by,
            "registry_number": registry_number,
        },
    )
    keep_document(version=found)
    end_with_decision(version=found, by=by, at=timezone.now())
    return found


@transaction.atomic
def add_registry_number(*, version: Document, registry_number: str, by: User | None) -> Document:
    """The registry number of a decision that was written down without one. Once."""
    found = locked(version)
    if found.status != Status.ADOPTED:
        raise PlanError(_("Only a decided version is given a registry number."))
    if found.registry_number:
        raise PlanError(_("The version has its registry number already."))
    found.registry_number = registry_number
    found.full_clean(exclude=["by", "continues"])
    found.save(update_fields=["registry_number"])
    record(
        f"{found.audit_prefix}.registered",
        found,
        by=by,
        before={"registry_number": ""},
        after={"registry_number": registry_number},
    )
    try:
        keep_registry_number(version=found)
    except AlteredError as error:
        raise PlanError(
            _(
                "What is kept of the decided document is not what its checksum %(checksum)s is of: "
                "it has been altered. The registry number is not added. Tell whoever runs the "
                "system."
            )
            % {"checksum": str(error)}
        ) from error
    return found


@transaction.atomic
def repeal(
    *,
    version: Document,
    repealed_on: date,
    decided_on: date,
    decided_by: str,
    reason: str,
    registry_number: str = "",
    day: date,
    by: User | None,
) -> Document:
    """Take a decided version out of force from a day, once. Without a successor no plan is in
    force from then on: no earlier version comes back. One whose first day has come on `day` has
    been in force, and stays so for the days it was."""
    found = locked(version)
    if found.status != Status.ADOPTED:
        raise PlanError(_("Only a decided version can be repealed."))
    if found.repealed_on is not None:
        raise PlanError(_("The version is repealed already."))
    if found.adopted_on is not None and decided_on < found.adopted_on:
        raise PlanError(_("A version is not repealed before it was decided."))
    if found.in_force_from is not None and repealed_on <= found.in_force_from <= day:
        raise PlanError(
            _("The version has been in force. Choose a day after its first day in force.")
        )
    if found.in_force_from is None or found.in_force_from <= repealed_on:
        standing = type(found)._default_manager.in_force_on(repealed_on)  # type: ignore[attr-defined]
        if standing is None or standing.pk != found.pk:
            raise PlanError(_("Another version has taken its place by that day."))
    found.repealed_on = repealed_on
    found.repeal_decided_on = decided_on
    found.repealed_by = decided_by
    found.repeal_registry_number = registry_number
    found.repeal_reason = reason
    found.full_clean(exclude=["by", "continues"])
    found.save(
        update_fields=[
            *("repealed_on", "repeal_decided_on", "repealed_by", "repeal_registry_number"),
            "repeal_reason",
        ]
    )
    record(
        f"{found.audit_prefix}.repealed",
        found,
        by=by,
        before={"repealed_on": None},
        after={
            "repealed_on": repealed_on.isoformat(),
            "repeal_decided_on": decided_on.isoformat(),
            "repealed_by": decided_by,
            "registry_number": registry_number,
        },
        reason=reason,
    )
    return found


def refuse_faults(version: DecidedDocument) -> None:
    """Raise PlanError where the version says what cannot be decided."""
    for fault in faults_of(version):
        if version.is_sent:
            fault = _(
                "%(fault)s The version is sent and cannot be changed: take it back to a new draft."
            ) % {"fault": fault}
        raise PlanError(fault)


def _refuse_personal_data(version: DecidedDocument) -> None:
    """Raise PlanError where the words that are about to be frozen hold a personnummer or a phone
    number: a draft may have been written before the guard, or copied from a version that was."""
    try:
        for text in version.own_words():
            refuse_personal_data(text)
    except ValidationError as error:
        raise PlanError(
            _("%(found)s Look through the chapters and the note.") % {"found": error.messages[0]}
        ) from error


def _step(
    version: DecidedDocument,
    before: str,
    after: str,
    taken_on: date,
    forum: str,
    note: str,
    by: User | None,
) -> None:
    step = _steps(version).model(
        version=version,
        from_status=before,
        to_status=after,
        taken_on=taken_on,
        forum=forum,
        note=note,
        by=by,
    )
    step.full_clean(exclude=["by", "version"])
    step.save()
    said: Mapping[str, Any] = {"taken_on": taken_on.isoformat(), "forum": forum}
    action = "taken_back" if after == Status.DRAFT else "sent"
    record(
        f"{version.audit_prefix}.{action}",
        version,
        by=by,
        before={"status": before},
        after={"status": after, **said},
        reason=note,
    )


def _steps(version: DecidedDocument) -> Any:
    """The manager of the plan's own table of steps."""
    return version.steps  # type: ignore[attr-defined]
