"""A lesson's page and the saving of an answer, among 10,000 people in the middle of a course,
against a bare signed-in page of the same site in the same run: the account page, which is the frame
and a list of links. The goals are at most 2 times and at most 1.5 times. Every page is asked for
by another of them, who has not been here before.

Prints one JSON line per figure. SIZES overrides the number of people."""

# ruff: noqa: E402 - models are imported when Django is ready

import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")

import django

django.setup()

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from courses import grading
from courses.freezing import LessonContent, lessons_of
from courses.models import (
    Answer,
    Attempt,
    ChecklistMark,
    CourseVersion,
    Enrolment,
    LessonCompletion,
    Reflection,
)
from lms.lib.dates import today
from lms.people.models import Employment, Person, Unit, User
from lms.people.services.tree import rebuild_tree
from lms.starter import load_starter
from tests.bench import child, say
from tests.builders.people import make_account
from tests.database import migrated_template

# So many of the people look, one after the other, when the process has served some.
LOOKERS = 40
WARM = 8
# How often it is all looked at; the quickest counts.
TURNS = 3
BARE = "/konto/"
# Each has done this many lessons and is in the middle of the next.
DONE = 4
BATCH = 5000


def _people(number: int) -> list[Person]:
    root = Unit.objects.create(code="K", name="Kommunen")
    schools = Unit.objects.bulk_create(
        Unit(code=f"S{each}", name=f"Skola {each}", parent=root) for each in range(number // 30 + 1)
    )
    rebuild_tree()
    people = Person.objects.bulk_create(
        (
            Person(
                person_id=f"P{each:06}",
                given_name="Namn",
                family_name=f"Namnsson {each}",
                email=f"p{each}@example.se",
            )
            for each in range(number)
        ),
        batch_size=BATCH,
    )
    Employment.objects.bulk_create(
        (
            Employment(
                person=person,
                unit=schools[each // 30],
                job_code="LAR",
                job_title="Lärare",
                starts_on=date(2020, 1, 1),
            )
            for each, person in enumerate(people)
        ),
        batch_size=BATCH,
    )
    return people


def _version() -> CourseVersion:
    """The starter's course with the most lessons."""
    return max(CourseVersion.objects.offered(), key=lambda version: len(version.lessons))


def fill(number: int) -> None:
    """Everybody in the middle of the same course, with answers, a text and ticks. Written in
    bulk: the facts are what matters here, not how they came."""
    version, now = _version(), timezone.now()
    lessons = lessons_of(version.content)
    began = now - timedelta(days=20)
    here = lessons[DONE]
    enrolments = Enrolment.objects.bulk_create(
        (
            Enrolment(
                person=person,
                version=version,
                course_id=version.course_id,
                origin=Enrolment.Origin.REQUIREMENT,
                created_at=began,
                place_lesson=here["key"],
                place_at=now,
            )
            for person in _people(number)
        ),
        batch_size=BATCH,
    )
    LessonCompletion.objects.bulk_create(
        (
            LessonCompletion(enrolment=row, lesson_key=lesson["key"], completed_at=began)
            for row in enrolments
            for lesson in lessons[:DONE]
        ),
        batch_size=BATCH,
    )
    attempts = Attempt.objects.bulk_create(
        (
            Attempt(
                enrolment=row,
                lesson_key=lesson["key"],
                number=1,
                seed=grading.seed_of(row.pk, lesson["key"], 1),
                asked=[
                    question["key"]
                    for question in grading.questions_asked(lesson, enrolment_pk=row.pk, number=1)
                ],
                started_at=began,
                submitted_at=None if lesson is here else began,
                score=None if lesson is here else 100,
                passed=None if lesson is here else True,
            )
            for row in enrolments
            for lesson in lessons[: DONE + 1]
        ),
        batch_size=BATCH,
    )
    right = {
        question["key"]: grading.right_response(question)
        for question in grading.all_questions(lessons[: DONE + 1])
    }
    Answer.objects.bulk_create(
        (
            Answer(
                attempt=attempt,
                question_key=key,
                response=right[key],
                correct=True,
                credit=100,
                saved_at=began,
                given_at=began,
            )
            for attempt in attempts
            for key in attempt.asked
        ),
        batch_size=BATCH,
    )
    blocks = {block["type"]: block["id"] for lesson in lessons for block in lesson["blocks"]}
    Reflection.objects.bulk_create(
        (
            Reflection(
                enrolment=row,
                block_key=blocks.get("reflection", "r"),
                text="Så tänkte jag.",
                saved_at=began,
                given_at=began,
            )
            for row in enrolments
        ),
        batch_size=BATCH,
    )
    ChecklistMark.objects.bulk_create(
        (
            ChecklistMark(
                enrolment=row, block_key=blocks.get("checklist", "c"), item=item, given_at=began
            )
            for row in enrolments
            for item in range(3)
        ),
        batch_size=BATCH,
    )


def make(number: int) -> None:
    """The database, in VAR_DIR."""
    database = Path(settings.DATABASES["default"]["NAME"])
    database.write_bytes(migrated_template().read_bytes())
    load_starter({"framework", "arena", "courses"}, on=today(), by=None)
    fill(number)
    step = number // (LOOKERS + WARM)
    for place in range(LOOKERS + WARM):
        make_account(Person.objects.get(person_id=f"P{place * step:06}"))


@dataclass(frozen=True)
class Looker:
    """One of the people, with their session in the one client (a client of their own would load
    the site anew), and the lesson they are in the middle of."""

    client: Client
    session: str
    enrolment: Enrolment
    lesson: LessonContent

    def url(self, name: str) -> str:
        return reverse(f"courses:{name}", args=[self.enrolment.course.slug, self.lesson["slug"]])

    def signed_in(self) -> Client:
        self.client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        return self.client

    def bare(self) -> int:
        return self.signed_in().get(BARE).status_code

    def read(self) -> int:
        return self.signed_in().get(self.url("lesson")).status_code

    def save(self) -> int:
        question = next(
            each
            for each in grading.questions_asked(
                self.lesson, enrolment_pk=self.enrolment.pk, number=1
            )
            if each["kind"] in ("single", "truefalse")
        )
        seed = grading.seed_of(self.enrolment.pk, self.lesson["key"], 1)
        values = [choice.value for choice in grading.shuffled(question, seed)] or ["true"]
        fields = [[grading.field_names(question)[0], values[0]]]
        change = {"question": question["key"], "sequence": 1, "age": 5, "fields": fields}
        sent = {"attempt": 1, "client": uuid4().hex, "changes": [change]}
        answer = self.signed_in().post(
            self.url("answers"), json.dumps(sent), content_type="application/json"
        )
        return answer.status_code


def lookers() -> list[Looker]:
    found, client = [], Client()
    for user in User.objects.filter(person__isnull=False):
        client.force_login(user)
        session = client.cookies.pop(settings.SESSION_COOKIE_NAME).value
        enrolment = Enrolment.objects.select_related("version", "course").get(person=user.person)
        lesson = lessons_of(enrolment.version.content)[DONE]
        found.append(Looker(client, session, enrolment, lesson))
    return found


def look() -> dict[str, float]:
    """The median times of the bare page, the lesson and a saved answer, in milliseconds; in turns,
    so that what else the machine does meets them alike."""
    settings.ALLOWED_HOSTS = ["*"]
    times: dict[str, list[float]] = {"bare": [], "lesson": [], "save": []}
    for number, person in enumerate(lookers()):
        for name, act in (("bare", person.bare), ("lesson", person.read), ("save", person.save)):
            started = time.perf_counter()
            status = act()
            assert status == 200, status
            if number >= WARM:
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(each) for name, each in times.items()}


def main() -> None:
    for size in (int(size) for size in os.environ.get("SIZES", "10000").split(",")):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "static").mkdir()
            child(__spec__.name, folder, "make", str(size))
            looks = [json.loads(child(__spec__.name, folder, "look")) for _turn in range(TURNS)]
        quickest = {name: min(one[name] for one in looks) for name in looks[0]}
        say("lesson page, bare signed-in page", size, quickest["lesson"], quickest["bare"])
        say("saving an answer, bare signed-in page", size, quickest["save"], quickest["bare"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(int(sys.argv[2]))
    elif sys.argv[1:2] == ["look"]:
        print(json.dumps(look()))
    else:
        main()
