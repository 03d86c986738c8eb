"""Outside courses, rules and claims for tests, made by the services."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

from PIL import Image

from competence.models import EquivalenceRule, OutsideCourse, Recognition
from competence.services.equivalence_rules import decide_rule
from competence.services.outside_courses import add_outside_course
from competence.services.proofs import Proof
from competence.services.recognition import claim_recognition
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User
from tests.builders.people import make_account

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def jpeg(width: int = 40, height: int = 30, **said: object) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(drawn, "JPEG", **said)
    return drawn.getvalue()


PDF = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nxref\n0 1\n"
    b"trailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
)


def make_course(name: str = "Samverkan i praktiken", provider: str = "Länet") -> OutsideCourse:
    return add_outside_course(name=name, provider=provider, by=None)


def make_rule(
    course: OutsideCourse, area: str = "OM1", level: int = 1, **said: object
) -> EquivalenceRule:
    usual: dict[str, object] = {
        "validity_months": 36,
        "completed_from": date(2024, 1, 1),
        "completed_until": None,
        "decided_on": date(2026, 11, 1),
        "reason": "Samma mål som vår kurs",
        "by": None,
    }
    return decide_rule(
        outside_course=course,
        area=CompetenceArea.objects.get(code=area),
        level=TrainingLevel.objects.get(number=level),
        **(usual | said),  # type: ignore[arg-type]
    )


def make_claim(
    person: Person,
    course: OutsideCourse | None,
    *,
    on: date = date(2026, 10, 1),
    by: User | None = None,
    at: datetime = AT,
    **said: str,
) -> Recognition:
    return claim_recognition(
        person=person,
        outside_course=course,
        completed_on=on,
        proof=Proof(jpeg(), ".jpg"),
        proof_name="intyg.jpg",
        by=by or _account(person),
        at=at,
        **said,
    )


def _account(person: Person) -> User:
    return User.objects.filter(person=person).first() or make_account(person)
