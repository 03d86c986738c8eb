"""What somebody reads who was offline while a version to be taken again was published."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import grading
from courses.freezing import LessonContent, lessons_of
from courses.models import CourseVersion, Enrolment, LessonPage
from courses.services import enrolment as enrolling
from courses.services import learning
from courses.services.publishing import publish_course_version
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def enrolment() -> Enrolment:
    version = courses.publish_course(
        lessons=2,
        body=[courses.text(), courses.reflection("r"), courses.checklist("c")],
        questions=[courses.single("s")],
    )
    return courses.enrol(make_person(), version)


@pytest.fixture
def learner(enrolment: Enrolment, client: Client) -> Client:
    client.force_login(make_account(enrolment.person))
    return client


def first_lesson(enrolment: Enrolment) -> LessonContent:
    return lessons_of(enrolment.version.content)[0]


def publish_again(version: CourseVersion) -> CourseVersion:
    return publish_course_version(
        course=version.course.specific, by=None, change="retake", note="Ny lag.", at=NOON
    )


def page_of(enrolment: Enrolment) -> LessonPage:
    found = LessonPage.objects.descendant_of(enrolment.version.course).order_by("path").first()
    assert found is not None
    return found


def send_answer(learner: Client, enrolment: Enrolment, attempt: int) -> Any:
    change = {"question": "s", "sequence": 1, "age": 10, "fields": [["q-s", "1"]]}
    lesson = first_lesson(enrolment)
    shuffle = grading.seed_of(enrolment.pk, lesson["key"], attempt)
    body = {"attempt": attempt, "shuffle": shuffle, "client": "en-sida", "changes": [change]}
    args = [enrolment.version.course.slug, lesson["slug"]]
    return learner.post(
        reverse("courses:answers", args=args),
        json.dumps(body),
        content_type="application/json",
        **JSON,
    )


def test_a_lesson_that_is_gone_says_what_happened_what_is_kept_and_where_to_go_on(
    learner: Client, enrolment: Enrolment
) -> None:
    page_of(enrolment).unpublish()
    publish_again(enrolment.version)
    answer = send_answer(learner, enrolment, 1)
    assert (answer.status_code, answer.json()["final"]) == (404, True)
    assert answer.json()["error"] == (
        "Kursen har fått en ny version, och det här är inte med i den. Det du senast gjorde här "
        "sparades inte. Lektioner som är oförändrade är fortfarande klara. Fortsätt från kursens "
        "sida."
    )


def test_a_text_that_has_no_place_any_more_can_be_copied(
    learner: Client, enrolment: Enrolment
) -> None:
    page = page_of(enrolment)
    page.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    page.save_revision().publish()
    publish_again(enrolment.version)
    args = [enrolment.version.course.slug, first_lesson(enrolment)["slug"]]
    text = learner.post(reverse("courses:reflection", args=[*args, "r"]), {"text": "Min"}, **JSON)
    tick = learner.post(reverse("courses:checklist", args=[*args, "c"]), {"item": "0"}, **JSON)
    what, go_on, _nothing = tick.json()["error"].partition("Fortsätt från kursens sida.")
    copy = "Din text finns kvar på skärmen: kopiera den om du vill behålla den. "
    assert text.json()["error"] == what + copy + go_on


def test_a_lesson_that_is_done_again_does_not_blame_another_page(
    learner: Client, enrolment: Enrolment
) -> None:
    lesson = first_lesson(enrolment)
    learning.save_answers(
        enrolment=enrolment, lesson=lesson, number=1, given=courses.give({"s": 0}), at=NOON
    )
    learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=1, at=NOON)
    page = page_of(enrolment)
    page.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    page.save_revision().publish()
    publish_again(enrolment.version)
    answer = send_answer(learner, enrolment, 2)
    assert (answer.status_code, answer.json()["final"]) == (409, True)
    assert answer.json()["error"] == (
        "Kursen har fått en ny version, och den här lektionen görs om i den. Det du senast "
        "svarade här sparades inte. Lektioner som är oförändrade är fortfarande klara. Ladda om "
        "för att se lektionen som den är nu."
    )


def test_questions_handed_in_on_another_page_are_still_said_to_be_so(
    learner: Client, enrolment: Enrolment
) -> None:
    answer = send_answer(learner, enrolment, 3)
    assert "på en annan sida" in answer.json()["error"]
    courses.take_lesson(enrolment, first_lesson(enrolment))
    edited = LessonPage.objects.descendant_of(enrolment.version.course).order_by("path").last()
    edited.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    edited.save_revision().publish()
    publish_again(enrolment.version)
    # The lesson is the same, and its attempts came along.
    answer = send_answer(learner, enrolment, 2)
    assert "på en annan sida" in answer.json()["error"]


def test_who_has_left_the_course_is_told_of_no_new_version(
    learner: Client, enrolment: Enrolment
) -> None:
    enrolling.withdraw(enrolment=enrolment, by=None, at=NOON)
    answer = send_answer(learner, enrolment, 1)
    assert answer.json()["error"] == (
        "Du går inte längre kursen i den här versionen. Det du senast gjorde här sparades inte; "
        "det som sparades tidigare finns kvar. Fortsätt från kursens sida."
    )


def test_what_is_final_leads_to_the_courses_page(learner: Client, enrolment: Enrolment) -> None:
    course = reverse("courses:course", args=[enrolment.version.course.slug])
    lesson = reverse(
        "courses:lesson", args=[enrolment.version.course.slug, first_lesson(enrolment)["slug"]]
    )
    html = learner.get(lesson).content.decode()
    assert 'href="../">Till kursens sida</a>' in html
    assert lesson.rsplit("/", 2)[0] + "/" == course
