"""Asking for exemptions: a manager proposes for many at once, the coordinator decides the case.
What is granted becomes an exemption in the same transaction; both sides are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.models import Exemption, ExemptionRequest, ExemptionRequestQuerySet
from competence.services.exemptions import ExemptionError, grant_exemption
from lms.audit.services import Entry, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import STOCKHOLM, add_months
from lms.lib.fields import refuse_personal_data
from lms.notifications.models import Notice
from lms.notifications.services import Draft, notify_many
from lms.people.access import Action, Obj
from lms.people.models import Person, User
from lms.people.services.locking import lock_people
from lms.people.services.merge import MERGED, record_moved

# The notice kinds that competence.notices registers.
WANTED = "competence.exemption_wanted"
DECIDED = "competence.exemption_decided"
# What a manager may ask for. Farther back it would change what has been reported; without an end
# it would be no exemption but another requirement.
DAYS_BACK = 30
LONGEST_MONTHS = 24


class ExemptionRequestError(ValueError):
    """A request that cannot be made or decided; the message says why."""


class Wanted(NamedTuple):
    """What is asked for one person: an area, up to a level (primary keys)."""

    person_pk: int
    area_pk: int
    level_pk: int


@transaction.atomic
def request_exemptions(
    *,
    wanted: Iterable[Wanted],
    starts_on: date,
    ends_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> list[ExemptionRequest]:
    """Ask for exemptions; those that are new, in a constant number of queries. What waits already
    is left as it is. Whose people they are is asked by the caller. Raises ExemptionRequestError,
    and ValidationError where the reason describes somebody."""
    if ends_on < starts_on:
        raise ExemptionRequestError(_("The last day is before the first day."))
    if ends_on < at.astimezone(STOCKHOLM).date():
        raise ExemptionRequestError(_("The last day has already passed."))
    day = at.astimezone(STOCKHOLM).date()
    if starts_on < day - timedelta(days=DAYS_BACK):
        raise ExemptionRequestError(
            _("It can begin at most %(days)d days ago. Choose a later first day.")
            % {"days": DAYS_BACK}
        )
    if ends_on > add_months(min(starts_on, day), LONGEST_MONTHS):
        raise ExemptionRequestError(
            _("An exemption lasts at most %(months)d months, and ends within %(months)d months.")
            % {"months": LONGEST_MONTHS}
        )
    reason = reason.strip()
    if not reason:
        raise ExemptionRequestError(_("State the reason for the exemption."))
    refuse_personal_data(reason)
    sent = list(wanted)
    # The same asked twice at once: the second sees what the first has asked for.
    stands = lock_people(each.person_pk for each in sent)
    asked = dict.fromkeys(each._replace(person_pk=stands[each.person_pk].pk) for each in sent)
    people = {each.person_pk for each in asked}
    waiting = set(
        ExemptionRequest.objects.waiting()
        .filter(person__in=people)
        .values_list("person_id", "area_id", "level_id")
    )
    made = ExemptionRequest.objects.bulk_create(
        ExemptionRequest(
            person_id=each.person_pk,
            area_id=each.area_pk,
            level_id=each.level_pk,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=reason,
            requested_by=by,
            created_at=at,
        )
        for each in asked
        if tuple(each) not in waiting
    )
    _record("exemption_request.made", made, by=by)
    if made:
        _tell_who_decides(made, by=by, at=at)
    return made


@transaction.atomic
def withdraw_exemption_requests(
    *, requests: Iterable[ExemptionRequest], by: User, at: datetime
) -> list[ExemptionRequest]:
    """Take back the account's own requests that nobody has decided; which they were."""
    waiting = _waiting(request.pk for request in requests).filter(requested_by=by)
    taken = list(waiting)
    for request in taken:
        request.withdrawn_at = at
    ExemptionRequest.objects.bulk_update(taken, ["withdrawn_at"])
    _record("exemption_request.withdrawn", taken, by=by, state=("waiting", "withdrawn"))
    return taken


@transaction.atomic
def decide_exemption_requests(
    *,
    requests: Iterable[ExemptionRequest],
    granted: bool,
    reason: str,
    by: User,
    at: datetime,
) -> list[ExemptionRequest]:
    """Grant or refuse requests; those that still waited. Granting makes the exemption as it was
    asked for. A refusal says why. Raises ExemptionRequestError, with nothing decided, and
    ValidationError where the reason describes somebody."""
    reason = reason.strip()
    if not granted and not reason:
        raise ExemptionRequestError(_("Say why the request is refused."))
    refuse_personal_data(reason)
    wanted = [request.pk for request in requests]
    about = ExemptionRequest.objects.filter(pk__in=wanted)
    lock_people(about.values_list("person_id", flat=True))
    waiting = list(
        _waiting(wanted).select_related("person", "area", "level", "requested_by__person")
    )
    if any(_is_of(by, request) for request in waiting):
        raise ExemptionRequestError(_("Somebody else has to decide what you have asked for."))
    for request in waiting:
        request.decided_at, request.decided_by = at, by
        request.granted, request.decision_reason = granted, reason
        if granted:
            request.exemption = _exempted(request, by)
    ExemptionRequest.objects.bulk_update(
        waiting, ["decided_at", "decided_by", "granted", "decision_reason", "exemption"]
    )
    _record(
        "exemption_request.granted" if granted else "exemption_request.refused",
        waiting,
        by=by,
        reason=reason,
        state=("waiting", "granted" if granted else "refused"),
    )
    _tell_who_asked(waiting, at=at)
    return waiting


def _is_of(user: User, request: ExemptionRequest) -> bool:
    """Whether the account asked for it, or is the person whom it is for."""
    own = user.person_id is not None and user.person_id == request.person_id
    return own or request.requested_by_id == user.pk


def still_waiting(notices: Sequence[Notice], day: date) -> set[int]:
    """The notices about requests of which some still wait for a decision."""
    about = {notice.pk: set(notice.context["requests"]) for notice in notices}
    every = set().union(*about.values())
    waiting = set(
        ExemptionRequest.objects.waiting().filter(pk__in=every).values_list("pk", flat=True)
    )
    return {pk for pk, requests in about.items() if requests & waiting}


def move_requests(*, survivor: Person, loser: Person, by: User | None, at: datetime) -> None:
    """Requests follow the person who was kept; what waits for both waits once, and the other is
    withdrawn."""
    subject = ("area_id", "level_id")
    waits = set(survivor.exemption_requests.waiting().values_list(*subject))
    same = [
        request
        for request in loser.exemption_requests.waiting()
        if (request.area_id, request.level_id) in waits
    ]
    pks = [request.pk for request in same]
    moving = list(loser.exemption_requests.exclude(pk__in=pks).values_list("pk", flat=True))
    ExemptionRequest.objects.filter(pk__in=moving).update(person=survivor)
    record_moved(ExemptionRequest, moving, survivor=survivor, loser=loser, by=by)
    loser.exemption_requests.filter(pk__in=pks).update(withdrawn_at=at)
    _record(
        "exemption_request.withdrawn",
        same,
        by=by,
        reason=MERGED,
        state=("waiting", "withdrawn"),
    )


def _waiting(requests: Iterable[int]) -> ExemptionRequestQuerySet:
    return (
        ExemptionRequest.objects.waiting()
        .select_for_update(of=("self",))
        .filter(pk__in=list(requests))
        .order_by("pk")
    )


def _exempted(request: ExemptionRequest, by: User) -> Exemption:
    try:
        return grant_exemption(
            person=request.person,
            area=request.area,
            level=request.level,
            starts_on=request.starts_on,
            ends_on=request.ends_on,
            reason=request.reason,
            by=by,
        )
    except ExemptionError as error:
        raise ExemptionRequestError(f"{request.person.name}: {error}") from error


def _record(
    action: str,
    requests: Sequence[ExemptionRequest],
    *,
    by: User | None,
    reason: str = "",
    state: tuple[str, str] | None = None,
) -> None:
    """What became of them; `state`: before and after, none where they are new."""
    was, became = ({"state": each} for each in state) if state else ({}, {})
    areas = dict(CompetenceArea.objects.values_list("pk", "code"))
    levels = dict(TrainingLevel.objects.values_list("pk", "number"))
    record_many(
        [
            Entry(
                action,
                request._meta.label_lower,
                str(request.pk),
                request.person_id,
                before=was,
                after={
                    **became,
                    "area": areas[request.area_id],
                    "level": levels[request.level_id],
                    "starts_on": request.starts_on.isoformat(),
                    "ends_on": request.ends_on.isoformat(),
                },
                reason=reason or request.reason,
            )
            for request in requests
        ],
        by=by,
    )


def _tell_who_decides(made: Sequence[ExemptionRequest], *, by: User, at: datetime) -> None:
    """One notice for all that was asked for at once, to each who may decide."""
    day = at.astimezone(STOCKHOLM).date()
    context = {
        "manager": by.get_full_name(),
        "count": len(made),
        "requests": [request.pk for request in made],
        "ends_on": made[0].ends_on,
    }
    notify_many(
        [
            Draft(
                WANTED,
                person,
                f"{WANTED}:{made[0].pk}:{person.pk}",
                context,
                reverse("competence_admin:exemptions"),
            )
            for person in Person.objects.entrusted_with(Action.APPROVE, Obj.EXEMPTION, day)
        ],
        at=at,
    )


def _tell_who_asked(decided: Sequence[ExemptionRequest], *, at: datetime) -> None:
    """One notice for each who asked, about all that was decided at once; nothing about somebody
    whom they may no longer see."""
    by_account: dict[User, list[ExemptionRequest]] = {}
    for request in decided:
        by_account.setdefault(request.requested_by, []).append(request)
    day = at.astimezone(STOCKHOLM).date()
    by_person: dict[Person, list[ExemptionRequest]] = {}
    for user, asked in by_account.items():
        seen = set(
            Person.objects.visible_to(user, day)
            .filter(pk__in=[request.person_id for request in asked])
            .values_list("pk", flat=True)
        )
        still = [request for request in asked if request.person_id in seen]
        if user.person and still:
            by_person[user.person] = still
    notify_many(
        [
            Draft(
                DECIDED,
                person,
                f"{DECIDED}:{requests[0].pk}:{person.pk}",
                {
                    "granted": requests[0].granted,
                    "count": len(requests),
                    "name": requests[0].person.name,
                    "area": requests[0].area.name,
                    "ends_on": max(request.ends_on for request in requests),
                    "reason": requests[0].decision_reason,
                },
                reverse("competence:team"),
            )
            for person, requests in by_person.items()
        ],
        at=at,
    )
