"""The courses a municipality starts with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from courses.freezing import lessons_of
from courses.models import CourseVersion, LessonPage
from courses.services.starter import FOLDER, LoadResult, StarterError, load_courses, read_folder
from tests.builders import courses

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
    assert again.updated == []
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
