"""Telling those who answer for a unit that they are asked, reminding them, and telling what became
of an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from competence.figures.needs import deputies_of, managers_of_units
from competence.models import NeedsDelegation, NeedsForm, NeedsProposal, NeedsReminder, NeedsRound
from lms.audit.services import Entry, record_many
from lms.lib.dates import STOCKHOLM
from lms.notifications.models import Notice
from lms.notifications.services import Draft, mark_read, notify, notify_many, take_back
from lms.people.models import Person, User

# The notice kinds that competence.notices registers.
ASKED = "competence.needs_asked"
REMINDED = "competence.needs_reminded"
LEFT_TO_YOU = "competence.needs_left_to_you"
DECIDED = "competence.needs_decided"
CAN_BE_UNDONE = timedelta(minutes=10)
# How many units a notice names.
_NAMED = 6


@transaction.atomic
def tell_who_is_asked(*, day: date, at: datetime) -> int:
    """Tell those who answer for the forms of open rounds, once for each round; how many are new.
    A manager who comes during a round is told too."""
    drafts = []
    for each in NeedsRound.objects.open_on(day):
        open_forms = _unanswered(NeedsForm.objects.filter(needs_round=each))
        for person, forms in _by_person(open_forms, day).items():
            drafts.append(_draft(ASKED, f"{ASKED}:{each.pk}:{person.pk}", person, each, forms))
    return len(notify_many(drafts, at=at))


def tell_of_added_forms(*, forms: Sequence[NeedsForm], day: date, at: datetime) -> None:
    """Tell those who answer for forms that came to a round after it was opened."""
    drafts = []
    for person, of_person in _by_person(forms, day).items():
        first = min(form.pk for form in of_person)
        needs_round = of_person[0].needs_round
        key = f"{ASKED}:{needs_round.pk}:{person.pk}:{first}"
        drafts.append(_draft(ASKED, key, person, needs_round, of_person))
    notify_many(drafts, at=at)


@transaction.atomic
def remind_of_forms(
    *, forms: Iterable[NeedsForm], day: date, by: User, at: datetime
) -> list[NeedsReminder]:
    """Remind those who answer for forms without an answer, and their deputies, once a day; the
    reminders made. A form that nobody answers for is left out."""
    wanted = [form.pk for form in forms]
    rounds = NeedsRound.objects.open_on(day)
    told = NeedsReminder.objects.filter(reminded_on=day, taken_back_at__isnull=True)
    waiting = _unanswered(
        NeedsForm.objects.filter(pk__in=wanted, needs_round__in=rounds).exclude(
            pk__in=told.values("form")
        )
    )
    people = _by_person(waiting, day)
    reached = {form.pk: form for of_person in people.values() for form in of_person}
    made = NeedsReminder.objects.bulk_create(
        NeedsReminder(form=form, reminded_on=day, created_at=at, by=by) for form in reached.values()
    )
    reminder = {each.form_id: each.pk for each in made}
    drafts = []
    for person, of_person in people.items():
        key = f"{REMINDED}:{min(reminder[form.pk] for form in of_person)}:{person.pk}"
        drafts.append(_draft(REMINDED, key, person, of_person[0].needs_round, of_person))
    notify_many(drafts, at=at)
    _record("needs_form.reminded", made, by=by)
    return made


@transaction.atomic
def take_back_form_reminders(*, reminders: Collection[int], by: User, at: datetime) -> int:
    """Unsay reminders (primary keys) made lately that nobody has read and no mail has carried; how
    many were still to be had back."""
    lately = list(
        NeedsReminder.objects.select_for_update()
        .filter(pk__in=reminders, by=by, taken_back_at__isnull=True)
        .filter(created_at__gt=at - CAN_BE_UNDONE)
    )
    forms = {each.form_id for each in lately}
    notices = [
        notice
        for notice in Notice.objects.filter(
            kind=REMINDED, created_at__in={each.created_at for each in lately}
        )
        if set(notice.context["forms"]) <= forms
    ]
    gone = take_back(notices=[notice.pk for notice in notices])
    stayed = {
        form
        for notice in notices
        if notice.pk not in {each.pk for each in gone}
        for form in notice.context["forms"]
    }
    unsaid = [each for each in lately if each.form_id not in stayed]
    NeedsReminder.objects.filter(pk__in=[each.pk for each in unsaid]).update(taken_back_at=at)
    _record("needs_form.reminder_taken_back", unsaid, by=by, before={"taken_back": False})
    return len(unsaid)


def tell_colleague(*, delegation: NeedsDelegation, at: datetime) -> None:
    notify(
        kind=LEFT_TO_YOU,
        person=delegation.colleague,
        dedupe_key=f"{LEFT_TO_YOU}:{delegation.pk}:{delegation.colleague_id}",
        context={
            "giver": delegation.giver.name,
            "unit": delegation.form.unit.name,
            "key_group": delegation.form.key_group.name,
            "day": delegation.ends_on,
        },
        url=reverse("competence:needs_form", args=[delegation.form_id]),
        at=at,
    )


def tell_who_answered(
    *, proposal: NeedsProposal, outcome: str, reason: str, at: datetime, decision: int
) -> None:
    """Tell those whose answers a proposal rests on what was decided."""
    answers = [
        source.answer
        for source in proposal.sources.select_related("answer__by__person", "answer__form")
    ]
    notify_many(
        [
            Draft(
                DECIDED,
                answer.by.person,
                f"{DECIDED}:{decision}:{answer.by.person.pk}",
                {
                    "outcome": outcome,
                    "key_group": proposal.key_group.name,
                    "area": proposal.area.name,
                    "level": proposal.level.name,
                    "reason": reason,
                },
                reverse("competence:needs_form", args=[answer.form_id]),
            )
            for answer in answers
            if answer.by.person is not None
        ],
        at=at,
    )


def still_unanswered(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices of which some form still waits for an answer."""
    about = {notice.pk: set(notice.context["forms"]) for notice in notices}
    every: set[int] = set().union(*about.values())
    rounds = NeedsRound.objects.open_on(day)
    waiting = {
        form.pk
        for form in _unanswered(NeedsForm.objects.filter(pk__in=every, needs_round__in=rounds))
    }
    return {pk for pk, forms in about.items() if forms & waiting}


def read_what_is_answered(*, by: User, day: date, at: datetime) -> None:
    """Mark as read what the account was told of forms that have all been answered."""
    if by.person is None:
        return
    told = list(Notice.objects.addressed_to(by.person).unread().filter(kind__in=(ASKED, REMINDED)))
    waiting = still_unanswered(told, day) if told else set()
    for notice in told:
        if notice.pk not in waiting:
            mark_read(notice=notice, at=at)


def still_left(notice: Notice, day: date) -> dict[str, Any]:
    """What is left of a notice on a day: how many forms wait, and the units that they are about."""
    rounds = NeedsRound.objects.open_on(day)
    forms = _unanswered(
        NeedsForm.objects.filter(pk__in=notice.context["forms"], needs_round__in=rounds)
    )
    if not forms:
        return {}
    units = list(dict.fromkeys(form.unit.name for form in forms))
    named = ", ".join(units[:_NAMED])
    return {"count": len(forms), "units": named, "more": max(0, len(units) - _NAMED)}


def _unanswered(forms) -> list[NeedsForm]:  # type: ignore[no-untyped-def]
    answered = NeedsForm.objects.filter(
        answers__isnull=False, answers__taken_back_at__isnull=True
    ).order_by()
    return list(
        forms.exclude(pk__in=answered.values("pk")).select_related(
            "unit", "key_group", "needs_round"
        )
    )


def _by_person(forms: Sequence[NeedsForm], day: date) -> dict[Person, list[NeedsForm]]:
    """The forms of each who answers for them: managers there, and those who act for these."""
    managers = managers_of_units({form.unit_id for form in forms}, day)
    deputies = deputies_of(managers, day)
    found: dict[Person, list[NeedsForm]] = {}
    for form in forms:
        for person in (*managers.get(form.unit_id, ()), *deputies.get(form.unit_id, ())):
            of_person = found.setdefault(person, [])
            if form not in of_person:
                of_person.append(form)
    return found


def _draft(
    kind: str, key: str, person: Person, needs_round: NeedsRound, forms: Sequence[NeedsForm]
) -> Draft:
    return Draft(
        kind,
        person,
        key,
        {
            "round": needs_round.name,
            "count": len(forms),
            "forms": [form.pk for form in forms],
            "day": needs_round.ends_on,
        },
        # Where there is one form, straight to it.
        reverse("competence:needs_form", args=[forms[0].pk])
        if len(forms) == 1
        else reverse("competence:needs"),
    )


def _record(
    action: str,
    reminders: Sequence[NeedsReminder],
    *,
    by: User,
    before: dict[str, bool] | None = None,
) -> None:
    forms = NeedsForm.objects.select_related("unit", "key_group").in_bulk(
        [each.form_id for each in reminders]
    )
    record_many(
        [
            Entry(
                action,
                each._meta.label_lower,
                str(each.pk),
                before=before or {},
                after={
                    "unit": forms[each.form_id].unit.code,
                    "key_group": forms[each.form_id].key_group.code,
                    "reminded_on": each.created_at.astimezone(STOCKHOLM).date().isoformat(),
                },
            )
            for each in reminders
        ],
        by=by,
    )
