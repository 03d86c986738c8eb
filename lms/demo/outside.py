"""Courses that others give in the demo, all invented: three rules, courses reported and decided,
and some that wait for a reviewer."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import font_source_sans_pro
from PIL import Image, ImageDraw, ImageFont

from competence.models import OutsideCourse, Recognition
from competence.parsers.proofs import Proof
from competence.services.equivalence_rules import decide_rule
from competence.services.outside_courses import add_outside_course
from competence.services.recognition import claim_recognition, decide_recognitions
from lms.demo.clock import DemoClock
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, User

PROVIDER = "Exempellänets utbildningscentrum"
# Name, provider, and what a rule gives for it: area, level, months.
COURSES = (
    ("Samverkan i praktiken", PROVIDER, ("OM6", 1, 36)),
    ("Lågaffektivt bemötande, två dagar", "Exempelskolan för bemötande", ("OM5", 1, 36)),
    ("Stöd till den som vill lämna", PROVIDER, ("OM10", 1, 24)),
    ("Digitala miljöer för fältarbetare", "Nätverket Exempelfältet", None),
)
RULES_FROM = 400
# Days ago reported → the courses reported that day, by people of whom nothing else is told.
REPORTED = {70: (0, 0, 1, 0, 2, 0), 19: (0, 3), 9: (0, 0), 6: (1,), 5: (0, 2), 2: (1,), 1: (0,)}
DECIDED = 66  # days ago: what had been reported then
OWN = 12  # the employee's own, refused three days later
OWN_AGAIN = 4


class OutsideCourses:
    """What happens with them, day by day."""

    def __init__(self, *, learner: Person, reviewer: User, untouched: set[int]) -> None:
        self.learner, self.reviewer, self.untouched = learner, reviewer, untouched

    def live(self, *, day: date, days_ago: int, clock: DemoClock) -> None:
        clock.set(day, 10)
        if days_ago == RULES_FROM:
            self._decide_rules(day)
        if days_ago in REPORTED:
            self._report(REPORTED[days_ago], day, days_ago, clock)
        if days_ago == DECIDED:
            decide_recognitions(
                recognitions=Recognition.objects.waiting(),
                approved=True,
                by=self.reviewer,
                at=clock.at,
            )
        if days_ago in (OWN, OWN_AGAIN):
            course = 0 if days_ago == OWN_AGAIN else 1
            self._claim(self.learner, course, day - timedelta(days=21 + course), clock)
        if days_ago == OWN - 3:
            decide_recognitions(
                recognitions=Recognition.objects.waiting().filter(person=self.learner),
                approved=False,
                reason="Det syns inte vilken dag kursen var. Be anordnaren om ett intyg med datum.",
                by=self.reviewer,
                at=clock.at,
            )

    def _decide_rules(self, day: date) -> None:
        for name, provider, gives in COURSES:
            course = add_outside_course(name=name, provider=provider, by=self.reviewer)
            if gives is None:
                continue
            area, level, months = gives
            decide_rule(
                outside_course=course,
                area=CompetenceArea.objects.get(code=area),
                level=TrainingLevel.objects.get(number=level),
                validity_months=months,
                completed_from=day - timedelta(days=365),
                completed_until=None,
                decided_on=day,
                reason="Samma mål och omfattning som vår egen kurs",
                by=self.reviewer,
            )

    def _report(self, courses: tuple[int, ...], day: date, days_ago: int, clock: DemoClock) -> None:
        people = Person.objects.employed_on(day).exclude(pk__in=self.untouched)
        people = people.filter(recognitions=None).order_by("pk")
        found = people[days_ago : days_ago + len(courses)]
        for person, course in zip(found, courses, strict=False):
            self._claim(person, course, day - timedelta(days=7 + days_ago % 5), clock)

    def _claim(self, person: Person, course: int, on: date, clock: DemoClock) -> None:
        name, provider, _gives = COURSES[course]
        claim_recognition(
            person=person,
            outside_course=OutsideCourse.objects.get(name=name, provider=provider),
            completed_on=on,
            proof=_certificate(name, provider, person.name, on),
            proof_name="intyg.jpg",
            by=User.objects.filter(person=person).first(),
            at=clock.at,
        )


def _certificate(name: str, provider: str, who: str, on: date) -> Proof:
    """A certificate as somebody may have photographed it."""
    paper = Image.new("RGB", (900, 640), "#fbf8f1")
    drawing = ImageDraw.Draw(paper)
    drawing.rectangle((24, 24, 876, 616), outline="#7a6a4a", width=3)
    for text, y, size in (("Intyg", 90, 64), (who, 230, 44), (name, 320, 36), (provider, 390, 28)):
        drawing.text((450, y), text, fill="#1d2829", font=_font(size), anchor="mm")
    drawing.text((450, 520), f"{on:%Y-%m-%d}", fill="#1d2829", font=_font(28), anchor="mm")
    drawn = io.BytesIO()
    paper.save(drawn, "JPEG", quality=80)
    return Proof(drawn.getvalue(), ".jpg")


def _font(size: int) -> ImageFont.FreeTypeFont:
    folder = Path(font_source_sans_pro.__file__).parent / "files"
    return ImageFont.truetype(str(folder / "SourceSansPro-Regular.ttf"), size)
