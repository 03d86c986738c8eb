"""Consultation (remiss) on a version of a plan: who is asked, what they say, and how it is met.
Nothing that is said changes the proposal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.figures.consultation_standing import version_of
from competence.models import (
    Consultation,
    ConsultationAnswer,
    ConsultationComment,
    ConsultationParty,
    DecidedDocument,
    KeyGroup,
    WrittenOpinion,
)
from competence.services.consultation_end import ConsultationError
from competence.services.consultation_notices import tell_who_is_asked
from competence.services.plan_states import Status, send_on
from lms.audit.services import record
from lms.people.access import Action, Obj, grants
from lms.people.models import Unit, User

ENDED = gettext_lazy("The consultation has ended. No more views are taken.")


def is_open(consultation: Consultation, version: DecidedDocument, day: date) -> bool:
    """Whether views are taken on `day`: until the last day, or until the version goes on."""
    out = version.status == Status.CONSULTATION and version.closed_at is None
    return out and day <= consultation.closes_on


def units_spoken_for(user: User, day: date) -> list[Unit]:
    """The units for which the account may give a view: those it answers for by itself. A contact
    for the whole organisation speaks for each of its roots."""
    held = [
        unit
        for _role, _grant, units in grants(user, Action.CREATE, Obj.CONSULTATION, day=day)
        for unit in units
    ]
    if None in held:
        return list(Unit.objects.filter(parent=None))
    return list(dict.fromkeys(unit for unit in held if unit is not None))


@transaction.atomic
def open_consultation(
    *,
    version: DecidedDocument,
    opened_on: date,
    closes_on: date,
    units: Iterable[Unit],
    organisations: Iterable[str] = (),
    question: str = "",
    by: User,
    at: datetime,
) -> Consultation:
    """Send a draft out for consultation, and tell the units that are asked. The organisations
    outside are asked by letter; what they answer is registered."""
    asked_units = list(dict.fromkeys(units))
    asked_outside = [name for name in dict.fromkeys(each.strip() for each in organisations) if name]
    if not asked_units and not asked_outside:
        raise ConsultationError(_("Choose whom to ask."))
    consultation = Consultation(
        document=version.kind,
        number=version.number,
        opened_on=opened_on,
        closes_on=closes_on,
        question=question.strip(),
        by=by,
    )
    consultation.full_clean(exclude=["by"])
    send_on(
        version=version,
        to=Status.CONSULTATION,
        taken_on=opened_on,
        note=question.strip(),
        by=by,
    )
    consultation.save()
    parties = [ConsultationParty(consultation=consultation, unit=unit) for unit in asked_units]
    parties += [
        ConsultationParty(consultation=consultation, organisation=name) for name in asked_outside
    ]
    ConsultationParty.objects.bulk_create(parties)
    record(
        "consultation.opened",
        consultation,
        by=by,
        after={
            "plan": consultation.document,
            "number": consultation.number,
            "closes_on": closes_on.isoformat(),
            "units": [unit.code for unit in asked_units],
            "organisations": asked_outside,
        },
    )
    tell_who_is_asked(consultation=consultation, units=asked_units, day=opened_on, at=at)
    return consultation


@transaction.atomic
def extend_consultation(
    *, consultation: Consultation, closes_on: date, day: date, by: User
) -> Consultation:
    """Give more time. The last day is never moved to an earlier one."""
    found = Consultation.objects.select_for_update().get(pk=consultation.pk)
    version = version_of(found)
    if version.status != Status.CONSULTATION or version.closed_at is not None:
        raise ConsultationError(_("The version is no longer out for consultation."))
    if closes_on <= found.closes_on or closes_on < day:
        raise ConsultationError(_("Choose a later day than the one that was given."))
    before, found.closes_on = found.closes_on, closes_on
    found.save(update_fields=["closes_on"])
    record(
        "consultation.extended",
        found,
        by=by,
        before={"closes_on": before.isoformat()},
        after={"closes_on": closes_on.isoformat()},
    )
    return found


@transaction.atomic
def comment(
    *,
    consultation: Consultation,
    unit: Unit,
    about: ConsultationComment.About,
    key_group: KeyGroup | None,
    text: str,
    by: User,
    day: date,
    at: datetime,
) -> ConsultationComment:
    """Give a unit's view. Whether the account may speak for the unit is asked by the caller. The
    same sent again is the same view."""
    _refuse_if_over(consultation, day)
    view = ConsultationComment(
        consultation=consultation,
        unit=unit,
        about=about,
        key_group=key_group if about == ConsultationComment.About.KEY_GROUP else None,
        text=text.strip(),
        by=by,
        created_at=at,
    )
    view.full_clean()
    same = consultation.comments.filter(
        unit=unit, about=about, key_group=view.key_group, text=view.text, by=by, withdrawn_at=None
    ).first()
    if same is not None:
        return same
    view.save()
    record(
        "consultation.commented",
        view,
        by=by,
        after={
            "unit": unit.code,
            "about": about,
            "key_group": view.key_group.code if view.key_group else None,
        },
    )
    return view


@transaction.atomic
def withdraw_comment(*, comment: ConsultationComment, by: User, day: date, at: datetime) -> None:
    """Take a view back: its author may, until the consultation ends."""
    view = ConsultationComment.objects.select_for_update().get(pk=comment.pk)
    if view.by_id != by.pk:
        raise ConsultationError(_("Only who gave a view can withdraw it."))
    _refuse_if_over(view.consultation, day)
    if view.withdrawn_at is not None:
        return
    view.withdrawn_at = at
    view.save(update_fields=["withdrawn_at"])
    record(
        "consultation.comment_withdrawn",
        view,
        by=by,
        before={"unit": view.unit.code},
        after={"withdrawn": at.isoformat()},
    )


@transaction.atomic
def register_opinion(
    *,
    consultation: Consultation,
    organisation: str,
    dated_on: date,
    registry_number: str,
    summary: str,
    by: User,
    at: datetime,
) -> WrittenOpinion:
    """Register a written opinion that came from outside, in time or late: until the plan is
    decided. The same sent again is the same opinion."""
    _refuse_if_ended(consultation)
    opinion = WrittenOpinion(
        consultation=consultation,
        organisation=organisation.strip(),
        dated_on=dated_on,
        registry_number=registry_number.strip(),
        summary=summary.strip(),
        by=by,
        created_at=at,
    )
    opinion.full_clean()
    same = consultation.opinions.filter(
        organisation=opinion.organisation,
        dated_on=dated_on,
        registry_number=opinion.registry_number,
        summary=opinion.summary,
        withdrawn_at=None,
    ).first()
    if same is not None:
        return same
    opinion.save()
    record(
        "consultation.opinion_registered",
        opinion,
        by=by,
        after={
            "organisation": opinion.organisation,
            "dated_on": dated_on.isoformat(),
            "registry_number": opinion.registry_number,
        },
    )
    return opinion


@transaction.atomic
def withdraw_opinion(*, opinion: WrittenOpinion, reason: str, by: User, at: datetime) -> None:
    """Take back what was registered by mistake."""
    found = WrittenOpinion.objects.select_for_update().get(pk=opinion.pk)
    _refuse_if_ended(found.consultation)
    if found.withdrawn_at is not None:
        return
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    record(
        "consultation.opinion_withdrawn",
        found,
        by=by,
        before={"organisation": found.organisation},
        after={"withdrawn": at.isoformat()},
        reason=reason,
    )


@transaction.atomic
def answer(
    *,
    to: ConsultationComment | WrittenOpinion,
    outcome: ConsultationAnswer.Outcome,
    motivation: str,
    by: User,
    at: datetime,
) -> ConsultationAnswer:
    """Say how a view was met and why, until the plan is decided. A later answer counts instead."""
    _refuse_if_ended(to.consultation)
    if to.withdrawn_at is not None:
        raise ConsultationError(_("The view has been withdrawn."))
    given = ConsultationAnswer(
        comment=to if isinstance(to, ConsultationComment) else None,
        opinion=to if isinstance(to, WrittenOpinion) else None,
        outcome=outcome,
        motivation=motivation.strip(),
        by=by,
        created_at=at,
    )
    given.full_clean()
    given.save()
    record("consultation.answered", given, by=by, after={"outcome": outcome})
    return given


def _refuse_if_over(consultation: Consultation, day: date) -> None:
    found = _kept_open(consultation)
    if found.has_ended or not is_open(found, version_of(found), day):
        raise ConsultationError(ENDED)


def _refuse_if_ended(consultation: Consultation) -> None:
    """The compilation belongs to the decision: that of the version, or of the draft that it was
    continued as."""
    found = _kept_open(consultation)
    if found.end_reason:
        raise ConsultationError(_("The consultation is closed, and the compilation with it."))
    if found.has_ended:
        raise ConsultationError(_("The plan is decided, and the compilation with it."))


def _kept_open(consultation: Consultation) -> Consultation:
    """The consultation as it stands: it does not end until what is written of it is written."""
    return Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)
