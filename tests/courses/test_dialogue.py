"""What readers say about a lesson and ask about it, and what they are answered."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from courses.models import CourseVersion, ExpertQuestion, LessonReport
from courses.services import dialogue
from home.models import ArticlePage
from lms.audit.models import AuditEvent
from lms.notifications.models import Delivery, Notice
from lms.people.models import Person
from lms.people.roles import Role
from lms.people.services.merge import merge_people
from lms.people.services.role_assignments import sync_admin_access
from tests.builders import courses
from tests.builders.people import (
    MONDAY,
    account_with,
    employ,
    make_account,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db
SECRET = "19121212-1212"


@pytest.fixture
def version() -> CourseVersion:
    return courses.publish_course(lessons=2)


@pytest.fixture
def person(version) -> Person:
    learner = make_person(given_name="Hemlig", family_name="Person")
    employ(learner, make_unit(f"ENHET-{learner.person_id}"))
    courses.enrol(learner, version)
    return learner


@pytest.fixture
def user(person):
    return make_account(person)


def editor(role: Role = Role.EDITOR):
    account = account_with(role)
    sync_admin_access(user=account, day=MONDAY)
    return account


def lesson_url(version: CourseVersion, end: str = "") -> str:
    return f"/kurser/{version.course.slug}/{version.lessons[0]['slug']}/{end}"


def report(person: Person, version: CourseVersion, text: str = "Länken är död.", **fields):
    return dialogue.report_fault(
        person=person,
        version=version,
        lesson_key=version.lessons[0]["key"],
        kind="broken",
        text=text,
        at=fields.pop("at", courses.NOON),
    )


def ask(person: Person, version: CourseVersion, text: str = "Får jag ringa?", **fields):
    return dialogue.ask_expert(
        person=person,
        version=version,
        lesson_key=fields.pop("lesson_key", version.lessons[0]["key"]),
        text=text,
        at=fields.pop("at", courses.NOON),
    )


def test_a_lesson_leads_to_the_forms_and_they_keep_what_is_sent(client, user, version, person):
    client.force_login(user)
    page = client.get(lesson_url(version)).content.decode()
    for end in ("fel/", "fraga/"):
        assert lesson_url(version, end) in page
        form = client.get(lesson_url(version, end)).content.decode()
        assert "Skriv inte namn, personnummer, adress" in form
        assert "<script>" not in form
    sent = client.post(lesson_url(version, "fel/"), {"kind": "wrong", "text": "Fel årtal."})
    assert (sent.status_code, sent.url) == (302, lesson_url(version))
    client.post(lesson_url(version, "fraga/"), {"text": "Får jag ringa?"})
    row, question = LessonReport.objects.get(), ExpertQuestion.objects.get()
    assert (row.person, row.version, row.kind, row.text) == (person, version, "wrong", "Fel årtal.")
    assert row.lesson_key == question.lesson_key == version.lessons[0]["key"]
    assert (question.person, question.text) == (person, "Får jag ringa?")


@pytest.mark.parametrize("end", ["fel/", "fraga/"])
@pytest.mark.parametrize("text", [f"Barnet {SECRET} ska", "x" * 501, ""])
def test_what_was_typed_survives_a_refusal(client, user, version, end, text):
    client.force_login(user)
    answer = client.post(lesson_url(version, end), {"kind": "wrong", "text": text})
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert not LessonReport.objects.exists()
    assert not ExpertQuestion.objects.exists()


@pytest.mark.parametrize("send", [report, ask])
def test_a_service_refuses_what_the_guard_finds(send, person, version):
    with pytest.raises(ValidationError):
        send(person, version, f"Om {SECRET}")


@pytest.mark.parametrize("send", [report, ask])
def test_one_a_minute_about_a_lesson_and_the_same_words_are_the_same(send, person, version):
    first = send(person, version)
    assert send(person, version) == first
    with pytest.raises(dialogue.TooSoonError):
        send(person, version, "Något annat.")
    later = send(person, version, "Något annat.", at=courses.NOON + timedelta(seconds=61))
    assert later.pk != first.pk


def test_only_who_reads_the_lesson_may_say_something_about_it(client, version):
    client.force_login(make_account(make_person()))
    for end in ("fel/", "fraga/"):
        assert client.get(lesson_url(version, end)).status_code == 404


def test_a_question_may_be_about_the_whole_course(client, user, version):
    client.force_login(user)
    page = client.get(f"/kurser/{version.course.slug}/").content.decode()
    assert f"/fraga-en-expert/{version.course.slug}/" in page
    client.post(f"/fraga-en-expert/{version.course.slug}/", {"text": "Vem håller i kursen?"})
    assert ExpertQuestion.objects.get().lesson_key == ""


def test_a_report_is_closed_with_an_answer_that_reaches_who_wrote_it(person, version):
    row, by = report(person, version), make_account()
    dialogue.close_report(report=row, answer="Rättat.", by=by, at=courses.NOON)
    row.refresh_from_db()
    assert (row.answer, row.closed_by, row.closed_at) == ("Rättat.", by, courses.NOON)
    notice = Notice.objects.get(kind=dialogue.REPORT_ANSWERED)
    assert (notice.person, notice.context["answer"]) == (person, "Rättat.")
    assert AuditEvent.objects.filter(action="course.report_closed").count() == 1
    with pytest.raises(dialogue.SettledError):
        dialogue.close_report(report=row, answer="Igen.", by=by, at=courses.NOON)


def test_a_question_is_answered_or_declined_once_and_the_asker_told(person, version):
    by = make_account()
    first = ask(person, version)
    second = ask(person, version, "Annat?", at=courses.NOON + timedelta(hours=1))
    dialogue.answer_question(question=first, answer="Ja.", by=by, at=courses.NOON)
    dialogue.decline_question(question=second, hint="Fråga HR.", by=by, at=courses.NOON)
    told = Notice.objects.filter(kind=dialogue.QUESTION_ANSWERED, person=person).order_by("pk")
    assert [(each.context["answer"], each.context["declined"]) for each in told] == [
        ("Ja.", False),
        ("Fråga HR.", True),
    ]
    assert Delivery.objects.filter(kind=dialogue.QUESTION_ANSWERED).count() == 2
    for question in (first, second):
        with pytest.raises(dialogue.SettledError):
            dialogue.answer_question(question=question, answer="Nej.", by=by, at=courses.NOON)


def test_my_questions_shows_mine_and_nobody_elses(client, user, person, version):
    other = make_person()
    courses.enrol(other, version)
    ask(other, version, "Någon annans fråga")
    question = ask(person, version)
    report(person, version)
    dialogue.answer_question(question=question, answer="Ja, alltid.", by=user, at=courses.NOON)
    client.force_login(user)
    page = client.get("/mina-fragor/").content.decode()
    assert "Får jag ringa?" in page
    assert "Ja, alltid." in page
    assert "Länken är död." in page
    assert "Väntar på svar" in page
    assert "Någon annans fråga" not in page


def test_the_desk_shows_what_is_said_and_never_who_said_it(client, person, version):
    row, question = report(person, version), ask(person, version)
    client.force_login(editor())
    for address in (
        "/admin/kurser/fel/",
        f"/admin/kurser/fel/{row.pk}/",
        "/admin/kurser/experten/",
        f"/admin/kurser/experten/{question.pk}/",
    ):
        answer = client.get(address)
        assert answer.status_code == 200
        html = answer.content.decode()
        assert "Hemlig" not in html
        assert person.person_id not in html
        assert version.title in html


def test_the_list_of_reports_is_narrowed(client, person, version):
    other = courses.publish_course(lessons=1)
    courses.enrol(person, other)
    done = report(person, version, "Redan rättat")
    report(person, other, "Väntar än")
    dialogue.close_report(report=done, answer="Ja.", by=make_account(), at=courses.NOON)
    client.force_login(editor())

    def shown(query: str) -> list[bool]:
        html = client.get(f"/admin/kurser/fel/?{query}").content.decode()
        return ["Redan rättat" in html, "Väntar än" in html]

    assert shown("") == [False, True]
    assert shown("status=answered") == [True, False]
    assert shown("kind=unclear") == [False, False]
    assert shown(f"course={other.course_id}") == [False, True]
    assert shown("course=999999&status=strunt&p=x") == [False, True]


def test_an_editor_answers_and_publishes_from_the_desk(arena, client, person, version):
    question = ask(person, version)
    client.force_login(editor())
    address = f"/admin/kurser/experten/{question.pk}/"
    refused = client.post(address, {"action": "answer", "answer": f"Ring {SECRET}"})
    assert SECRET in refused.content.decode()
    client.post(address, {"action": "answer", "answer": "Ja, ring."})
    client.post(
        address,
        {"action": "publish", "public_question": "Får man ringa?", "answer": "Ja, <b>alltid</b>."},
    )
    question.refresh_from_db()
    assert question.published_at
    client.force_login(make_account(person))
    lesson = client.get(lesson_url(version)).content.decode()
    assert "Får man ringa?" in lesson
    assert "Ja, &lt;b&gt;alltid&lt;/b&gt;." in lesson
    arena = ArticlePage.objects.get(slug="fragor-och-svar")
    assert "Får man ringa?" in client.get(arena.url).content.decode()
    client.force_login(editor())
    client.post(address, {"action": "unpublish"})
    client.force_login(make_account(person, email="annat@example.se"))
    assert "Får man ringa?" not in client.get(lesson_url(version)).content.decode()


def test_the_support_function_answers_but_does_not_publish(client, person, version):
    question = ask(person, version)
    account = editor(Role.SUPPORT_FUNCTION)
    client.force_login(account)
    assert "/admin/kurser/experten/" in client.get("/admin/").content.decode()
    address = f"/admin/kurser/experten/{question.pk}/"
    client.post(address, {"action": "answer", "answer": "Ja, ring."})
    question.refresh_from_db()
    assert question.answered_by == account
    refused = client.post(
        address, {"action": "publish", "public_question": "Får man?", "answer": "Ja."}
    )
    assert refused.status_code in (302, 403)
    question.refresh_from_db()
    assert question.published_at is None
    assert client.get("/admin/kurser/fel/").status_code in (302, 403)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HR_IMPORT, Role.REVIEWER])
def test_others_in_the_administration_do_not_read_what_is_asked(client, person, version, role):
    question = ask(person, version)
    client.force_login(editor(role))
    for address in ("/admin/kurser/experten/", f"/admin/kurser/experten/{question.pk}/"):
        assert client.get(address).status_code in (302, 403)


def published(person: Person, version: CourseVersion, question: str = "Får man ringa?"):
    by = make_account()
    row = ask(person, version)
    dialogue.answer_question(question=row, answer="Ja.", by=by, at=courses.NOON)
    return dialogue.publish_answer(
        question=row, public_question=question, answer="Ja, ring.", by=by, at=timezone.now()
    )


def test_a_published_answer_stands_in_the_arena_as_an_editorial_change(arena, person, version):
    before = ArticlePage.objects.get(slug="fragor-och-svar")
    published(person, version)
    after = ArticlePage.objects.get(slug="fragor-och-svar")
    assert len(after.body) == len(before.body) + 1
    block = after.body[-1]
    assert (block.block_type, block.value["question"]) == ("question", "Får man ringa?")
    assert block.value["answer"].source == "<p>Ja, ring.</p>"
    assert after.change == "editorial"
    assert after.change_note == before.change_note
    assert not after.has_unpublished_changes


def test_a_draft_that_somebody_is_writing_stays_a_draft_and_gets_the_question(
    arena, person, version
):
    article = ArticlePage.objects.get(slug="fragor-och-svar")
    article.title = "Halvfärdig rubrik"
    article.save_revision()
    published(person, version)
    after = ArticlePage.objects.get(slug="fragor-och-svar")
    draft = after.get_latest_revision_as_object()
    assert after.title != "Halvfärdig rubrik"
    assert draft.title == "Halvfärdig rubrik"
    assert after.has_unpublished_changes
    assert after.body[-1].value["question"] == draft.body[-1].value["question"]


def test_without_the_article_the_answer_stands_below_the_lesson_all_the_same(person, version):
    row = published(person, version)
    about = dialogue.published_about(version.course_id, row.lesson_key)
    assert [each.public_question for each in about] == ["Får man ringa?"]


def test_what_somebody_asked_follows_them_when_people_are_merged(person, version):
    ask(person, version)
    report(person, version)
    survivor = make_person()
    merge_people(survivor=survivor, loser=person, by=make_account(), reason="Samma person.")
    assert ExpertQuestion.objects.get().person == survivor
    assert LessonReport.objects.get().person == survivor


def test_a_published_question_about_the_whole_course_stands_on_its_page(client, person, version):
    by = make_account()
    row = dialogue.ask_expert(
        person=person, version=version, lesson_key="", text="Hur gör jag?", at=courses.NOON
    )
    dialogue.answer_question(question=row, answer="Ring mig.", by=by, at=courses.NOON)
    client.force_login(editor(Role.COORDINATOR))
    form = client.get(f"/admin/kurser/experten/{row.pk}/").content.decode()
    assert "Svaret, så som alla läser det" in form
    assert "Ring mig.</textarea>" not in form
    dialogue.publish_answer(
        question=row, public_question="Hur gör man?", answer="Så.", by=by, at=timezone.now()
    )
    page = client.get(reverse("courses:course", args=[version.course.slug])).content.decode()
    assert "Hur gör man?" in page
