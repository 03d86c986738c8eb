"""What other systems are complained of for when a course is taken again, and does not happen here:
a new period is a new enrolment, and nothing of the old one is reset, reused or issued by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from competence.engine import gap_rows
from courses.freezing import lessons_of
from courses.listing import transcript
from courses.models import Answer, Attempt, Certificate, Completion, Enrolment, LessonCompletion
from courses.services import learning
from lms.notifications.services.daily import run_daily_work
from lms.people.models import Person
from tests.builders import courses
from tests.builders.competence import adopt, plan_of
from tests.builders.people import employ, make_person, make_unit

pytestmark = pytest.mark.django_db
TAKEN = courses.NOON
AGAIN = TAKEN + timedelta(days=340)
RUN_OUT = TAKEN + timedelta(days=500)
RECORDS = (Enrolment, Attempt, Answer, LessonCompletion, Completion, Certificate)


@pytest.fixture
def once() -> SimpleNamespace:
    """Somebody who has taken a course that is to be renewed each year."""
    adopt(plan_of({"renewal_months": 12, "window_days": 60}))
    person = make_person()
    employ(person, make_unit("U"), starts_on=date(2026, 1, 1))
    version = courses.publish_course(lessons=2, gives=(("OM1", 1, None),))
    first = courses.complete(person, version, TAKEN)
    return SimpleNamespace(person=person, version=version, first=first)


def records_of(enrolment: Enrolment) -> dict[str, list[dict[str, Any]]]:
    """Everything that is stored of an enrolment, column by column."""
    of = {
        Enrolment: {"pk": enrolment.pk},
        Answer: {"attempt__enrolment": enrolment},
        Certificate: {"completion__enrolment": enrolment},
    }
    return {
        model.__name__: list(
            model.objects.filter(**of.get(model, {"enrolment": enrolment})).order_by("pk").values()
        )
        for model in RECORDS
    }


def status(person: Person, at: datetime) -> tuple[str, date | None]:
    (row,) = gap_rows(Person.objects.filter(pk=person.pk), at.date())
    return (row.status.value, row.valid_until)


def test_taking_a_course_again_is_a_new_enrolment_and_clears_nothing_of_the_old(once):
    before = records_of(once.first)
    assert all(before.values())
    second = courses.complete(once.person, once.version, AGAIN)
    assert second != once.first
    assert records_of(once.first) == before
    assert [entry.completion.completed_on for entry in transcript(once.person, AGAIN.date())] == [
        AGAIN.date(),
        TAKEN.date(),
    ]


def test_a_course_that_is_begun_again_is_not_completed_at_once(once):
    second = courses.enrol(once.person, once.version, AGAIN)
    assert second.completed_at is None
    assert not second.attempts.exists()
    assert Completion.objects.count() == Certificate.objects.count() == 1
    first, last = lessons_of(once.version.content)
    courses.take_lesson(second, first, AGAIN)
    assert Completion.objects.count() == Certificate.objects.count() == 1
    courses.take_lesson(second, last, AGAIN)
    assert Completion.objects.count() == Certificate.objects.count() == 2


def test_tries_of_the_old_period_are_not_counted_in_the_new(once):
    second = courses.enrol(once.person, once.version, AGAIN)
    lesson = lessons_of(once.version.content)[0]
    saved = learning.save_answers(
        enrolment=second,
        lesson=lesson,
        number=1,
        given=courses.give(courses.right_responses(lesson), AGAIN),
        at=AGAIN,
    )
    assert (saved.attempt.enrolment, saved.attempt.number) == (second, 1)


def test_a_best_result_that_has_run_out_does_not_count(once):
    assert Attempt.objects.filter(enrolment=once.first, score=100).count() == 2
    assert status(once.person, AGAIN) == ("expiring", date(2027, 11, 22))
    assert status(once.person, RUN_OUT) == ("expired", date(2027, 11, 22))


def test_going_through_one_lesson_again_renews_nothing(once):
    courses.take_lesson(
        courses.enrol(once.person, once.version, AGAIN),
        lessons_of(once.version.content)[0],
        AGAIN,
    )
    assert status(once.person, AGAIN) == ("expiring", date(2027, 11, 22))


def test_taking_the_course_again_in_the_window_gives_a_whole_period_more(once):
    courses.complete(once.person, once.version, AGAIN)
    assert status(once.person, AGAIN) == ("met", date(2028, 11, 22))


def test_nobody_is_enrolled_completed_or_certified_by_time_alone(once, monkeypatch):
    counts = [model.objects.count() for model in RECORDS]
    monkeypatch.setattr("django.utils.timezone.now", lambda: RUN_OUT)
    run_daily_work({"day": RUN_OUT.date()}, lambda _done, _of: None)
    assert status(once.person, RUN_OUT) == ("expired", date(2027, 11, 22))
    assert [model.objects.count() for model in RECORDS] == counts
