"""Completing a course: the fact, the certificate and the news, in one transaction; and what a
later decision can do about them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from courses.criteria import CriteriaState, Facts, evaluate
from courses.grading import TEST_OUT
from courses.models import (
    Certificate,
    Completion,
    Confirmation,
    CourseVersion,
    Enrolment,
    Grant,
    LessonCompletion,
    SignOff,
)
from courses.progress import facts_in
from courses.signals import completion_revoked, course_completed, signoff_awaited
from lms.audit import services as audit
from lms.content.models import SiteSettings
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import ONE_DAY, STOCKHOLM, add_months
from lms.notifications.services import Draft, notify_many
from lms.people.models import User

# The notice kind that courses.notices registers.
COMPLETED = "courses.completed"
# Without 0, O, 1, I and L, which people mix up.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class RevokedError(ValueError):
    """The completion is already revoked, or the certificate no longer stands."""


def new_code() -> str:
    """A certificate's code: twelve characters in three groups, about 59 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def tidy_code(code: str) -> str:
    """A code as it is stored, however it was typed."""
    letters = re.sub(r"[^0-9A-Za-z]", "", code).upper()
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def last_valid_day(grant: Grant, completed_on: date) -> date | None:
    if grant.validity_months is None:
        return None
    return add_months(completed_on, grant.validity_months) - ONE_DAY


def _results(enrolments: Sequence[Enrolment]) -> dict[int, dict[str, int]]:
    """The result of each finished lesson, by enrolment."""
    results: dict[int, dict[str, int]] = {row.pk: {} for row in enrolments}
    for pk, key, score in LessonCompletion.objects.filter(enrolment__in=enrolments).values_list(
        "enrolment", "lesson_key", "score"
    ):
        results[pk][key] = score
    return results


def facts_of(enrolments: Sequence[Enrolment]) -> dict[int, Facts]:
    """What has been done in each enrolment towards its version's conditions, by its primary key.
    The same number of queries whatever the number; the versions' outlines have to be loaded."""
    confirmed: dict[int, set[str]] = {row.pk: set() for row in enrolments}
    signed: dict[int, set[str]] = {row.pk: set() for row in enrolments}
    for model, keys in ((Confirmation, confirmed), (SignOff, signed)):
        for pk, key in model.objects.filter(enrolment__in=enrolments).values_list(
            "enrolment", "item_key"
        ):
            keys[pk].add(key)
    results = _results(enrolments)
    return {
        row.pk: facts_in(
            row.version, results[row.pk], confirmed=confirmed[row.pk], signed_off=signed[row.pk]
        )
        for row in enrolments
    }


def criteria_of(enrolment: Enrolment) -> CriteriaState:
    """The conditions of the enrolment's version as they stand."""
    return evaluate(enrolment.version.criteria, facts_of([enrolment])[enrolment.pk])


def complete_if_met(*, enrolment: Enrolment, at: datetime) -> Completion | None:
    """The completion, where nothing is missing any more. Asked by everything that can be the
    last thing missing, in the same transaction."""
    made = complete_those_who_may(enrolments=[enrolment], at=at)
    return made[0] if made else None


@transaction.atomic
def complete_those_who_may(*, enrolments: Sequence[Enrolment], at: datetime) -> list[Completion]:
    """The completions of those whose conditions are met; who waits only for a manager is said so
    upward. A reading of many at once, for what somebody has done: a new version alone completes
    nobody."""
    ready = say_who_waits(enrolments=enrolments, at=at)
    return complete_courses(enrolments=ready, at=at) if ready else []


@transaction.atomic
def say_who_waits(*, enrolments: Sequence[Enrolment], at: datetime) -> list[Enrolment]:
    """Say upward who waits only for a manager: every lesson is done, and nothing else is left for
    the learner. Those whose conditions are met, who wait for nobody."""
    facts = facts_of(enrolments)
    states = [(row, evaluate(row.version.criteria, facts[row.pk])) for row in enrolments]
    waiting = tuple(
        row
        for row, state in states
        if state.waits_only_for_signoff and facts[row.pk].lessons <= facts[row.pk].lessons_done
    )
    if waiting:
        signoff_awaited.send(sender=Enrolment, enrolments=waiting, at=at)
    return [row for row, state in states if state.met]


@transaction.atomic
def complete_by_choice(*, enrolment: Enrolment, at: datetime) -> Completion | None:
    """The learner says that they are done, where everything that the course asks for is: as in a
    newer version that asks for less than the one they began. None where something is missing."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.withdrawn_at is not None or locked.completed_at is not None:
        return Completion.objects.filter(enrolment=locked).first()
    return complete_if_met(enrolment=locked, at=at)


@transaction.atomic
def confirm(*, enrolment: Enrolment, item_key: str, at: datetime) -> Completion | None:
    """The learner confirms a statement of the course. LookupError where it has no such one."""
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    condition = _condition(locked, "confirm", item_key)
    if locked.withdrawn_at is not None or locked.completed_at is not None:
        return Completion.objects.filter(enrolment=locked).first()
    confirmation, is_new = Confirmation.objects.get_or_create(
        enrolment=locked, item_key=item_key, defaults={"confirmed_at": at}
    )
    if is_new:
        audit.record(
            "course.confirmed",
            confirmation,
            by=getattr(locked.person, "user", None),
            person=locked.person,
            after={"course": locked.version.title, "what": condition["text"]},
        )
    return complete_if_met(enrolment=locked, at=at)


@transaction.atomic
def sign_off(
    *, enrolments: Sequence[Enrolment], item_key: str, done_on: date, by: User, at: datetime
) -> list[Completion]:
    """A manager confirms that something has been done, for one or many in the same course. Who
    may is asked by the caller. The completions that followed."""
    locked = list(
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk__in=[row.pk for row in enrolments])
        .filter(withdrawn_at__isnull=True, completed_at__isnull=True)
        .order_by("pk")
    )
    versions = CourseVersion.objects.defer("content").in_bulk({row.version_id for row in locked})
    for row in locked:
        row.version = versions[row.version_id]
    stated = set(
        SignOff.objects.filter(enrolment__in=locked, item_key=item_key).values_list(
            "enrolment", flat=True
        )
    )
    fresh = [row for row in locked if row.pk not in stated]
    for row in fresh:
        _condition(row, "signoff", item_key)
    signed = SignOff.objects.bulk_create(
        SignOff(enrolment=row, item_key=item_key, done_on=done_on, by=by, created_at=at)
        for row in fresh
    )
    audit.record_many(
        (
            audit.Entry(
                "course.signed_off",
                SignOff._meta.label_lower,
                str(one.pk),
                one.enrolment.person_id,
                after={
                    "course": one.enrolment.version.title,
                    "what": _condition(one.enrolment, "signoff", item_key)["text"],
                    "done_on": done_on.isoformat(),
                },
            )
            for one in signed
        ),
        by=by,
    )
    return complete_those_who_may(enrolments=locked, at=at)


def _condition(enrolment: Enrolment, kind: str, item_key: str) -> Mapping[str, Any]:
    for group in enrolment.version.criteria:
        for item in group["items"]:
            if item["kind"] == kind and item["key"] == item_key:
                found: Mapping[str, Any] = item
                return found
    raise LookupError(item_key)


@transaction.atomic
def complete_courses(*, enrolments: Sequence[Enrolment], at: datetime) -> list[Completion]:
    """The completions of the enrolments, in their order, each recorded once with certificate,
    audit and signal; what was completed before is left as it is. The same number of queries
    whatever the number."""
    locked = list(
        Enrolment.objects.select_for_update(of=("self",))
        .filter(pk__in=[enrolment.pk for enrolment in enrolments])
        .select_related("person", "person__user", "course")
        .order_by("pk")
    )
    made = {row.enrolment_id: row for row in Completion.objects.filter(enrolment__in=locked)}
    fresh = [enrolment for enrolment in locked if enrolment.pk not in made]
    if fresh:
        made |= {row.enrolment_id: row for row in _complete(fresh, at)}
    return [made[enrolment.pk] for enrolment in enrolments]


def _way(version: CourseVersion, results: Mapping[str, int]) -> str:
    """The test stands for the lessons only where some of them are not done."""
    by_lessons = all(lesson["key"] in results for lesson in version.lessons)
    if TEST_OUT in results and not by_lessons:
        return Completion.Way.TEST
    return Completion.Way.COURSE


def _complete(enrolments: Sequence[Enrolment], at: datetime) -> list[Completion]:
    versions = CourseVersion.objects.in_bulk({row.version_id for row in enrolments})
    results = _results(enrolments)
    completed_on = at.astimezone(STOCKHOLM).date()
    completions = Completion.objects.bulk_create(
        Completion(
            enrolment=enrolment,
            person=enrolment.person,
            version=versions[enrolment.version_id],
            completed_on=completed_on,
            completed_at=at,
            score=facts_in(versions[enrolment.version_id], results[enrolment.pk]).score,
            content_hash=versions[enrolment.version_id].content_hash,
            way=_way(versions[enrolment.version_id], results[enrolment.pk]),
        )
        for enrolment in enrolments
    )
    Enrolment.objects.filter(pk__in=[row.pk for row in enrolments]).update(completed_at=at)
    for enrolment in enrolments:
        enrolment.completed_at = at
    certificates = issue_certificates(completions=completions)
    audit.record_many(
        (
            audit.Entry(
                "course.completed",
                Completion._meta.label_lower,
                str(completion.pk),
                completion.person_id,
                after={
                    "course": completion.version.title,
                    "version": completion.version.number,
                    "completed_on": completed_on.isoformat(),
                    "way": completion.way,
                    "certificate": certificate.code,
                },
                by=getattr(completion.person, "user", None),
            )
            for completion, certificate in zip(completions, certificates, strict=True)
        ),
        by=None,
    )
    notify_many(
        [
            Draft(
                COMPLETED,
                completion.person,
                f"{COMPLETED}:{completion.pk}",
                {
                    "course": completion.version.title,
                    "completed_on": completed_on,
                    "code": certificate.code,
                },
                reverse("courses:course", args=[completion.enrolment.course.slug]),
            )
            for completion, certificate in zip(completions, certificates, strict=True)
        ],
        at=at,
    )
    course_completed.send(sender=Completion, completions=tuple(completions))
    return completions


def issue_certificate(*, completion: Completion) -> Certificate:
    """A certificate with everything it prints, as it stands now."""
    return issue_certificates(completions=[completion])[0]


def issue_certificates(*, completions: Sequence[Completion]) -> list[Certificate]:
    """A certificate for each completion, with everything it prints, as it stands now."""
    areas = dict(CompetenceArea.objects.values_list("code", "name"))
    levels = dict(TrainingLevel.objects.values_list("number", "name"))
    organisation = SiteSettings.load().municipality_name
    return Certificate.objects.bulk_create(
        _certificate(completion, areas, levels, organisation) for completion in completions
    )


def _certificate(
    completion: Completion, areas: Mapping[str, str], levels: Mapping[int, str], organisation: str
) -> Certificate:
    printed = []
    ends = []
    for grant in completion.version.grants:
        until = last_valid_day(grant, completion.completed_on)
        if until is not None:
            ends.append(until)
        printed.append(
            {
                "area": areas.get(grant.area_code, grant.area_code),
                "area_code": grant.area_code,
                "level": grant.level,
                "level_name": levels.get(grant.level, str(grant.level)),
                "valid_until": until.isoformat() if until else None,
            }
        )
    return Certificate(
        code=new_code(),
        completion=completion,
        person=completion.person,
        name=completion.person.name,
        course_title=completion.version.title,
        organisation=organisation,
        grants=printed,
        issued_on=completion.completed_on,
        valid_until=min(ends, default=None),
    )


@transaction.atomic
def revoke_completion(
    *, completion: Completion, on: date, by: User | None, reason: str
) -> Completion:
    """Take back a completion from a day on. The row and what was printed stay readable."""
    locked = Completion.objects.select_for_update().get(pk=completion.pk)
    if locked.revoked_on is not None:
        raise RevokedError
    locked.revoked_on = on
    locked.save(update_fields=["revoked_on"])
    for certificate in locked.certificates.filter(revoked_on__isnull=True):
        certificate.revoked_on, certificate.revoked_reason = on, reason
        certificate.full_clean()
        certificate.save(update_fields=["revoked_on", "revoked_reason"])
        audit.record(
            "course.certificate_revoked",
            certificate,
            by=by,
            person=locked.person,
            before={"certificate": certificate.code, "revoked_on": None},
            after={"certificate": certificate.code, "revoked_on": on.isoformat()},
            reason=reason,
        )
    audit.record(
        "course.completion_revoked",
        locked,
        by=by,
        person=locked.person,
        before={"course": locked.version.title, "revoked_on": None},
        after={"course": locked.version.title, "revoked_on": on.isoformat()},
        reason=reason,
    )
    completion_revoked.send(sender=Completion, completion=locked, on=on, by=by, reason=reason)
    return locked


@transaction.atomic
def supersede_certificate(
    *, certificate: Certificate, by: User | None, reason: str = ""
) -> Certificate:
    """A new certificate in the place of an old one, for a name that was corrected. The completion
    comes first, as where it is taken back: that takes every certificate of it."""
    Completion.objects.select_for_update().get(pk=certificate.completion_id)
    locked = Certificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_on is not None or locked.superseded_by_id is not None:
        raise RevokedError
    replacement = issue_certificate(completion=locked.completion)
    locked.superseded_by = replacement
    locked.save(update_fields=["superseded_by"])
    audit.record(
        "course.certificate_superseded",
        locked,
        by=by,
        person=locked.person,
        before={"certificate": locked.code, "name": locked.name},
        after={"certificate": replacement.code, "name": replacement.name},
        reason=reason,
    )
    return replacement
