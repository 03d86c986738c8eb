"""How many questions the test that stands for a course says it has, and has."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from courses import grading, reading
from courses.comparing import compare
from courses.models import CoursePage, CourseVersion, Enrolment
from courses.services import learning
from courses.services.enrolment import withdraw
from courses.services.publishing import publish_course_version
from lms.people.models import Person
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import account_with, make_account, make_person

pytestmark = pytest.mark.django_db


def course_with_test(wanted: int, *lessons: int) -> CoursePage:
    """A course with a test of that many questions, and lessons with so many each."""
    course = courses.make_course()
    course.test_out_percent, course.test_out_questions = 80, wanted
    course.save()
    module = courses.add_module(course)
    for place, number in enumerate(lessons):
        questions = [courses.single(f"s{place}-{each}", f"Fråga {each}?") for each in range(number)]
        courses.add_lesson(module, questions=questions)
    return course


def number_really_asked(version: CourseVersion) -> int:
    test = reading.lesson_by_slug(version, grading.TEST_OUT_SLUG)
    assert test is not None
    return len(grading.questions_asked(test, enrolment_pk=1, number=1))


@pytest.mark.parametrize(
    ("wanted", "lessons", "asked"),
    [(10, (1, 1), 2), (10, (1, 7), 6), (3, (1, 1, 1, 1), 4), (4, (3, 3), 4), (3, (1,), 1)],
)
def test_the_course_promises_as_many_questions_as_the_test_asks(
    client: Client, wanted: int, lessons: tuple[int, ...], asked: int
) -> None:
    version = publish_course_version(course=course_with_test(wanted, *lessons), by=None)
    assert number_really_asked(version) == asked
    client.force_login(make_account(make_person()))
    page = client.get(reverse("courses:course", args=[version.course.slug])).content.decode()
    said = f"{asked} fråga ur" if asked == 1 else f"{asked} frågor ur"
    assert said in page


@pytest.mark.parametrize("name", ["studio", "publish"])
def test_the_author_is_warned_where_the_lessons_have_too_few(client: Client, name: str) -> None:
    client.force_login(account_with(Role.COORDINATOR))
    for course, warned in ((course_with_test(10, 1, 1), True), (course_with_test(4, 3, 3), False)):
        page = client.get(reverse(f"courses_admin:{name}", args=[course.pk])).content.decode()
        assert ("Provet ska ha 10 frågor, och lektionerna har 2." in page) == warned


def test_a_comparison_says_how_many_the_test_asks_now() -> None:
    course = course_with_test(10, 1, 1)
    before = publish_course_version(course=course, by=None).content
    courses.add_lesson(course.get_first_child().specific, questions=[courses.single("ny")])
    after = publish_course_version(course=course, by=None).content
    told = [
        piece.text
        for section in compare(before, after, wording=str).sections
        for change in section.changes
        for piece in change.pieces
        if piece.mark == "added"
    ]
    assert "3" in " ".join(told)


MONDAY = courses.NOON


@pytest.fixture
def failed(monkeypatch: pytest.MonkeyPatch) -> Enrolment:
    """Somebody who has handed in the test with nothing right."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: MONDAY)
    version = publish_course_version(course=course_with_test(3, 3, 3), by=None)
    enrolment = courses.enrol(make_person(), version)
    test = reading.lesson_by_slug(version, grading.TEST_OUT_SLUG)
    assert test is not None
    wrong = {question["key"]: 0 for question in grading.all_questions([test])}
    saved = learning.save_answers(
        enrolment=enrolment, lesson=test, number=1, given=courses.give(wrong), at=MONDAY
    )
    learning.submit_attempt(
        enrolment=enrolment, lesson=test, number=saved.attempt.number, at=MONDAY
    )
    enrolment.refresh_from_db()
    return enrolment


def _course_page(client: Client, person: Person, version: CourseVersion) -> str:
    client.force_login(make_account(person))
    return client.get(reverse("courses:course", args=[version.course.slug])).content.decode()


def test_the_way_on_after_a_failed_test_is_the_first_lesson(
    failed: Enrolment, client: Client
) -> None:
    first = failed.version.lessons[0]
    page = _course_page(client, failed.person, failed.version)
    here = page[page.index('kicker">Du är här') :][:900]
    assert first["title"] in here
    assert f"/{first['slug']}/" in here


def test_the_offer_says_from_when_there_is_a_new_test(failed: Enrolment, client: Client) -> None:
    page = _course_page(client, failed.person, failed.version)
    assert "Nytt prov från 30 november kl. 12.00" in page
    assert "Gör provet" not in page


def test_leaving_the_course_is_no_way_round_the_wait(failed: Enrolment, client: Client) -> None:
    withdraw(enrolment=failed, by=None, at=MONDAY)
    page = _course_page(client, failed.person, failed.version)
    assert "Nytt prov från 30 november kl. 12.00" in page


def test_the_wait_is_said_before_the_test_is_begun(client: Client) -> None:
    version = publish_course_version(course=course_with_test(3, 3, 3), by=None)
    page = _course_page(client, make_person(), version)
    assert "Om du inte klarar det kan du göra ett nytt prov efter en vecka." in page
