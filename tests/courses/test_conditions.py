"""Completing a course that asks for more than its lessons, and what stands before one."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from courses import entry, grading, listing, reading
from courses.freezing import lessons_of
from courses.models import Completion, CourseVersion, Enrolment, LessonCompletion
from courses.models.pages import LessonPage
from courses.registry import held_levels
from courses.services import completing, learning
from courses.services import enrolment as enrolling
from courses.services.moving import move_to_version
from courses.services.publishing import PublishingError, publish_course_version
from lms.lib.dates import today
from lms.notifications.models import Notice
from lms.people.models import Person
from tests.builders import courses
from tests.builders.courses import NOON
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db


def test_the_lessons_alone_do_not_complete_a_course_that_asks_for_more() -> None:
    version = courses.publish_asking(
        ("all", None, [courses.LESSONS]), ("all", None, [courses.CONFIRM])
    )
    enrolment = courses.enrol(make_person(), version)
    courses.take_all(enrolment)
    assert not Completion.objects.exists()
    completion = completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    assert completion is not None
    assert completion.version == version
    again = completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON)
    assert again == completion


def test_the_lesson_may_be_the_last_thing_missing() -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.CONFIRM]))
    enrolment = courses.enrol(make_person(), version)
    assert completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON) is None
    courses.take_all(enrolment)
    assert Completion.objects.get().enrolment == enrolment


def test_one_of_several_is_enough() -> None:
    version = courses.publish_asking(("one", None, [courses.LESSONS, courses.CONFIRM]))
    enrolment = courses.enrol(make_person(), version)
    assert completing.confirm(enrolment=enrolment, item_key="rutin", at=NOON) is not None


def test_what_the_course_does_not_ask_for_cannot_be_confirmed() -> None:
    version = courses.publish_asking(("all", None, [courses.SIGN_OFF]))
    enrolment = courses.enrol(make_person(), version)
    with pytest.raises(LookupError):
        completing.confirm(enrolment=enrolment, item_key="dag", at=NOON)


def test_a_prerequisite_is_a_level_however_it_was_reached(monkeypatch: Any) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 1))
    version_of_it = CourseVersion.objects.get(pk=version.pk)
    person = make_person()
    with pytest.raises(enrolling.LockedError) as refused:
        courses.enrol(person, version)
    assert [(each.area_code, each.level) for each in refused.value.missing] == [("OM5", 1)]
    monkeypatch.setattr(held_levels, "_function", lambda people, day: {person.pk: {"OM5": 2}})
    assert courses.enrol(person, version).version == version_of_it


def test_the_lock_says_what_is_missing_and_how_to_get_there() -> None:
    courses.publish_course(title="Vägen dit", gives=(("OM5", 1, None),))
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 1))
    (missing,) = entry.locks(make_person(), version, today(), listing.Names.load())
    assert (missing.area, missing.level, missing.held) == ("Område OM5", "Grund", "")
    ways = [way.title for way in missing.ways]
    assert "Vägen dit" in ways
    assert version.title not in ways


def _ways(version: CourseVersion) -> list[str]:
    (missing,) = entry.locks(make_person(), version, today(), listing.Names.load())
    return [way.title for way in missing.ways]


def test_the_lock_names_the_lowest_level_that_can_be_begun_and_nothing_locked() -> None:
    lessons = ("all", None, [courses.LESSONS])
    courses.publish_asking(lessons, requires=("OM5", 1), title="Också låst")
    courses.publish_course(title="Grunden", gives=(("OM5", 1, None),))
    courses.publish_course(title="Öppen och högre", gives=(("OM5", 2, None),))
    assert _ways(courses.publish_asking(lessons, requires=("OM5", 1))) == ["Grunden"]


def test_where_the_ways_are_locked_the_first_step_towards_one_is_named() -> None:
    lessons = ("all", None, [courses.LESSONS])
    courses.publish_course(title="Allra först", gives=(("OM6", 1, None),))
    courses.publish_asking(
        lessons, requires=("OM6", 1), gives=(("OM5", 1, None),), title="Sedan den"
    )
    assert _ways(courses.publish_asking(lessons, requires=("OM5", 1))) == ["Allra först"]


def test_a_lock_without_an_open_way_says_so_and_whom_to_ask(client: Client) -> None:
    lessons = ("all", None, [courses.LESSONS])
    courses.publish_asking(lessons, requires=("OM5", 1), title="Också låst")
    version = courses.publish_asking(lessons, requires=("OM5", 1))
    assert _ways(version) == []
    client.force_login(make_account(make_person()))
    page = client.get(reverse("courses:course", args=[version.course.slug])).content.decode()
    assert "Ingen kurs som du kan börja ger det ännu. Fråga din chef eller samordnaren" in page
    assert "Också låst" not in page


def test_nothing_is_done_before_one_has_begun() -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.CONFIRM]))
    assert [item.met for item in entry.conditions_of(version).items] == [False, False]


def test_a_course_cannot_ask_for_the_level_it_gives() -> None:
    with pytest.raises(PublishingError) as refused:
        courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 2))
    assert [fault.where for fault in refused.value.faults] == [""]


def test_whom_a_manager_enrols_waits_for_the_lock(client: Client, monkeypatch: Any) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS]), requires=("OM5", 1))
    person = make_person()
    enrolling.enrol(
        person=person, course=version.course, origin=Enrolment.Origin.MANAGER, by=None, at=NOON
    )
    client.force_login(make_account(person))
    lesson = reverse("courses:lesson", args=[version.course.slug, version.lessons[0]["slug"]])
    locked = client.get(lesson)
    assert locked["Location"] == reverse("courses:course", args=[version.course.slug])
    page = client.get(locked["Location"]).content.decode()
    assert "Du har ingen nivå där nu." in page
    monkeypatch.setattr(held_levels, "_function", lambda people, day: {person.pk: {"OM5": 1}})
    assert client.get(lesson).status_code == 200


def _new_version(version: CourseVersion, change: str, lesson: int = 0) -> CourseVersion:
    page = LessonPage.objects.descendant_of(version.course).order_by("path")[lesson]
    page.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Nytt.</p>")])
    page.save_revision().publish()
    return publish_course_version(
        course=version.course.specific, by=None, change=change, note="Ny lag.", at=NOON
    )


def test_a_retake_moves_those_under_way_and_what_is_unchanged_comes_along() -> None:
    version = courses.publish_course(lessons=3)
    person = make_person()
    old = courses.enrol(person, version)
    first, second, _third = lessons_of(version.content)
    for lesson in (first, second):
        courses.take_lesson(old, lesson)
    newer = _new_version(version, "retake")
    old.refresh_from_db()
    assert (old.ended_because, old.withdrawn_at) == ("new_version", NOON)
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert (now.version, now.continues) == (newer, old)
    kept = LessonCompletion.objects.filter(enrolment=now)
    assert [(row.lesson_key, row.brought_along) for row in kept] == [(second["key"], True)]
    notice = Notice.objects.get(kind="courses.new_version")
    assert notice.context["retake"] is True
    assert Enrolment.objects.get(pk=old.pk).attempts.count() == 2


@pytest.mark.parametrize(("change", "told"), [("editorial", 0), ("material", 1)])
def test_other_changes_let_people_finish_what_they_began(change: str, told: int) -> None:
    version = courses.publish_course(lessons=2)
    enrolment = courses.enrol(make_person(), version)
    newer = _new_version(version, change)
    enrolment.refresh_from_db()
    assert (enrolment.version, newer.change) == (version, change)
    assert Notice.objects.filter(kind="courses.new_version").count() == told
    found = entry.newer_version(enrolment)
    assert found is not None
    assert (found.change, found.notes) == (change, ("Ny lag.",) if told else ())


def test_moving_by_choice_leaves_it_to_the_learner_to_complete_what_is_done() -> None:
    version = courses.publish_course(lessons=2)
    enrolment = courses.enrol(make_person(), version)
    first, second = lessons_of(version.content)
    courses.take_lesson(enrolment, second)
    page = LessonPage.objects.get(slug=first["slug"])
    page.unpublish()
    newer = publish_course_version(course=version.course.specific, by=None, at=NOON)
    move_to_version(enrolments=[enrolment], version=newer, by=None, at=NOON)
    assert not Completion.objects.exists()
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    later = NOON + timedelta(days=3)
    completion = completing.complete_by_choice(enrolment=now, at=later)
    assert completion is not None
    assert (completion.version, completion.completed_at) == (newer, later)


def test_moving_many_takes_the_same_queries(django_assert_max_num_queries: Any) -> None:
    version = courses.publish_course(lessons=2)
    for _number in range(12):
        courses.take_lesson(courses.enrol(make_person(), version), lessons_of(version.content)[1])
    newer = _new_version(version, "material")
    with django_assert_max_num_queries(26):
        move_to_version(enrolments=list(Enrolment.objects.all()), version=newer, by=None, at=NOON)


def test_who_knows_it_already_takes_a_test_with_questions_from_every_lesson() -> None:
    course = courses.make_course()
    course.test_out_percent, course.test_out_questions = 100, 3
    course.save()
    module = courses.add_module(course)
    for number in range(3):
        courses.add_lesson(
            module, questions=[courses.single(f"s{number}"), courses.truefalse(f"t{number}")]
        )
    version = publish_course_version(course=course, by=None)
    enrolment = courses.enrol(make_person(), version)
    test = reading.lesson_by_slug(enrolment.version, grading.TEST_OUT_SLUG)
    assert test is not None
    outcome = courses.take_lesson(enrolment, test)
    assert {key[1:] for key in outcome.attempt.asked} == {"0", "1", "2"}
    completion = Completion.objects.get()
    assert (completion.way, completion.score) == ("test", 100)


def test_the_test_rests_a_week_after_a_failure() -> None:
    course = courses.make_course()
    course.test_out_percent = 100
    course.save()
    courses.add_lesson(courses.add_module(course))
    version = publish_course_version(course=course, by=None)
    enrolment = courses.enrol(make_person(), version)
    test = reading.lesson_by_slug(enrolment.version, grading.TEST_OUT_SLUG)
    assert test is not None
    wrong = courses.give({"s": 0})
    learning.save_answers(enrolment=enrolment, lesson=test, number=1, given=wrong, at=NOON)
    failed = learning.submit_attempt(enrolment=enrolment, lesson=test, number=1, at=NOON)
    assert failed.attempt.passed is False
    with pytest.raises(learning.RestError) as waits:
        learning.save_answers(enrolment=enrolment, lesson=test, number=2, given=wrong, at=NOON)
    assert waits.value.until == NOON + timedelta(days=7)
    later = waits.value.until
    assert (
        learning.save_answers(
            enrolment=enrolment, lesson=test, number=2, given=wrong, at=later
        ).attempt.number
        == 2
    )


def told(person: Person, *more: str) -> dict[str, Any]:
    out = StringIO()
    call_command("progress", "--person", person.person_id, *more, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_progress_is_told_with_version_completion_and_score() -> None:
    version = courses.publish_course(lessons=2)
    other = courses.publish_course(lessons=1)
    person = make_person()
    courses.complete(person, version)
    courses.enrol(person, other)
    first, second = told(person)["enrolments"]
    assert (first["version"], first["status"], first["progress"], first["score"]) == (
        1,
        "completed",
        100,
        100,
    )
    completion = first["completion"]
    assert (completion["score"], completion["way"]) == (100, "course")
    assert completion["content_hash"] == first["content_hash"] == version.content_hash
    assert (second["status"], second["progress"], second["completion"]) == ("under_way", 0, None)
    assert told(person, "--course", other.course.slug)["enrolments"] == [second]
    assert told(person, "--course", str(other.course_id))["enrolments"] == [second]


def test_progress_of_nobody_or_of_no_course_is_refused() -> None:
    person = make_person()
    assert told(person) == {"person": person.person_id, "enrolments": []}
    for arguments in (("--person", "ingen"), ("--person", person.person_id, "--course", "ingen")):
        with pytest.raises(CommandError):
            call_command("progress", *arguments)
