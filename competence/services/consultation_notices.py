"""Telling the units that are asked in a consultation: when it opens, and a week before it closes
where nothing has been said; and telling those who gave views how they were met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from competence.figures.consultation import View, read_consultation
from competence.models import (
    Consultation,
    ConsultationAnswer,
    DecidedDocument,
    plans_by_kind,
)
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.access import Action, Obj, can
from lms.people.models import Person, RoleAssignment, Unit, User
from lms.people.querysets import valid_on_q
from lms.people.roles import Role
from lms.people.services.managers import managers_of_units

# The notice kinds that competence.notices registers.
ASKED = "competence.consultation_asked"
CLOSING = "competence.consultation_closing"
MET = "competence.consultation_met"
_DAYS_BEFORE = 7
_OUTCOMES = {
    "heeded": ConsultationAnswer.Outcome.HEEDED,
    "partly": ConsultationAnswer.Outcome.PARTLY,
    "refused": ConsultationAnswer.Outcome.NOT,
}


def tell_who_is_asked(
    *, consultation: Consultation, units: Iterable[Unit], day: date, at: datetime
) -> int:
    """Tell those who speak for the units; how many notices are new."""
    return _tell(ASKED, consultation, list(units), day, at)


def remind_before_closing(*, as_of: date, at: datetime) -> int:
    """Remind the units that were asked and have said nothing, a week before the last day."""
    told = 0
    for consultation in Consultation.objects.closing_on(as_of + timedelta(days=_DAYS_BEFORE)):
        if _is_out(consultation):
            silent = silent_units(consultation)
            told += _tell(CLOSING, consultation, silent, as_of, at)
    return told


def tell_of_preparation(*, version: DecidedDocument, at: datetime) -> int:
    """Tell those who gave views, and have been answered, that the version goes on to preparation;
    how many notices are new."""
    found = Consultation.objects.on(version.kind, version.number).first()
    if found is None:
        return 0
    return tell_how_views_were_met(consultation=found, occasion="preparation", at=at)


def tell_how_views_were_met(*, consultation: Consultation, occasion: str, at: datetime) -> int:
    """Tell each who gave views that stand how they were met, once for each occasion (`decided`,
    `closed`, `preparation`: then only who has an answer to read). Not those who may no longer read
    the page."""
    url = reverse("competence:consultation", args=[consultation.document, consultation.number])
    met = {
        view.pk: view for view in read_consultation(consultation, None).views if not view.is_opinion
    }
    by_author: dict[User, list[View]] = {}
    for comment in consultation.comments.filter(pk__in=met).select_related("by__person"):
        by_author.setdefault(comment.by, []).append(met[comment.pk])
    day = at.astimezone(STOCKHOLM).date()
    drafts = []
    for author, views in by_author.items():
        answered = sum(view.answer is not None for view in views)
        waits = occasion == "preparation" and not answered
        if (
            author.person is None
            or waits
            or not can(author, Action.READ, Obj.CONSULTATION, day=day)
        ):
            continue
        said: dict[str, Any] = {
            "plan": consultation.document,
            "number": consultation.number,
            "occasion": occasion,
            "views": len(views),
            "unanswered": len(views) - answered,
        }
        said |= {
            name: sum(view.answer is not None and view.answer.outcome == outcome for view in views)
            for name, outcome in _OUTCOMES.items()
        }
        key = f"{MET}:{consultation.pk}:{occasion}:{author.person.pk}"
        drafts.append(Draft(MET, author.person, key, said, f"{url}#synpunkter"))
    return len(notify_many(drafts, at=at))


def silent_units(consultation: Consultation) -> list[Unit]:
    """The units asked of which no view of their own stands. That of a unit below is not theirs."""
    asked = [
        party.unit
        for party in consultation.parties.filter(unit__isnull=False)
        .select_related("unit")
        .order_by("unit__tree_left")
        if party.unit is not None
    ]
    standing = consultation.comments.filter(withdrawn_at__isnull=True)
    spoken = set(standing.values_list("unit_id", flat=True))
    return [unit for unit in asked if unit.pk not in spoken]


def still_asked(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices whose consultation is open, and whose unit has not given a view."""
    consultations = Consultation.objects.in_bulk(
        {notice.context["consultation"] for notice in notices}
    )
    silent = {
        pk: {unit.pk for unit in silent_units(each)}
        for pk, each in consultations.items()
        if day <= each.closes_on and _is_out(each)
    }
    return {
        notice.pk
        for notice in notices
        if notice.context["unit_key"] in silent.get(notice.context["consultation"], set())
    }


def _is_out(consultation: Consultation) -> bool:
    return (
        plans_by_kind()[consultation.document]
        ._default_manager.filter(
            number=consultation.number,
            status=DecidedDocument.Status.CONSULTATION,
            closed_at__isnull=True,
        )
        .exists()
    )


def _tell(
    kind: str, consultation: Consultation, units: Sequence[Unit], day: date, at: datetime
) -> int:
    url = reverse("competence:consultation", args=[consultation.document, consultation.number])
    said: dict[str, Any] = {
        "consultation": consultation.pk,
        "plan": consultation.document,
        "number": consultation.number,
        "closes_on": consultation.closes_on,
    }
    drafts = [
        Draft(
            kind,
            person,
            f"{kind}:{consultation.pk}:{consultation.closes_on}:{person.pk}",
            said | {"unit": unit.name, "unit_key": unit.pk},
            url,
        )
        for unit, people in _who_speaks_for(units, day).items()
        for person in people
    ]
    return len(notify_many(drafts, at=at))


def _who_speaks_for(units: Sequence[Unit], day: date) -> dict[Unit, list[Person]]:
    """The managers of each unit (or nearest above it), and the contacts that it has of its own or
    of a unit above."""
    managers = managers_of_units(units, day)
    assignments = (
        RoleAssignment.objects.filter(valid_on_q(day), role=Role.UNIT_CONTACT, user__is_active=True)
        .select_related("unit", "user__person")
        .order_by("pk")
    )
    contacts = [(each.unit, each.user.person) for each in assignments if each.user.person]
    return {
        unit: list(
            dict.fromkeys(
                [
                    *managers[unit.pk],
                    *(person for own, person in contacts if own is None or own.covers(unit)),
                ]
            )
        )
        for unit in units
    }
