"""One sign-in sheet, many people: the lines are matched with the register and shown, and nothing
is written until they are confirmed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from competence.models import OutsideCourse, OutsideRecord, Recognition, SignInSheet
from competence.services.locking import lock_outside_courses
from competence.services.proofs import Proof, proof_file, shown_name
from competence.services.recognition import Decided, RecognitionError, decide_recognitions
from lms.audit.services import Entry, record, record_many
from lms.lib.dates import STOCKHOLM
from lms.people.models import Person, User
from lms.people.services.locking import lock_people

MOST_LINES = 500


class Match(StrEnum):
    FOUND = "found"
    AMBIGUOUS = "ambiguous"  # several people of that name
    UNKNOWN = "unknown"
    REPEATED = "repeated"  # the same person as an earlier line
    RECORDED = "recorded"  # the course is already recorded for that day
    OWN = "own"  # whoever reads the sheet: somebody else has to decide
    REPORTED = "reported"  # whoever reads the sheet has reported it: likewise


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    match: Match
    person: Person | None = None


@dataclass(frozen=True)
class Rehearsal:
    """What a sheet would write."""

    lines: tuple[Line, ...]

    @property
    def people(self) -> list[Person]:
        return [line.person for line in self.lines if line.match is Match.FOUND and line.person]

    @property
    def left_out(self) -> list[Line]:
        return [line for line in self.lines if line.match is not Match.FOUND]

    @property
    def fingerprint(self) -> str:
        """The same as long as the same people would be written."""
        keys = ",".join(str(person.pk) for person in self.people)
        return hashlib.sha256(keys.encode()).hexdigest()[:16]


def rehearse_sheet(
    *, text: str, outside_course: OutsideCourse, completed_on: date, by: User
) -> Rehearsal:
    """Match each line with a person: by person id, e-mail or full name. A constant number of
    queries. Of whom it is said that the course is recorded already, that is in the ledger."""
    texts = [line.strip().strip("•*-– \t") for line in text.splitlines()]
    wanted = [(number, each) for number, each in enumerate(texts, 1) if each]
    if len(wanted) > MOST_LINES:
        raise RecognitionError(
            _("A sheet holds at most %(most)d lines. Share it out on several.")
            % {"most": MOST_LINES}
        )
    found = _people(each for _number, each in wanted)
    recorded = set(
        OutsideRecord.objects.standing()
        .filter(outside_course=outside_course, completed_on=completed_on)
        .values_list("person_id", flat=True)
    )
    reported = set(
        Recognition.objects.waiting()
        .filter(outside_course=outside_course, completed_on=completed_on)
        .filter(claimed_by=by)
        .exclude(sheet__by=by)
        .values_list("person_id", flat=True)
    )
    lines: list[Line] = []
    seen: set[int] = set()
    for number, each in wanted:
        people = found.get(_plain(each), [])
        person = people[0] if len(people) == 1 else None
        if person is None:
            lines.append(Line(number, each, Match.AMBIGUOUS if people else Match.UNKNOWN))
            continue
        match = Match.FOUND
        if person.pk in seen:
            match = Match.REPEATED
        elif person.pk in recorded:
            match = Match.RECORDED
        elif person.pk == by.person_id:
            match = Match.OWN
        elif person.pk in reported:
            match = Match.REPORTED
        seen.add(person.pk)
        lines.append(Line(number, each, match, person))
    record_many(
        (
            Entry(
                "person.achievements_opened", "people.person", str(line.person.pk), line.person.pk
            )
            for line in lines
            if line.match is Match.RECORDED and line.person
        ),
        by=by,
    )
    return Rehearsal(tuple(lines))


def _plain(text: str) -> str:
    """A name as it is compared: "Öst, Åsa" and "Åsa  Öst" are the same."""
    words = " ".join(text.split())
    if words.count(",") == 1:
        family, given = words.split(",")
        words = f"{given.strip()} {family.strip()}"
    return words.casefold()


def _people(texts: Iterable[str]) -> dict[str, list[Person]]:
    """Plain text → the people it may mean."""
    plain = {_plain(text): text for text in texts}
    words = {word.strip(",") for text in plain.values() for word in text.split()}
    endings: set[str] = set()
    for text in plain:
        parts = text.split()
        endings |= {" ".join(parts[start:]) for start in range(1, len(parts))}
    # A database lowers å, ä and ö each in its own way: the spellings people use are asked for.
    families = endings | {ending.title() for ending in endings} | words
    found: dict[str, dict[int, Person]] = {}
    candidates = (
        Person.objects.filter(
            Q(person_id__in=words)
            | Q(email__in=words | {w.lower() for w in words})
            | Q(family_name__in=families)
        )
        .select_related("merged_into")
        .order_by("pk")
    )
    for row in candidates:
        person = row.merged_into or row
        for key in (row.person_id, row.email, f"{row.given_name} {row.family_name}"):
            if key and _plain(key) in plain:
                found.setdefault(_plain(key), {})[person.pk] = person
    return {key: list(people.values()) for key, people in found.items()}


@transaction.atomic
def record_sign_in_sheet(
    *,
    people: Sequence[Person],
    outside_course: OutsideCourse,
    completed_on: date,
    proof: Proof | None,
    proof_name: str,
    by: User,
    at: datetime,
) -> tuple[SignInSheet, Decided]:
    """Recognise the course for everyone on a sheet, in one transaction."""
    if not people:
        raise RecognitionError(_("Nobody on the sheet was found."))
    if completed_on > at.astimezone(STOCKHOLM).date():
        raise RecognitionError(_("The day cannot be later than today."))
    # The same sheet sent twice at once: the second sees what the first has recorded.
    lock_outside_courses([outside_course.pk])
    stands = lock_people(person.pk for person in people)
    people = list(dict.fromkeys(stands[person.pk] for person in people))
    sheet = SignInSheet(outside_course=outside_course, completed_on=completed_on, by=by)
    if proof is not None:
        sheet.proof_name = shown_name(proof_name, proof.suffix)
        sheet.proof.save(f"proof{proof.suffix}", proof_file(proof), save=False)
    sheet.save()
    record(
        "sign_in_sheet.recorded",
        sheet,
        by=by,
        after={
            "outside_course": str(outside_course),
            "completed_on": completed_on.isoformat(),
            "people": len(people),
        },
    )
    return sheet, _recognised(people, sheet, by, at)


def _recognised(people: Sequence[Person], sheet: SignInSheet, by: User, at: datetime) -> Decided:
    """Everyone's recognition, decided. Whoever has reported the course already has that report
    decided."""
    course = sheet.outside_course
    same = {"person__in": people, "outside_course": course, "completed_on": sheet.completed_on}
    if OutsideRecord.objects.standing().filter(**same).exists():
        raise RecognitionError(_("This course is already recorded for that day."))
    reported = list(Recognition.objects.waiting().filter(**same))
    have = {claim.person_id for claim in reported}
    claims = Recognition.objects.bulk_create(
        [
            Recognition(
                person=person,
                outside_course=course,
                completed_on=sheet.completed_on,
                sheet=sheet,
                claimed_by=by,
                created_at=at,
            )
            for person in people
            if person.pk not in have
        ],
        batch_size=1000,
    )
    decided = decide_recognitions(recognitions=[*reported, *claims], approved=True, by=by, at=at)
    _put_on(sheet, [claim for claim in reported if claim.sheet_id is None], by)
    return decided


def _put_on(sheet: SignInSheet, reported: Sequence[Recognition], by: User) -> None:
    """Say of reports that were there already that the sheet names their people too: whoever opens
    it reads of them. A report stays on the first sheet it was decided by."""
    Recognition.objects.filter(pk__in=[claim.pk for claim in reported]).update(sheet=sheet)
    record_many(
        (
            Entry(
                "recognition.put_on_sheet",
                "competence.recognition",
                str(claim.pk),
                claim.person_id,
                before={"sheet": None},
                after={"sheet": sheet.pk},
            )
            for claim in reported
        ),
        by=by,
    )
