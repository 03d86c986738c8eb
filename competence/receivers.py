"""What competence does when something has happened in courses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from competence.models import (
    Achievement,
    Exemption,
    KeyPersonAssignment,
    NeedsAnswer,
    OutsideRecord,
    Recognition,
)
from competence.models.history import HistoryQuestion, HistoryRow
from competence.services import deputies
from competence.services.awards import award_achievements, revoke_achievements
from competence.services.exemption_requests import move_requests
from competence.services.merged_facts import give_what_the_rules_give, keep_what_differs
from competence.services.needs_delegations import move_needs_delegations
from competence.services.needs_staff import move_staff_wishes
from competence.services.recognition import withdraw_claim
from competence.services.reminders import say_once_for_both
from competence.services.renewals import tell_who_decides
from competence.services.signoffs import tell_managers
from courses.models import Completion, CourseVersion, Enrolment
from courses.signals import (
    completion_revoked,
    course_completed,
    course_version_published,
    signoff_awaited,
)
from lms.audit.services import Entry, record_many
from lms.people.models import Delegation, Person, User
from lms.people.querysets import valid_on_q
from lms.people.services.accounts import keep_accounts
from lms.people.services.merge import MERGED, record_moved
from lms.people.signals import delegation_ended, delegation_given, people_merged, team_seen_as


@receiver(course_completed)
def award_what_the_courses_give(
    sender: object, *, completions: tuple[Completion, ...], **kwargs: Any
) -> None:
    award_achievements(completions=completions)


@receiver(completion_revoked)
def revoke_what_the_course_gave(
    sender: object,
    *,
    completion: Completion,
    on: date,
    by: User | None,
    reason: str = "",
    **kwargs: Any,
) -> None:
    revoke_achievements(completion=completion, on=on, by=by, reason=reason)


@receiver(signoff_awaited)
def tell_whose_word_is_missing(
    sender: object, *, enrolments: tuple[Enrolment, ...], at: datetime, **kwargs: Any
) -> None:
    tell_managers(enrolments=enrolments, at=at)


@receiver(course_version_published)
def tell_who_decides_on_renewal(sender: object, *, version: CourseVersion, **kwargs: Any) -> None:
    tell_who_decides(version=version, at=version.published_at)


@receiver(delegation_given)
def tell_both_of_the_deputy(sender: object, *, delegation: Delegation, **kwargs: Any) -> None:
    deputies.tell_given(delegation=delegation, at=timezone.now())


@receiver(delegation_ended)
def tell_both_that_it_ended(
    sender: object, *, delegation: Delegation, by: User, **kwargs: Any
) -> None:
    deputies.tell_ended(delegation=delegation, by=by, at=timezone.now())


@receiver(team_seen_as)
def tell_whose_team_was_seen(
    sender: object,
    *,
    manager: User,
    by: User,
    reason: str,
    at: datetime,
    until: datetime,
    **kwargs: Any,
) -> None:
    deputies.tell_seen(manager=manager, by=by, reason=reason, at=at, until=until)


@receiver(people_merged)
def move_facts(
    sender: object, *, survivor: Person, loser: Person, by: User | None = None, **kwargs: Any
) -> None:
    """Achievements, outside records, exemptions, requests and namings follow the person. A fact
    that both records state, and one taken back, stays on the one that goes. Where the two state it
    otherwise, what counts longer is kept."""
    rested = _what_claims_rest_on(loser)
    keep_what_differs(survivor=survivor, loser=loser, by=by)
    _record_what_they_rest_on_now(rested, survivor, by)
    identities: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (Achievement, ("area_id", "level_id", "achieved_on", "source")),
        (OutsideRecord, ("outside_course_id", "completed_on")),
        (Exemption, ("area_id", "level_id", "starts_on")),
        (KeyPersonAssignment, ("key_group_id", "starts_on")),
    )
    for model, identity in identities:
        standing = model.objects.filter(withdrawn_at__isnull=True)
        stated = set(standing.filter(person=survivor).values_list(*identity))
        moving = [
            pk
            for pk, *rest in standing.filter(person=loser).values_list("pk", *identity)
            if tuple(rest) not in stated
        ]
        model.objects.filter(pk__in=moving).update(person=survivor)
        record_moved(model, moving, survivor=survivor, loser=loser, by=by)
    move_requests(survivor=survivor, loser=loser, by=by, at=timezone.now())
    move_needs_delegations(survivor=survivor, loser=loser, by=by)
    move_staff_wishes(survivor=survivor, loser=loser)
    for named, column in ((KeyPersonAssignment, "deputy"), (NeedsAnswer, "in_place_of")):
        rows = named.objects.filter(**{column: loser})
        moving = list(rows.values_list("pk", flat=True))
        rows.update(**{column: survivor})
        record_moved(named, moving, survivor=survivor, loser=loser, by=by)
    waiting = Recognition.objects.waiting()
    stated = set(waiting.filter(person=survivor).values_list("outside_course_id", "completed_on"))
    twins = [
        claim
        for claim in waiting.filter(person=loser, outside_course__isnull=False)
        if (claim.outside_course_id, claim.completed_on) in stated
    ]
    for claim in twins:
        withdraw_claim(recognition=claim, by=by, at=timezone.now())
    claims = Recognition.objects.filter(person=loser).exclude(pk__in=[each.pk for each in twins])
    moving = list(claims.values_list("pk", flat=True))
    claims.update(person=survivor)
    record_moved(Recognition, moving, survivor=survivor, loser=loser, by=by)
    for asked in (HistoryRow, HistoryQuestion):
        asked.objects.filter(person=loser).update(person=survivor)
    give_what_the_rules_give(survivor, by=by)
    say_once_for_both(survivor=survivor, loser=loser)


def _what_claims_rest_on(person: Person) -> dict[int, int | None]:
    claims = Recognition.objects.filter(person=person, outside_record__isnull=False)
    return dict(claims.values_list("pk", "outside_record_id"))


def _record_what_they_rest_on_now(
    rested: dict[int, int | None], person: Person, by: User | None
) -> None:
    """Say of each claim whose record both had that it rests on the one that is kept."""
    now = Recognition.objects.filter(pk__in=rested).values_list("pk", "outside_record_id")
    record_many(
        (
            Entry(
                "recognition.rests_on_another",
                Recognition._meta.label_lower,
                str(pk),
                person.pk,
                before={"outside_record": rested[pk]},
                after={"outside_record": record_pk},
                reason=MERGED,
            )
            for pk, record_pk in now
            if record_pk != rested[pk]
        ),
        by=by,
    )


def named_key_persons(people: list[int], day: date) -> set[int]:
    """Those of `people` who are named to a key group: they keep their account without a post."""
    named = KeyPersonAssignment.objects.filter(
        valid_on_q(day), person__in=people, withdrawn_at__isnull=True
    )
    return set(named.values_list("person_id", flat=True))


keep_accounts(named_key_persons)
