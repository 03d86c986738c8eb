"""What of the planning year waits for a reader: needs forms to answer and proposals to give a view
on, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.needs_asked import asked_of, units_answered_for
from competence.models import Consultation, NeedsDelegation, NeedsRound, PlanVersion
from competence.services.consultations import is_open, units_spoken_for, version_of
from lms.people.access import Action
from lms.people.models import User


@dataclass(frozen=True)
class Waiting:
    words: str
    url: str


def waiting_for(user: User | AnonymousUser, day: date) -> tuple[Waiting, ...]:
    """Nothing for whoever answers for no unit and has been left no form: then three queries."""
    if not isinstance(user, User):
        return ()
    return (*_needs(user, day), *_consultations(user, day))


def _needs(user: User, day: date) -> list[Waiting]:
    if not NeedsRound.objects.open_on(day).exists():
        return []
    left = NeedsDelegation.objects.in_force_on(day).filter(colleague=user.person_id)
    if not units_answered_for(user, Action.UPDATE, day) and not (user.person_id and left.exists()):
        return []
    found = []
    for asked in asked_of(user, day):
        if not asked.is_open or not asked.left:
            continue
        count = len(asked.left)
        words = ngettext(
            "A form about needs waits for your answer, by %(day)s",
            "%(count)s forms about needs wait for your answer, by %(day)s",
            count,
        ) % {"count": count, "day": date_format(asked.needs_round.ends_on, "j F")}
        url = (
            reverse("competence:needs_form", args=[asked.left[0].form.pk])
            if count == 1
            else reverse("competence:needs")
        )
        found.append(Waiting(words, url))
    return found


def _consultations(user: User, day: date) -> list[Waiting]:
    """Those that ask a unit the reader speaks for, or one above it, where none of the reader's
    units has given a view."""
    units = units_spoken_for(user, day)
    if not units:
        return []
    found = []
    for consultation in Consultation.objects.filter(closes_on__gte=day, ended_at__isnull=True):
        asked = [each.unit for each in consultation.parties.select_related("unit") if each.unit]
        mine = [unit for unit in units if any(each.covers(unit) for each in asked)]
        if not mine or not is_open(consultation, version_of(consultation), day):
            continue
        if consultation.comments.filter(withdrawn_at__isnull=True, unit__in=mine).exists():
            continue
        words = (
            _("Say what you think of the proposal for a competence plan, by %(day)s")
            if consultation.document == PlanVersion.kind
            else _("Say what you think of the proposal for a training plan, by %(day)s")
        )
        url = reverse("competence:consultation", args=[consultation.document, consultation.number])
        found.append(Waiting(words % {"day": date_format(consultation.closes_on, "j F")}, url))
    return found
