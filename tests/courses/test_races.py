"""Two who write to a course at the same moment. On PostgreSQL only: SQLite lets one writer in at a
time. `make prove` runs these where there is a PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

from courses.models import CourseVersion, Enrolment, LessonPage, VersionReview
from courses.services import completing, dialogue, moving, publishing, reviews, seats
from courses.services.publishing import publish_course_version
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.partners import make_guest, make_organisation, share
from tests.builders.people import MONDAY, account_with, make_person

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="races need PostgreSQL"),
]

PATIENCE = 30.0
# Long enough for the other to reach the lock that it would wait for.
A_MOMENT = 1.0


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """What each job gives, each run in a connection of its own; an error in its words."""
    given: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            given[place] = job()
        except Exception as error:
            given[place] = f"{type(error).__name__}: {error}"
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(place, job), daemon=True)
        for place, job in enumerate(jobs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return given


class Pause:
    """Lets a function of a module be reached, and go on a moment after the other job has begun."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        self._reached, self._go_on = threading.Event(), threading.Event()
        real = getattr(module, name)

        def paused(*args: Any, **named: Any) -> Any:
            found = real(*args, **named)
            self._reached.set()
            self._go_on.wait(A_MOMENT)
            return found

        monkeypatch.setattr(module, name, paused)

    def then(self, job: Callable[[], Any]) -> Callable[[], Any]:
        """The job, once the function has been reached."""

        def run() -> Any:
            assert self._reached.wait(PATIENCE)
            try:
                return job()
            finally:
                self._go_on.set()

        return run


def edit(version: CourseVersion, words: str) -> None:
    page = LessonPage.objects.descendant_of(version.course).get()
    page.body = LessonPage._meta.get_field("body").to_python([courses.text(f"<p>{words}</p>")])
    page.save_revision().publish()


def publish(version: CourseVersion, change: str) -> int:
    course = version.course.specific
    return publish_course_version(
        course=course, by=None, change=change, note="Ny lag.", at=NOON
    ).number


def under_way() -> tuple[Person, Enrolment, CourseVersion]:
    """Somebody who reads the first of two versions, with a third to come."""
    first = courses.publish_course(lessons=1)
    person = make_person()
    enrolment = courses.enrol(person, first)
    edit(first, "Nytt.")
    publish(first, "editorial")
    edit(first, "Ännu nyare.")
    return person, enrolment, CourseVersion.objects.get(number=2)


def version_read_by(person: Person) -> int:
    return Enrolment.objects.get(person=person, withdrawn_at__isnull=True).version.number


def test_a_review_is_decided_while_somebody_else_publishes(monkeypatch) -> None:
    version = courses.publish_course(lessons=1)
    edit(version, "Nytt.")
    editor, reviewer = account_with(Role.EDITOR), account_with(Role.REVIEWER)
    coordinator = account_with(Role.COORDINATOR)
    course = version.course.specific
    asked: dict[str, Any] = {"change": "editorial", "note": ""}
    review = reviews.ask_for_review(course=course, by=editor, message="", at=NOON, **asked)
    deciding = Pause(monkeypatch, reviews, "_open")

    def decide() -> Any:
        return reviews.decide_review(review=review, by=reviewer, approve=True, comment="", at=NOON)

    def publish_at_once() -> int:
        return reviews.publish_as(course=course, by=coordinator, at=NOON, **asked).number

    assert at_once(decide, deciding.then(publish_at_once)) == [review, 2]
    assert VersionReview.objects.get().decided_by == reviewer


def test_a_question_is_asked_while_a_version_is_published(monkeypatch) -> None:
    version = courses.publish_course(lessons=1)
    person = make_person()
    courses.enrol(person, version)
    edit(version, "Nytt.")
    publishing_it = Pause(monkeypatch, publishing, "_draft")

    def ask() -> str:
        asked = {"person": person, "version": version, "lesson_key": "", "at": NOON}
        return dialogue.ask_expert(text="Hur gör jag?", **asked).text

    def publish_it() -> int:
        return publish(version, "material")

    assert at_once(publish_it, publishing_it.then(ask)) == [2, "Hur gör jag?"]


def test_somebody_goes_on_in_a_newer_version_while_a_retake_is_published(monkeypatch) -> None:
    person, enrolment, second = under_way()
    publishing_it = Pause(monkeypatch, publishing, "_draft")

    def go_on() -> int:
        return len(moving.move_to_version(enrolments=[enrolment], version=second, by=None, at=NOON))

    def publish_it() -> int:
        return publish(second, "retake")

    assert at_once(publish_it, publishing_it.then(go_on)) == [3, 1]
    assert version_read_by(person) == 3


def test_nobody_who_goes_on_at_the_same_moment_is_left_behind_by_a_retake(monkeypatch) -> None:
    person, enrolment, second = under_way()
    moving_to_second = Pause(monkeypatch, moving, "_bring_along")

    def go_on() -> int:
        return len(moving.move_to_version(enrolments=[enrolment], version=second, by=None, at=NOON))

    def publish_it() -> int:
        return publish(second, "retake")

    assert at_once(go_on, moving_to_second.then(publish_it)) == [1, 3]
    assert version_read_by(person) == 3


def test_going_on_in_the_newest_waits_for_the_version_that_is_being_published(monkeypatch) -> None:
    person, enrolment, second = under_way()
    publishing_it = Pause(monkeypatch, publishing, "_draft")

    def go_on() -> CourseVersion | None:
        return moving.go_on_in_newest(enrolment=enrolment, by=None, at=NOON)

    def publish_it() -> int:
        return publish(second, "retake")

    assert at_once(publish_it, publishing_it.then(go_on)) == [3, None]
    assert version_read_by(person) == 3


def test_a_certificate_is_replaced_while_its_course_is_taken_back(monkeypatch) -> None:
    person = make_person()
    completion = courses.complete(person, courses.publish_course(lessons=1)).completion
    replacing = Pause(monkeypatch, completing, "issue_certificate")

    def replace() -> bool:
        certificate = completion.certificates.get()
        return bool(completing.supersede_certificate(certificate=certificate, by=None).pk)

    def take_back() -> bool:
        on = completion.completed_on
        taken = completing.revoke_completion(completion=completion, on=on, by=None, reason="Fel.")
        return taken.revoked_on == on

    assert at_once(replace, replacing.then(take_back)) == [True, True]
    assert not completion.certificates.filter(revoked_on__isnull=True).exists()


def test_two_at_once_never_exceed_the_seats(monkeypatch) -> None:
    version, ours = courses.publish_course(lessons=1), make_organisation("A")
    quota = share(version, ours, 1)
    first, second = make_guest(ours).person, make_guest(ours).person
    counting = Pause(monkeypatch, seats, "holders")

    def set_out(person: Person) -> Callable[[], str]:
        return lambda: courses.enrol(person, version).person.person_id

    given = at_once(set_out(first), counting.then(set_out(second)))
    assert given == [first.person_id, f"NoSeatError: {ours.name}"]
    assert seats.holders([quota])[quota.pk] == {first.pk}


def test_a_seat_is_not_given_while_the_seats_are_lowered(monkeypatch) -> None:
    version, ours = courses.publish_course(lessons=1), make_organisation("A")
    quota = share(version, ours, 1)
    person = make_guest(ours).person
    lowering = Pause(monkeypatch, seats, "_facts")

    def lower() -> int:
        return seats.change_quota(
            quota=quota,
            seats=0,
            starts_on=quota.starts_on,
            ends_on=quota.ends_on,
            day=MONDAY,
            by=None,
        ).seats

    def set_out() -> int:
        return courses.enrol(person, version).pk

    assert at_once(lower, lowering.then(set_out)) == [0, f"NoSeatError: {ours.name}"]
