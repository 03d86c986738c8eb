"""Correcting what was recorded wrongly: an achievement is revoked by a later decision, with the
completion and the certificate it rests on; a name on a certificate is corrected by a new one.

Who corrects may not read through what somebody has learnt: they say which record the case is
about, by the certificate's code or by person, area and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from competence.models import Achievement, OutsideCourse, OutsideRecord, Recognition
from competence.services.awards import free_source, said, valid_until
from competence.services.carried_facts import carry, facts_on, rest_on, rest_on_fact
from competence.services.equivalence import give_by_rules, reaches
from competence.services.outside_entries import outside_entry, withdraw_facts
from courses.models import Certificate
from courses.services.completing import RevokedError, revoke_completion, supersede_certificate
from lms.audit.services import record, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.services import Draft, notify_many
from lms.people.models import Person, User
from lms.people.services.managers import managers_of

# The notice kind that competence.notices registers.
RECORD_CORRECTED = "competence.record_corrected"
# The source of a fact that stands in the place of one recorded wrongly.
CORRECTION = "rättelse"


class CorrectionError(ValueError):
    """An achievement that cannot be revoked; the message says why."""


@dataclass(frozen=True)
class Case:
    """The records a case is about. No certificate: what no course gave."""

    achievements: tuple[Achievement, ...]
    certificate: Certificate | None = None
    # Outside courses of the day, also those taken back.
    records: tuple[OutsideRecord, ...] = ()


def case_of_certificate(code: str) -> Case | None:
    """What rests on the certificate with a code; none where there is no such certificate."""
    certificate = (
        Certificate.objects.filter(code=code).select_related("person", "completion").first()
    )
    if certificate is None:
        return None
    return Case(_described(certificate.completion.achievements.all()), certificate)


def case_of_day(*, person: Person, area: CompetenceArea | None, achieved_on: date) -> Case:
    """What the person reached in the area that very day, and the outside courses of that day: those
    it rests on, or where no area is said all of them."""
    records = person.outside_records.filter(completed_on=achieved_on)
    achievements = person.achievements.none()
    if area is not None:
        achievements = person.achievements.filter(area=area, achieved_on=achieved_on)
        records = records.filter(achievements__area=area).distinct()
    return Case(
        _described(achievements),
        records=tuple(records.select_related("person", "outside_course").order_by("pk")),
    )


def _described(achievements: QuerySet[Achievement]) -> tuple[Achievement, ...]:
    return tuple(
        achievements.filter(withdrawn_at__isnull=True)
        .select_related("person", "area", "level")
        .order_by("area__code", "pk")
    )


@transaction.atomic
def revoke_achievement(
    *, achievement: Achievement, on: date, reason: str, by: User | None
) -> Achievement:
    """Let an achievement count no longer from `on`. What it counted for before stays true. Where
    a course gave it, the completion is taken back with everything it gave, and its certificate."""
    if not reason.strip():
        raise CorrectionError(_("State the reason."))
    _not_their_own(by, achievement.person_id)
    locked = Achievement.objects.select_for_update().get(pk=achievement.pk)
    if locked.revoked_on is not None:
        raise CorrectionError(_("This has already been revoked."))
    if locked.withdrawn_at is not None:
        raise CorrectionError(_("This has been taken back and does not count."))
    if on < locked.achieved_on:
        raise CorrectionError(_("It cannot be revoked before it was reached."))
    if locked.completion is not None and locked.completion.revoked_on is None:
        # What competence hears of it (`completion_revoked`) revokes this row and its siblings.
        revoke_completion(completion=locked.completion, on=on, by=by, reason=reason.strip())
        locked.refresh_from_db()
        return locked
    locked.revoked_on = on
    locked.save(update_fields=["revoked_on"])
    record(
        "achievement.revoked",
        locked,
        by=by,
        person=locked.person,
        before={**said(locked), "revoked_on": None},
        after={**said(locked), "revoked_on": on.isoformat()},
        reason=reason.strip(),
    )
    return locked


@dataclass(frozen=True)
class RightFact:
    """What should have been recorded."""

    person: Person
    area: CompetenceArea
    level: TrainingLevel
    achieved_on: date
    valid_until: date | None = None


@transaction.atomic
def put_right(
    *,
    achievement: Achievement,
    right: RightFact,
    reason: str,
    by: User | None,
    day: date,
    at: datetime,
) -> Achievement:
    """Revoke what was recorded wrongly from the day it was reached, so that it never counted, and
    record what is right as a fact of its own; each names the other in the ledger. It rests on what
    the wrong one rested on: an import, a claim, a rule and the record of an outside course, which
    goes with all that the rules gave by it to the right person and day. So does what else the same
    completion gave. The persons concerned and their managers are told."""
    _lock_what_it_rests_on(achievement)
    wrong = Achievement.objects.select_related(
        "person", "area", "level", "rule", "outside_record", "completion__version"
    ).get(pk=achievement.pk)
    _not_their_own(by, wrong.person_id, right.person.pk)
    if right.achieved_on > day:
        raise CorrectionError(_("It cannot have been reached on a day to come."))
    if right.valid_until is not None and right.valid_until < right.achieved_on:
        raise CorrectionError(_("The last valid day is before the day it was reached."))
    if _same(wrong, right):
        raise CorrectionError(_("Nothing differs from what is recorded."))
    origin = _origin(wrong)
    siblings = _siblings(wrong, origin)
    moved = (right.person.pk, right.achieved_on) != (wrong.person_id, wrong.achieved_on)
    revoke_achievement(achievement=wrong, on=wrong.achieved_on, reason=reason, by=by)
    row = wrong.outside_record
    if row is not None and row.withdrawn_at is not None:
        row = None
    if row is not None and moved:
        fact = _move_outside_record(wrong, row, right, reason=reason, by=by, at=at)
    else:
        fact = _record_right(wrong, right, record_row=row, reason=reason, by=by)
    months = {}
    if origin.completion is not None:
        grants = origin.completion.version.grants
        months = {(grant.area_code, grant.level): grant.validity_months for grant in grants}
    for sibling in siblings:
        if moved and sibling.achieved_on != right.achieved_on:
            key = (sibling.area.code, sibling.level.number)
            last = valid_until(right.achieved_on, months.get(key))
        else:
            last = sibling.valid_until
        also = RightFact(right.person, sibling.area, sibling.level, right.achieved_on, last)
        if not moved:
            # The completion was taken back with all it gave: the rest of it still counts.
            if sibling.completion is not None:
                _record_right(sibling, also, reason=reason, by=by)
            continue
        if sibling.completion is None:
            revoke_achievement(achievement=sibling, on=sibling.achieved_on, reason=reason, by=by)
        _record_right(sibling, also, reason=reason, by=by)
    _tell(wrong, fact, day=day, at=at)
    return fact


def _not_their_own(by: User | None, *people: int) -> None:
    if by is not None and by.person_id in people:
        raise CorrectionError(_("Somebody else has to decide on your own record."))


def _lock_what_it_rests_on(achievement: Achievement) -> None:
    """As where a decision is taken back: the claim first, then the course."""
    row = achievement.outside_record_id
    rests = Recognition.objects.select_for_update(of=("self",)).order_by("pk")
    list(rests.filter(achievement=achievement.pk))
    if row is not None:
        list(rests.filter(outside_record=row))
        OutsideCourse.objects.select_for_update().get(records=row)


def _move_outside_record(
    wrong: Achievement,
    row: OutsideRecord,
    right: RightFact,
    *,
    reason: str,
    by: User | None,
    at: datetime,
) -> Achievement:
    """The outside course was recorded for the wrong person or day: that record is taken back, so
    that no later rule gives by it again, and made anew with what else the rules gave by it, what
    had been revoked still revoked. Of the level that is put right, who puts it right decides."""
    beside = [each for each in facts_on([row.pk]) if each.pk != wrong.pk]
    # What was put right before stays where it was revoked.
    going = [each for each in beside if not each.corrections.exists()]
    withdraw_facts(
        achievements=going,
        records=OutsideRecord.objects.filter(pk=row.pk),
        at=at,
        by=by,
        reason=reason.strip(),
    )
    last = row.valid_until
    if last is not None and last < right.achieved_on:
        # As long after the day as before.
        last = right.achieved_on + (last - row.completed_on)
    anew, made = OutsideRecord.objects.standing().get_or_create(
        person=right.person,
        outside_course=row.outside_course,
        completed_on=right.achieved_on,
        defaults={"valid_until": last, "by": by, "history_batch_id": row.history_batch_id},
    )
    if made:
        record_many([outside_entry("outside_record.recorded", anew)], by=by)
    has = {each.rule_id for each in facts_on([anew.pk])}
    missing = [each for each in going if each.rule is None or each.rule_id not in has]
    carry(missing, {row.pk: anew}, by=by)
    fact = _record_right(wrong, right, record_row=anew, reason=reason, by=by)
    rest_on({row.pk: anew}, by=by, reason=reason.strip(), joined=not made)
    give_by_rules(records=[anew], by=by)
    return fact


def _same(wrong: Achievement, right: RightFact) -> bool:
    return (
        wrong.person_id,
        wrong.area_id,
        wrong.level_id,
        wrong.achieved_on,
        wrong.valid_until,
    ) == (right.person.pk, right.area.pk, right.level.pk, right.achieved_on, right.valid_until)


def _origin(fact: Achievement) -> Achievement:
    """What was recorded first and has been put right since, once or more."""
    while fact.corrects is not None:
        fact = fact.corrects
    return fact


def _siblings(wrong: Achievement, origin: Achievement) -> list[Achievement]:
    """What the same completion gave beside it, or what stands in the place of that, and still
    counts."""
    if origin.completion is None:
        return []
    facts = Achievement.objects.standing().select_related("person", "area", "level", "completion")
    generation = list(facts.filter(completion=origin.completion))
    found = []
    while generation:
        found += [each for each in generation if each.revoked_on is None and each.pk != wrong.pk]
        generation = list(facts.filter(corrects__in=[each.pk for each in generation]))
    return found


def _record_right(
    wrong: Achievement,
    right: RightFact,
    *,
    record_row: OutsideRecord | None = None,
    reason: str,
    by: User | None,
) -> Achievement:
    """The right fact in the place of the wrong one. It is no verdict of the rule where the record
    has that already, or where the right day is outside the rule's period."""
    rule = wrong.rule
    if record_row is not None and rule is not None:
        held = record_row.achievements.standing().filter(rule=rule, revoked_on__isnull=True)
        rule = None if held.exists() or not reaches(rule, record_row) else rule
    taken = set(
        Achievement.objects.standing()
        .filter(
            person=right.person,
            area=right.area,
            level=right.level,
            achieved_on=right.achieved_on,
        )
        .values_list("source", flat=True)
    )
    fact = Achievement(
        person=right.person,
        area=right.area,
        level=right.level,
        achieved_on=right.achieved_on,
        valid_until=right.valid_until,
        source=free_source(CORRECTION, taken),
        outside_record=record_row,
        rule=rule if record_row is not None else None,
        history_batch_id=wrong.history_batch_id,
        corrects=wrong,
        by=by,
    )
    fact.full_clean()
    fact.save()
    record(
        "achievement.corrected",
        fact,
        by=by,
        person=right.person,
        before=_written(wrong) | {"achievement": wrong.pk},
        after=_written(fact),
        reason=reason.strip(),
    )
    record(
        "achievement.replaced",
        wrong,
        by=by,
        person=wrong.person,
        before={"achievement": wrong.pk},
        after={"achievement": fact.pk},
        reason=reason.strip(),
    )
    rest_on_fact(wrong, fact, by=by, reason=reason.strip())
    return fact


def _written(fact: Achievement) -> dict[str, Any]:
    return {
        "person": fact.person.person_id,
        "area": fact.area.code,
        "level": fact.level.number,
        "achieved_on": fact.achieved_on.isoformat(),
        "valid_until": fact.valid_until.isoformat() if fact.valid_until else None,
    }


def _tell(wrong: Achievement, fact: Achievement, *, day: date, at: datetime) -> None:
    """The person it was recorded for and the person it is recorded for now, and the managers."""
    drafts = []
    concerned = {wrong.person_id: wrong.person, fact.person_id: fact.person}
    moved = len(concerned) > 1
    above = managers_of(list(concerned), day)
    for pk, person in concerned.items():
        context = {
            "area": fact.area.name,
            "level": fact.level.name,
            "day": fact.achieved_on,
            "was_area": wrong.area.name,
            "was_level": wrong.level.name,
            "was_day": wrong.achieved_on,
            "holds": pk == fact.person_id,
            "held": pk == wrong.person_id,
            "moved": moved,
            "name": person.name,
        }
        key = f"{RECORD_CORRECTED}:{fact.pk}"
        drafts.append(
            Draft(
                RECORD_CORRECTED,
                person,
                f"{key}:{pk}:{pk}",
                context | {"yours": True},
                reverse("home:my_page"),
            )
        )
        drafts += [
            Draft(
                RECORD_CORRECTED,
                manager,
                f"{key}:{pk}:{manager.pk}",
                context | {"yours": False},
                reverse("competence:team_person", args=[person.person_id]),
            )
            for manager in above.get(pk, [])
        ]
    notify_many(drafts, at=at)


def correct_name(*, certificate: Certificate, reason: str, by: User | None) -> Certificate:
    """A new certificate with the name that stands in the register, in the place of the old one."""
    if not reason.strip():
        raise CorrectionError(_("State the reason."))
    if certificate.name == certificate.person.name:
        raise CorrectionError(
            _("The register has the same name. It is corrected in the HR file first.")
        )
    try:
        return supersede_certificate(certificate=certificate, by=by, reason=reason.strip())
    except RevokedError as error:
        raise CorrectionError(_("The certificate no longer stands.")) from error
