"""Freezing: what learners read changes only when a course version is published."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from PIL import Image as Picture
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Page

from courses.freezing import content_hash, lessons_of
from courses.headcounts import Headcount
from courses.models import CourseVersion, Enrolment, LessonPage, Question, VersionAsset
from courses.services.bank import save_question
from courses.services.enrolment import enrol, enrol_many
from courses.services.publishing import (
    ChangedError,
    NothingNewError,
    PublishingError,
    draft_version,
    publish_course_version,
)
from courses.services.standing import standing_of
from lms.audit.models import AuditEvent
from lms.content.models import LegalReference
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.notifications.models import Notice
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import account_with, make_person

pytestmark = pytest.mark.django_db


# Wagtail leaves the temporary file of a new rendition to the garbage collector.
makes_renditions = pytest.mark.filterwarnings(
    "ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"
)


def make_image(colour: str = "red") -> Image:
    data = io.BytesIO()
    Picture.new("RGB", (8, 6), colour).save(data, "PNG")
    data.seek(0)
    return Image.objects.create(title="Bild", file=ImageFile(data, name=f"{colour}.png"))


def image_block(image: Image, **value: Any) -> dict[str, Any]:
    return {
        "type": "image",
        "id": "bild",
        "value": {"image": image.pk, "alt": "", "decorative": False, "caption": "", **value},
    }


def first_lesson(version: CourseVersion) -> Any:
    return lessons_of(version.content)[0]


def test_publishing_a_lesson_page_changes_nothing_for_learners() -> None:
    version = courses.publish_course(lessons=1, body=[courses.text("<p>Först.</p>", "a")])
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision().publish()
    assert CourseVersion.objects.get().content == version.content
    assert first_lesson(version)["title"] != "Nytt namn"


def test_a_new_version_is_a_new_row_and_the_old_one_stays() -> None:
    first = courses.publish_course(lessons=1)
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision().publish()
    second = publish_course_version(course=first.course.specific, by=None, note="Nytt namn")
    first.refresh_from_db()
    assert (first.number, second.number, second.note) == (1, 2, "Nytt namn")
    assert first_lesson(first)["title"] != first_lesson(second)["title"] == "Nytt namn"
    assert first_lesson(first)["key"] == first_lesson(second)["key"]


def test_the_same_content_as_the_same_kind_of_change_is_refused() -> None:
    first = courses.publish_course()
    with pytest.raises(NothingNewError, match="Inget har ändrats sedan version 1"):
        publish_course_version(course=first.course.specific, by=None)
    assert AuditEvent.objects.filter(action="course.version_published").count() == 1


def test_the_same_content_as_a_stricter_kind_of_change_is_a_version_and_what_follows() -> None:
    first = courses.publish_course(lessons=1)
    person = make_person()
    courses.enrol(person, first)
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision().publish()
    course = first.course.specific

    def publish(change: str) -> CourseVersion:
        return publish_course_version(course=course, by=None, change=change, note=f"{change}.")

    second = publish("editorial")
    third, fourth = publish("material"), publish("retake")
    assert [(each.number, each.change, each.note) for each in (third, fourth)] == [
        (3, "material", "material."),
        (4, "retake", "retake."),
    ]
    assert third.content_hash == fourth.content_hash == second.content_hash
    assert Enrolment.objects.get(withdrawn_at__isnull=True).version == fourth
    assert [notice.context["retake"] for notice in Notice.objects.order_by("pk")] == [False, True]
    for milder in ("", "editorial", "material", "retake"):
        with pytest.raises(NothingNewError):
            publish(milder)


def test_the_page_offers_only_stricter_kinds_of_change_for_the_same_content(client) -> None:
    version = courses.publish_course(lessons=1)
    client.force_login(account_with(Role.COORDINATOR))
    url = reverse("courses_admin:publish", args=[version.course_id])
    page = client.get(url).content.decode()
    assert "Inget har ändrats sedan version 1." in page
    assert [kind for kind in ("editorial", "material", "retake") if f'value="{kind}"' in page] == [
        "material",
        "retake",
    ]
    answer = client.post(url, {"change": "editorial", "note": "Samma."}, follow=True)
    assert "är publicerad" not in answer.content.decode()
    said = {"change": "material", "note": "Det var mer än så."}
    asked = client.post(url, said).content.decode()
    assert 'name="change" value="material"' in asked
    assert not CourseVersion.objects.filter(number=2).exists()
    client.post(url, said | {"confirmed": "1"})
    assert CourseVersion.objects.get(number=2).change == "material"


def test_hash_is_of_the_stored_content() -> None:
    version = courses.publish_course(questions=courses.all_kinds())
    version.refresh_from_db()
    assert content_hash(version.content) == version.content_hash


@makes_renditions
def test_replacing_an_image_file_changes_nothing_for_learners() -> None:
    image = make_image("red")
    version = courses.publish_course(lessons=1, body=[image_block(image, alt="En röd ruta")])
    shown = first_lesson(version)["blocks"][0]["value"]["image"]
    asset = VersionAsset.objects.get(version=version, key=shown["asset"])
    before = asset.file.read()
    image.file = make_image("blue").file
    image.save()
    for rendition in image.renditions.all():
        rendition.file.storage.delete(rendition.file.name)
        rendition.delete()
    asset.refresh_from_db()
    assert asset.file.read() == before
    assert shown["alt"] == "En röd ruta"


def test_drafts_stay_outside_and_are_named() -> None:
    course = courses.make_course()
    module = courses.add_module(course)
    courses.add_lesson(module, title="Klar lektion")
    courses.add_lesson(module, title="Utkast", live=False)
    assert draft_version(course).left_out == ["Utkast"]
    version = publish_course_version(course=course, by=None)
    assert [lesson["title"] for lesson in lessons_of(version.content)] == ["Klar lektion"]


@makes_renditions
def test_every_fault_is_listed_and_nothing_is_published() -> None:
    LegalReference.objects.create(code="finns", title="2 kap. 1 §")
    film = Document.objects.create(title="Film", file=ContentFile(b"film", name="film.mp4"))
    nobody_right = courses.single("q1", "Ingen rätt?")
    for option in nobody_right["value"]["options"]:
        option["correct"] = False
    two_right = courses.single("q2", "Två rätt?")
    for option in two_right["value"]["options"]:
        option["correct"] = True
    course = courses.make_course()
    module = courses.add_module(course)
    courses.add_lesson(module, title="Utan frågor", questions=[])
    courses.add_lesson(
        module,
        title="Bara rubriker",
        body=[courses.text("<h3>Varför</h3><p></p><h3>Så gör du</h3>"), courses.reflection()],
    )
    courses.add_lesson(
        module,
        title="Full av fel",
        body=[
            image_block(make_image()),
            {
                "type": "film",
                "id": "f",
                "value": {"title": "Mötet", "film": film.pk, "captions": None, "transcript": ""},
            },
            courses.scenario(following="ingenstans"),
            courses.text("<p>[[lag:finns]] [[lag:finns-inte]]</p>"),
        ],
        questions=[nobody_right, two_right],
    )
    with pytest.raises(PublishingError) as refused:
        publish_course_version(course=course, by=None)
    assert [str(fault) for fault in refused.value.faults] == [
        "Utan frågor: Lektionen saknar frågor.",
        "Bara rubriker: Lektionen har ingen text än. Skriv under rubrikerna det som läsaren ska "
        "veta, eller ta bort dem.",
        "Full av fel: En bild saknar textalternativ.",
        "Full av fel: Filmen ”Mötet” saknar undertexter.",
        "Full av fel: Filmen ”Mötet” finns inte som text.",
        "Full av fel: Scenariot ”Mötet” leder till ”ingenstans”, som inte finns.",
        "Full av fel: ”Ingen rätt?” har inget rätt svar.",
        "Full av fel: ”Två rätt?” har mer än ett rätt svar.",
        "Full av fel: [[lag:finns-inte]] betyder ingenting.",
    ]
    assert not CourseVersion.objects.exists()


def faults_of(questions: list[dict[str, Any]], *, slug: str = "") -> list[str]:
    """What is said when a course with one such lesson is published."""
    course = courses.make_course()
    lesson = courses.add_lesson(courses.add_module(course), title="Lektionen", questions=questions)
    if slug:
        LessonPage.objects.filter(pk=lesson.pk).update(slug=slug)
    try:
        publish_course_version(course=course, by=None)
    except PublishingError as refused:
        return [str(fault) for fault in refused.faults]
    return []


def in_bank(*contents: dict[str, Any]) -> list[dict[str, Any]]:
    """Questions saved in the bank, as the blocks of a lesson that asks them."""
    courses.areas_and_levels("OM1")
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    blocks = []
    for place, content in enumerate(contents):
        question = Question(area=area, level=level)
        question.content = Question._meta.get_field("content").to_python([content])
        save_question(question=question, by=None)
        blocks.append({"type": "bank", "id": f"b{place}", "value": {"question": question.pk}})
    return blocks


def draw(*counts: int) -> dict[str, Any]:
    """A draw of strata that all take from the same questions."""
    strata = [
        {"count": count, "area": "OM1", "level": "", "legal": "", "tag": ""} for count in counts
    ]
    return {"type": "draw", "id": f"draw-{len(counts)}", "value": {"strata": strata}}


def test_draws_that_cannot_all_be_filled_at_once_are_a_fault() -> None:
    one, *_others = in_bank(courses.single("a"), courses.truefalse("b"), courses.shorttext("c"))
    assert faults_of([draw(1, 2)]) == []
    assert faults_of([one, draw(1, 1)]) == []
    assert faults_of([draw(2, 2)]) == [
        "Lektionen: Lektionens dragningar ska ge 4 olika frågor, men frågebanken räcker bara "
        "till 3."
    ]
    assert faults_of([one, draw(2, 1)]) == [
        "Lektionen: Lektionens dragningar ska ge 3 olika frågor, men frågebanken räcker bara "
        "till 2."
    ]
    assert faults_of([draw(4)]) == [
        "Lektionen: En dragning ska ge 4 frågor, men frågebanken har 3 av det slaget."
    ]


def test_the_same_question_of_the_bank_twice_in_a_lesson_is_a_fault() -> None:
    (block,) = in_bank(courses.single("a", "Vem får läsa journalen?"))
    twice = [block, {**block, "id": "b9"}]
    assert faults_of(twice) == [
        "Lektionen: ”Vem får läsa journalen?” ställs mer än en gång i lektionen."
    ]


def test_no_lesson_has_the_address_of_the_test() -> None:
    assert faults_of([courses.single()], slug="kunskapsprov") == [
        "Lektionen: Ingen lektion kan ha adressen ”kunskapsprov”: den är provets, för den som "
        "redan kan kursen."
    ]


def test_a_course_without_lessons_cannot_be_published() -> None:
    with pytest.raises(PublishingError, match="Kursen har ingen publicerad lektion"):
        publish_course_version(course=courses.make_course(), by=None)


def test_changes_are_told_in_plain_words() -> None:
    first = courses.publish_course(lessons=2)
    course = first.course.specific
    changed, removed = LessonPage.objects.order_by("path")
    changed.questions = LessonPage._meta.get_field("questions").to_python([courses.truefalse()])
    changed.save()
    removed.unpublish()
    courses.add_lesson(changed.get_parent().specific, title="Tillkommen")
    assert draft_version(course).changes == [
        f"Ändrade frågor: {changed.title}",
        "Ny lektion: Tillkommen",
        f"Borttagen lektion: {removed.title}",
    ]


def test_questions_are_in_no_search_index() -> None:
    page = LessonPage(title="L")
    page.questions = LessonPage._meta.get_field("questions").to_python([courses.single()])
    indexed = {field.field_name for field in LessonPage.search_fields}
    assert "questions" not in indexed
    stream = page.questions
    assert stream.stream_block.get_searchable_content(stream) == []


@pytest.mark.parametrize("months", [0, 1201, 100_000])
def test_a_course_gives_a_level_for_a_month_to_a_hundred_years(months: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        courses.make_course(gives=(("OM1", 1, months),))


@pytest.mark.parametrize("percent", [0, 101])
def test_a_pass_mark_is_between_1_and_100_percent(percent: int) -> None:
    course = courses.make_course()
    course.pass_percent = percent
    with pytest.raises(ValidationError) as refusal:
        course.full_clean()
    assert list(refusal.value.error_dict) == ["pass_percent"]


def test_content_that_nobody_approved_is_not_published() -> None:
    course = courses.make_course()
    courses.add_lesson(courses.add_module(course))
    with pytest.raises(ChangedError, match="har ändrats sedan den godkändes"):
        publish_course_version(course=course, by=None, only_hash="0" * 64)
    only = draft_version(course).content_hash
    assert publish_course_version(course=course, by=None, only_hash=only).content_hash == only


def test_who_is_on_which_version_is_told_in_figures_that_name_nobody() -> None:
    first = courses.publish_course(lessons=1)
    for _number in range(6):
        courses.enrol(make_person(), first)
    courses.complete(make_person(), first)
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision().publish()
    second = publish_course_version(course=first.course.specific, by=None)
    for _number in range(2):
        courses.enrol(make_person(), second)
    standing = standing_of(first.course_id, 5)
    assert [
        (row.version.number, row.under_way.figure, row.completed.figure)
        for row in standing.versions
    ] == [(2, "färre än 5", "0"), (1, "6", "färre än 5")]
    # 8 would tell that there are 2 on the second.
    assert (str(standing.under_way), str(standing.completed)) == (
        "minst 7 personer",
        "färre än 5 personer",
    )


def test_who_completed_two_versions_is_on_the_latest_of_them() -> None:
    first = courses.publish_course(lessons=1)
    people = [make_person() for _each in range(12)]
    for person in people:
        courses.complete(person, first, courses.NOON)
    page = LessonPage.objects.get()
    page.title = "Nytt namn"
    page.save_revision().publish()
    second = publish_course_version(course=first.course.specific, by=None)
    for person in people[:5]:
        courses.complete(person, second, courses.NOON + timedelta(hours=1))
    standing = standing_of(first.course_id, 5)
    assert [row.completed.figure for row in standing.versions] == ["5", "7"]
    assert str(standing.completed) == "12 personer"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([], "ingen"),
        ([0, 3], "färre än 5 personer"),
        ([8, 0, 5], "13 personer"),
        ([8, 1], "minst 9 personer"),
        ([8, 4], "minst 9 personer"),
        ([4, 4], "minst 2 personer"),
        ([1, 1], "minst 2 personer"),
    ],
)
def test_a_sum_tells_no_more_than_the_figures_beside_it(numbers: list[int], said: str) -> None:
    assert str(Headcount.total(numbers, 5)) == said


@pytest.mark.parametrize("versions", [2, 5])
def test_who_is_on_which_version_takes_three_queries(
    versions: int, django_assert_num_queries: Any
) -> None:
    first = courses.publish_course(lessons=1)
    for number in range(versions):
        page = LessonPage.objects.get()
        page.title = f"Namn {number}"
        page.save_revision().publish()
        courses.enrol(make_person(), publish_course_version(course=first.course.specific, by=None))
    with django_assert_num_queries(3):
        assert len(standing_of(first.course_id, 5).versions) == versions + 1


@pytest.mark.parametrize("many", [False, True])
def test_who_sets_out_while_a_version_is_published_gets_that_version(monkeypatch, many) -> None:
    version = courses.publish_course(lessons=1)
    courses.add_lesson(version.course.get_first_child().specific, title="Ny")
    lock, waited = QuerySet.select_for_update, []

    def after_the_other(rows, *args, **options):
        if rows.model is Page and not waited:
            waited.append(True)
            publish_course_version(course=version.course.specific, by=None)
        return lock(rows, *args, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", after_the_other)
    how = {"course": version.course, "origin": "self", "by": None, "at": courses.NOON}
    person = make_person()
    row = enrol_many(people=[person], **how)[0] if many else enrol(person=person, **how)
    assert row.version.number == 2


def test_an_instructor_sees_the_pictures_of_no_course_but_their_own(client) -> None:
    version = courses.publish_course(lessons=1)
    asset = VersionAsset.objects.create(
        version=version, key="image-1", name="a.png", file=ContentFile(b"x", name="a.png")
    )
    url = reverse("courses:asset", args=[version.pk, asset.key])
    for role, status in ((Role.INSTRUCTOR, 404), (Role.REVIEWER, 200)):
        client.force_login(account_with(role))
        assert client.get(url).status_code == status, role
