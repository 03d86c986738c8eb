"""What the tests of outside courses, corrections and imports begin from and ask."""

from __future__ import annotations

from datetime import date

from competence.engine import gap_rows
from competence.models import Achievement, OutsideCourse, Recognition
from competence.models.history import HistoryBatch
from competence.services import history
from competence.services.corrections import RightFact, put_right
from competence.services.recognition import decide_recognitions
from lms.people.models import Person, User
from tests.builders.competence import DAY
from tests.builders.people import employ, make_person, make_unit
from tests.builders.recognition import AT, make_claim
from tests.competence.test_history import rehearse

ON = date(2026, 10, 1)


def another(name: str) -> Person:
    person = make_person(name)
    employ(person, make_unit(f"U{name}"))
    return person


def status(person: Person, area: str = "OM1", day: date = DAY) -> str:
    rows = gap_rows(Person.objects.filter(pk=person.pk), day)
    return next(row.status.value for row in rows if row.area == area)


def counting(person: Person) -> list[tuple[str, int, date, date | None]]:
    """What counts for a person: area, level, day and last day."""
    return sorted(
        Achievement.objects.standing()
        .filter(person=person, revoked_on=None)
        .values_list("area__code", "level__number", "achieved_on", "valid_until"),
        key=str,
    )


def approved(person: Person, course: OutsideCourse, by: User) -> Recognition:
    claim = make_claim(person, course, on=ON)
    decide_recognitions(recognitions=[claim], approved=True, by=by, at=AT)
    claim.refresh_from_db()
    return claim


def taken_in(by: User, person: Person, what: str, last: str = "", on: date = ON) -> HistoryBatch:
    """A file of one row, taken in; no two are the same file."""
    empty = [""] * HistoryBatch.objects.count()
    batch = rehearse(by, f"{person.person_id};;;{what};{on.isoformat()};{last};", *empty)
    return history.commit_batch(batch=batch, by=by)


def correct(fact: Achievement, by: User | None, **changes: object) -> Achievement:
    said = {
        "person": fact.person,
        "area": fact.area,
        "level": fact.level,
        "achieved_on": fact.achieved_on,
        "valid_until": fact.valid_until,
    }
    right = RightFact(**(said | changes))  # type: ignore[arg-type]
    return put_right(achievement=fact, right=right, reason="Fel", by=by, day=DAY, at=AT)
