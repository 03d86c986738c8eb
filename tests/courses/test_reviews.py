"""Reviewing a course before it is published."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from courses.models import CoursePage, CourseVersion, LessonPage, Question, VersionReview
from courses.services.bank import save_question
from courses.services.publishing import PublishingError, draft_version
from courses.services.reviews import (
    ReviewError,
    approval_of,
    ask_for_review,
    decide_review,
    publish_as,
    review_queue,
    withdraw_review,
)
from lms.audit.models import AuditEvent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.mail import still_true, tell
from lms.notifications.models import Notice
from lms.people.models import User
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import MONDAY, account_with, make_manager, make_unit

pytestmark = pytest.mark.django_db

NOON = courses.NOON


@pytest.fixture
def course() -> CoursePage:
    course = courses.make_course(title="Grundkurs")
    courses.add_lesson(courses.add_module(course), title="Första")
    return course


@pytest.fixture
def editor() -> User:
    return account_with(Role.EDITOR)


@pytest.fixture
def reviewer() -> User:
    return account_with(Role.REVIEWER)


def ask(
    course: CoursePage,
    by: User,
    message: str = "Läs lektion 1.",
    *,
    change: str = "",
    note: str = "",
    at: datetime = NOON,
) -> VersionReview:
    return ask_for_review(course=course, by=by, message=message, change=change, note=note, at=at)


def decide(review: VersionReview, by: User, approve: bool, comment: str = "") -> VersionReview:
    return decide_review(review=review, by=by, approve=approve, comment=comment, at=NOON)


def publish(course: CoursePage, by: User, change: str = "", note: str = "") -> CourseVersion:
    return publish_as(course=course, by=by, change=change, note=note, at=NOON)


def change_a_lesson(title: str = "Nytt namn") -> None:
    page = LessonPage.objects.get()
    page.title = title
    page.save_revision().publish()


def test_an_editor_publishes_what_somebody_else_has_approved(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    with pytest.raises(ReviewError, match="behöver godkännas"):
        publish(course, editor)
    decide(ask(course, editor), reviewer, True)
    assert publish(course, editor).number == 1
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {
        "course.review_asked_for",
        "course.review_decided",
        "course.version_published",
    }


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.COORDINATOR])
def test_those_who_judge_courses_publish_at_once(course: CoursePage, role: Role) -> None:
    assert publish(course, account_with(role)).number == 1


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.AUDITOR, Role.HR_IMPORT])
def test_nobody_else_publishes(course: CoursePage, role: Role) -> None:
    with pytest.raises(ReviewError):
        publish(course, account_with(role))


def test_any_change_voids_the_approval(course: CoursePage, editor: User, reviewer: User) -> None:
    decide(ask(course, editor), reviewer, True)
    change_a_lesson()
    with pytest.raises(ReviewError, match="behöver godkännas"):
        publish(course, editor)
    # As it was again, it is what was read.
    change_a_lesson("Första")
    assert publish(course, editor).number == 1


def test_what_has_changed_since_it_was_asked_for_is_not_approved(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    review = ask(course, editor)
    change_a_lesson()
    with pytest.raises(ReviewError, match="har ändrats"):
        decide(review, reviewer, True)
    decide(review, reviewer, False, "Be igen.")
    change_a_lesson("Första")
    assert approval_of(course, draft_version(course)) is None


def test_asking_again_after_a_change_takes_the_place_of_the_first(
    course: CoursePage, editor: User
) -> None:
    first = ask(course, editor)
    with pytest.raises(ReviewError, match="väntar redan"):
        ask(course, editor)
    change_a_lesson()
    second = ask(course, editor)
    first.refresh_from_db()
    assert (first.approved, second.decided_at) == (False, None)


def test_nobody_approves_what_they_asked_for(course: CoursePage) -> None:
    coordinator = account_with(Role.COORDINATOR)
    review = ask(course, coordinator)
    with pytest.raises(ReviewError, match="Någon annan"):
        decide(review, coordinator, True)
    review.decided_by, review.decided_at, review.approved = coordinator, NOON, True
    with pytest.raises(IntegrityError), transaction.atomic():
        review.save()


def test_an_editor_does_not_judge_another_editors_course(course: CoursePage, editor: User) -> None:
    with pytest.raises(ReviewError, match="får inte granska"):
        decide(ask(course, editor), account_with(Role.EDITOR), True)


def test_a_course_is_sent_back_with_a_comment_and_its_author_is_told(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    review = ask(course, editor)
    with pytest.raises(ReviewError, match="vad som behöver ändras"):
        decide(review, reviewer, False)
    decide(review, reviewer, False, "Ett exempel till.")
    notice = Notice.objects.get(person=editor.person)
    assert notice.context == {
        "course": "Grundkurs",
        "approved": False,
        "comment": "Ett exempel till.",
    }
    with pytest.raises(ReviewError, match="redan svarat"):
        decide(review, reviewer, True)


def test_what_has_faults_is_not_asked_about(editor: User) -> None:
    with pytest.raises(PublishingError):
        ask(courses.make_course(), editor)


def test_one_takes_back_what_one_asked_for_and_nobody_elses(
    course: CoursePage, editor: User
) -> None:
    review = ask(course, editor)
    with pytest.raises(ReviewError):
        withdraw_review(review=review, by=account_with(Role.EDITOR), at=NOON)
    withdraw_review(review=review, by=editor, at=NOON)
    review.refresh_from_db()
    assert (review.approved, review.decided_by) == (False, editor)


def test_publishing_at_once_answers_a_request_that_waits(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    review = ask(course, editor)
    publish(course, reviewer)
    review.refresh_from_db()
    assert (review.approved, review.decided_by) == (True, reviewer)
    assert Notice.objects.filter(person=editor.person).count() == 1


def test_the_queue_shows_what_waits_to_be_judged_and_what_came_back(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    review = ask(course, editor)
    assert review_queue(reviewer, MONDAY).to_judge == (review,)
    assert not review_queue(editor, MONDAY)
    decide(review, reviewer, True)
    assert not review_queue(reviewer, MONDAY)
    assert review_queue(editor, MONDAY).answered == (review,)
    publish(course, editor)
    assert not review_queue(editor, MONDAY)


@pytest.mark.parametrize("number", [1, 4])
def test_the_queue_takes_as_many_queries_whatever_waits(
    number: int, editor: User, reviewer: User, django_assert_max_num_queries
) -> None:
    for place in range(number):
        course = courses.make_course()
        courses.add_lesson(courses.add_module(course))
        review = ask(course, editor)
        if place % 2:
            decide(review, reviewer, True)
    with django_assert_max_num_queries(12):
        assert review_queue(reviewer, MONDAY)
        review_queue(editor, MONDAY)


def told_to_judge() -> dict[str, Notice]:
    """By the e-mail address of those told."""
    kind = "courses.review_asked_for"
    return {n.person.email: n for n in Notice.objects.filter(kind=kind).select_related("person")}


def test_those_who_judge_courses_are_told_that_somebody_asks_and_nobody_else(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    others = [role for role in Role if role not in (Role.REVIEWER, Role.COORDINATOR)]
    assignable = {value for value, _label in Role.assignable_choices()}
    for role in others:
        if role in assignable:
            account_with(role)
    make_manager(make_unit("A"))
    coordinator, closed = account_with(Role.COORDINATOR), account_with(Role.REVIEWER)
    closed.is_active = False
    closed.save()
    review = ask(course, editor)
    told = told_to_judge()
    assert set(told) == {reviewer.email, coordinator.email}
    notice = told[reviewer.email]
    assert notice.url == reverse("courses_admin:review", args=[review.pk])
    words = tell(notice, notice.person)
    assert words.title == "Grundkurs väntar på din granskning"
    assert words.body == (
        f"{editor} ber om granskning av kursen innan den publiceras. Det räcker att en granskare "
        "svarar. Att titta på: Läs lektion 1."
    )


def test_whoever_asks_is_not_told_to_judge_it(course: CoursePage, reviewer: User) -> None:
    ask(course, account_with(Role.COORDINATOR))
    assert set(told_to_judge()) == {reviewer.email}


def test_asking_again_for_the_same_tells_nobody_twice(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    ask(course, editor)
    with pytest.raises(ReviewError):
        ask(course, editor)
    assert Notice.objects.filter(person=reviewer.person).count() == 1


@pytest.mark.parametrize("how", ["decided", "withdrawn", "asked anew", "published", "role ended"])
def test_nobody_is_reminded_of_a_review_that_is_settled_or_no_longer_theirs(
    course: CoursePage, editor: User, reviewer: User, how: str
) -> None:
    review = ask(course, editor)
    notices = list(told_to_judge().values())
    assert still_true(notices, MONDAY) == notices
    match how:
        case "decided":
            decide(review, reviewer, True)
        case "withdrawn":
            withdraw_review(review=review, by=editor, at=NOON)
        case "asked anew":
            change_a_lesson()
            ask(course, editor)
        case "published":
            publish(course, account_with(Role.COORDINATOR))
        case _:
            reviewer.role_assignments.update(ends_on=MONDAY - timedelta(days=1))
    assert still_true(notices, MONDAY) == []


def test_an_approval_ends_with_the_next_version(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    decide(ask(course, editor), reviewer, True)
    publish(course, editor)
    change_a_lesson("Annat")
    publish(course, account_with(Role.COORDINATOR))
    # As it was when it was approved, long ago.
    change_a_lesson("Första")
    with pytest.raises(ReviewError, match="behöver godkännas"):
        publish(course, editor)


def test_an_answer_to_the_same_later_takes_the_place_of_the_first(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    publish(course, reviewer)
    change_a_lesson()
    decide(ask(course, editor, change="editorial"), reviewer, True)
    later = ask(course, editor, change="material", note="Ny lag.")
    decide_review(
        review=later, by=reviewer, approve=False, comment="Nej.", at=NOON + timedelta(days=1)
    )
    with pytest.raises(ReviewError, match="behöver godkännas"):
        publish(course, editor)


def test_the_kind_of_change_and_its_note_are_approved_with_the_content(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    publish(course, reviewer)
    change_a_lesson()
    decide(ask(course, editor, change="material", note="Ny lag."), reviewer, True)
    for change, note in (("retake", "Ny lag."), ("editorial", ""), ("material", "Något annat.")):
        with pytest.raises(ReviewError, match="slag av ändring"):
            publish(course, editor, change, note)
    version = publish(course, editor)
    assert (version.number, version.change, version.note) == (2, "material", "Ny lag.")


def test_the_same_content_is_asked_about_again_as_another_kind_of_change(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    publish(course, reviewer)
    with pytest.raises(ReviewError, match="Inget har ändrats"):
        ask(course, editor, change="editorial")
    first = ask(course, editor, change="material", note="Ny lag.")
    second = ask(course, editor, change="retake", note="Ny lag.")
    first.refresh_from_db()
    assert (first.approved, second.decided_at) == (False, None)
    decide(second, reviewer, True)
    assert publish(course, editor).change == "retake"


def test_who_has_written_what_is_new_does_not_approve_it(course: CoursePage, editor: User) -> None:
    writer, reviewer = account_with(Role.REVIEWER), account_with(Role.REVIEWER)
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision(user=writer).publish(user=editor)
    review = ask(course, editor)
    with pytest.raises(ReviewError, match="skrivit en del av det nya"):
        decide(review, writer, True)
    decide(review, reviewer, True)
    publish(course, editor)
    # What was in the earlier version is nobody's news.
    change_a_lesson("Ett tredje namn")
    decide(ask(course, editor), writer, True)


def test_a_draft_from_before_the_version_counts_when_it_comes_into_the_next(
    course: CoursePage, editor: User
) -> None:
    writer = account_with(Role.REVIEWER)
    page = LessonPage.objects.get()
    page.save_revision().publish()
    page.title = "Nytt namn"
    draft = page.save_revision(user=writer)
    publish(course, account_with(Role.COORDINATOR))
    draft.publish(user=editor)
    with pytest.raises(ReviewError, match="skrivit en del av det nya"):
        decide(ask(course, editor), writer, True)


def test_who_has_worded_a_question_of_the_bank_does_not_approve_it(
    course: CoursePage, editor: User
) -> None:
    writer = account_with(Role.REVIEWER)
    courses.areas_and_levels("OM1")
    question = Question(
        area=CompetenceArea.objects.get(code="OM1"), level=TrainingLevel.objects.get(number=1)
    )
    question.content = Question._meta.get_field("content").to_python([courses.single("b")])
    save_question(question=question, by=writer)
    lesson = LessonPage.objects.get()
    asked = [{"type": "bank", "id": "ur", "value": {"question": question.pk}}]
    lesson.questions = LessonPage._meta.get_field("questions").to_python(asked)
    lesson.save_revision(user=editor).publish()
    with pytest.raises(ReviewError, match="skrivit en del av det nya"):
        decide(ask(course, editor), writer, True)


def test_no_other_kind_of_change_can_be_chosen_after_the_approval(
    client: Client, course: CoursePage, editor: User, reviewer: User
) -> None:
    publish(course, reviewer)
    change_a_lesson()
    client.force_login(editor)
    address = reverse("courses_admin:publish", args=[course.pk])
    client.post(
        reverse("courses_admin:ask_for_review", args=[course.pk]),
        {"review-change": "retake", "review-note": "Ny lag.", "review-message": ""},
    )
    review = VersionReview.objects.get()
    client.force_login(reviewer)
    page = client.get(reverse("courses_admin:review", args=[review.pk])).content.decode()
    assert "Slag av ändring: ska göras om." in page
    assert "Ny lag." in page
    decide(review, reviewer, True)
    client.force_login(editor)
    page = client.get(address).content.decode()
    assert 'name="change"' not in page
    assert 'name="review-change"' in page
    assert "Slag av ändring: ska göras om." in page
    again = client.post(address, {"change": "editorial"})
    assert "Det går inte att ångra" in again.content.decode()
    client.post(address, {"confirmed": "1"})
    version = CourseVersion.objects.get(number=2)
    assert (version.change, version.note, version.by) == ("retake", "Ny lag.", editor)


def test_who_has_written_it_is_offered_only_to_send_it_back(
    client: Client, course: CoursePage, editor: User
) -> None:
    writer = account_with(Role.REVIEWER)
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision(user=writer).publish(user=editor)
    review = ask(course, editor)
    client.force_login(writer)
    shown = client.get(reverse("courses_admin:review", args=[review.pk])).content.decode()
    assert 'value="return"' in shown
    assert 'value="approve"' not in shown


def test_the_whole_way_in_the_admin(
    client: Client, course: CoursePage, editor: User, reviewer: User
) -> None:
    address = reverse("courses_admin:publish", args=[course.pk])
    client.force_login(editor)
    page = client.get(address).content.decode()
    assert "Be om granskning" in page
    assert "Publicera version 1" not in page
    client.post(
        reverse("courses_admin:ask_for_review", args=[course.pk]),
        {"review-message": "Läs lektion 1."},
    )
    review = VersionReview.objects.get()
    assert "väntar på att någon granskar" in client.get(address).content.decode()

    client.force_login(reviewer)
    assert (
        reverse("courses_admin:review", args=[review.pk])
        in client.get(reverse("wagtailadmin_home")).content.decode()
    )
    page = client.get(reverse("courses_admin:review", args=[review.pk])).content.decode()
    assert "Läs lektion 1." in page
    assert client.get(reverse("courses_admin:version_read", args=[course.pk, 0])).status_code == 200
    client.post(reverse("courses_admin:review", args=[review.pk]), {"decision": "approve"})

    client.force_login(editor)
    assert address in client.get(reverse("wagtailadmin_home")).content.decode()
    client.post(address, {"note": ""})
    assert CourseVersion.objects.get().by == editor


def test_those_who_publish_at_once_see_where_the_review_stands(
    course: CoursePage, editor: User, reviewer: User, client: Client
) -> None:
    client.force_login(account_with(Role.COORDINATOR))
    url = reverse("courses_admin:publish", args=[course.pk])

    def said() -> str:
        return client.get(url).content.decode()

    review = ask(course, editor)
    assert "har bett om granskning" in said()
    assert "Om du publicerar nu är begäran besvarad med det." in said()
    decide(review, reviewer, approve=True, comment="Bra.")
    assert "godkände exakt det här" in said()
    change_a_lesson()
    assert "så godkännandet gäller inte längre." in said()
    assert "Be om granskning igen" not in said()


def test_the_message_to_the_reviewer_is_guarded(
    client: Client, course: CoursePage, editor: User
) -> None:
    client.force_login(editor)
    answer = client.post(
        reverse("courses_admin:ask_for_review", args=[course.pk]),
        {"review-message": "Fråga 19121212-1212 vad hon tycker."},
        follow=True,
    )
    assert "personnummer" in answer.content.decode()
    assert not VersionReview.objects.exists()


def test_an_editor_cannot_answer_by_the_address(
    client: Client, course: CoursePage, editor: User
) -> None:
    review = ask(course, editor)
    client.force_login(account_with(Role.EDITOR))
    address = reverse("courses_admin:review", args=[review.pk])
    assert "Godkänn" not in client.get(address).content.decode()
    client.post(address, {"decision": "approve"})
    review.refresh_from_db()
    assert review.decided_at is None


def test_a_manager_reaches_no_page_of_it(client: Client, course: CoursePage, editor: User) -> None:
    review = ask(course, editor)
    client.force_login(make_manager(make_unit("A")))
    for name, pk in (("publish", course.pk), ("versions", course.pk), ("review", review.pk)):
        assert client.get(reverse(f"courses_admin:{name}", args=[pk])).status_code in (302, 403)


def test_an_old_answer_is_not_repeated_when_it_is_asked_again(
    course: CoursePage, editor: User, reviewer: User
) -> None:
    decide(ask(course, editor), reviewer, False, "Nej.")
    ask(course, editor, at=NOON + timedelta(days=1))
    assert not review_queue(editor, MONDAY)
