"""Publishing from the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import CourseVersion, LessonPage
from lms.notifications.models import Notice
from lms.people.models import User
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import MONDAY, account_with, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client: Client) -> Client:
    user = User.objects.create_superuser("samordnare@example.se", None, person=make_person())
    user.role_assignments.create(role=Role.COORDINATOR, starts_on=MONDAY.replace(year=2020))
    client.force_login(user)
    return client


def test_the_page_says_what_is_new_and_publishing_makes_a_version(coordinator: Client) -> None:
    course = courses.make_course(title="Grundkurs")
    courses.add_lesson(courses.add_module(course))
    url = reverse("courses_admin:publish", args=[course.pk])
    assert "Första versionen, med 1 lektion." in coordinator.get(url).content.decode()
    response = coordinator.post(url, {"note": "Klar att gå"}, follow=True)
    assert "Version 1 av ”Grundkurs” är publicerad." in response.content.decode()
    version = CourseVersion.objects.get()
    assert (version.number, version.note) == (1, "")
    assert "Inget har ändrats sedan version 1." in coordinator.get(url).content.decode()


def test_faults_are_listed_and_nothing_is_published(coordinator: Client) -> None:
    course = courses.make_course()
    courses.add_lesson(courses.add_module(course), title="Tom", questions=[])
    url = reverse("courses_admin:publish", args=[course.pk])
    response = coordinator.post(url)
    assert "Lektionen saknar frågor." in response.content.decode()
    assert not CourseVersion.objects.exists()


def test_a_learner_cannot_publish(client: Client) -> None:
    person = make_person()
    client.force_login(User.objects.create_user(person.email, None, person=person))
    course = courses.make_course()
    assert client.post(reverse("courses_admin:publish", args=[course.pk])).status_code in (302, 403)
    assert not CourseVersion.objects.exists()


def test_the_editor_offers_the_button(coordinator: Client) -> None:
    course = courses.make_course()
    page = coordinator.get(reverse("wagtailadmin_pages:edit", args=[course.pk])).content.decode()
    assert reverse("courses_admin:publish", args=[course.pk]) in page
    assert "Publicera kursversion" in page


def test_a_lesson_is_not_sent_to_be_judged_by_itself(client: Client) -> None:
    version = courses.publish_course(lessons=1)
    client.force_login(account_with(Role.EDITOR))
    lesson = LessonPage.objects.get()
    for page in (lesson, lesson.get_parent(), version.course):
        edited = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert 'name="action-submit"' not in edited
    new = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", lesson.get_parent().pk])
    assert 'name="action-submit"' not in client.get(new).content.decode()


def test_the_preview_shows_the_lesson_with_its_answers(coordinator: Client) -> None:
    course = courses.make_course()
    lesson = courses.add_lesson(courses.add_module(course), questions=courses.all_kinds())
    response = lesson.make_preview_request(preview_mode="answers")
    assert "Ja." in response.content.decode()


def changed_course(title: str = "Grundkurs") -> tuple[CourseVersion, LessonPage]:
    """A published course with a change in one of its two lessons."""
    version = courses.publish_course(
        lessons=2, title=title, body=[courses.text("<p>Ring i dag.</p>", "a")]
    )
    page = LessonPage.objects.order_by("path").last()
    assert page is not None
    page.body = LessonPage._meta.get_field("body").to_python(
        [courses.text("<p>Ring genast i dag.</p>", "a")]
    )
    page.save_revision().publish()
    return version, page


def test_the_page_says_what_each_kind_of_change_means_and_how_many_it_is_for(
    coordinator: Client,
) -> None:
    version, _page = changed_course()
    for _number in range(6):
        courses.enrol(make_person(), version)
    page = coordinator.get(
        reverse("courses_admin:publish", args=[version.course_id])
    ).content.decode()
    assert "Håller på just nu: 6 personer. Klara: ingen." in page
    assert "De som håller på går över till den nya versionen och får besked" in page
    assert "<ins>genast </ins>" in page


def test_a_retake_is_asked_about_before_anybody_is_moved(coordinator: Client) -> None:
    version, _page = changed_course()
    people = [make_person() for _number in range(6)]
    for person in people:
        courses.enrol(person, version)
    url = reverse("courses_admin:publish", args=[version.course_id])
    asked = {"change": "retake", "note": "Lagen är ny."}
    answer = coordinator.post(url, asked).content.decode()
    assert "6 personer som håller på går över till version 2" in answer
    assert CourseVersion.objects.count() == 1
    coordinator.post(url, {**asked, "confirmed": "1"})
    second = CourseVersion.objects.get(number=2)
    assert second.change == CourseVersion.Change.RETAKE
    assert second.enrolments.filter(withdrawn_at__isnull=True).count() == 6
    assert Notice.objects.filter(kind="courses.new_version").count() == 6


def test_those_under_way_are_told_what_a_material_change_is(coordinator: Client) -> None:
    version, _page = changed_course()
    courses.enrol(make_person(), version)
    url = reverse("courses_admin:publish", args=[version.course_id])
    answer = coordinator.post(url, {"change": "material", "note": ""}).content.decode()
    assert "Skriv vad som är ändrat" in answer
    said = {"change": "material", "note": "Ring genast."}
    coordinator.post(url, said | {"confirmed": "1"})
    assert CourseVersion.objects.get(number=2).change == CourseVersion.Change.MATERIAL
    assert Notice.objects.get(kind="courses.new_version").context["what"] == "Ring genast."


def test_the_versions_page_links_to_what_was_new_and_to_reading_it(coordinator: Client) -> None:
    version, page = changed_course()
    course = version.course_id
    publish = reverse("courses_admin:publish", args=[course])
    assert " checked" not in coordinator.get(publish).content.decode()
    said = {"change": "editorial", "note": "Genast", "confirmed": "1"}
    coordinator.post(publish, {"note": "Genast", "confirmed": "1"})
    assert CourseVersion.objects.filter(course=course).count() == 1
    coordinator.post(publish, said)
    listed = coordinator.get(reverse("courses_admin:versions", args=[course])).content.decode()
    difference = reverse("courses_admin:difference", args=[course])
    assert f"{difference}?till=2&amp;fran=1" in listed
    # On a phone each value stands beside its heading.
    assert listed.count('data-label="Vad som har ändrats"') == 2
    shown = coordinator.get(f"{difference}?till=2&fran=1").content.decode()
    assert "<ins>genast </ins>" in shown
    assert "1 lektion är ordagrant lika" in shown
    for number in (0, 1, 2):
        read = reverse("courses_admin:version_read", args=[course, number])
        assert "Grundkurs" in coordinator.get(read).content.decode()
        lesson = reverse("courses_admin:version_lesson", args=[course, number, page.slug])
        assert "Inte det heller." in coordinator.get(lesson).content.decode()
    nowhere = reverse("courses_admin:version_lesson", args=[course, 1, "finns-inte"])
    assert coordinator.get(nowhere).status_code == 404


def test_every_kind_of_question_is_read_with_its_answer(coordinator: Client) -> None:
    version = courses.publish_course(lessons=1, questions=courses.all_kinds())
    slug = version.lessons[0]["slug"]
    for number in (0, 1):
        page = coordinator.get(
            reverse("courses_admin:version_lesson", args=[version.course_id, number, slug])
        ).content.decode()
        for words in ("Ja.", "Om 2.", "Därför.", "Så många.", "Socialtjänsten", "rektorn", "Nja."):
            assert words in page, words


def test_the_names_of_those_who_take_the_course_are_on_no_page(coordinator: Client) -> None:
    version, _page = changed_course()
    person = make_person(given_name="Hemliga", family_name="Personsson")
    courses.enrol(person, version)
    for name in ("publish", "versions", "difference"):
        url = reverse(f"courses_admin:{name}", args=[version.course_id])
        assert "Personsson" not in coordinator.get(url).content.decode()
