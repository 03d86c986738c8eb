"""Going on in a newer version: what is the same comes along, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import grading, reading
from courses.freezing import lessons_of
from courses.models import Completion, CoursePage, CourseVersion, Enrolment, LessonPage
from courses.services import completing, learning
from courses.services import enrolment as enrolling
from courses.services.publishing import publish_course_version
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db


def edit(version: CourseVersion, lesson: int = 0) -> None:
    page = LessonPage.objects.descendant_of(version.course).order_by("path")[lesson]
    page.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    page.save_revision().publish()


def retake(version: CourseVersion) -> CourseVersion:
    return publish_course_version(
        course=version.course.specific, by=None, change="retake", note="Ny lag.", at=NOON
    )


def test_a_retake_takes_nothing_from_a_lesson_that_is_the_same(client: Client) -> None:
    version = courses.publish_course(
        lessons=2,
        body=[courses.text(), courses.reflection("r"), courses.checklist("c")],
        questions=[courses.single("s"), courses.truefalse("t")],
    )
    person = make_person()
    old = courses.enrol(person, version)
    second = lessons_of(version.content)[1]
    learning.save_answers(
        enrolment=old, lesson=second, number=1, given=courses.give({"s": 1}), at=NOON
    )
    learning.save_reflection(
        enrolment=old, block_key="r", given=learning.Given("Min tanke", NOON), at=NOON
    )
    learning.save_ticks(enrolment=old, block_key="c", given={0: learning.Given(True, NOON)})
    client.force_login(make_account(person))
    url = reverse("courses:state", args=[version.course.slug, second["slug"]])
    before = client.get(url).json()
    edit(version)
    retake(version)
    after = client.get(url).json()
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert after == {**before, "enrolment": now.pk, "others": [old.pk]}
    outcome = courses.take_lesson(now, lessons_of(now.version.content)[1])
    assert outcome.attempt.score == 100


def test_what_was_confirmed_holds_only_for_the_same_words() -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.CONFIRM]))
    enrolment = courses.enrol(make_person(), version)
    completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    course = CoursePage.objects.get(pk=version.course_id)
    raw: Any = [dict(group) for group in course.completion.get_prep_value()]
    raw[0]["value"]["items"][1]["value"]["text"] = "Jag har gått brandövningen."
    course.completion = CoursePage._meta.get_field("completion").to_python(raw)
    course.save()
    publish_course_version(course=course, by=None, change="retake", note="Nytt.", at=NOON)
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    (confirm,) = (e for e in completing.criteria_of(now).items if e.kind == "confirm")
    assert not confirm.met


def test_moving_does_not_read_the_course_for_every_person() -> None:
    version = courses.publish_course(lessons=2)
    for _number in range(5):
        courses.enrol(make_person(), version)
    edit(version)
    with CaptureQueriesContext(connection) as queries:
        retake(version)
    joined = [
        query["sql"]
        for query in queries
        if '"courses_enrolment"' in query["sql"] and '"content"' in query["sql"]
    ]
    assert joined == []


def with_test() -> CourseVersion:
    course = courses.make_course()
    course.test_out_percent = 100
    course.save()
    courses.add_lesson(courses.add_module(course))
    return publish_course_version(course=course, by=None)


def test_leaving_and_beginning_again_is_no_way_round_a_rest(client: Client) -> None:
    version = with_test()
    client.force_login(make_account(make_person()))
    url = reverse("courses:course", args=[version.course.slug])
    test_url = client.post(url, {"action": "test"})["Location"]
    first = Enrolment.objects.get()
    test = reading.lesson_by_slug(first.version, grading.TEST_OUT_SLUG)
    assert test is not None
    at = timezone.now()
    learning.save_answers(
        enrolment=first, lesson=test, number=1, given=courses.give({"s": 0}, at), at=at
    )
    learning.submit_attempt(enrolment=first, lesson=test, number=1, at=at)
    client.post(url, {"action": "withdraw"})
    client.post(url, {"action": "test"})
    second = Enrolment.objects.get(withdrawn_at__isnull=True)
    with pytest.raises(learning.RestError):
        learning.save_answers(
            enrolment=second, lesson=test, number=1, given=courses.give({"s": 1}, at), at=at
        )
    page = client.get(test_url).content.decode()
    assert "Du kan göra ett nytt prov" in page
    assert "Lämna in provet" not in page
    later = at + timedelta(days=7)
    saved = learning.save_answers(
        enrolment=second, lesson=test, number=1, given=courses.give({"s": 1}, later), at=later
    )
    assert saved.attempt.number == 1


SCORE = {"type": "score", "id": "resultat", "value": {"percent": 90}}


def test_a_result_over_the_whole_course_takes_the_whole_course() -> None:
    version = courses.publish_asking(("all", None, [SCORE]), lessons=3)
    enrolment = courses.enrol(make_person(), version)
    first, second, third = lessons_of(version.content)
    courses.take_lesson(enrolment, first)
    courses.take_lesson(enrolment, second)
    assert not Completion.objects.exists()
    courses.take_lesson(enrolment, third)
    assert Completion.objects.get().score == 100


def test_a_result_that_is_too_low_can_be_bettered(client: Client) -> None:
    course = courses.make_course(pass_percent=50)
    conditions = courses._conditions(("all", None, [courses.LESSONS, SCORE]))
    course.completion = CoursePage._meta.get_field("completion").to_python(conditions)
    course.save()
    asked = [courses.single("a"), courses.truefalse("b")]
    courses.add_lesson(courses.add_module(course), questions=asked)
    version = publish_course_version(course=course, by=None)
    person = make_person()
    enrolment = courses.enrol(person, version)
    lesson = lessons_of(version.content)[0]
    for number, answers in ((1, {"a": 1, "b": False}), (2, {"a": 1, "b": True})):
        assert not Completion.objects.exists()
        if number == 2:
            client.force_login(make_account(person))
            url = reverse("courses:lesson", args=[course.slug, lesson["slug"]])
            assert "?forsok=1" in client.get(url).content.decode()
        learning.save_answers(
            enrolment=enrolment, lesson=lesson, number=number, given=courses.give(answers), at=NOON
        )
        learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=number, at=NOON)
    assert Completion.objects.get().score == 100


def test_a_lock_holds_against_what_is_posted(client: Client) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 1))
    person = make_person()
    enrolling.enrol(
        person=person, course=version.course, origin=Enrolment.Origin.MANAGER, by=None, at=NOON
    )
    client.force_login(make_account(person))
    args = [version.course.slug, version.lessons[0]["slug"]]
    assert client.post(reverse("courses:place", args=args), {"block": "fragor"}).status_code == 404
    posted = {"attempt": "1", "submit": "1", "q-s": "1"}
    assert client.post(reverse("courses:answers", args=args), posted).status_code == 404
    assert client.get(reverse("courses:state", args=args)).status_code == 404
    assert client.get(reverse("courses:lesson", args=args)).status_code == 302
    assert not Completion.objects.exists()


def test_who_was_moved_reads_it_on_the_course_page(client: Client) -> None:
    version = courses.publish_course(lessons=2)
    person = make_person()
    enrolment = courses.enrol(person, version)
    courses.take_lesson(enrolment, lessons_of(version.content)[1])
    edit(version)
    retake(version)
    client.force_login(make_account(person))
    page = client.get(reverse("courses:course", args=[version.course.slug])).content.decode()
    assert "Du fortsätter i version 2 av kursen." in page
    assert "Av de 1 lektioner du var klar med är 1 oförändrade" in page
    assert "Det här är nytt: Ny lag." in page


def test_conditions_are_not_shown_as_left_when_the_course_is_completed(client: Client) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.CONFIRM]))
    person = make_person()
    enrolment = courses.enrol(person, version)
    courses.take_all(enrolment)
    client.force_login(make_account(person))
    url = reverse("courses:course", args=[version.course.slug])
    assert 'id="villkor"' in client.get(url).content.decode()
    completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    assert 'id="villkor"' not in client.get(url).content.decode()
