"""When a course is completed and what stands in the completion: the test that stands for the
lessons, a manager's word among several ways, and what may be done afterwards."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from courses import grading, reading
from courses.freezing import lessons_of
from courses.models import Completion, CoursePage, CourseVersion, Enrolment, LessonCompletion
from courses.services import completing, learning
from courses.services.publishing import publish_course_version
from lms.notifications.models import Notice
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import employ, make_account, make_manager, make_person, make_unit

pytestmark = pytest.mark.django_db
WORDS = {True: "Sant", False: "Falskt"}


def with_test(*groups: Any, lessons: int = 3) -> CourseVersion:
    """A course with a test instead of its lessons, and conditions."""
    course = courses.make_course(gives=(("OM5", 2, 24),))
    course.completion = CoursePage._meta.get_field("completion").to_python(
        courses._conditions(*groups)
    )
    course.test_out_percent, course.test_out_questions = 80, lessons
    course.save()
    module = courses.add_module(course)
    for number in range(lessons):
        courses.add_lesson(module, questions=[courses.single(f"s{number}")])
    return publish_course_version(course=course, by=None)


def take_test(enrolment: Enrolment) -> learning.Outcome:
    test = reading.lesson_by_slug(enrolment.version, grading.TEST_OUT_SLUG)
    assert test is not None
    return courses.take_lesson(enrolment, test)


EVERYTHING = ("all", None, [courses.LESSONS, courses.CONFIRM, courses.SIGN_OFF])


def sign_off(enrolment: Enrolment, by: Any) -> None:
    completing.sign_off(enrolments=[enrolment], item_key="dag", done_on=NOON.date(), by=by, at=NOON)


def test_the_test_stands_for_the_lessons_and_for_nothing_else() -> None:
    unit = make_unit("A1")
    boss = make_manager(unit)
    person = make_person()
    employ(person, unit)
    enrolment = courses.enrol(person, with_test(EVERYTHING))
    outcome = take_test(enrolment)
    assert (outcome.attempt.passed, outcome.completion) == (True, None)
    met = [(item.kind, item.met) for item in completing.criteria_of(enrolment).items]
    assert met == [("lessons", True), ("confirm", False), ("signoff", False)]
    assert not Notice.objects.filter(kind="competence.signoff_wanted").exists()
    assert completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON) is None
    assert Notice.objects.filter(kind="competence.signoff_wanted").count() == 1
    sign_off(enrolment, boss)
    completion = Completion.objects.get()
    assert (completion.way, completion.score) == ("test", 100)


def test_the_test_may_be_the_last_thing_missing() -> None:
    version = with_test(("all", None, [courses.LESSONS, courses.CONFIRM]))
    enrolment = courses.enrol(make_person(), version)
    completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    completion = take_test(enrolment).completion
    assert completion is not None
    assert (completion.way, completion.score) == ("test", 100)


def test_who_takes_every_lesson_after_the_test_has_taken_the_course() -> None:
    version = with_test(("all", None, [courses.LESSONS, courses.CONFIRM]))
    enrolment = courses.enrol(make_person(), version)
    take_test(enrolment)
    courses.take_all(enrolment)
    completion = completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    assert completion is not None
    assert (completion.way, completion.score) == ("course", 100)


def test_the_page_that_offers_the_test_says_what_it_leaves(client: Client) -> None:
    version = with_test(EVERYTHING)
    person = make_person()
    client.force_login(make_account(person))
    url = reverse("courses:course", args=[version.course.slug])
    offered = client.get(url).content.decode()
    test_url = client.post(url, {"action": "test"})["Location"]
    begun = client.get(test_url).content.decode()
    for page in (offered, begun):
        assert "ersätter provet lektionerna och deras resultat" in page
        left = page.split("data-left-after-test")[1].split("</ul>")[0]
        assert "Jag har läst vår rutin." in left
        assert "Övningsdagen är genomförd" in left
    take_test(Enrolment.objects.get())
    passed = client.get(test_url).content.decode()
    assert "Du har klarat provet" in passed
    assert "Hämta" not in passed
    course = client.get(url).content.decode()
    assert "Du har klarat provet i stället för lektionerna" in course
    assert "Kan du redan det här?" not in course


def test_a_test_that_completes_the_course_says_so(client: Client) -> None:
    version = with_test(("all", None, [courses.LESSONS]))
    client.force_login(make_account(make_person()))
    url = reverse("courses:course", args=[version.course.slug])
    page = client.get(url).content.decode()
    assert "klar" in page.split("Kan du redan det här?")[1].split("</p>")[0]
    assert "data-left-after-test" not in page


def test_a_passed_test_comes_along_where_every_lesson_is_the_same() -> None:
    version = with_test(("all", None, [courses.LESSONS, courses.CONFIRM]))
    enrolment = courses.enrol(make_person(), version)
    take_test(enrolment)
    course = CoursePage.objects.get(pk=version.course_id)
    course.summary = "Ny ingress."
    course.save_revision().publish()
    publish_course_version(course=course, by=None, change="retake", note="Nytt.", at=NOON)
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert [item.met for item in completing.criteria_of(now).items] == [True, False]
    course.test_out_percent = 100
    course.save_revision().publish()
    publish_course_version(course=course, by=None, change="retake", note="Mer.", at=NOON)
    last = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert completing.criteria_of(last).items[0].met
    course.test_out_questions = 7
    course.save_revision().publish()
    publish_course_version(course=course, by=None, change="retake", note="Annat.", at=NOON)
    other = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert not completing.criteria_of(other).items[0].met


@pytest.mark.parametrize("rule", [("one", None), ("some", 1)])
def test_managers_are_not_told_while_the_learner_can_do_more(rule: Any) -> None:
    version = courses.publish_asking((*rule, [courses.LESSONS, courses.SIGN_OFF]), lessons=3)
    unit = make_unit("A1")
    make_manager(unit)
    person = make_person()
    employ(person, unit)
    enrolment = courses.enrol(person, version)
    first, second, third = lessons_of(version.content)
    for lesson in (first, second):
        courses.take_lesson(enrolment, lesson)
    assert not Notice.objects.filter(kind="competence.signoff_wanted").exists()
    courses.take_lesson(enrolment, third)
    assert Completion.objects.exists()


def test_managers_are_told_when_the_lessons_are_done_whatever_else_is_asked() -> None:
    version = courses.publish_asking(("all", None, [courses.SIGN_OFF]), lessons=2)
    unit = make_unit("A1")
    make_manager(unit)
    person = make_person()
    employ(person, unit)
    enrolment = courses.enrol(person, version)
    first, second = lessons_of(version.content)
    courses.take_lesson(enrolment, first)
    assert not Notice.objects.filter(kind="competence.signoff_wanted").exists()
    courses.take_lesson(enrolment, second)
    assert Notice.objects.filter(kind="competence.signoff_wanted").count() == 1


@pytest.fixture
def completed_early(client: Client) -> Enrolment:
    """Somebody who completed the course by one of several ways with half a lesson answered."""
    version = courses.publish_asking(("one", None, [courses.LESSONS, courses.CONFIRM]), lessons=2)
    person = make_person()
    client.force_login(make_account(person))
    enrolment = courses.enrol(person, version)
    learning.save_answers(
        enrolment=enrolment,
        lesson=lessons_of(version.content)[1],
        number=1,
        given=courses.give({"s": 0}),
        at=NOON,
    )
    assert completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    enrolment.refresh_from_db()
    return enrolment


def test_a_completion_without_any_lesson_has_no_score(completed_early: Enrolment) -> None:
    assert Completion.objects.get().score is None
    out = StringIO()
    call_command("progress", "--person", completed_early.person.person_id, "--json", stdout=out)
    (told,) = json.loads(out.getvalue())["enrolments"]
    assert (told["score"], told["completion"]["score"]) == (None, None)


def test_the_score_that_is_told_is_that_of_the_completion() -> None:
    version = with_test(("all", None, [courses.LESSONS]))
    enrolment = courses.enrol(make_person(), version)
    take_test(enrolment)
    out = StringIO()
    call_command("progress", "--person", enrolment.person.person_id, "--json", stdout=out)
    (told,) = json.loads(out.getvalue())["enrolments"]
    assert (told["score"], told["completion"]["score"]) == (100, 100)
    assert (told["lessons_done"], told["lessons_total"]) == (0, 3)


def test_a_lesson_that_is_not_done_can_be_answered_after_the_course_is_completed(
    completed_early: Enrolment, client: Client
) -> None:
    version = completed_early.version
    first, second = lessons_of(version.content)
    completion = Completion.objects.get()
    url = reverse("courses:lesson", args=[version.course.slug, second["slug"]])
    assert "Rätta mina svar" in client.get(url).content.decode()
    saved = learning.save_answers(
        enrolment=completed_early, lesson=second, number=1, given=courses.give({"s": 1}), at=NOON
    )
    assert saved.attempt.submitted_at is None
    client.post(reverse("courses:answers", args=[version.course.slug, second["slug"]]),
                {"attempt": 1, "submit": 1})  # fmt: skip
    result = client.get(url).content.decode()
    assert "1 av 1 rätt" in result
    assert "Rätta mina svar" not in result
    assert "Det var den sista" not in result
    assert courses.take_lesson(completed_early, first).attempt.passed
    # Nothing of it changes what was completed.
    assert not LessonCompletion.objects.exists()
    assert Completion.objects.get() == completion
    assert Completion.objects.get().score is None
    with pytest.raises(learning.ClosedError):
        learning.save_answers(
            enrolment=completed_early, lesson=first, number=1, given=courses.give({"s": 0}), at=NOON
        )


def test_a_failed_try_after_completion_may_be_made_again(
    completed_early: Enrolment, client: Client
) -> None:
    version = completed_early.version
    second = lessons_of(version.content)[1]
    learning.submit_attempt(enrolment=completed_early, lesson=second, number=1, at=NOON)
    url = reverse("courses:lesson", args=[version.course.slug, second["slug"]])
    assert "?forsok=1#fragor" in client.get(url).content.decode()
    page = client.get(f"{url}?forsok=1").content.decode()
    assert 'name="attempt" value="2"' in page


def test_the_test_closes_with_the_course(completed_early: Enrolment) -> None:
    enrolment = courses.enrol(make_person(), with_test(("all", None, [courses.LESSONS])))
    courses.take_all(enrolment)
    with pytest.raises(learning.ClosedError):
        take_test(enrolment)


def test_a_better_result_that_was_begun_before_completion_may_be_handed_in() -> None:
    score = {"type": "score", "id": "resultat", "value": {"percent": 100}}
    version = courses.publish_asking(("one", None, [score, courses.CONFIRM]), lessons=2)
    enrolment = courses.enrol(make_person(), version)
    lesson = lessons_of(version.content)[0]
    courses.take_lesson(enrolment, lesson)
    given = courses.give({"s": 1})
    learning.save_answers(enrolment=enrolment, lesson=lesson, number=2, given=given, at=NOON)
    completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    outcome = learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=2, at=NOON)
    assert outcome.attempt.passed
    with pytest.raises(learning.ClosedError):
        learning.save_answers(enrolment=enrolment, lesson=lesson, number=3, given=given, at=NOON)
