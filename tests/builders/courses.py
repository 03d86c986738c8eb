"""Courses for tests: pages as an editor makes them, versions and learners by the services."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from wagtail.models import Page

from courses.freezing import LessonContent, lessons_of
from courses.grading import all_questions, right_response
from courses.models import (
    CourseCatalogue,
    CourseGives,
    CoursePage,
    CourseRequires,
    Enrolment,
    LessonPage,
    ModulePage,
)
from courses.models.versions import CourseVersion
from courses.services import enrolment as enrolling
from courses.services import learning
from courses.services.publishing import publish_course_version
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
_numbers = count(1)


def single(key: str = "s", prompt: str = "Vilken är rätt?") -> dict[str, Any]:
    return {
        "type": "single",
        "id": key,
        "value": {
            "prompt": prompt,
            "options": [
                {"text": "Fel", "correct": False, "explanation": "Nej."},
                {"text": "Rätt", "correct": True, "explanation": "Ja."},
                {"text": "Också fel", "correct": False, "explanation": "Inte det heller."},
            ],
        },
    }


def multiple(key: str = "m") -> dict[str, Any]:
    options = [
        {"text": f"Svar {number}", "correct": number in (0, 2), "explanation": f"Om {number}."}
        for number in range(4)
    ]
    return {"type": "multiple", "id": key, "value": {"prompt": "Vilka?", "options": options}}


def truefalse(key: str = "t", correct: bool = True) -> dict[str, Any]:
    value = {"prompt": "Det stämmer.", "correct": correct, "explanation": "Därför."}
    return {"type": "truefalse", "id": key, "value": value}


def ordering(key: str = "o") -> dict[str, Any]:
    value = {"prompt": "Ordna.", "items": ["ett", "två", "tre"], "explanation": "Så."}
    return {"type": "ordering", "id": key, "value": value}


def matching(key: str = "p") -> dict[str, Any]:
    pairs = [{"left": left, "right": right} for left, right in (("a", "A"), ("b", "B"), ("c", "C"))]
    value = {"prompt": "Para ihop.", "pairs": pairs, "explanation": "Så."}
    return {"type": "matching", "id": key, "value": value}


def numeric(key: str = "n") -> dict[str, Any]:
    value = {
        "prompt": "Hur många?",
        "answer": "12.5",
        "tolerance": "0.5",
        "unit": "timmar",
        "explanation": "Så många.",
    }
    return {"type": "numeric", "id": key, "value": value}


def shorttext(key: str = "k") -> dict[str, Any]:
    value = {"prompt": "Vem?", "accepted": ["Socialtjänsten"], "explanation": "Den."}
    return {"type": "shorttext", "id": key, "value": value}


def cloze(key: str = "l") -> dict[str, Any]:
    gaps = [
        {"options": ["genast", "senare"], "accepted": []},
        {"options": [], "accepted": ["rektorn"]},
    ]
    value = {
        "prompt": "Fyll i.",
        "text": "Det görs {1} av {2}.",
        "gaps": gaps,
        "partial": True,
        "explanation": "Så.",
    }
    return {"type": "cloze", "id": key, "value": value}


def branch(key: str = "b") -> dict[str, Any]:
    def choice(text: str, leads_to: str) -> dict[str, str]:
        return {"text": text, "feedback": f"<p>{text}.</p>", "next": leads_to}

    steps = [
        {
            "id": "a",
            "text": "<p>Någon ringer.</p>",
            "choices": [choice("Svara", "b"), choice("Lägg på", "slut")],
            "credit": 0,
        },
        {
            "id": "b",
            "text": "<p>Och vad säger du?</p>",
            "choices": [choice("Lyssna", "bra"), choice("Avbryt", "halvt")],
            "credit": 0,
        },
        {"id": "bra", "text": "<p>Bra.</p>", "choices": [], "credit": 100},
        {"id": "halvt", "text": "<p>Nja.</p>", "choices": [], "credit": 50},
        {"id": "slut", "text": "<p>Slut.</p>", "choices": [], "credit": 0},
    ]
    value = {"prompt": "Vad gör du?", "start": "a", "steps": steps, "explanation": "Lyssna."}
    return {"type": "branch", "id": key, "value": value}


def all_kinds() -> list[dict[str, Any]]:
    """Every kind but the one that needs a picture."""
    return [
        single(),
        multiple(),
        truefalse(),
        ordering(),
        matching(),
        numeric(),
        shorttext(),
        cloze(),
        branch(),
    ]


def text(html: str = "<p>Text.</p>", key: str = "") -> dict[str, Any]:
    return {"type": "text", "id": key or str(uuid.uuid4()), "value": html}


def reflection(key: str = "r") -> dict[str, Any]:
    return {"type": "reflection", "id": key, "value": {"prompt": "Vad tänker du?", "hint": ""}}


def checklist(key: str = "c") -> dict[str, Any]:
    value = {"title": "Gör så här", "items": ["Först", "Sedan", "Sist"]}
    return {"type": "checklist", "id": key, "value": value}


def scenario(key: str = "sc", following: str = "b") -> dict[str, Any]:
    steps = [
        {
            "id": "a",
            "text": "<p>Någon kommer.</p>",
            "choices": [
                {"text": "Gå fram", "feedback": "<p>Bra.</p>", "next": following},
                {"text": "Vänta", "feedback": "<p>Hm.</p>", "next": following},
            ],
        },
        {"id": "b", "text": "<p>Slutet.</p>", "choices": []},
    ]
    return {
        "type": "scenario",
        "id": key,
        "value": {"title": "Mötet", "start": "a", "steps": steps},
    }


def areas_and_levels(*codes: str) -> None:
    for code in codes:
        CompetenceArea.objects.get_or_create(code=code, defaults={"name": f"Område {code}"})
    for number, name in ((1, "Grund"), (2, "Fördjupning"), (3, "Specialist")):
        TrainingLevel.objects.get_or_create(number=number, defaults={"name": name})


def make_catalogue() -> CourseCatalogue:
    existing = CourseCatalogue.objects.first()
    if existing is not None:
        return existing
    root = Page.objects.filter(depth=2).first() or Page.objects.get(depth=1)
    catalogue = CourseCatalogue(title="Kurser", slug="kurser")
    root.add_child(instance=catalogue)
    return catalogue


def make_course(
    *,
    title: str = "",
    gives: tuple[tuple[str, int, int | None], ...] = (("OM1", 1, 36),),
    pass_percent: int = 80,
    minutes: int = 30,
    form: str = "digital",
) -> CoursePage:
    """A course page with nothing below it."""
    number = next(_numbers)
    areas_and_levels(*(code for code, _level, _months in gives))
    course = CoursePage(
        title=title or f"Kurs {number}",
        slug=f"kurs-{number}",
        pass_percent=pass_percent,
        minutes=minutes,
        form=form,
    )
    course.gives.set(
        [
            CourseGives(
                area=CompetenceArea.objects.get(code=code),
                level=TrainingLevel.objects.get(number=level),
                validity_months=months,
            )
            for code, level, months in gives
        ]
    )
    make_catalogue().add_child(instance=course)
    return course


def add_module(course: CoursePage, title: str = "Modul") -> ModulePage:
    module = ModulePage(title=title, slug=f"modul-{next(_numbers)}")
    course.add_child(instance=module)
    return module


def add_lesson(
    module: ModulePage,
    *,
    title: str = "",
    body: list[dict[str, Any]] | None = None,
    questions: list[dict[str, Any]] | None = None,
    live: bool = True,
) -> LessonPage:
    number = next(_numbers)
    lesson = LessonPage(title=title or f"Lektion {number}", slug=f"lektion-{number}", live=live)
    lesson.body = LessonPage._meta.get_field("body").to_python(
        body if body is not None else [text()]
    )
    lesson.questions = LessonPage._meta.get_field("questions").to_python(
        questions if questions is not None else [single()]
    )
    module.add_child(instance=lesson)
    return lesson


def publish_course(
    *, lessons: int = 2, body: Any = None, questions: Any = None, **facts: Any
) -> CourseVersion:
    """A published course with that many lessons in one module."""
    course = make_course(**facts)
    module = add_module(course)
    for _number in range(lessons):
        add_lesson(module, body=body, questions=questions)
    return publish_course_version(course=course, by=None)


def enrol(person: Person, version: CourseVersion, at: datetime = NOON) -> Enrolment:
    return enrolling.enrol(
        person=person, course=version.course, origin=Enrolment.Origin.SELF, by=None, at=at
    )


def right_responses(lesson: Mapping[str, Any]) -> dict[str, Any]:
    return {question["key"]: right_response(question) for question in all_questions([lesson])}


def give(responses: Mapping[str, Any], at: datetime = NOON) -> dict[str, learning.Given]:
    """Responses as a form gives them, all at once."""
    return {key: learning.Given(response, at) for key, response in responses.items()}


def take_lesson(
    enrolment: Enrolment, lesson: LessonContent, at: datetime = NOON
) -> learning.Outcome:
    """Answer everything right and hand it in."""
    saved = learning.save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=1,
        given=give(right_responses(lesson), at),
        at=at,
    )
    return learning.submit_attempt(
        enrolment=enrolment, lesson=lesson, number=saved.attempt.number, at=at
    )


def complete(person: Person, version: CourseVersion, at: datetime = NOON) -> Enrolment:
    """Take the whole course."""
    enrolment = enrol(person, version, at)
    for lesson in lessons_of(version.content):
        take_lesson(enrolment, lesson, at)
    enrolment.refresh_from_db()
    return enrolment


def take_all(enrolment: Enrolment, at: datetime = NOON) -> None:
    """Take every lesson, whatever else the course asks for."""
    for lesson in lessons_of(enrolment.version.content):
        take_lesson(enrolment, lesson, at)


def _conditions(*groups: tuple[str, int | None, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "type": "group",
            "id": f"g{number}",
            "value": {"rule": rule, "count": count, "items": items},
        }
        for number, (rule, count, items) in enumerate(groups)
    ]


LESSONS = {"type": "lessons", "id": "alla", "value": None}
CONFIRM = {"type": "confirm", "id": "rutin", "value": {"text": "Jag har läst vår rutin."}}
SIGN_OFF = {"type": "signoff", "id": "dag", "value": {"text": "Övningsdagen är genomförd"}}


def publish_asking(
    *groups: Any, lessons: int = 1, requires: tuple[str, int] | None = None, **facts: Any
) -> CourseVersion:
    """A published course with conditions: (rule, count, items) for each group."""
    course = make_course(**{"gives": (("OM5", 2, 24),), **facts})
    course.completion = CoursePage._meta.get_field("completion").to_python(_conditions(*groups))
    if requires:
        areas_and_levels(requires[0])
        course.requires.set(
            [
                CourseRequires(
                    area=CompetenceArea.objects.get(code=requires[0]),
                    level=TrainingLevel.objects.get(number=requires[1]),
                )
            ]
        )
    course.save()
    module = add_module(course)
    for _number in range(lessons):
        add_lesson(module)
    return publish_course_version(course=course, by=None)
