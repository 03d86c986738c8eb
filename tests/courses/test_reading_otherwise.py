"""Two ways through a course that suit some people better: the easy text, and the test."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import grading
from courses.freezing import lessons_of
from courses.models import Completion, CourseVersion, Enrolment, LessonPage
from courses.services.publishing import publish_course_version
from tests.builders import courses
from tests.builders.answers import fields_for
from tests.builders.people import employ, make_account, make_person, make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner(client: Client) -> Client:
    person = make_person()
    employ(person, make_unit("K"))
    client.force_login(make_account(person))
    return client


def _lesson(version: CourseVersion) -> str:
    return reverse("courses:lesson", args=[version.course.slug, version.lessons[0]["slug"]])


def test_the_easy_text_is_chosen_once_and_holds_in_every_lesson(learner: Client) -> None:
    course = courses.make_course()
    body = [courses.text("<p>Den hela texten.</p>"), courses.checklist()]
    courses.add_lesson(courses.add_module(course), body=body)
    page = LessonPage.objects.get()
    page.easy = "<p>Kort text.</p>"
    page.save_revision().publish()
    version = publish_course_version(course=course, by=None)
    learner.post(reverse("courses:course", args=[course.slug]), {"action": "enrol"})
    assert "Den hela texten." in learner.get(_lesson(version)).content.decode()
    learner.get(_lesson(version), {"text": "lattlast"})
    easy = learner.get(_lesson(version)).content.decode()
    assert "Kort text." in easy
    assert "Den hela texten." not in easy
    assert "Gör så här" in easy
    learner.get(_lesson(version), {"text": "vanlig"})
    assert "Den hela texten." in learner.get(_lesson(version)).content.decode()


def test_a_lesson_without_an_easy_text_offers_none(learner: Client) -> None:
    version = courses.publish_course(lessons=1)
    learner.post(reverse("courses:course", args=[version.course.slug]), {"action": "enrol"})
    assert "text=lattlast" not in learner.get(_lesson(version)).content.decode()


def with_test() -> CourseVersion:
    course = courses.make_course()
    course.test_out_percent = 90
    course.save()
    module = courses.add_module(course)
    for number in range(3):
        courses.add_lesson(module, questions=[courses.single(f"s{number}")])
    return publish_course_version(course=course, by=None)


def _right(enrolment: Enrolment, number: int = 1, **wrong: Any) -> dict[str, Any]:
    test = grading.lesson_for_test_out(lessons_of(enrolment.version.content), 10)
    seed = grading.seed_of(enrolment.pk, grading.TEST_OUT, number)
    fields: dict[str, Any] = {"attempt": str(number), "submit": "1"}
    for question in grading.questions_asked(test, enrolment_pk=enrolment.pk, number=number):
        response = wrong.get(question["key"], grading.right_response(question))
        fields |= fields_for(question, seed, response)
    return fields


def test_who_knows_it_takes_the_test_from_the_course_page(learner: Client) -> None:
    version = with_test()
    url = reverse("courses:course", args=[version.course.slug])
    assert "Kan du redan det här?" in learner.get(url).content.decode()
    begun = learner.post(url, {"action": "test"})
    assert begun["Location"] == f"{url}kunskapsprov/"
    page = learner.get(begun["Location"]).content.decode()
    assert "3 frågor ur hela kursen" in page
    enrolment = Enrolment.objects.get()
    answered = learner.post(f"{begun['Location']}svar/", _right(enrolment))
    assert answered["Location"].endswith("#resultat")
    assert Completion.objects.get().way == "test"
    assert "100\u00a0% rätt" in learner.get(begun["Location"]).content.decode()


def test_who_does_not_pass_is_told_when_and_may_take_the_course(learner: Client) -> None:
    version = with_test()
    url = reverse("courses:course", args=[version.course.slug])
    test = learner.post(url, {"action": "test"})["Location"]
    enrolment = Enrolment.objects.get()
    learner.post(f"{test}svar/", _right(enrolment, s0=0))
    page = learner.get(test).content.decode()
    assert "66\u00a0% rätt" in page
    assert "Du kan göra ett nytt prov" in page
    assert not Completion.objects.exists()
    assert learner.get(_lesson(version)).status_code == 200
    again = learner.post(f"{test}svar/", _right(enrolment, 2), follow=True)
    assert not Completion.objects.exists()
    assert again.status_code == 200
