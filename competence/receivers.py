"""What competence does when something has happened in courses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.dispatch import receiver

from competence.history_models import HistoryQuestion, HistoryRow
from competence.models import Achievement, Exemption, KeyPersonAssignment, OutsideRecord
from competence.services.awards import award_achievements, revoke_achievements
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
from lms.people.models import Person, User
from lms.people.querysets import valid_on_q
from lms.people.services.accounts import keep_accounts
from lms.people.signals import people_merged


@receiver(course_completed)
def award_what_the_courses_give(
    sender: object, *, completions: tuple[Completion, ...], **kwargs: Any
) -> None:
    award_achievements(completions=completions)


@receiver(completion_revoked)
def revoke_what_the_course_gave(
    sender: object, *, completion: Completion, on: date, by: User | None, **kwargs: Any
) -> None:
    revoke_achievements(completion=completion, on=on, by=by)


@receiver(signoff_awaited)
def tell_whose_word_is_missing(
    sender: object, *, enrolments: tuple[Enrolment, ...], at: datetime, **kwargs: Any
) -> None:
    tell_managers(enrolments=enrolments, at=at)


@receiver(course_version_published)
def tell_who_decides_on_renewal(sender: object, *, version: CourseVersion, **kwargs: Any) -> None:
    tell_who_decides(version=version, at=version.published_at)


@receiver(people_merged)
def move_facts(sender: object, *, survivor: Person, loser: Person, **kwargs: Any) -> None:
    """Achievements, outside records, exemptions and namings follow the person. A fact that both
    records state, and one taken back, stays on the one that goes."""
    identities: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (Achievement, ("area_id", "level_id", "achieved_on", "source")),
        (OutsideRecord, ("outside_course_id", "completed_on")),
        (Exemption, ("area_id", "level_id", "starts_on")),
        (KeyPersonAssignment, ("key_group_id", "starts_on", "ends_on")),
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
    for waiting in (HistoryRow, HistoryQuestion):
        waiting.objects.filter(person=loser).update(person=survivor)
    say_once_for_both(survivor=survivor, loser=loser)


def named_key_persons(people: list[int], day: date) -> set[int]:
    """Those of `people` who are named to a key group: they keep their account without a post."""
    named = KeyPersonAssignment.objects.filter(
        valid_on_q(day), person__in=people, withdrawn_at__isnull=True
    )
    return set(named.values_list("person_id", flat=True))


keep_accounts(named_key_persons)
