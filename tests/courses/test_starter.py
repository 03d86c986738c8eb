"""The courses a municipality starts with."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from courses.freezing import lessons_of
from courses.models import CourseVersion, LessonPage
from courses.services import starter
from courses.services.starter import FOLDER, LoadResult, StarterError, load_courses, read_folder
from home.jobs import LOAD_STARTER
from home.services import first_steps
from lms.notifications.services.jobs import run_job, start_job
from lms.people.roles import Role
from lms.starter import load_starter
from tests.builders import courses
from tests.builders.people import MONDAY, account_with

pytestmark = pytest.mark.django_db


def test_starter_courses_need_the_framework() -> None:
    with pytest.raises(StarterError, match="Load the framework first: 1, 2, 3, OM1, OM2, OM3"):
        load_courses()
    assert not CourseVersion.objects.exists()


def test_loading_twice_changes_nothing_and_leaves_edited_pages_alone(
    django_user_model: type,
) -> None:
    courses.areas_and_levels(*(f"OM{number}" for number in range(1, 13)))
    first = load_courses()
    folders = sorted(path.parent for path in FOLDER.glob("*/course.yaml"))
    assert len(first.published) == len(folders)
    for folder in folders:
        course, lessons = read_folder(folder)
        version = CourseVersion.objects.get(course__slug=course["slug"])
        assert [lesson["slug"] for lesson in lessons_of(version.content)] == [
            lesson["slug"] for lesson in lessons
        ]
    assert load_courses() == LoadResult()

    page = LessonPage.objects.first()
    assert page is not None
    page.title = "Vår egen rubrik"
    editor = django_user_model.objects.create_user("redaktor@example.se")  # type: ignore[attr-defined]
    page.save_revision(user=editor).publish()
    again = load_courses()
    assert again.kept == ["Vår egen rubrik"]
    assert again.updated == again.published == []
    (told,) = again.left_out
    assert told.endswith(": ändrad här: Vår egen rubrik")
    page.refresh_from_db()
    assert page.title == "Vår egen rubrik"


def starter_texts() -> list[Path]:
    return [
        path
        for app in ("courses", "home")
        for path in (settings.BASE_DIR / app).glob("starter/**/*")
        if path.suffix == ".yaml"
    ]


@pytest.mark.parametrize(
    "promise",
    [
        "plattformen stoppar",
        "plattformen låter",
        "i plattformen finns",
        "lägesbild på arenan",
        "sammanfattning(?:en|ar|arna)? (?:för området )?på arenan",
        "texten? på arenan",
        "stödbegäran",
        "stödförfrågan",
        "i arenan finns rutinens",
        "bekräfta att de har läst",
        "lediga platser ligger",
        "kan boka, påminna",
    ],
)
def test_no_starter_text_promises_what_the_product_does_not_do(promise: str) -> None:
    assert [
        path.name
        for path in starter_texts()
        if re.search(promise, path.read_text(encoding="utf-8"), re.I)
    ] == []


@pytest.mark.parametrize("course", ["om12n1", "om12n2", "om12n3"])
def test_a_course_about_the_local_picture_is_a_whole_course(course: str) -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in starter_texts() if path.parent.name == course
    ]
    assert sum(len(text.split()) for text in texts) >= 2500


@pytest.fixture
def one_course(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LoadResult:
    """Only the first course, loaded, and no bank."""
    (tmp_path / "k1").symlink_to(FOLDER / "k1")
    (tmp_path / "bank").mkdir()
    monkeypatch.setattr(starter, "FOLDER", tmp_path)
    monkeypatch.setattr(starter, "BANK", tmp_path / "bank")
    courses.areas_and_levels(*(f"OM{number}" for number in range(1, 13)))
    return load_courses()


def edit(change: Callable[[LessonPage], None]) -> None:
    page = LessonPage.objects.order_by("path")[0]
    change(page)
    page.save_revision(user=account_with(Role.EDITOR)).publish()


def rename(page: LessonPage) -> None:
    page.title = "Vår egen rubrik"


def take_the_questions(page: LessonPage) -> None:
    page.questions = LessonPage._meta.get_field("questions").to_python([])


@pytest.mark.parametrize("change", [rename, take_the_questions])
def test_a_course_that_is_edited_here_is_left_to_those_who_edit_it(
    one_course: LoadResult, change: Callable[[LessonPage], None]
) -> None:
    assert len(one_course.published) == 1
    edit(change)
    again = load_courses()
    title = CourseVersion.objects.get().title
    kept = LessonPage.objects.order_by("path")[0].title
    assert again.left_out == [f"{title}: ändrad här: {kept}"]
    assert again.published == []


def test_a_course_with_a_fault_is_left_out_and_the_rest_is_loaded(
    one_course: LoadResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = LessonPage.objects.order_by("path")[0]
    page.body = LessonPage._meta.get_field("body").to_python(
        [courses.text("<p>[[lag:saknas]]</p>")]
    )
    page.save()
    monkeypatch.setattr(starter, "lesson_fields", lambda lesson: {"title": lesson["title"]})
    again = load_courses()
    assert again.published == []
    assert [line for line in again.left_out if f"{page.title}: " in line]


def test_what_was_not_published_is_told_by_the_command_and_the_job(
    one_course: LoadResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(rename)
    title = CourseVersion.objects.get().title
    told = f"{title}: ändrad här: Vår egen rubrik"
    assert f"courses: not published: {told}" in load_starter({"courses"}, on=MONDAY, by=None)
    monkeypatch.setattr(first_steps, "load_framework", lambda **how: 0)
    monkeypatch.setattr(first_steps, "load_arena", lambda **how: 0)
    by = account_with(Role.SYSTEM_ADMIN)
    job = start_job(kind=LOAD_STARTER, by=by, params={"by": by.pk})
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("done", f"Inte publicerat. {told}")
