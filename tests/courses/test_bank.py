"""The question bank in the admin: written through the service, and closed to everyone else."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.files.images import ImageFile
from django.test import Client
from django.urls import NoReverseMatch, reverse
from PIL import Image as Picture
from wagtail.images.models import Image
from wagtail.models import ModelLogEntry, ReferenceIndex
from wagtail.search import index

from courses.freezing import lessons_of
from courses.models import CoursePage, Question, QuestionVersion
from courses.services.bank import (
    courses_asking,
    number_of_sort,
    restore_question,
    retire_question,
    save_question,
)
from courses.services.publishing import PublishingError, draft_version, publish_course_version
from home.models import SearchEntry
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.every_kind import hotspot, make_room_picture
from tests.builders.people import (
    account_with,
    employ,
    make_account,
    make_manager,
    make_person,
    make_unit,
)

pytestmark = pytest.mark.django_db

# Wagtail leaves the temporary file of a new rendition to the garbage collector.
makes_renditions = pytest.mark.filterwarnings(
    "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)

SECRET = "Vilken hemlighet har banken?"
TODAY = date(2026, 11, 23)


def make_question(prompt: str = SECRET, *, area: str = "OM1", level: int = 1) -> Question:
    courses.areas_and_levels(area)
    question = Question(
        area=CompetenceArea.objects.get(code=area), level=TrainingLevel.objects.get(number=level)
    )
    question.content = Question._meta.get_field("content").to_python([courses.single("b", prompt)])
    save_question(question=question, by=None)
    return question


def bank(question: Question) -> dict[str, Any]:
    return {"type": "bank", "id": "bank", "value": {"question": question.pk}}


def draw(count: int, area: str = "OM1") -> dict[str, Any]:
    stratum = {"count": count, "area": area, "level": "", "legal": "", "tag": ""}
    return {"type": "draw", "id": "draw", "value": {"strata": [stratum]}}


def learner() -> User:
    person = make_person()
    employ(person, make_unit("L"))
    return make_account(person)


def every_address(question: Question) -> list[str]:
    """Whatever an address is called that has something to do with the bank."""
    own = [
        reverse(f"courses_admin:{name}", args=[question.pk])
        for name in ("question", "retire_question", "restore_question")
    ]
    found = []
    for name in (
        "list", "list_results", "add", "edit", "delete", "usage", "history", "history_results",
        "copy", "inspect",
    ):  # fmt: skip
        for args in ([], [question.pk]):
            try:
                found.append(reverse(f"wagtailsnippets_courses_question:{name}", args=args))
            except NoReverseMatch:
                continue
    for name in ("choose", "choose_results", "chosen", "chosen_multiple", "create"):
        for args in ([], [question.pk]):
            try:
                found.append(reverse(f"wagtailsnippetchoosers_courses_question:{name}", args=args))
            except NoReverseMatch:
                continue
    chosen = reverse("wagtailsnippetchoosers_courses_question:chosen_multiple")
    return [
        *own,
        *found,
        f"{chosen}?id={question.pk}",
        f"{reverse('wagtailsnippets_courses_question:list')}?export=csv",
        f"/admin/bulk/courses/question/delete/?id={question.pk}",
        "/admin/bulk/courses/Question/delete/?id=all",
    ]


OUTSIDERS = {
    "learner": learner,
    "manager": lambda: make_manager(make_unit("M")),
    "instructor": lambda: account_with(Role.INSTRUCTOR),
    "auditor": lambda: account_with(Role.AUDITOR),
    "executive": lambda: account_with(Role.EXECUTIVE_VIEWER),
    "hr": lambda: account_with(Role.HR_IMPORT),
    "administrator": lambda: account_with(Role.SYSTEM_ADMIN),
}


@pytest.mark.parametrize("who", OUTSIDERS)
def test_the_bank_is_closed_by_every_address(client: Client, who: str) -> None:
    question = make_question()
    client.force_login(OUTSIDERS[who]())
    addresses = every_address(question)
    assert len(addresses) > 15
    for address in addresses:
        for send in (client.get, client.post):
            answer = send(address)
            assert answer.status_code in (302, 403, 404, 405), address
            assert SECRET not in answer.content.decode(), address


@pytest.mark.parametrize("who", OUTSIDERS)
def test_the_bank_is_on_no_page_of_the_admin_for_those_outside(client: Client, who: str) -> None:
    make_question()
    client.force_login(OUTSIDERS[who]())
    ways = ["/admin/", "/admin/snippets/", "/admin/reports/site-history/", "/admin/pages/search/"]
    for address in [*ways, "/sok/?q=hemlighet", "/admin/pages/search/?q=hemlighet"]:
        answer = client.get(address)
        assert SECRET not in answer.content.decode(), address
        assert "/admin/snippets/courses/question/" not in answer.content.decode(), address


def test_an_administrators_superuser_reads_no_question_either(client: Client) -> None:
    question = make_question()
    client.force_login(User.objects.create_superuser("rot@example.se", None, person=make_person()))
    for address in every_address(question):
        answer = client.get(address)
        assert SECRET not in answer.content.decode(), address


def test_where_an_image_is_used_names_no_question(client: Client) -> None:
    """The index of references holds which, never what."""
    make_question()
    texts = [str(row) for row in ReferenceIndex.objects.values()]
    assert not any(SECRET in text for text in texts)


def test_no_search_index_holds_the_bank() -> None:
    make_question()
    assert not issubclass(Question, index.Indexed)
    assert not issubclass(QuestionVersion, index.Indexed)
    assert not SearchEntry.objects.filter(text__icontains="hemlighet").exists()
    lesson = apps.get_model("courses", "LessonPage")
    assert "questions" not in {field.field_name for field in lesson.search_fields}


def test_what_the_log_of_the_admin_says_is_read_by_those_with_the_right_alone(
    client: Client,
) -> None:
    question = make_question()
    ModelLogEntry.objects.log_action(question, "wagtail.edit", user=None)
    for who, make in OUTSIDERS.items():
        found = ModelLogEntry.objects.viewable_by_user(make())
        assert not found.filter(object_id=str(question.pk)).exists(), who


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.COORDINATOR])
def test_those_with_the_right_read_the_bank_and_its_answers(client: Client, role: Role) -> None:
    question = make_question()
    client.force_login(account_with(role))
    listed = client.get(reverse("wagtailsnippets_courses_question:list")).content.decode()
    assert SECRET in listed
    assert "/admin/snippets/courses/question/" in client.get("/admin/").content.decode()
    page = client.get(reverse("courses_admin:question", args=[question.pk])).content.decode()
    assert SECRET in page
    assert "Ja." in page
    chooser = client.get(reverse("wagtailsnippetchoosers_courses_question:choose"))
    assert SECRET in chooser.json()["html"]


def test_a_reviewer_changes_nothing(client: Client) -> None:
    question = make_question()
    client.force_login(account_with(Role.REVIEWER))
    edit = reverse("wagtailsnippets_courses_question:edit", args=[question.pk])
    assert client.get(edit).status_code in (302, 403)
    retire = reverse("courses_admin:retire_question", args=[question.pk])
    assert client.post(retire, {"reason": ""}).status_code in (302, 403)
    question.refresh_from_db()
    assert question.retired_on is None


def form_of(question: Question | None, prompt: str, note: str = "") -> dict[str, str]:
    options = [("Fel", False), ("Rätt", True)]
    data = {
        "area": str(CompetenceArea.objects.get(code="OM1").pk),
        "level": str(TrainingLevel.objects.get(number=1).pk),
        "tags": "grund",
        "note": note,
        "content-count": "1",
        "content-0-deleted": "",
        "content-0-order": "0",
        "content-0-type": "single",
        "content-0-id": "b",
        "content-0-value-prompt": prompt,
        "content-0-value-options-count": str(len(options)),
    }
    for place, (text, correct) in enumerate(options):
        start = f"content-0-value-options-{place}"
        data |= {
            f"{start}-deleted": "",
            f"{start}-order": str(place),
            f"{start}-type": "item",
            f"{start}-id": f"o{place}",
            f"{start}-value-text": text,
            f"{start}-value-explanation": "Därför.",
        }
        if correct:
            data[f"{start}-value-correct"] = "on"
    return data


def test_the_form_saves_through_the_service(client: Client) -> None:
    courses.areas_and_levels("OM1")
    editor = account_with(Role.EDITOR)
    client.force_login(editor)
    add = reverse("wagtailsnippets_courses_question:add")
    client.post(add, form_of(None, "Ny fråga?"))
    question = Question.objects.get()
    assert [(v.number, v.by, v.note) for v in question.versions.all()] == [(1, editor, "")]
    edit = reverse("wagtailsnippets_courses_question:edit", args=[question.pk])
    answer = client.post(edit, form_of(question, "Ändrad fråga?", "Tydligare"), follow=True)
    assert "Lydelsen är version 2." in answer.content.decode()
    assert question.versions.order_by("-number").values_list("number", "note").first() == (
        2,
        "Tydligare",
    )
    assert [tag.name for tag in Question.objects.get().tags.all()] == ["grund"]
    # The same again is the version that exists.
    client.post(edit, form_of(question, "Ändrad fråga?", "Igen"))
    assert question.versions.count() == 2
    page = client.get(reverse("courses_admin:question", args=[question.pk])).content.decode()
    assert "<del>Ny </del><ins>Ändrad </ins>" in page
    assert "Tydligare" in page


def test_a_copy_is_a_question_of_its_own(client: Client) -> None:
    question = make_question()
    client.force_login(account_with(Role.EDITOR))
    copy = reverse("wagtailsnippets_courses_question:copy", args=[question.pk])
    page = client.get(copy).content.decode()
    assert SECRET in page
    client.post(reverse("wagtailsnippets_courses_question:add"), form_of(None, "Kopian?"))
    assert Question.objects.count() == 2
    assert len(set(Question.objects.values_list("key", flat=True))) == 2


def test_a_question_is_retired_after_asking_and_taken_into_use_again(client: Client) -> None:
    question = make_question()
    client.force_login(account_with(Role.EDITOR))
    retire = reverse("courses_admin:retire_question", args=[question.pk])
    assert "Ta frågan ur bruk" in client.get(retire).content.decode()
    question.refresh_from_db()
    assert question.retired_on is None
    client.post(retire, {"reason": "Lagen är ändrad"})
    question.refresh_from_db()
    assert question.retired_on is not None
    client.post(reverse("courses_admin:restore_question", args=[question.pk]))
    question.refresh_from_db()
    assert question.retired_on is None


def test_nobody_deletes_a_question(client: Client) -> None:
    question = make_question()
    client.force_login(account_with(Role.COORDINATOR))
    delete = reverse("wagtailsnippets_courses_question:delete", args=[question.pk])
    bulk = f"/admin/bulk/courses/question/delete/?id={question.pk}"
    for address in (delete, bulk):
        assert client.post(address).status_code in (302, 403)
    assert Question.objects.filter(pk=question.pk).exists()


def test_the_list_is_narrowed_by_sort_kind_and_state(client: Client) -> None:
    make_question("Första frågan?")
    other = make_question("Andra frågan?", area="OM2", level=2)
    retire_question(question=other, on=TODAY, by=None)
    client.force_login(account_with(Role.EDITOR))

    def listed(**chosen: Any) -> list[str]:
        page = client.get(reverse("wagtailsnippets_courses_question:list"), chosen)
        html = page.content.decode()
        return [text for text in ("Första frågan?", "Andra frågan?") if text in html]

    assert listed() == ["Första frågan?", "Andra frågan?"]
    assert listed(area=CompetenceArea.objects.get(code="OM2").pk) == ["Andra frågan?"]
    assert listed(level=TrainingLevel.objects.get(number=1).pk) == ["Första frågan?"]
    assert listed(retired="no") == ["Första frågan?"]
    assert listed(kind="single") == ["Första frågan?", "Andra frågan?"]
    assert listed(kind="cloze") == []
    assert listed(q="andra") == ["Andra frågan?"]


@pytest.mark.parametrize("number", [3, 25])
def test_the_list_takes_as_many_queries_whatever_the_bank(
    number: int, client: Client, django_assert_max_num_queries: Any
) -> None:
    for place in range(number):
        make_question(f"Fråga {place}?")
    client.force_login(account_with(Role.EDITOR))
    address = reverse("wagtailsnippets_courses_question:list")
    client.get(address)
    with django_assert_max_num_queries(45):
        client.get(address)


def test_used_in_says_which_lessons_ask_it_and_how() -> None:
    question, other = make_question(), make_question("En annan?", area="OM2")
    course = courses.make_course(title="Grundkurs")
    module = courses.add_module(course)
    courses.add_lesson(module, title="Fast", questions=[bank(question)])
    courses.add_lesson(module, title="Dragen", questions=[draw(1)])
    publish_course_version(course=course, by=None)
    [use] = courses_asking(question)
    assert (use.course.title, use.number, use.lessons) == (
        "Grundkurs",
        1,
        (("Fast", False), ("Dragen", True)),
    )
    assert courses_asking(other) == []


def test_a_sort_is_counted_as_the_draw_will_find_it() -> None:
    question = make_question()
    make_question("En till?")
    make_question("En annan?", area="OM2")
    assert number_of_sort(area="OM1") == 2
    retire_question(question=question, on=TODAY, by=None)
    assert number_of_sort(area="OM1", level="1") == 1
    restore_question(question=question, by=None)
    assert number_of_sort() == 3


def test_saving_a_lesson_that_draws_says_how_many_there_are(client: Client) -> None:
    make_question()
    course = courses.make_course()
    lesson = courses.add_lesson(courses.add_module(course), questions=[draw(2)])
    client.force_login(account_with(Role.COORDINATOR))
    from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

    data = nested_form_data(
        {
            "title": "Lektion",
            "slug": lesson.slug,
            "summary": "",
            "minutes": 7,
            "goals": streamfield([]),
            "body": streamfield([("text", rich_text("<p>Hej</p>"))]),
            "questions-count": "1",
            "questions-0-deleted": "",
            "questions-0-order": "0",
            "questions-0-type": "draw",
            "questions-0-id": "draw",
            "questions-0-value-strata-count": "1",
            "questions-0-value-strata-0-deleted": "",
            "questions-0-value-strata-0-order": "0",
            "questions-0-value-strata-0-type": "item",
            "questions-0-value-strata-0-id": "s",
            "questions-0-value-strata-0-value-count": "2",
            "questions-0-value-strata-0-value-area": "OM1",
            "questions-0-value-strata-0-value-level": "",
            "questions-0-value-strata-0-value-legal": "",
            "questions-0-value-strata-0-value-tag": "",
            "attempts_in_a_row": "",
            "rest_hours": "24",
            "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0,
            "comments-MIN_NUM_FORMS": 0,
            "comments-MAX_NUM_FORMS": 1000,
        }
    )
    answer = client.post(reverse("wagtailadmin_pages:edit", args=[lesson.pk]), data, follow=True)
    assert "banken har 1 av den sorten" in answer.content.decode()


def ask_by_name(question: Question) -> CoursePage:
    course = courses.make_course()
    courses.add_lesson(courses.add_module(course), title="Första", questions=[bank(question)])
    return course


def test_a_retired_question_that_a_lesson_asks_for_keeps_the_course_from_being_published(
    client: Client,
) -> None:
    question = make_question("Vem anmäler?")
    course = ask_by_name(question)
    publish_course_version(course=course, by=None)
    retire_question(question=question, on=TODAY, by=None)
    with pytest.raises(PublishingError) as refusal:
        publish_course_version(course=course, by=None)
    (fault,) = refusal.value.faults
    assert str(fault) == (
        "Första: Frågan ”Vem anmäler?” i frågebanken är tagen ur bruk. Välj en annan, eller ta "
        "den i bruk igen."
    )
    client.force_login(account_with(Role.COORDINATOR))
    studio = client.get(reverse("courses_admin:studio", args=[course.pk])).content.decode()
    assert "Frågan ”Vem anmäler?” i frågebanken är tagen ur bruk." in studio
    restore_question(question=question, by=None)
    assert not draft_version(course).is_new


def hotspot_question() -> tuple[Question, Image]:
    courses.areas_and_levels("OM1")
    image = make_room_picture()
    question = Question(
        area=CompetenceArea.objects.get(code="OM1"), level=TrainingLevel.objects.get(number=1)
    )
    question.content = Question._meta.get_field("content").to_python([hotspot(image)])
    save_question(question=question, by=None)
    return question, image


def put_another_picture_in(image: Image) -> None:
    data = io.BytesIO()
    Picture.new("RGB", (600, 900), "#123456").save(data, "PNG")
    data.seek(0)
    image.file = ImageFile(data, name="annan.png")
    image.save()
    image.renditions.all().delete()


@makes_renditions
def test_another_picture_behind_a_question_is_another_version_of_it() -> None:
    question, image = hotspot_question()
    assert save_question(question=question, by=None).number == 1
    put_another_picture_in(image)
    assert save_question(question=Question.objects.get(), by=None).number == 2


@makes_renditions
def test_a_question_whose_picture_was_replaced_is_looked_at_before_it_is_published() -> None:
    question, image = hotspot_question()
    course = ask_by_name(question)
    version = publish_course_version(course=course, by=None)
    put_another_picture_in(image)
    with pytest.raises(PublishingError, match="Bilden till frågan ”Var sätter du dig"):
        publish_course_version(course=course, by=None)
    save_question(question=Question.objects.get(), by=None)
    second = publish_course_version(course=course, by=None)
    (before,), (after,) = (lessons_of(each.content)[0]["questions"] for each in (version, second))
    assert (before["version"], after["version"]) == (1, 2)
    assert before["image"]["asset"] != after["image"]["asset"]
    assert {"unfit", "sha256"}.isdisjoint({*after, *after["image"]})
