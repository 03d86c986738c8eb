"""A page that was left open while the learner went on in another enrolment: what is chosen on it
is stored as it was shown there, or refused in words, and never as anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from courses.freezing import lessons_of
from courses.models import Answer, Attempt, Confirmation, CourseVersion, Enrolment, LessonPage
from courses.services import enrolment as enrolling
from courses.services import learning
from courses.services.publishing import publish_course_version
from tests.builders import courses
from tests.builders.answers import fields_for
from tests.builders.courses import NOON
from tests.builders.people import make_account, make_person

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}
QUESTIONS = "abcdefgh"


@dataclass
class OpenPage:
    """The first attempt at a lesson as a tab has it, and the tab's own client."""

    client: Client
    url: str
    shuffle: int
    lesson: Any

    def choose(self, question_key: str, number: int) -> Any:
        """Choose the option that is written as `number`, where this page shows it."""
        question = next(q for q in self.lesson["questions"] if q["key"] == question_key)
        fields = fields_for(question, self.shuffle, number)
        change = {
            "question": question_key,
            "sequence": 1 + QUESTIONS.index(question_key),
            "age": 0,
            "fields": [[name, value] for name, values in fields.items() for value in values],
        }
        body = {"attempt": 1, "shuffle": str(self.shuffle), "client": "flik", "changes": [change]}
        return self.client.post(
            self.url, json.dumps(body), content_type="application/json", headers=JSON
        )

    def hand_in(self) -> Any:
        form = {"attempt": 1, "shuffle": self.shuffle, "submit": 1}
        return self.client.post(self.url, form, headers=JSON)


def open_page(client: Client, enrolment: Enrolment, place: int = 0) -> OpenPage:
    lesson = lessons_of(enrolment.version.content)[place]
    args = [enrolment.version.course.slug, lesson["slug"]]
    shown = client.get(reverse("courses:lesson", args=args)).content.decode()
    shuffle = int(shown.split('name="shuffle" value="')[1].split('"')[0])
    return OpenPage(client, reverse("courses:answers", args=args), shuffle, lesson)


@pytest.fixture
def version() -> CourseVersion:
    return courses.publish_course(
        lessons=2, questions=[courses.single(key, f"Fråga {key}?") for key in QUESTIONS]
    )


@pytest.fixture
def enrolment(version: CourseVersion, client: Client) -> Enrolment:
    person = make_person()
    client.force_login(make_account(person))
    return courses.enrol(person, version)


def change_lesson(version: CourseVersion, place: int) -> None:
    page = LessonPage.objects.descendant_of(version.course).order_by("path")[place]
    page.summary = "Ny text."
    page.save_revision().publish()


def by_retake(enrolment: Enrolment, client: Client) -> None:
    course = enrolment.version.course.specific
    publish_course_version(course=course, by=None, change="retake", note="Ny lag.", at=NOON)


def by_choice(enrolment: Enrolment, client: Client) -> None:
    course = enrolment.version.course.specific
    publish_course_version(course=course, by=None, change="editorial", note="", at=NOON)
    client.post(reverse("courses:newest_version", args=[course.slug]))


def by_beginning_again(enrolment: Enrolment, client: Client) -> None:
    enrolling.withdraw(enrolment=enrolment, by=None, at=NOON)
    courses.enrol(enrolment.person, enrolment.version)


def stored() -> dict[str, Any]:
    live = Answer.objects.filter(attempt__enrolment__withdrawn_at__isnull=True)
    return dict(live.values_list("question_key", "response"))


@pytest.mark.parametrize("go_on", [by_retake, by_choice])
def test_what_is_chosen_over_a_changed_lesson_is_refused_in_words(
    enrolment: Enrolment, client: Client, go_on: Callable[[Enrolment, Client], None]
) -> None:
    page = open_page(client, enrolment)
    change_lesson(enrolment.version, 0)
    go_on(enrolment, client)
    for answer in (page.choose("a", 0), page.hand_in()):
        assert answer.status_code == 409
        assert answer.json()["error"].startswith("Kursen har fått en ny version")
    assert stored() == {}
    assert not Attempt.objects.filter(enrolment__withdrawn_at__isnull=True).exists()


@pytest.mark.parametrize("go_on", [by_retake, by_choice, by_beginning_again])
def test_what_is_chosen_over_a_lesson_that_is_the_same_is_stored_as_it_was_shown(
    enrolment: Enrolment, client: Client, go_on: Callable[[Enrolment, Client], None]
) -> None:
    page = open_page(client, enrolment)
    change_lesson(enrolment.version, 1)
    go_on(enrolment, client)
    for place, key in enumerate(QUESTIONS):
        assert page.choose(key, place % 3).status_code == 200
    assert stored() == {key: place % 3 for place, key in enumerate(QUESTIONS)}


def test_two_pages_with_two_orders_are_each_read_as_it_shows_them(
    enrolment: Enrolment, client: Client
) -> None:
    old = open_page(client, enrolment)
    change_lesson(enrolment.version, 1)
    by_retake(enrolment, client)
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    new = open_page(client, now)
    assert new.shuffle != old.shuffle
    assert old.choose("a", 2).status_code == 200
    assert new.choose("b", 1).status_code == 200
    assert stored() == {"a": 2, "b": 1}
    # The page that shows another order than what is stored is told to reload.
    state = client.get(new.url.replace("/svar/", "/sparat/")).json()
    assert state["shuffle"] == old.shuffle
    assert state["others"] == [enrolment.pk]


def test_an_attempt_that_came_along_is_handed_in_from_the_page_it_was_begun_on(
    enrolment: Enrolment, client: Client
) -> None:
    page = open_page(client, enrolment)
    for key in QUESTIONS[:4]:
        page.choose(key, 1)
    change_lesson(enrolment.version, 1)
    by_retake(enrolment, client)
    for key in QUESTIONS[4:]:
        page.choose(key, 1)
    assert page.hand_in().json()["next"].endswith("#resultat")
    attempt = Attempt.objects.get(enrolment__withdrawn_at__isnull=True)
    assert (attempt.score, attempt.passed) == (100, True)


def test_a_shuffle_that_no_page_of_ours_shows_is_refused(
    enrolment: Enrolment, client: Client
) -> None:
    page = open_page(client, enrolment)
    page.shuffle += 1
    assert page.choose("a", 0).status_code == 409
    assert stored() == {}


def test_ticks_keep_their_words_and_texts_their_questions() -> None:
    version = courses.publish_course(
        lessons=1, body=[courses.checklist("c"), courses.reflection("r"), courses.reflection("s")]
    )
    enrolment = courses.enrol(make_person(), version)
    said = learning.Given("Ja, det har jag.", NOON)
    for key in "rs":
        learning.save_reflection(enrolment=enrolment, block_key=key, given=said, at=NOON)
    ticked = learning.Given(True, NOON)
    learning.save_ticks(enrolment=enrolment, block_key="c", given={0: ticked, 2: ticked})
    page = LessonPage.objects.descendant_of(version.course).get()
    page.body = LessonPage._meta.get_field("body").to_python(
        [
            {
                "type": "checklist",
                "id": "c",
                "value": {"title": "Gör så här", "items": ["Ring 112", "Först", "Sedan"]},
            },
            courses.reflection("r"),
            {"type": "reflection", "id": "s", "value": {"prompt": "Något annat?", "hint": ""}},
        ]
    )
    page.save_revision().publish()
    by_retake(enrolment, Client())
    now = Enrolment.objects.get(withdrawn_at__isnull=True)
    assert list(now.marks.values_list("item", "ticked")) == [(1, True)]
    assert list(now.reflections.values_list("block_key", flat=True)) == ["r"]


def test_a_form_takes_back_what_it_holds_no_more(enrolment: Enrolment, client: Client) -> None:
    page = open_page(client, enrolment)
    page.choose("a", 1)
    page.choose("b", 1)
    question = next(q for q in page.lesson["questions"] if q["key"] == "b")
    kept = {name: values[0] for name, values in fields_for(question, page.shuffle, 2).items()}
    form = {"attempt": 1, "shuffle": page.shuffle, "asked": list(QUESTIONS), **kept}
    assert client.post(page.url, form).status_code == 302
    assert {key: value for key, value in stored().items() if value is not None} == {"b": 2}
    handed_in = client.post(page.url, {**form, "submit": 1})
    assert "saknas" in handed_in["Location"]


def test_what_is_confirmed_is_what_the_page_said(client: Client) -> None:
    version = courses.publish_asking(("all", None, [courses.LESSONS, courses.CONFIRM]))
    person = make_person()
    client.force_login(make_account(person))
    courses.enrol(person, version)
    url = reverse("courses:confirm", args=[version.course.slug, "rutin"])
    said = client.post(url, {"words": "Jag har gått brandövningen."}, follow=True)
    assert "Det du skulle bekräfta har ändrats." in said.content.decode()
    assert not Confirmation.objects.exists()
    client.post(url, {"words": "Jag har läst vår rutin."})
    assert Confirmation.objects.get().item_key == "rutin"


def test_the_address_of_a_published_course_stays(version: CourseVersion) -> None:
    course = version.course.specific
    course.slug = "nytt-namn"
    with pytest.raises(ValidationError, match="Adressen till en publicerad kurs ligger fast"):
        course.full_clean()
