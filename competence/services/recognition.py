"""Claims that an outside course has been completed: made, withdrawn, decided many at once, and a
decision taken back. What an approval gives is decided by the equivalence rules, or in the single
case where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _

from competence.models import (
    Achievement,
    OutsideCourse,
    OutsideRecord,
    ProofFile,
    Recognition,
)
from competence.models.recognition import MOST_FILES
from competence.services.equivalence import give_by_rules
from competence.services.locking import lock_claims
from competence.services.other_sources import stand_on_other_sources
from competence.services.outside_entries import outside_entry, withdraw_facts
from competence.services.proofs import NamedProof, Proof, proof_file, shown_name
from competence.services.recognition_notices import tell_claimants, tell_reviewers
from lms.audit.services import Entry, record, record_many
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import STOCKHOLM, earliest_learnt
from lms.lib.fields import refuse_personal_data
from lms.people.models import Person, User
from lms.people.services.locking import lock_person

# Within so many days a decision can be taken back as a mistake. After that what it gave is
# revoked from a day, like any other fact.
UNDO_DAYS = 30
SINGLE_CASE = "tillgodoräknande"
_BATCH = 1000


class RecognitionError(ValueError):
    """A claim that cannot be made, withdrawn or decided; the message says why."""


@dataclass(frozen=True)
class SingleCase:
    """What is decided for one claim where no rule says it."""

    area: CompetenceArea
    level: TrainingLevel
    valid_until: date | None = None


@dataclass(frozen=True)
class Decided:
    """What deciding did: the claims, and what each gave (none: recorded, nothing closed)."""

    recognitions: tuple[Recognition, ...]
    given: dict[int, tuple[Achievement, ...]]


def _day(at: datetime) -> date:
    return at.astimezone(STOCKHOLM).date()


@transaction.atomic
def claim_recognition(
    *,
    person: Person,
    outside_course: OutsideCourse | None,
    completed_on: date,
    proof: Proof,
    proof_name: str,
    by: User | None,
    at: datetime,
    title: str = "",
    provider: str = "",
    note: str = "",
    further: Sequence[NamedProof] = (),
) -> Recognition:
    """Report that a person has completed an outside course, and tell those who review. `further`:
    the files beside the first."""
    if 1 + len(further) > MOST_FILES:
        raise RecognitionError(_("Five files at most can be sent."))
    if completed_on > _day(at):
        raise RecognitionError(_("The day cannot be later than today."))
    if completed_on < earliest_learnt(_day(at)):
        raise RecognitionError(_("The day cannot be more than 50 years ago."))
    # The same sent twice at once: the second sees what the first has reported.
    person = lock_person(person)
    claim = Recognition(
        person=person,
        outside_course=outside_course,
        title="" if outside_course else title.strip(),
        provider="" if outside_course else provider.strip(),
        completed_on=completed_on,
        proof_name=shown_name(proof_name, proof.suffix),
        note=note.strip(),
        claimed_by=by,
        created_at=at,
    )
    if outside_course is not None and _is_recorded(person, outside_course, completed_on):
        raise RecognitionError(_("This course is already recorded for that day."))
    claim.full_clean(exclude=["proof"])
    claim.proof.save(f"proof{proof.suffix}", proof_file(proof), save=False)
    claim.save()
    for number, sent in enumerate(further, start=2):
        row = ProofFile(
            recognition=claim, number=number, name=shown_name(sent.name, sent.proof.suffix)
        )
        row.file.save(f"proof{sent.proof.suffix}", proof_file(sent.proof), save=False)
        row.save()
    record(
        "recognition.claimed",
        claim,
        by=by,
        person=person,
        after={
            "outside_course": str(outside_course) if outside_course else None,
            "completed_on": completed_on.isoformat(),
            "files": 1 + len(further),
        },
    )
    tell_reviewers(at=at)
    return claim


def _is_recorded(person: Person, course: OutsideCourse, day: date) -> bool:
    return (
        OutsideRecord.objects.standing()
        .filter(person=person, outside_course=course, completed_on=day)
        .exists()
    )


@transaction.atomic
def withdraw_claim(*, recognition: Recognition, by: User | None, at: datetime) -> None:
    """Take back a claim that nobody has decided, and remove its files."""
    claim = Recognition.objects.select_for_update().get(pk=recognition.pk)
    if not claim.is_waiting:
        raise RecognitionError(_("It has already been decided or withdrawn."))
    files = [(each.file.storage, str(each.file.name)) for each in claim.proof_files()]
    claim.further_proofs.all().delete()
    claim.withdrawn_at = at
    claim.proof = ""
    claim.proof_name = ""
    claim.save(update_fields=["withdrawn_at", "proof", "proof_name"])
    record(
        "recognition.withdrawn",
        claim,
        by=by,
        person=claim.person,
        before={"withdrawn_at": None},
        after={"withdrawn_at": at.isoformat()},
    )
    if files:
        record("recognition.proof_removed", claim, by=by, person=claim.person)
        for storage, path in files:
            transaction.on_commit(partial(storage.delete, path))


def is_from(user: User, claim: Recognition) -> bool:
    """Whether the account has reported it, and so does not decide on it. A sheet is read by who
    decides; a report that a sheet of somebody else's names too is still the account's own."""
    return user.pk == claim.claimed_by_id and (claim.sheet is None or claim.sheet.by_id != user.pk)


def decide_recognitions(
    *,
    recognitions: Iterable[Recognition],
    approved: bool,
    reason: str = "",
    by: User,
    at: datetime,
    outside_course: OutsideCourse | None = None,
    single: SingleCase | None = None,
) -> Decided:
    """Decide on claims, all or none. `outside_course`: what a claim in the claimant's own words
    turned out to be. `single`: what is given where no rule gives it. A constant number of queries
    for each thousand."""
    reason = reason.strip()
    refuse_personal_data(reason)
    if not approved and not reason:
        raise RecognitionError(_("State the reason."))
    with transaction.atomic():
        wanted = {each.pk for each in recognitions}
        claims = lock_claims(wanted, also=outside_course)
        if len(claims) < len(wanted) or any(not claim.is_waiting for claim in claims):
            raise RecognitionError(
                _("Somebody else has decided on one of them, or it was withdrawn. Look again.")
            )
        prefetch_related_objects(claims, "sheet")
        if any(by.person_id == claim.person_id or is_from(by, claim) for claim in claims):
            raise RecognitionError(_("Somebody else has to decide on your own claim."))
        given = _approve(claims, outside_course, single, by, at) if approved else {}
        for claim in claims:
            claim.decided_at, claim.decided_by = at, by
            claim.approved, claim.decision_reason = approved, reason
        if approved:
            Recognition.objects.bulk_update(
                claims, ["outside_record", "made_record", "achievement"], batch_size=_BATCH
            )
        rows = Recognition.objects.filter(pk__in=[claim.pk for claim in claims])
        rows.update(decided_at=at, decided_by=by, approved=approved, decision_reason=reason)
        if approved and outside_course is not None:
            # Now that they no longer wait: two claims may turn out to be of one thing.
            rows.filter(outside_course__isnull=True).update(outside_course=outside_course)
        record_many((_decided(claim) for claim in claims), by=by)
        decided = Decided(tuple(claims), given)
        tell_claimants(claims=claims, given=given, at=at)
    return decided


def _approve(
    claims: Sequence[Recognition],
    outside_course: OutsideCourse | None,
    single: SingleCase | None,
    by: User,
    at: datetime,
) -> dict[int, tuple[Achievement, ...]]:
    for claim in claims:
        if claim.outside_course is None:
            claim.outside_course = outside_course
    if single is None and any(claim.outside_course is None for claim in claims):
        raise RecognitionError(
            _("The course is not in the list. Choose one, or decide what is given this once.")
        )
    records = _records_for([claim for claim in claims if claim.outside_course], by)
    give_by_rules(records=list(records.values()), rules=None, by=by)
    if single is not None:
        _give_this_once(claims, single, by)
    given: dict[int, list[Achievement]] = {}
    standing = (
        Achievement.objects.standing()
        .filter(outside_record__in=[record.pk for record in records.values()])
        .select_related("area", "level", "rule")
        .order_by("area__sort_order", "level__number")
    )
    by_record = {claim.outside_record_id: claim.pk for claim in claims if claim.outside_record_id}
    for row in standing:
        given.setdefault(by_record[row.outside_record_id], []).append(row)
    for claim in claims:
        if claim.achievement is not None:
            given.setdefault(claim.pk, []).append(claim.achievement)
    return {pk: tuple(rows) for pk, rows in given.items()}


def _key(row: Recognition | OutsideRecord) -> tuple[int, int | None, date]:
    return row.person_id, row.outside_course_id, row.completed_on


def _records_for(
    claims: Sequence[Recognition], by: User
) -> dict[tuple[int, int | None, date], OutsideRecord]:
    """The outside record of each claim: written, or found where an import wrote it. Two claims of
    the same thing share one."""
    # A rule decided at the same moment waits: either it sees these records, or they see it.
    found = {
        _key(row): row
        for row in OutsideRecord.objects.standing().filter(
            person__in={claim.person_id for claim in claims},
            outside_course__in={claim.outside_course_id for claim in claims},
        )
    }
    wanted = {_key(claim): claim for claim in claims}
    new = {
        key: OutsideRecord(
            person_id=claim.person_id,
            outside_course=claim.outside_course,
            completed_on=claim.completed_on,
            by=by,
        )
        for key, claim in wanted.items()
        if key not in found
    }
    OutsideRecord.objects.bulk_create(new.values(), batch_size=_BATCH)
    record_many((outside_entry("outside_record.recorded", row) for row in new.values()), by=by)
    records = {key: new.get(key) or found[key] for key in wanted}
    for claim in claims:
        claim.outside_record = records[_key(claim)]
        claim.made_record = _key(claim) in new
    return records


def _give_this_once(claims: Sequence[Recognition], single: SingleCase, by: User) -> None:
    taken: set[tuple[int, date, str]] = set(
        Achievement.objects.standing()
        .filter(
            person__in={claim.person_id for claim in claims},
            area=single.area,
            level=single.level,
        )
        .values_list("person_id", "achieved_on", "source")
    )
    for claim in claims:
        if single.valid_until and single.valid_until < claim.completed_on:
            raise RecognitionError(_("The last valid day is before the course was completed."))
        source, number = SINGLE_CASE, 1
        while (claim.person_id, claim.completed_on, source) in taken:
            number += 1
            source = f"{SINGLE_CASE} {number}"
        taken.add((claim.person_id, claim.completed_on, source))
        claim.achievement = Achievement(
            person_id=claim.person_id,
            area=single.area,
            level=single.level,
            achieved_on=claim.completed_on,
            valid_until=single.valid_until,
            source=source,
            by=by,
        )
    new = [claim.achievement for claim in claims if claim.achievement is not None]
    Achievement.objects.bulk_create(new, batch_size=_BATCH)
    record_many(
        (
            Entry(
                "achievement.recognised",
                "competence.achievement",
                str(row.pk),
                row.person_id,
                after={
                    "area": single.area.code,
                    "level": single.level.number,
                    "achieved_on": row.achieved_on.isoformat(),
                    "valid_until": row.valid_until.isoformat() if row.valid_until else None,
                },
            )
            for row in new
        ),
        by=by,
    )


def _decided(claim: Recognition) -> Entry:
    return Entry(
        "recognition.approved" if claim.approved else "recognition.refused",
        "competence.recognition",
        str(claim.pk),
        claim.person_id,
        before={"approved": None},
        after={
            "approved": claim.approved,
            "outside_course": str(claim.outside_course) if claim.outside_course else None,
            "completed_on": claim.completed_on.isoformat(),
            "outside_record": claim.outside_record_id,
            "achievement": claim.achievement_id,
        },
        reason=claim.decision_reason,
    )


def _rests_on_another(claim: Recognition, record_pk: int) -> bool:
    """Whether another approved claim rests on the record: it is then that claim's."""
    OutsideRecord.objects.select_for_update().get(pk=record_pk)
    others = Recognition.objects.filter(outside_record=record_pk, approved=True)
    other = others.exclude(pk=claim.pk).order_by("pk").first()
    if other is None:
        return False
    Recognition.objects.filter(pk=other.pk).update(made_record=True)
    return True


@transaction.atomic
def undo_decision(*, recognition: Recognition, reason: str, by: User, at: datetime) -> Recognition:
    """Take a decision back as a mistake: what it gave never counted, and the claim waits again."""
    reason = reason.strip()
    refuse_personal_data(reason)
    if not reason:
        raise RecognitionError(_("State the reason."))
    claim = next(iter(lock_claims([recognition.pk])), None)
    if claim is None or claim.decided_at is None:
        raise RecognitionError(_("It has not been decided."))
    if at > claim.decided_at + timedelta(days=UNDO_DAYS):
        raise RecognitionError(
            _("It was decided more than %(days)d days ago. Revoke what it gave instead.")
            % {"days": UNDO_DAYS}
        )
    if claim.outside_record_id is not None:
        # What is put right or given at the same moment waits.
        OutsideCourse.objects.select_for_update().get(records=claim.outside_record_id)
    gone = Q(recognitions=claim)
    records = OutsideRecord.objects.none()
    record_pk = claim.outside_record_id if claim.made_record else None
    if record_pk is not None and not _rests_on_another(claim, record_pk):
        gone |= Q(outside_record=record_pk)
        records = OutsideRecord.objects.standing().filter(pk=record_pk)
    facts = list(Achievement.objects.standing().filter(gone).select_related("rule").distinct())
    rows = list(records)
    withdraw_facts(
        achievements=facts,
        records=records,
        at=at,
        by=by,
        reason=reason,
    )
    record(
        "recognition.decision_undone",
        claim,
        by=by,
        person=claim.person,
        before={"approved": claim.approved, "outside_record": claim.outside_record_id},
        after={"approved": None, "outside_record": None},
        reason=reason,
    )
    claim.decided_at = claim.decided_by = claim.approved = None
    claim.outside_record = claim.achievement = None
    claim.made_record, claim.decision_reason = False, ""
    claim.full_clean(exclude=["proof"])
    claim.save()
    stand_on_other_sources(records=rows, facts=facts, by=by)
    return claim
