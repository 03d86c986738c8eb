"""A published course with every kind of question, a reflection and a checklist: for the stories
and proofs about what a learner does in a lesson."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Picture
from PIL import ImageDraw
from wagtail.images.models import Image

from courses.models import CourseVersion
from courses.services.publishing import publish_course_version
from tests.builders import courses

TITLE = "Alla sorters frågor"


def make_room_picture() -> Image:
    """A room with a door, a window and a table."""
    picture = Picture.new("RGB", (1200, 750), "#d9cdb8")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 560, 1200, 750), fill="#8d7357")
    draw.rectangle((90, 180, 300, 600), fill="#5b3a29")
    draw.rectangle((480, 120, 780, 360), fill="#9fd0e6")
    draw.rectangle((800, 470, 1130, 620), fill="#3f5d56")
    data = io.BytesIO()
    picture.save(data, "PNG")
    data.seek(0)
    return Image.objects.create(title="Ett rum", file=ImageFile(data, name="rum.png"))


def hotspot(image: Image, key: str = "h") -> dict[str, Any]:
    def area(label: str, x: int, y: int, width: int, height: int, correct: bool) -> dict[str, Any]:
        place = {"x": x, "y": y, "width": width, "height": height}
        return {**place, "label": label, "correct": correct, "explanation": f"Om {label.lower()}."}

    areas = [
        area("Dörren", 7, 24, 19, 56, True),
        area("Fönstret", 39, 15, 27, 34, False),
        area("Bordet", 66, 62, 29, 22, False),
    ]
    value = {
        "prompt": "Var sätter du dig så att alla kan gå när de vill?",
        "image": image.pk,
        "alt": "Ett rum sett från hörnet",
        "areas": areas,
    }
    return {"type": "hotspot", "id": key, "value": value}


def _keyed(questions: list[dict[str, Any]], lesson: int) -> list[dict[str, Any]]:
    return [{**question, "id": f"{question['id']}{lesson}"} for question in questions]


def publish_every_kind(lessons: int = 3, title: str = TITLE) -> CourseVersion:
    """Lessons with a text between a reflection and a checklist, and every kind of question."""
    course = courses.make_course(title=title, gives=(), minutes=30, pass_percent=80)
    module = courses.add_module(course)
    image = make_room_picture()
    for number in range(1, lessons + 1):
        courses.add_lesson(
            module,
            title=f"Lektion {number} av {lessons}",
            body=[
                courses.text("<p>Först en text.</p>" * 12, f"t{number}"),
                courses.reflection(f"r{number}"),
                courses.text("<p>Sedan en till.</p>" * 12, f"u{number}"),
                courses.checklist(f"c{number}"),
            ],
            questions=_keyed([*courses.all_kinds(), hotspot(image)], number),
        )
    return publish_course_version(course=course, by=None)
