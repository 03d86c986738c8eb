"""The learner's pages: what each shows, to whom, and how many queries it takes."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from courses import grading
from courses.freezing import content_hash, lessons_of, outline_of
from courses.models import (
    Answer,
    Attempt,
    Certificate,
    Completion,
    CoursePage,
    CourseVersion,
    Enrolment,
    Reflection,
)
from courses.registry import RequirementHint, requirement_hint
from courses.services import completing
from lms.people.models import Person, User
from tests.builders import courses
from tests.builders.answers import fields_for
from tests.builders.people import employ, make_person, make_unit

pytestmark = pytest.mark.django_db


def account(person: Person) -> User:
    return User.objects.create_user(person.email, None, person=person)


@pytest.fixture
def person() -> Person:
    return make_person(given_name="Åsa", family_name="Öström-Żółć")


@pytest.fixture
def learner(person: Person, client: Client) -> Client:
    client.force_login(account(person))
    return client


def lesson_url(version: CourseVersion, place: int = 0, name: str = "lesson", *args: str) -> str:
    lesson = version.lessons[place]
    return reverse(f"courses:{name}", args=[version.course.slug, lesson["slug"], *args])


def form_of(version: CourseVersion, enrolment: Enrolment, number: int = 1, place: int = 0) -> Any:
    """What a browser posts when everything is answered right."""
    lesson = lessons_of(version.content)[place]
    seed = grading.seed_of(enrolment.pk, lesson["key"], number)
    fields: dict[str, Any] = {"attempt": str(number)}
    for question in lesson["questions"]:
        fields |= fields_for(question, seed, grading.right_response(question))
    return fields


def post_as_given(client: Client, version: CourseVersion, fields: dict[str, Any]) -> Any:
    """Post a form's fields as the page's script does, one change for each question."""
    changes: dict[str, list[list[str]]] = {}
    for name, values in fields.items():
        if name.startswith("q-"):
            question = name.split("-")[1]
            changes.setdefault(question, []).extend([name, value] for value in values)
    body = {
        "attempt": int(fields["attempt"]),
        "client": "test",
        "changes": [
            {"question": key, "sequence": number, "age": 0, "fields": pairs}
            for number, (key, pairs) in enumerate(changes.items(), start=1)
        ],
    }
    url = lesson_url(version, 0, "answers")
    return client.post(url, body, content_type="application/json")


def test_catalogue_puts_what_is_required_first(
    learner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses.publish_course(title="Abc", gives=(("OM1", 1, None),))
    courses.publish_course(title="Xyz", gives=(("OM2", 2, None),))
    hints = [RequirementHint("OM2", 1, date(2027, 9, 30), True)]
    monkeypatch.setattr(requirement_hint, "_function", lambda person, day: hints)
    cards = learner.get(reverse("courses:catalogue")).context["cards"]
    assert [(card.title, card.required, card.due_on) for card in cards] == [
        ("Xyz", True, date(2027, 9, 30)),
        ("Abc", False, None),
    ]


def test_a_course_above_what_is_asked_is_no_duty_while_a_nearer_one_is_on_offer(
    learner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    courses.publish_course(title="Fördjupning", gives=(("OM2", 2, None),))
    courses.publish_course(title="Grund", gives=(("OM2", 1, None),))
    hints = [RequirementHint("OM2", 1, date(2027, 9, 30), True)]
    monkeypatch.setattr(requirement_hint, "_function", lambda person, day: hints)
    cards = learner.get(reverse("courses:catalogue")).context["cards"]
    assert [(card.title, card.required) for card in cards] == [
        ("Grund", True),
        ("Fördjupning", False),
    ]


def test_catalogue_narrows_by_area_level_length_and_form(learner: Client) -> None:
    courses.publish_course(title="Kort", gives=(("OM1", 1, None),), minutes=10)
    courses.publish_course(title="Lång", gives=(("OM2", 2, None),), minutes=75, form="session")

    def titles(query: str) -> list[str]:
        response = learner.get(f"{reverse('courses:catalogue')}?{query}")
        return [card.title for card in response.context["cards"]]

    assert {
        query: titles(query)
        for query in ("area=OM1", "level=2", "length=15", "form=session", "area=OM1&level=2", "x=1")
    } == {
        "area=OM1": ["Kort"],
        "level=2": ["Lång"],
        "length=15": ["Kort"],
        "form=session": ["Lång"],
        "area=OM1&level=2": [],
        "x=1": ["Kort", "Lång"],
    }


def test_a_course_is_as_long_as_its_lessons_wherever_it_is_said(
    learner: Client, person: Person
) -> None:
    version = courses.publish_course(lessons=2, minutes=30)
    page = reverse("courses:course", args=[version.course.slug])
    for address in (page, reverse("courses:catalogue")):
        shown = learner.get(address).content.decode()
        assert "14 minuter" in shown
        assert "30 minuter" not in shown.replace("16–30 minuter", "")
    courses.enrol(person, version)
    assert "14 minuter kvar" in learner.get(page).content.decode()


def test_what_the_author_states_beyond_the_lessons_stands_beside(learner: Client) -> None:
    version = courses.publish_course(lessons=2, minutes=100, form="blended")
    for address in (
        reverse("courses:course", args=[version.course.slug]),
        reverse("courses:catalogue"),
    ):
        shown = " ".join(learner.get(address).content.decode().split())
        assert "Digital och träff · 14 minuter · och 86 minuter utöver lektionerna" in shown


def test_a_course_without_a_published_version_is_not_there(learner: Client) -> None:
    course = courses.make_course()
    assert learner.get(reverse("courses:course", args=[course.slug])).status_code == 404
    assert learner.get(reverse("courses:catalogue")).context["total"] == 0


def test_starting_leads_to_the_first_lesson_and_twice_is_once(learner: Client) -> None:
    version = courses.publish_course()
    url = reverse("courses:course", args=[version.course.slug])
    for _press in range(2):
        response = learner.post(url, {"action": "enrol"})
        assert response["Location"] == lesson_url(version)
    assert Enrolment.objects.count() == 1


def test_a_lesson_is_read_only_after_starting(learner: Client) -> None:
    version = courses.publish_course()
    response = learner.get(lesson_url(version))
    assert response["Location"] == reverse("courses:course", args=[version.course.slug])


def test_answers_are_saved_as_they_are_given(learner: Client, person: Person) -> None:
    version = courses.publish_course(questions=courses.all_kinds())
    enrolment = courses.enrol(person, version)
    fields = form_of(version, enrolment)
    fields.pop("q-o-1")
    response = post_as_given(learner, version, fields)
    assert response.json()["answered"] == 8
    assert response.json()["text"].startswith("Sparat ")
    incomplete = Answer.objects.get(complete=False)
    assert (incomplete.question_key, incomplete.response) == ("o", [0, None, 2])
    page = learner.get(lesson_url(version)).content.decode()
    assert page.count(" checked") == 6
    assert page.count(" selected") == 2 + 3 + 1
    assert "Rätt." not in page


def test_what_is_no_number_is_said_to_be_none(learner: Client, person: Person) -> None:
    version = courses.publish_course(lessons=1, questions=[courses.numeric(), courses.single()])
    enrolment = courses.enrol(person, version)
    answers = lesson_url(version, name="answers")
    saved = post_as_given(learner, version, form_of(version, enrolment) | {"q-n": ["tolv"]})
    assert saved.json()["no_number"] == ["n"]
    page = learner.post(answers, {**form_of(version, enrolment), "q-n": "tolv", "submit": "1"})
    shown = learner.get(page["Location"]).content.decode()
    assert "Fråga 1</a>" not in shown
    assert "Fråga 1: skriv ett tal</a>" in shown
    assert "saknar svar" not in shown


def test_a_finished_lesson_says_nothing_of_saving(learner: Client, person: Person) -> None:
    version = courses.publish_course(lessons=1)
    courses.take_all(courses.enrol(person, version))
    page = learner.get(lesson_url(version)).content.decode()
    assert "data-saved hidden>" in page


def test_handing_in_too_early_names_the_open_question(learner: Client, person: Person) -> None:
    version = courses.publish_course(questions=courses.all_kinds())
    enrolment = courses.enrol(person, version)
    fields = {**form_of(version, enrolment), "submit": "1"}
    fields.pop("q-t")
    response = learner.post(lesson_url(version, 0, "answers"), fields, follow=True)
    assert response.redirect_chain == [(f"{lesson_url(version)}?saknas=1#fragor", 302)]
    assert [question.number for question in response.context["missing"]] == [3]
    assert Attempt.objects.get().submitted_at is None


def test_the_whole_course_by_forms_alone(learner: Client, person: Person) -> None:
    version = courses.publish_course(lessons=2, questions=courses.all_kinds())
    enrolment = courses.enrol(person, version)
    for place in range(2):
        fields = {**form_of(version, enrolment, place=place), "submit": "1"}
        for _press in range(2):
            response = learner.post(lesson_url(version, place, "answers"), fields, follow=True)
            assert response.redirect_chain == [(f"{lesson_url(version, place)}#resultat", 302)]
    page = learner.get(lesson_url(version, 1)).content.decode()
    assert "Det var den sista: du har genomfört kursen." in page
    assert Attempt.objects.count() == 2
    assert Completion.objects.get().score == 100


def test_explanations_come_after_handing_in_and_a_new_try_is_shuffled_anew(
    learner: Client, person: Person
) -> None:
    version = courses.publish_course(lessons=1)
    enrolment = courses.enrol(person, version)
    lesson = lessons_of(version.content)[0]
    seed = grading.seed_of(enrolment.pk, lesson["key"], 1)
    wrong = next(c for c in grading.shuffled(lesson["questions"][0], seed) if c.number == 0)
    learner.post(
        lesson_url(version, 0, "answers"),
        {"attempt": "1", "q-s": wrong.value, "submit": "1"},
    )
    page = learner.get(lesson_url(version))
    assert "Nej." in page.content.decode()
    assert "Ja." in page.content.decode()
    assert (page.context["attempt"].submitted, page.context["attempt"].passed) == (True, False)
    retry = learner.get(lesson_url(version) + "?forsok=1").context["attempt"]
    assert (retry.number, retry.submitted) == (2, False)
    assert not any(option.checked for option in retry.questions[0].options)


def test_the_page_gives_no_answer_away(learner: Client, person: Person) -> None:
    version = courses.publish_course(lessons=1, questions=[courses.ordering()])
    enrolment = courses.enrol(person, version)
    attempt = learner.get(lesson_url(version)).context["attempt"]
    shown = [option.text for option in attempt.questions[0].rows[0].options]
    values = [option.value for option in attempt.questions[0].rows[0].options]
    assert shown != ["ett", "två", "tre"]
    assert values == ["0", "1", "2"]
    assert enrolment.attempts.count() == 0


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (courses.ordering(), "Du har valt samma steg mer än en gång:"),
        (courses.matching("o"), "Du har valt samma svar mer än en gång:"),
    ],
)
def test_what_is_chosen_twice_is_said_and_kept_as_it_is(
    learner: Client, person: Person, question: Any, words: str
) -> None:
    version = courses.publish_course(lessons=1, questions=[question])
    courses.enrol(person, version)
    page = learner.get(lesson_url(version))
    assert f"hidden>{words}</span>" in page.content.decode()
    options = page.context["attempt"].questions[0].rows[0].options
    given = {"q-o-0": "2", "q-o-1": "2", "q-o-2": "0"}
    learner.post(lesson_url(version, 0, "answers"), {"attempt": "1", **given})
    page = learner.get(lesson_url(version))
    shown = page.context["attempt"].questions[0]
    assert shown.twice == (options[2].text,)
    assert [row.given for row in shown.rows] == [options[number].text for number in (2, 2, 0)]
    assert f"<span data-twice-words>{words}</span>" in page.content.decode()


def test_reflection_is_kept_and_seen_by_the_learner_alone(
    learner: Client, person: Person, django_user_model: Any
) -> None:
    version = courses.publish_course(lessons=1, body=[courses.reflection("r1")])
    courses.enrol(person, version)
    url = lesson_url(version, 0, "reflection", "r1")
    response = learner.post(url, {"text": "Jag tänkte."}, headers={"Accept": "application/json"})
    assert response.json()["text"].startswith("Sparat ")
    assert "Jag tänkte." in learner.get(lesson_url(version)).content.decode()

    manager = make_person()
    unit = make_unit("E1")
    employ(manager, unit, is_manager=True)
    employ(person, unit)
    other = Client()
    other.force_login(account(manager))
    courses.enrol(manager, version)
    assert "Jag tänkte." not in other.get(lesson_url(version)).content.decode()


def test_reflection_with_a_phone_number_is_refused_and_says_so(
    learner: Client, person: Person
) -> None:
    version = courses.publish_course(lessons=1, body=[courses.reflection("r1")])
    courses.enrol(person, version)
    response = learner.post(
        lesson_url(version, 0, "reflection", "r1"),
        {"text": "Ring 070-174 06 58"},
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 422
    assert "telefonnummer" in response.json()["error"]
    assert not Reflection.objects.exists()


def test_checklist_keeps_ticks_and_ignores_points_that_do_not_exist(
    learner: Client, person: Person
) -> None:
    version = courses.publish_course(lessons=1, body=[courses.checklist("c1")])
    enrolment = courses.enrol(person, version)
    learner.post(lesson_url(version, 0, "checklist", "c1"), {"item": ["0", "2", "9", "x"]})
    assert sorted(enrolment.marks.values_list("item", flat=True)) == [0, 2]


def test_scenario_goes_on_by_address_alone(learner: Client, person: Person) -> None:
    version = courses.publish_course(lessons=1, body=[courses.scenario("sc1")])
    courses.enrol(person, version)
    start = learner.get(lesson_url(version)).content.decode()
    after = learner.get(lesson_url(version) + "?val-sc1=1").content.decode()
    broken = learner.get(lesson_url(version) + "?val-sc1=7.x").content.decode()
    assert ("Slutet." in start, "Hm." in start) == (False, False)
    assert ("Slutet." in after, "Hm." in after, "Bra." in after) == (True, True, False)
    assert "Slutet." not in broken


def test_continue_goes_to_the_block_on_another_device(learner: Client, person: Person) -> None:
    version = courses.publish_course(
        lessons=1, body=[courses.text(key="b1"), courses.text(key="b2")]
    )
    courses.enrol(person, version)
    learner.post(lesson_url(version, 0, "place"), {"block": "b2"})
    learner.post(lesson_url(version, 0, "place"), {"block": "nowhere"})
    course = learner.get(reverse("courses:course", args=[version.course.slug]))
    assert course.context["progress"].continue_url == lesson_url(version) + "#b-b2"


def test_a_finished_course_is_read_but_not_answered(learner: Client, person: Person) -> None:
    version = courses.publish_course(lessons=1)
    enrolment = courses.complete(person, version)
    response = learner.post(
        lesson_url(version, 0, "answers"),
        form_of(version, enrolment, number=2),
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 409
    assert learner.get(lesson_url(version)).status_code == 200


def test_transcript_lists_and_exports_what_was_completed(learner: Client, person: Person) -> None:
    courses.complete(person, courses.publish_course(title="Grundkurs", lessons=1))
    certificate = Certificate.objects.get()
    assert certificate.code in learner.get(reverse("courses:transcript")).content.decode()
    text = learner.get(reverse("courses:transcript_csv")).content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text), delimiter=";")) == [
        ["Kurs", "Genomförd", "Ger", "Gäller till och med", "Status", "Kod"],
        ["Grundkurs", "2026-11-23", "Grund Område OM1", "2029-11-22", "Giltigt", certificate.code],
    ]


def test_nobody_fetches_another_persons_certificate(learner: Client) -> None:
    courses.complete(make_person(), courses.publish_course(lessons=1))
    url = reverse("courses:certificate", args=[Certificate.objects.get().code])
    assert learner.get(url).status_code == 404


def test_verification_shows_every_printed_field_without_signing_in(
    client: Client, person: Person
) -> None:
    version = courses.publish_course(title="Grundkurs", lessons=1)
    courses.complete(person, version)
    certificate = Certificate.objects.get()
    response = client.get(f"/verifiera/{certificate.code.replace('-', '').lower()}/")
    page = response.content.decode()
    for printed in (
        "Åsa Öström-Żółć", "Grundkurs", "Exempelkommun", "23 november 2026",
        "Område OM1", "22 november 2029", certificate.code, "Intyget är äkta och giltigt",
    ):  # fmt: skip
        assert printed in page
    assert response["X-Robots-Tag"] == "noindex"


def test_verification_says_revoked_and_replaced(
    client: Client, person: Person, django_user_model: Any
) -> None:
    by = django_user_model.objects.create_user("s@example.se")
    courses.complete(person, courses.publish_course(lessons=1))
    old = Certificate.objects.get()
    new = completing.supersede_certificate(certificate=old, by=by)
    completion = Completion.objects.get()
    assert client.get(f"/verifiera/{old.code}/").context["status"] == "superseded"
    completing.revoke_completion(
        completion=completion, on=date(2026, 11, 1), by=by, reason="Fel person"
    )
    response = client.get(f"/verifiera/{new.code}/")
    assert response.context["status"] == "revoked"
    assert "Fel person" not in response.content.decode()


def test_an_unknown_code_is_told_and_guessing_is_slowed(client: Client) -> None:
    codes = [client.get(f"/verifiera/ABCD-EFGH-{n:04d}/").status_code for n in range(31)]
    assert codes == [404] * 30 + [429]


@pytest.mark.parametrize("number", [3, 300])
def test_catalogue_takes_the_same_queries_however_many_courses(
    learner: Client, person: Person, number: int
) -> None:
    version = courses.publish_course(lessons=1)
    _copy(version, number - 1)
    with CaptureQueriesContext(connection) as queries:
        response = learner.get(reverse("courses:catalogue"))
    assert response.context["total"] == number
    assert len(queries) <= 26


def _copy(version: CourseVersion, number: int) -> None:
    """More courses with the same version: rows at once, for counting queries."""
    catalogue = courses.make_catalogue()
    pages = Page.objects.bulk_create(
        Page(
            title=f"Kopia {each}",
            slug=f"kopia-{each}",
            path=f"{catalogue.path}{each + 5000:04d}",
            depth=catalogue.depth + 1,
            url_path=f"{catalogue.url_path}kopia-{each}/",
            content_type=ContentType.objects.get_for_model(CoursePage),
            locale=catalogue.locale,
        )
        for each in range(number)
    )
    CourseVersion.objects.bulk_create(
        CourseVersion(
            course=page,
            number=1,
            title=page.title,
            content=version.content,
            outline=version.outline,
            content_hash="0" * 64,
        )
        for page in pages
    )


@pytest.mark.parametrize("number", [3, 300])
def test_a_lesson_takes_the_same_queries_however_long_the_course(
    learner: Client, person: Person, number: int
) -> None:
    version = courses.publish_course(lessons=1, questions=courses.all_kinds())
    _lengthen(version, number)
    enrolment = courses.enrol(person, version)
    lesson = lessons_of(version.content)[0]
    courses.learning.save_answers(
        enrolment=enrolment,
        lesson=lesson,
        number=1,
        given=courses.give(courses.right_responses(lesson)),
        at=courses.NOON,
    )
    learner.get(lesson_url(version))
    with CaptureQueriesContext(connection) as queries:
        response = learner.get(lesson_url(version))
    assert response.context["progress"].lessons_total == number
    assert len(queries) <= 22


def _lengthen(version: CourseVersion, number: int) -> None:
    """The version's one lesson many times, with as many blocks."""
    lesson = version.content["modules"][0]["lessons"][0]
    lesson["blocks"] = [
        {"type": "text", "id": f"t{each}", "value": {"html": "<p>[[kommun]]</p>"}}
        for each in range(number)
    ]
    version.content["modules"][0]["lessons"] = [
        {
            **lesson,
            "key": f"{lesson['key']}-{each}" if each else lesson["key"],
            "slug": f"{lesson['slug']}-{each}",
        }
        for each in range(number)
    ]
    version.outline = outline_of(version.content)
    version.content_hash = content_hash(version.content)
    version.save()


def test_a_course_that_is_closed_to_me_is_neither_listed_nor_begun(
    learner: Client, person: Person
) -> None:
    version = courses.publish_course(lessons=1)
    restriction = PageViewRestriction.objects.create(
        page=version.course, restriction_type=PageViewRestriction.GROUPS
    )
    restriction.groups.set([Group.objects.create(name="Andra")])
    address = reverse("courses:course", args=[version.course.slug])
    assert learner.get(reverse("courses:catalogue")).context["total"] == 0
    assert learner.get(address).status_code == 404
    assert learner.post(address, {"action": "enrol"}).status_code == 403
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("number", ["²", "1e3", "-1", ""])
def test_an_attempt_without_a_number_is_not_found(
    learner: Client, person: Person, number: str
) -> None:
    version = courses.publish_course(questions=courses.all_kinds())
    courses.enrol(person, version)
    assert learner.post(lesson_url(version, 0, "answers"), {"attempt": number}).status_code == 404


def test_the_address_of_a_form_opened_by_itself_is_a_page_with_a_way_on(
    learner: Client, person: Person
) -> None:
    version = courses.publish_course(questions=courses.all_kinds())
    courses.enrol(person, version)
    response = learner.get(lesson_url(version, 0, "answers"))
    assert response.status_code == 405
    assert "/min-sida/" in response.content.decode()


@pytest.mark.parametrize("address", ["/mina-intyg/a%00b.pdf", "/kursfiler/1/a%00b/"])
def test_an_address_with_a_character_that_no_database_stores_leads_nowhere(
    client: Client, address: str
) -> None:
    """PostgreSQL refuses it, SQLite does not: it must not come so far."""
    client.force_login(account(make_person()))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 404
    tables = ("courses_certificate", "courses_versionasset")
    assert not any(table in each["sql"] for each in asked for table in tables)
