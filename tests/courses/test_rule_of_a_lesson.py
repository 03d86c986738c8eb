"""What a lesson takes is said in the same words wherever it is said."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from courses.freezing import lessons_of
from courses.services import learning
from tests.builders import courses
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db

RULE = "Lektionen är klar när minst 80 % är rätt."


def test_course_lesson_and_result_state_one_rule(client: Client) -> None:
    four = [courses.single(f"s{number}", f"Fråga {number}?") for number in range(4)]
    version = courses.publish_course(lessons=1, questions=four)
    person = make_person()
    enrolment = courses.enrol(person, version)
    client.force_login(make_account(person))
    (lesson,) = lessons_of(version.content)
    lesson_url = reverse("courses:lesson", args=[version.course.slug, lesson["slug"]])
    course = client.get(reverse("courses:course", args=[version.course.slug])).content.decode()
    assert RULE in course
    assert f"{RULE} Det är 4 av 4 svar." in client.get(lesson_url).content.decode()
    given = courses.give({f"s{number}": 0 for number in range(4)})
    learning.save_answers(
        enrolment=enrolment, lesson=lesson, number=1, given=given, at=courses.NOON
    )
    learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=1, at=courses.NOON)
    result = client.get(lesson_url).content.decode().split('id="resultat"')[1]
    assert f"{RULE} Det är 4 av 4 svar." in result.split("</div>")[0]


def test_no_number_of_answers_is_named_where_a_part_of_one_counts(client: Client) -> None:
    version = courses.publish_course(lessons=1, questions=[courses.single(), courses.cloze()])
    person = make_person()
    courses.enrol(person, version)
    client.force_login(make_account(person))
    slug = version.lessons[0]["slug"]
    page = client.get(reverse("courses:lesson", args=[version.course.slug, slug])).content.decode()
    assert f"{RULE} Det som är delvis rätt räknas till sin del." in page
    assert "av 2 svar" not in page
