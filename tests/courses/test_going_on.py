"""What a new version changes for those under way: what counts as done in it, who may go on, what
is asked next, and that nobody completes anything by somebody else's click."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses import entry, grading, reading
from courses.freezing import lessons_of
from courses.models import (
    Attempt,
    Completion,
    CoursePage,
    CourseVersion,
    Enrolment,
    LessonPage,
    Question,
)
from courses.reading import rests
from courses.registry import held_levels
from courses.services import completing, learning
from courses.services import enrolment as enrolling
from courses.services.bank import save_question
from courses.services.publishing import publish_course_version
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


def retake(version: CourseVersion) -> CourseVersion:
    return publish_course_version(
        course=CoursePage.objects.get(pk=version.course_id),
        by=None,
        change="retake",
        note="Ny lag.",
        at=NOON,
    )


def change_lesson(version: CourseVersion, place: int = 0) -> None:
    page = LessonPage.objects.descendant_of(version.course).order_by("path")[place]
    page.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    page.save_revision().publish()


def set_mark(version: CourseVersion, percent: int) -> None:
    course = CoursePage.objects.get(pk=version.course_id)
    course.pass_percent = percent
    course.save_revision().publish()


def current() -> Enrolment:
    return Enrolment.objects.get(withdrawn_at__isnull=True)


def hand_in(enrolment: Enrolment, lesson: Any, number: int, **given: Any) -> learning.Outcome:
    learning.save_answers(
        enrolment=enrolment, lesson=lesson, number=number, given=courses.give(given), at=NOON
    )
    return learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=number, at=NOON)


@pytest.fixture
def halfway(client: Client) -> Enrolment:
    """Somebody who passed the first of two lessons with half of the answers right."""
    version = courses.publish_course(
        lessons=2, pass_percent=50, questions=[courses.single("a"), courses.single("b")]
    )
    person = make_person()
    client.force_login(make_account(person))
    enrolment = courses.enrol(person, version)
    assert hand_in(enrolment, lessons_of(version.content)[0], 1, a=1, b=0).lesson_done
    return enrolment


def test_a_lesson_comes_along_only_where_its_result_reaches_the_new_mark(
    halfway: Enrolment, client: Client
) -> None:
    set_mark(halfway.version, 100)
    newer = retake(halfway.version)
    now = current()
    assert list(now.lesson_completions.all()) == []
    lesson = lessons_of(newer.content)[0]
    (handed_in,) = now.attempts.all()
    assert (handed_in.lesson_key, handed_in.score, handed_in.passed) == (lesson["key"], 50, False)
    url = reverse("courses:lesson", args=[newer.course.slug, lesson["slug"]])
    assert "Inte riktigt än" in client.get(url).content.decode()
    assert hand_in(now, lesson, 2, a=1, b=1).lesson_done
    assert [row.score for row in now.lesson_completions.all()] == [100]


@pytest.mark.parametrize("percent", [30, 50])
def test_a_lesson_whose_result_reaches_the_new_mark_is_still_done(
    halfway: Enrolment, percent: int
) -> None:
    set_mark(halfway.version, percent)
    change_lesson(halfway.version, 1)
    retake(halfway.version)
    assert [(e.score, e.brought_along) for e in current().lesson_completions.all()] == [(50, True)]
    assert [attempt.passed for attempt in current().attempts.all()] == [True]


def test_what_was_passed_at_a_lower_mark_is_no_failure_that_leads_to_a_rest(
    halfway: Enrolment,
) -> None:
    for page in LessonPage.objects.all():
        page.attempts_in_a_row, page.rest_hours = 1, 24
        page.save_revision().publish()
    limited = retake(halfway.version)
    set_mark(halfway.version, 100)
    lesson = lessons_of(limited.content)[0]
    assert hand_in(current(), lesson, 1, a=1, b=0).lesson_done
    retake(limited)
    assert hand_in(current(), lesson, 2, a=1, b=1).lesson_done


def test_the_offer_to_go_on_says_which_lessons_the_new_mark_opens_again(
    halfway: Enrolment,
) -> None:
    set_mark(halfway.version, 100)
    publish_course_version(
        course=CoursePage.objects.get(), by=None, change="material", note="Mer krävs.", at=NOON
    )
    newer = entry.newer_version(halfway)
    assert newer is not None
    assert (newer.kept, newer.again) == (0, (halfway.version.lessons[0]["title"],))


def drop_lesson(version: CourseVersion, place: int) -> None:
    LessonPage.objects.descendant_of(version.course).order_by("path")[place].unpublish()


def test_a_retake_completes_nobody_until_they_say_so_themselves(client: Client) -> None:
    version = courses.publish_course(lessons=2)
    person = make_person()
    client.force_login(make_account(person))
    courses.take_lesson(courses.enrol(person, version), lessons_of(version.content)[0])
    drop_lesson(version, 1)
    newer = retake(version)
    assert not Completion.objects.exists()
    url = reverse("courses:course", args=[version.course.slug])
    page = client.get(url).content.decode()
    assert "Slutför kursen" in page
    assert not Completion.objects.exists()
    done = client.post(url, {"action": "complete"}, follow=True).content.decode()
    assert "Du är klar med kursen" in done
    completion = Completion.objects.get()
    assert (completion.version, completion.score, completion.way) == (newer, 100, "course")
    assert completion.completed_on > NOON.date()
    client.post(url, {"action": "complete"})
    assert Completion.objects.count() == 1


def test_moving_by_choice_completes_nothing_before_the_new_version_has_been_seen(
    client: Client,
) -> None:
    version = courses.publish_course(lessons=2)
    person = make_person()
    client.force_login(make_account(person))
    courses.take_lesson(courses.enrol(person, version), lessons_of(version.content)[0])
    drop_lesson(version, 1)
    publish_course_version(course=version.course.specific, by=None, at=NOON)
    page = client.post(
        reverse("courses:newest_version", args=[version.course.slug]), follow=True
    ).content.decode()
    assert not Completion.objects.exists()
    assert "Slutför kursen" in page


def test_what_is_not_met_cannot_be_completed(client: Client) -> None:
    version = courses.publish_course(lessons=2)
    person = make_person()
    client.force_login(make_account(person))
    courses.take_lesson(courses.enrol(person, version), lessons_of(version.content)[0])
    url = reverse("courses:course", args=[version.course.slug])
    assert "Slutför kursen" not in client.get(url).content.decode()
    client.post(url, {"action": "complete"})
    assert not Completion.objects.exists()


def test_who_waits_only_for_a_manager_after_a_move_waits_there_too() -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.SIGN_OFF]), lessons=2)
    enrolment = courses.enrol(make_person(), version)
    courses.take_lesson(enrolment, lessons_of(version.content)[0])
    drop_lesson(version, 1)
    retake(version)
    state = completing.criteria_of(current())
    assert (state.met, state.waits_only_for_signoff) == (False, True)


def enrolled_by_manager(version: CourseVersion) -> Enrolment:
    return enrolling.enrol(
        person=make_person(),
        course=version.course,
        origin=Enrolment.Origin.MANAGER,
        by=None,
        at=NOON,
    )


def answer(enrolment: Enrolment) -> None:
    lesson = lessons_of(enrolment.version.content)[0]
    learning.save_answers(
        enrolment=enrolment, lesson=lesson, number=1, given=courses.give({"s": 1}), at=NOON
    )


def write(enrolment: Enrolment) -> None:
    said = learning.Given("Min tanke", NOON)
    learning.save_reflection(enrolment=enrolment, block_key="r", given=said, at=NOON)


def tick(enrolment: Enrolment) -> None:
    ticked = {0: learning.Given(True, NOON)}
    learning.save_ticks(enrolment=enrolment, block_key="c", given=ticked)


def open_lesson(enrolment: Enrolment) -> None:
    key = enrolment.version.lessons[0]["key"]
    learning.remember_place(enrolment=enrolment, lesson_key=key, at=NOON)


@pytest.mark.parametrize("begin", [answer, write, tick, open_lesson])
def test_who_has_begun_is_never_locked_out(begin: Any) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM1", 1))
    enrolment = enrolled_by_manager(version)
    assert entry.is_locked(enrolment, NOON.date())
    begin(enrolment)
    enrolment.refresh_from_db()
    assert not entry.is_locked(enrolment, NOON.date())
    for _again in range(2):
        change_lesson(version)
        retake(version)
        assert not entry.is_locked(current(), NOON.date())


def test_who_had_not_begun_is_still_locked_in_a_new_version() -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM1", 1))
    enrolled_by_manager(version)
    change_lesson(version)
    retake(version)
    assert entry.is_locked(current(), NOON.date())


def save(client: Client, url: str, key: str = "s") -> Any:
    change = {"question": key, "sequence": 1, "age": 0, "fields": [[f"q-{key}", "0"]]}
    body = {"attempt": 1, "client": "flik", "changes": [change]}
    return client.post(url, json.dumps(body), content_type="application/json", headers=JSON)


def test_a_lesson_that_is_open_when_a_level_runs_out_goes_on_being_saved(
    client: Client, monkeypatch: Any
) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM1", 1))
    enrolment = enrolled_by_manager(version)
    person: Person = enrolment.person
    client.force_login(make_account(person))
    args = [version.course.slug, version.lessons[0]["slug"]]
    with monkeypatch.context() as held:
        held.setattr(held_levels, "_function", lambda people, day: {person.pk: {"OM1": 1}})
        assert client.get(reverse("courses:lesson", args=args)).status_code == 200
    assert save(client, reverse("courses:answers", args=args)).status_code == 200


def test_a_lock_met_by_a_save_is_said_in_its_own_words(client: Client) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM1", 1))
    client.force_login(make_account(enrolled_by_manager(version).person))
    args = [version.course.slug, version.lessons[0]["slug"]]
    refused = save(client, reverse("courses:answers", args=args))
    said = refused.json()
    assert (refused.status_code, said["final"], said["gone"]) == (409, True, False)
    assert said["error"].startswith("Kursen är låst")
    assert not Attempt.objects.exists()


def drawing() -> CourseVersion:
    """A course whose first lesson draws two of eight questions."""
    courses.areas_and_levels("OM1")
    for number in range(8):
        question = Question(
            area=CompetenceArea.objects.get(code="OM1"), level=TrainingLevel.objects.get(number=1)
        )
        question.content = Question._meta.get_field("content").to_python(
            [courses.single("b", f"F{number}?")]
        )
        save_question(question=question, by=None)
    stratum = {"count": 2, "area": "OM1", "level": "", "legal": "", "tag": ""}
    draw = {"type": "draw", "id": "draw", "value": {"strata": [stratum]}}
    course = courses.make_course()
    module = courses.add_module(course)
    courses.add_lesson(module, questions=[draw])
    courses.add_lesson(module)
    return publish_course_version(course=course, by=None)


def asked(enrolment: Enrolment, retry: bool = True) -> set[str]:
    """The keys of what the lesson's page asks now."""
    shown = reading.show_attempt(
        enrolment,
        lessons_of(enrolment.version.content)[0],
        retry=retry,
        words={True: "Sant", False: "Falskt"},
        now=NOON,
    )
    return {question.key for question in shown.questions}


def fail(enrolment: Enrolment, number: int) -> set[str]:
    keys = asked(enrolment)
    lesson = lessons_of(enrolment.version.content)[0]
    outcome = hand_in(enrolment, lesson, number, **dict.fromkeys(keys, 0))
    assert set(outcome.attempt.asked) == keys
    return keys


def test_draws_go_on_where_they_were_after_a_move() -> None:
    version = drawing()
    seen = {}
    for _number in range(4):
        enrolment = courses.enrol(make_person(), version)
        seen[enrolment.person_id] = fail(enrolment, 1)
    for number in (2, 3, 4):
        change_lesson(version, 1)
        page = LessonPage.objects.descendant_of(version.course).order_by("path")[1]
        page.summary = f"Ny ingress {number}."
        page.save_revision().publish()
        retake(version)
        for now in Enrolment.objects.filter(withdrawn_at__isnull=True):
            keys = fail(now, number)
            assert not keys & seen[now.person_id]
            seen[now.person_id] |= keys
    assert all(len(keys) == 8 for keys in seen.values())


def test_a_drawn_page_left_open_over_a_move_is_read_as_it_was_shown(client: Client) -> None:
    version = drawing()
    person = make_person()
    client.force_login(make_account(person))
    old = courses.enrol(person, version)
    lesson = lessons_of(version.content)[0]
    keys = sorted(asked(old))
    shuffle = grading.seed_of(old.pk, lesson["key"], 1)
    change_lesson(version, 1)
    retake(version)
    question = next(q for q in grading.all_questions([lesson]) if q["key"] == keys[0])
    right = next(c.value for c in grading.shuffled(question, shuffle) if c.text == "Rätt")
    change = {
        "question": keys[0], "sequence": 1, "age": 0, "fields": [[f"q-{keys[0]}", right]],
    }  # fmt: skip
    body = {"attempt": 1, "shuffle": str(shuffle), "client": "flik", "changes": [change]}
    url = reverse("courses:answers", args=[version.course.slug, lesson["slug"]])
    stored = client.post(url, json.dumps(body), content_type="application/json", headers=JSON)
    assert stored.status_code == 200
    (attempt,) = current().attempts.all()
    assert sorted(attempt.asked) == keys
    assert [row.correct for row in attempt.answers.all()] == [True]


def test_an_ordinary_enrolment_asks_nothing_more_for_its_draw(
    django_assert_num_queries: Any,
) -> None:
    enrolment = courses.enrol(make_person(), courses.publish_course(lessons=1))
    lesson = lessons_of(enrolment.version.content)[0]
    with django_assert_num_queries(0):
        rests.Draw.of(enrolment, lesson["key"], 1)
