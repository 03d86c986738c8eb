"""Enrolling, answering, completing: each thing once, whatever is pressed twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from courses.freezing import lessons_of
from courses.models import (
    Answer,
    Attempt,
    Certificate,
    Completion,
    Enrolment,
    Grant,
    LessonCompletion,
    Reflection,
)
from courses.progress import current_enrolments
from courses.services import completing, learning
from courses.services import enrolment as enrolling
from courses.services.publishing import publish_course_version
from courses.signals import completion_revoked, course_completed
from lms.audit.models import AuditEvent
from tests.builders import courses
from tests.builders.people import make_person

pytestmark = pytest.mark.django_db
NOON = courses.NOON


def test_enrolling_twice_is_one_enrolment() -> None:
    person, version = make_person(), courses.publish_course()
    first = courses.enrol(person, version)
    assert courses.enrol(person, version) == first
    assert AuditEvent.objects.filter(action="course.enrolled").count() == 1


def test_a_learner_finishes_the_version_they_began() -> None:
    person, version = make_person(), courses.publish_course(lessons=1)
    enrolment = courses.enrol(person, version)
    courses.add_lesson(version.course.get_first_child().specific, title="Ny")
    newer = publish_course_version(course=version.course.specific, by=None)
    assert newer.number == 2
    assert courses.enrol(person, version).version == version
    outcome = courses.take_lesson(enrolment, lessons_of(version.content)[0])
    assert outcome.completion is not None
    assert outcome.completion.version == version
    assert outcome.completion.content_hash == version.content_hash


def test_after_withdrawing_one_begins_again_with_the_latest_version() -> None:
    person, version = make_person(), courses.publish_course()
    first = courses.enrol(person, version)
    enrolling.withdraw(enrolment=first, by=None, at=NOON)
    courses.add_lesson(version.course.get_first_child().specific)
    newer = publish_course_version(course=version.course.specific, by=None)
    second = courses.enrol(person, version)
    assert second != first
    assert second.version == newer
    enrolling.withdraw(enrolment=first, by=None, at=NOON + timedelta(days=1))
    first.refresh_from_db()
    assert first.withdrawn_at == NOON


def test_a_course_without_a_version_cannot_be_begun() -> None:
    course = courses.make_course()
    with pytest.raises(enrolling.NotOfferedError):
        enrolling.enrol(person=make_person(), course=course, origin="self", by=None, at=NOON)


@pytest.fixture
def enrolment() -> Enrolment:
    version = courses.publish_course(lessons=1, questions=courses.all_kinds(), pass_percent=80)
    return courses.enrol(make_person(), version)


def lesson_of(enrolment: Enrolment) -> Any:
    return lessons_of(enrolment.version.content)[0]


def test_an_answer_is_saved_and_may_change_until_handed_in(enrolment: Enrolment) -> None:
    lesson = lesson_of(enrolment)
    for response in (0, 1):
        learning.save_answer(
            enrolment=enrolment,
            lesson=lesson,
            number=1,
            question_key="s",
            response=response,
            at=NOON,
        )
    answer = Answer.objects.get()
    assert (answer.response, answer.correct) == (1, True)


def test_handing_in_with_a_question_open_keeps_the_answers(enrolment: Enrolment) -> None:
    lesson = lesson_of(enrolment)
    learning.save_answer(
        enrolment=enrolment, lesson=lesson, number=1, question_key="t", response=True, at=NOON
    )
    with pytest.raises(learning.UnansweredError) as refused:
        learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=1, at=NOON)
    assert refused.value.keys == ("s", "m", "o", "p", "n", "k", "l", "b")
    assert Attempt.objects.get().submitted_at is None
    assert Answer.objects.count() == 1


def fail(enrolment: Enrolment, number: int = 1) -> learning.Outcome:
    lesson = lesson_of(enrolment)
    responses = {**courses.right_responses(lesson), "s": 0, "t": False}
    saved = learning.save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=number,
        given=courses.give(responses),
        at=NOON,
    )
    return learning.submit_attempt(
        enrolment=enrolment, lesson=lesson, number=saved.attempt.number, at=NOON
    )


def test_failing_leaves_the_lesson_open_and_the_next_attempt_counts(enrolment: Enrolment) -> None:
    outcome = fail(enrolment)
    assert (outcome.attempt.score, outcome.lesson_done, outcome.completion) == (77, False, None)
    lesson = lesson_of(enrolment)
    learning.save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=2,
        given=courses.give(courses.right_responses(lesson)),
        at=NOON,
    )
    passed = learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=2, at=NOON)
    assert (passed.attempt.number, passed.attempt.score) == (2, 100)
    assert passed.completion is not None
    assert passed.completion.score == 100


def test_a_handed_in_attempt_is_fixed(enrolment: Enrolment) -> None:
    fail(enrolment)
    learning.save_answer(
        enrolment=enrolment,
        lesson=lesson_of(enrolment),
        number=1,
        question_key="s",
        response=1,
        at=NOON,
    )
    answer = Answer.objects.get(question_key="s")
    assert (answer.attempt.number, answer.response, answer.correct) == (1, 0, False)
    assert Attempt.objects.count() == 1


def test_two_tabs_and_a_double_press_give_one_result(enrolment: Enrolment) -> None:
    told: list[Completion] = []

    def listen(completions: tuple[Completion, ...], **_kwargs: object) -> None:
        told.extend(completions)

    course_completed.connect(listen)
    try:
        lesson = lesson_of(enrolment)
        first = courses.take_lesson(enrolment, lesson)
        again = learning.submit_attempt(enrolment=enrolment, lesson=lesson, number=1, at=NOON)
    finally:
        course_completed.disconnect(listen)
    assert first == again
    assert (
        Attempt.objects.count(),
        LessonCompletion.objects.count(),
        Completion.objects.count(),
        Certificate.objects.count(),
        len(told),
    ) == (1, 1, 1, 1, 1)


def test_completing_says_so_once_with_what_the_version_gives() -> None:
    version = courses.publish_course(gives=(("OM1", 1, 36), ("OM2", 2, None)))
    heard: list[tuple[str, tuple[Grant, ...]]] = []

    def listen(completions: tuple[Completion, ...], **_kwargs: object) -> None:
        heard.extend((each.person.name, each.version.grants) for each in completions)

    course_completed.connect(listen)
    try:
        courses.complete(make_person(given_name="Åsa", family_name="Öst"), version)
    finally:
        course_completed.disconnect(listen)
    assert heard == [("Åsa Öst", (Grant("OM1", 1, 36), Grant("OM2", 2, None)))]


def test_a_listener_that_fails_takes_the_completion_with_it() -> None:
    version = courses.publish_course(lessons=1)
    enrolment = courses.enrol(make_person(), version)

    def refuse(**_kwargs: object) -> None:
        raise RuntimeError

    course_completed.connect(refuse)
    try:
        with pytest.raises(RuntimeError):
            courses.take_lesson(enrolment, lesson_of(enrolment))
    finally:
        course_completed.disconnect(refuse)
    assert not Completion.objects.exists()
    assert not LessonCompletion.objects.exists()
    assert Attempt.objects.get().submitted_at is None


def test_certificate_prints_what_was_true_when_it_was_issued() -> None:
    person = make_person(given_name="Åsa", family_name="Öström")
    version = courses.publish_course(
        title="Grundkurs", gives=(("OM1", 1, 36), ("OM2", 1, 24), ("OM3", 2, None))
    )
    courses.complete(person, version)
    person.family_name = "Ny"
    person.save()
    certificate = Certificate.objects.get()
    assert (certificate.name, certificate.course_title, certificate.organisation) == (
        "Åsa Öström",
        "Grundkurs",
        "Exempelkommun",
    )
    assert (certificate.issued_on, certificate.valid_until) == (
        date(2026, 11, 23),
        date(2028, 11, 22),
    )
    assert certificate.grants == [
        {
            "area": "Område OM1",
            "area_code": "OM1",
            "level": 1,
            "level_name": "Grund",
            "valid_until": "2029-11-22",
        },
        {
            "area": "Område OM2",
            "area_code": "OM2",
            "level": 1,
            "level_name": "Grund",
            "valid_until": "2028-11-22",
        },
        {
            "area": "Område OM3",
            "area_code": "OM3",
            "level": 2,
            "level_name": "Fördjupning",
            "valid_until": None,
        },
    ]


def test_completion_belongs_to_the_day_in_stockholm() -> None:
    just_after_midnight = NOON.replace(hour=23, minute=30)
    courses.complete(make_person(), courses.publish_course(), at=just_after_midnight)
    assert Completion.objects.get().completed_on == date(2026, 11, 24)


def test_revoking_ends_the_certificate_and_says_so(django_user_model: Any) -> None:
    by = django_user_model.objects.create_user("samordnare@example.se")
    courses.complete(make_person(), courses.publish_course())
    completion = Completion.objects.get()
    heard: list[date] = []

    def listen(on: date, **_kwargs: object) -> None:
        heard.append(on)

    completion_revoked.connect(listen)
    try:
        completing.revoke_completion(
            completion=completion, on=date(2027, 1, 1), by=by, reason="Fel person"
        )
        with pytest.raises(completing.RevokedError):
            completing.revoke_completion(
                completion=completion, on=date(2027, 2, 1), by=by, reason="Igen"
            )
    finally:
        completion_revoked.disconnect(listen)
    assert heard == [date(2027, 1, 1)]
    assert Certificate.objects.get().revoked_on == date(2027, 1, 1)
    assert AuditEvent.objects.get(action="course.completion_revoked").reason == "Fel person"


def test_superseding_prints_the_corrected_name_and_keeps_the_old_certificate(
    django_user_model: Any,
) -> None:
    by = django_user_model.objects.create_user("samordnare@example.se")
    person = make_person(given_name="Asa", family_name="Öst")
    courses.complete(person, courses.publish_course())
    person.given_name = "Åsa"
    person.save()
    old = Certificate.objects.get()
    new = completing.supersede_certificate(certificate=old, by=by)
    old.refresh_from_db()
    assert (old.name, old.superseded_by, new.name) == ("Asa Öst", new, "Åsa Öst")
    assert old.code != new.code
    with pytest.raises(completing.RevokedError):
        completing.supersede_certificate(certificate=old, by=by)


def test_a_reflection_with_personal_data_is_not_stored(enrolment: Enrolment) -> None:
    with pytest.raises(ValidationError):
        learning.save_reflection(
            enrolment=enrolment,
            block_key="r",
            given=learning.Given("Ring 070-174 06 58", NOON),
            at=NOON,
        )
    assert not Reflection.objects.exists()


def test_ticks_are_kept_and_taken_away(enrolment: Enrolment) -> None:
    for items in ({0, 2}, {2}):
        given = {item: learning.Given(item in items, NOON) for item in range(3)}
        learning.save_ticks(enrolment=enrolment, block_key="c", given=given)
    ticked = enrolment.marks.filter(ticked=True)
    assert list(ticked.values_list("item", flat=True)) == [2]


def test_continue_leads_to_the_block_and_then_to_the_next_open_lesson() -> None:
    version = courses.publish_course(lessons=3)
    person = make_person()
    enrolment = courses.enrol(person, version)
    first, second, _third = lessons_of(version.content)
    slug = version.course.slug
    learning.remember_place(enrolment=enrolment, lesson_key=second["key"], block_key="x", at=NOON)
    assert current_enrolments(person)[0].continue_url == f"/kurser/{slug}/{second['slug']}/#b-x"
    courses.take_lesson(enrolment, second)
    progress = current_enrolments(person)[0]
    assert progress.continue_url == f"/kurser/{slug}/{first['slug']}/"
    assert (progress.lessons_done, progress.lessons_total, progress.minutes_left) == (1, 3, 14)


def test_a_finished_course_is_not_current_and_can_be_taken_again() -> None:
    person, version = make_person(), courses.publish_course(lessons=1)
    first = courses.complete(person, version)
    assert current_enrolments(person) == []
    second = courses.complete(person, version, at=NOON + timedelta(days=400))
    assert second != first
    assert Completion.objects.filter(person=person).count() == 2


def test_nothing_is_written_to_a_withdrawn_enrolment(enrolment: Enrolment) -> None:
    enrolling.withdraw(enrolment=enrolment, by=None, at=NOON)
    lesson = lesson_of(enrolment)
    with pytest.raises(learning.ClosedError):
        learning.save_answers(
            enrolment=enrolment,
            lesson=lesson,
            number=1,
            given=courses.give(courses.right_responses(lesson)),
            at=NOON,
        )
    assert not Attempt.objects.exists()
