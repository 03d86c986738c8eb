"""The course studio: building, copying, checking and reading a course that is being written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from courses import drafts, freezing, verdicts
from courses.faults import faults_in
from courses.models import Attempt, CoursePage, CourseVersion, LessonPage, ModulePage
from courses.pasting import read_outline, read_questions
from courses.reading.answered import show_answered
from courses.services import studio
from courses.services.publishing import publish_course_version
from lms.audit.models import AuditEvent
from lms.content.freezing import CopiedFiles
from lms.content.models import LegalReference
from lms.content.references import ReferenceBook
from lms.people.models import User
from lms.people.roles import Role
from tests.builders import courses
from tests.builders.people import MONDAY, make_person

PASTED = """1. Vem ringer du först?
- Rektorn
= Rektorn får veta det efteråt.
* 112
= Vid fara för liv kommer 112 först.

Tystnadsplikten gäller efter jobbet.
* Sant
- Falskt
= Den gäller alltid.

Vad kan vara tecken?
* Oro
* Ilska
- Röda skor
= Beteenden är tecken, kläder är det inte.

I vilken ordning?
1. Lyssna
2. Ring
= Människan först.

Vem gör vad?
Rektor -> leder
Nämnd -> utreder
= Så är det.

Vad heter det?
svar: anmälan, orosanmälan
= Så heter det.

Hur lång tid?
tal: 12,5 +- 0,5 timmar
= Så lång.
"""


def account(role: Role) -> User:
    person = make_person()
    user = User.objects.create_user(person.email, None, person=person)
    user.role_assignments.create(role=role, starts_on=MONDAY.replace(year=2020))
    return user


@pytest.fixture
def editor(client: Client) -> Client:
    from lms.people.services.role_assignments import sync_admin_groups

    groups = sync_admin_groups()
    user = account(Role.EDITOR)
    user.groups.add(groups[Role.EDITOR])
    client.force_login(user)
    return client


def book() -> ReferenceBook:
    return ReferenceBook.load(timezone.localdate())


def written_course() -> tuple[CoursePage, ModulePage, LessonPage]:
    course = courses.make_course(title="Grundkurs")
    module = courses.add_module(course, "Första modulen")
    return course, module, courses.add_lesson(module, title="Första lektionen")


# Questions as text.


def test_every_kind_that_can_be_written_as_text_is_read() -> None:
    pasted = read_questions(PASTED)
    assert pasted.errors == ()
    assert [(each.line, each.kind) for each in pasted.questions] == [
        (1, "single"),
        (7, "truefalse"),
        (12, "multiple"),
        (18, "ordering"),
        (23, "matching"),
        (28, "shorttext"),
        (32, "numeric"),
    ]
    assert pasted.questions[0].value == {
        "prompt": "Vem ringer du först?",
        "options": [
            {
                "text": "Rektorn",
                "correct": False,
                "explanation": "Rektorn får veta det efteråt.",
            },
            {
                "text": "112",
                "correct": True,
                "explanation": "Vid fara för liv kommer 112 först.",
            },
        ],
    }
    assert {each["explanation"] for each in pasted.questions[2].value["options"]} == {
        "Beteenden är tecken, kläder är det inte."
    }
    assert pasted.questions[6].value == {
        "prompt": "Hur lång tid?",
        "explanation": "Så lång.",
        "answer": "12.5",
        "tolerance": "0.5",
        "unit": "timmar",
    }


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("- Ett\n= Nej.", [1]),
        ("Fråga?\n- Ett\n= Nej.\n- Två\n= Nej.", [1]),
        ("Fråga?\n* Ett\n= Ja.", [1]),
        ("Fråga?\n* Ett\n= Ja.\n- Två\n- Tre\n= Nej.", [4]),
        ("Fråga?\n\nEn till?\n* Ja då\n- Nej då\n= Så.", [1]),
        ("Fråga?\ntal: tolv\n= Så.", [2]),
        ("Fråga?\ntal: 10 0000 kronor\n= Så.", [2]),
        ("Fråga?\ntal: 12 eller 14 +- 2\n= Så.", [2]),
        ("Fråga?\ntal: 10 ± 5 ± 5 kronor\n= Så.", [2]),
        ("Fråga?\n* Ett\n- Två\n= Så.\nsvar: x", [1]),
        ("Fråga?\n* " + "x" * 401 + "\n- Två\n= Så.", [2]),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(text: str, lines: list[int]) -> None:
    assert [error.line for error in read_questions(text).errors] == lines


def test_a_line_ends_at_the_same_characters_for_who_reads_and_for_who_points_at_it() -> None:
    """The page chooses the line that could not be read: it must count as the reader did."""
    script = (settings.BASE_DIR / "lms" / "static" / "js" / "studio.js").read_text()
    [pattern] = re.findall(r"^const LINE_BREAK = /(.+)/;$", script, re.M)
    every_character = [chr(code) for code in range(0x10000)]
    # A box never holds a carriage return.
    ends = {character for character in every_character if len(f"a{character}a".splitlines()) == 2}
    assert set(filter(re.compile(pattern).fullmatch, every_character)) == ends - {"\r"}
    text = "Fråga?\u2028* Ett\u2028= Ja.\x0b- Två\x0b- Tre\n= Nej."
    assert [error.line for error in read_questions(text).errors] == [4]


@pytest.mark.parametrize(
    ("line", "stored", "shown"),
    [
        ("10 000 kronor", ("10000", "0", "kronor"), "10000 kronor"),
        ("10\u00a0000\u00a0kronor", ("10000", "0", "kronor"), "10000 kronor"),
        ("1\u202f250\u202f000", ("1250000", "0", ""), "1250000"),
        ("1 250 +- 50", ("1250", "50", ""), "1250 ± 50"),
        ("-1 250,50 ± 1 000 kr/år", ("-1250.5", "1000", "kr/år"), "-1250,5 ± 1000 kr/år"),
        ("10.000 st.", ("10", "0", "st."), "10 st."),
        ("100", ("100", "0", ""), "100"),
    ],
)
def test_a_number_is_stored_as_it_is_shown_also_in_thousands(
    line: str, stored: tuple[str, str, str], shown: str
) -> None:
    (question,) = read_questions(f"Hur mycket?\ntal: {line}\n= Så.").questions
    value = question.value
    assert (value["answer"], value["tolerance"], value["unit"]) == stored
    assert [row.text for row in question.rows] == [shown]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("svar: 1,5 timme", ["1,5 timme"]),
        ("svar: 24/7, dygnet runt", ["24/7", "dygnet runt"]),
        ("svar: 112,larmnumret", ["112", "larmnumret"]),
        ("svar: polis/polisen; polismyndigheten", ["polis", "polisen", "polismyndigheten"]),
        ("svar: polis\nsvar: polisen", ["polis", "polisen"]),
    ],
)
def test_words_are_told_apart_but_never_within_a_number(line: str, words: list[str]) -> None:
    (question,) = read_questions(f"Vad?\n{line}\n= Så.").questions
    assert question.value["accepted"] == words


def test_only_true_and_false_make_a_question_of_true_and_false() -> None:
    def kind(right: str, wrong: str, *why: str) -> str:
        lines = ["Stämmer det?", f"* {right}", *why[:1], f"- {wrong}", *why[1:]]
        (question,) = read_questions("\n".join(lines)).questions
        return question.kind

    assert kind("Sant.", "FALSKT", "", "= Så.") == "truefalse"
    assert kind("Falskt", "Sant", "= Så.") == "truefalse"
    assert kind("Ja", "Nej", "", "= Så.") == "single"
    assert kind("Rätt", "Fel", "", "= Så.") == "single"
    # True and false have one explanation between them.
    assert kind("Sant", "Falskt", "= Ja, alltid.", "= Nej, den gäller.") == "single"


def test_each_answer_keeps_its_own_feedback() -> None:
    text = "Får du?\n* Ja\n= Plikten är din.\n- Nej\n= Det är ditt eget ansvar."
    (question,) = read_questions(text).questions
    assert [(row.text, row.is_right, row.explanation) for row in question.rows] == [
        ("Ja", True, "Plikten är din."),
        ("Nej", False, "Det är ditt eget ansvar."),
    ]


def test_questions_follow_each_other_with_or_without_an_empty_line() -> None:
    tight = "Ett?\n* a\n- b\n= c\nTvå?\n* a\n- b\n= c"
    pasted = read_questions(tight)
    assert [each.value["prompt"] for each in pasted.questions] == ["Ett?", "Två?"]
    apart = "Ett?\n\n* a\n\n- b\n\n= c"
    assert [each.kind for each in read_questions(apart).questions] == ["single"]
    word = "Fråga på\ntvå rader?\r\n• Fel\r\n* Rätt\r\n= Så."
    assert read_questions(word).questions[0].value["prompt"] == "Fråga på två rader?"


def test_an_outline_has_modules_lessons_and_minutes() -> None:
    outline, errors = read_outline("Före\n# Modul ett\n- A (5 min)\n2. B\n\n#\n")
    assert [(part.title, [(e.title, e.minutes) for e in part.lessons]) for part in outline] == [
        ("", [("Före", None)]),
        ("Modul ett", [("A", 5), ("B", None)]),
        ("", []),
    ]
    assert [error.line for error in errors] == [6]


# Building.


@pytest.mark.django_db
def test_an_outline_becomes_drafts_that_no_version_has() -> None:
    course = courses.make_course()
    outline, _errors = read_outline("# Ett\nA (5 min)\nA\n# Två\nB")
    made = studio.add_outline(course=course, outline=outline, by=None)
    assert [(page.title, page.live, page.slug) for page in made] == [
        ("Ett", False, "ett"),
        ("A", False, "a"),
        ("A", False, "a-2"),
        ("Två", False, "tva"),
        ("B", False, "b"),
    ]
    draft = drafts.draft_course(course.pk, book())
    assert draft
    assert [[e.title for e in module.lessons] for module in draft.modules] == [["A", "A"], ["B"]]
    assert draft.lessons[0].minutes == 5
    first = draft.lessons[0]
    assert [str(fault.message) for fault in first.faults] == [
        "Lektionen har ingen text än. Skriv under rubrikerna det som läsaren ska veta, eller ta "
        "bort dem.",
        "Lektionen saknar frågor.",
    ]
    assert [remark.kind for remark in first.remarks] == ["headings", "headings"]
    assert AuditEvent.objects.filter(action="course.outline_added").count() == 1


@pytest.mark.django_db
def test_lessons_move_by_steps_and_between_modules() -> None:
    course = courses.make_course()
    outline, _errors = read_outline("# Ett\nA\nB\n# Två\nC\n# Tre")
    studio.add_outline(course=course, outline=outline, by=None)

    def order() -> list[list[str]]:
        return [
            [each.title for each in LessonPage.objects.child_of(module).order_by("path")]
            for module in ModulePage.objects.child_of(course).order_by("path")
        ]

    def lesson(title: str) -> LessonPage:
        return LessonPage.objects.get(title=title)

    studio.move_step(page=lesson("B"), step=-1, by=None)
    assert order() == [["B", "A"], ["C"], []]
    studio.move_step(page=lesson("A"), step=1, by=None)
    assert order() == [["B"], ["A", "C"], []]
    studio.move_step(page=lesson("C"), step=1, by=None)
    assert order() == [["B"], ["A"], ["C"]]
    studio.move_step(page=lesson("C"), step=1, by=None)
    studio.move_lesson(lesson=lesson("B"), module=ModulePage.objects.get(title="Tre"), by=None)
    assert order() == [[], ["A"], ["C", "B"]]
    studio.move_step(page=ModulePage.objects.get(title="Tre"), step=-1, by=None)
    assert order() == [[], ["C", "B"], ["A"]]
    other = courses.add_module(courses.make_course())
    with pytest.raises(studio.StudioError):
        studio.move_lesson(lesson=lesson("A"), module=other, by=None)


@pytest.mark.django_db
def test_a_new_title_waits_in_the_draft_and_keeps_the_address() -> None:
    _course, _module, lesson = written_course()
    studio.rename(page=lesson, title="Nytt namn", by=None)
    lesson.refresh_from_db()
    assert (lesson.title, lesson.draft_title) == ("Första lektionen", "Nytt namn")
    assert lesson.has_unpublished_changes
    assert lesson.get_latest_revision_as_object().slug == lesson.slug


def _ids(data: Any) -> set[str]:
    if isinstance(data, list):
        return {found for item in data for found in _ids(item)}
    if isinstance(data, dict):
        own = {data["id"]} if {"id", "type", "value"} <= set(data) else set()
        return own | {found for value in data.values() for found in _ids(value)}
    return set()


@pytest.mark.django_db
def test_a_copied_lesson_takes_its_draft_along_under_ids_of_its_own() -> None:
    course, module, lesson = written_course()
    lesson.questions = LessonPage._meta.get_field("questions").to_python(courses.all_kinds())
    lesson.body = LessonPage._meta.get_field("body").to_python(
        [courses.text("<p>Utkastets text.</p>"), courses.scenario()]
    )
    lesson.save_revision()
    copied = studio.copy_lesson(lesson=lesson, module=module, title="Kopian", by=None)
    draft = copied.get_latest_revision_as_object()
    assert (copied.live, draft.title, copied.slug) == (False, "Kopian", "kopian")
    assert "Utkastets text." in str(draft.body.get_prep_value())
    for name in ("body", "questions"):
        old, new = (_ids(getattr(page, name).get_prep_value()) for page in (lesson, draft))
        assert len(old) == len(new)
        assert not old & new
    kept = drafts.written(draft, drafts.NoFiles()).content
    source = drafts.written(lesson, drafts.NoFiles()).content
    for part in ("blocks", "questions"):
        strip = [{**each, "id": 0, "key": 0} for each in kept[part]]
        assert strip == [{**each, "id": 0, "key": 0} for each in source[part]]
    titles = [each.title for each in LessonPage.objects.child_of(module).order_by("path")]
    assert titles == ["Första lektionen", "Kopian"]
    elsewhere = courses.add_module(courses.make_course())
    studio.copy_lesson(lesson=lesson, module=elsewhere, by=None)
    assert LessonPage.objects.child_of(elsewhere).get().title == "Första lektionen"
    assert course.pk


@pytest.mark.django_db
def test_a_copied_course_is_a_draft_with_its_own_conditions_and_no_versions() -> None:
    course, module, lesson = written_course()
    courses.add_lesson(module, title="Andra")
    course.code = "K9"
    item = {"type": "lesson", "id": "i", "value": {"lesson": lesson.pk}}
    group = {"rule": "all", "count": None, "items": [item]}
    course.completion = CoursePage._meta.get_field("completion").to_python(
        [{"type": "group", "id": "g", "value": group}]
    )
    course.save_revision().publish()
    publish_course_version(course=course, by=None)
    course.refresh_from_db()
    copied = studio.copy_course(course=course, title="Kopian", by=None)
    assert (copied.live, copied.code, copied.slug) == (False, "", "kopian")
    assert not CourseVersion.objects.filter(course=copied).exists()
    assert [row.area.code for row in copied.gives.all()] == ["OM1"]
    lessons = LessonPage.objects.descendant_of(copied).order_by("path")
    assert [each.title for each in lessons] == ["Första lektionen", "Andra"]
    asked = freezing.freeze_criteria(copied.get_latest_revision_as_object().completion)
    assert asked[0]["items"][0]["lesson"] == lessons[0].key
    assert CourseVersion.objects.filter(course=course).count() == 1


@pytest.mark.django_db
def test_only_what_no_version_has_can_be_deleted() -> None:
    course, module, lesson = written_course()
    publish_course_version(course=course, by=None)
    fresh = courses.add_lesson(module, title="Ny", live=False)
    with pytest.raises(studio.StudioError):
        studio.delete_page(page=lesson, by=None)
    with pytest.raises(studio.StudioError):
        studio.delete_page(page=module, by=None)
    with pytest.raises(studio.StudioError):
        studio.delete_page(page=course, by=None)
    studio.delete_page(page=fresh, by=None)
    assert not LessonPage.objects.filter(pk=fresh.pk).exists()


@pytest.mark.django_db
def test_what_is_published_while_a_deletion_waits_is_not_deleted(monkeypatch) -> None:
    course, _module, lesson = written_course()

    def publish_first(course_pk: int) -> None:
        assert course_pk == course.pk
        publish_course_version(course=course, by=None)

    # Whoever published held the course: the deletion waits, and asks when it has been let in.
    monkeypatch.setattr(studio, "lock_course", publish_first)
    with pytest.raises(studio.StudioError):
        studio.delete_page(page=lesson, by=None)
    assert LessonPage.objects.filter(pk=lesson.pk).exists()


@pytest.mark.django_db
def test_one_click_publishes_what_is_ready_and_says_what_is_not() -> None:
    course = courses.make_course()
    outline, _errors = read_outline("# Ett\nKlar\nHalv")
    studio.add_outline(course=course, outline=outline, by=None)
    ready, half = LessonPage.objects.order_by("path")
    ready.body = LessonPage._meta.get_field("body").to_python([courses.text()])
    ready.save_revision()
    studio.add_questions(lesson=ready, questions=read_questions(PASTED).questions, by=None)
    draft = half.get_latest_revision_as_object()
    broken = {"type": "single", "id": "x", "value": {"prompt": "", "options": []}}
    draft.questions = LessonPage._meta.get_field("questions").to_python([broken])
    draft.save_revision()
    by = User.objects.create_superuser("a@example.se", None, person=make_person())
    done = studio.publish_pages(course=course, by=by)
    assert done.published == 2
    assert [title for title, _reason in done.held_back] == ["Halv"]
    ready.refresh_from_db()
    assert ready.live
    content = freezing.freeze_course(course, CopiedFiles())
    assert faults_in(content, book()) == []
    assert len(content["modules"][0]["lessons"][0]["questions"]) == 7
    assert studio.publish_pages(course=course, by=by).published == 0


# Reading the draft.


@pytest.mark.django_db
def test_a_half_written_question_is_a_fault_and_no_crash() -> None:
    course, _module, lesson = written_course()
    half = [
        {"type": "numeric", "id": "n", "value": {"prompt": "Hur många?", "answer": None}},
        {"type": "single", "id": "s", "value": {"prompt": "Vad?", "options": []}},
    ]
    lesson.questions = LessonPage._meta.get_field("questions").to_python(half)
    lesson.save_revision()
    draft = drafts.draft_course(course.pk, book())
    assert draft
    messages = [str(fault.message) for fault in draft.lessons[0].faults]
    assert messages[0] == "Något är inte skrivet färdigt."
    assert "Lektionen saknar frågor." not in messages
    response = lesson.make_preview_request(preview_mode="learner")
    assert "Allt kan inte visas" in response.content.decode()


@pytest.mark.django_db
def test_a_lesson_that_was_only_opened_in_the_editor_has_not_changed() -> None:
    course = courses.make_course()
    module = courses.add_module(course)
    lesson = courses.add_lesson(module, body=[courses.text("<h3>A</h3>\n<p>B</p>\n", "t")])
    before = freezing.freeze_course(course, CopiedFiles())
    opened = [courses.text('<h3 data-block-key="x1">A</h3><p data-block-key="y2">B</p>', "t")]
    lesson.body = LessonPage._meta.get_field("body").to_python(opened)
    lesson.save_revision()
    draft = drafts.draft_course(course.pk, book())
    assert draft
    assert [each.state for each in draft.lessons] == [drafts.PUBLISHED]
    lesson.latest_revision.publish()
    assert freezing.freeze_course(course, CopiedFiles()) == before


@pytest.mark.django_db
def test_the_draft_is_read_with_as_many_questions_whatever_its_size(
    django_assert_max_num_queries: Any,
) -> None:
    course = courses.make_course()
    for number in range(3):
        module = courses.add_module(course, f"Modul {number}")
        for _lesson in range(10):
            courses.add_lesson(module).save_revision()
    loaded = book()
    with django_assert_max_num_queries(14):
        draft = drafts.draft_course(course.pk, loaded)
    assert draft
    assert len(draft.lessons) == 30


@pytest.mark.django_db
def test_the_studio_shows_the_draft_and_what_is_left(editor: Client) -> None:
    course, _module, lesson = written_course()
    lesson.title = "Ändrad rubrik"
    lesson.save_revision()
    page = editor.get(reverse("courses_admin:studio", args=[course.pk])).content.decode()
    assert "Ändrad rubrik" in page
    assert "Första lektionen" not in page
    assert "Publicera sidan (1)" in page
    assert reverse("courses_admin:publish", args=[course.pk]) in page
    listed = editor.get(reverse("courses_admin:courses")).content.decode()
    assert "Grundkurs" in listed


@pytest.mark.django_db
def test_an_outline_that_cannot_be_read_stays_in_its_box_with_its_lines_named(
    editor: Client,
) -> None:
    course, module, _lesson = written_course()
    before = LessonPage.objects.count()
    for name, pk, box in (("outline", course.pk, "lines"), ("lessons", module.pk, None)):
        address = reverse(f"courses_admin:{name}", args=[pk])
        answer = editor.post(address, {"lines": "# Ett\nFörsta lektionen\n#\nTredje"})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "># Ett\nFörsta lektionen\n#\nTredje</textarea>" in page
        assert f'href="#{box or f"l-{pk}"}" data-line="3"' in page
    assert LessonPage.objects.count() == before


@pytest.mark.django_db
def test_an_editor_builds_a_course_with_forms_alone(editor: Client) -> None:
    courses.make_catalogue()
    editor.post(reverse("courses_admin:begin"), {"title": "Ny kurs"})
    course = CoursePage.objects.get()
    add = reverse("courses_admin:outline", args=[course.pk])
    editor.post(add, {"lines": "# Ett\nA\nB"})
    first, second = LessonPage.objects.order_by("path")
    write = reverse("courses_admin:write_questions", args=[first.pk])
    shown = editor.post(write, {"text": PASTED, "show": "1"}).content.decode()
    assert "Lägg till 7 frågor" in shown
    assert "12,5 ± 0,5 timmar" in shown
    assert "Rektor → leder" in shown
    assert "&#x27;prompt&#x27;" not in shown
    assert not first.get_latest_revision_as_object().questions
    wrong = editor.post(write, {"text": "Fråga?\n* Ett", "add": "1"}).content.decode()
    assert "Rad 1:" in wrong
    editor.post(write, {"text": PASTED, "add": "1"})
    assert len(LessonPage.objects.get(pk=first.pk).get_latest_revision_as_object().questions) == 7
    move = reverse("courses_admin:move", args=[second.pk])
    editor.post(move, {"step": "up"})
    assert [each.title for each in LessonPage.objects.order_by("path")] == ["B", "A"]
    editor.post(reverse("courses_admin:rename", args=[second.pk]), {"title": "Bättre"})
    editor.post(reverse("courses_admin:duplicate", args=[first.pk]))
    assert LessonPage.objects.count() == 3
    ask = reverse("courses_admin:delete", args=[second.pk])
    assert "Behåll" in editor.get(ask).content.decode()
    assert LessonPage.objects.count() == 3
    editor.post(ask)
    assert LessonPage.objects.count() == 2
    editor.post(reverse("courses_admin:publish_pages", args=[course.pk]))
    assert LessonPage.objects.live().count() == 2


@pytest.mark.django_db
def test_who_publishes_the_pages_reads_how_many_faults_still_stop_the_version(
    editor: Client,
) -> None:
    course = courses.make_course()
    courses.add_lesson(courses.add_module(course), title="Utan frågor", questions=[])
    publish = reverse("courses_admin:publish_pages", args=[course.pk])
    page = editor.post(publish, follow=True).content.decode()
    assert "1 hinder stoppar ännu kursversionen. Det står nedan." in page
    whole = courses.make_course()
    courses.add_lesson(courses.add_module(whole))
    publish = reverse("courses_admin:publish_pages", args=[whole.pk])
    assert "stoppar ännu" not in editor.post(publish, follow=True).content.decode()


@pytest.mark.django_db
def test_a_personal_identity_number_is_not_stored_by_pasting(editor: Client) -> None:
    _course, _module, lesson = written_course()
    write = reverse("courses_admin:write_questions", args=[lesson.pk])
    text = "Vem är 19811218-9876?\n* Någon\n- Ingen\n= Så."
    page = editor.post(write, {"text": text, "add": "1"}).content.decode()
    assert "personnummer" in page
    lesson.refresh_from_db()
    assert lesson.latest_revision is None


@pytest.mark.django_db
def test_the_draft_is_read_as_a_learner_and_nothing_is_kept(editor: Client) -> None:
    course, module, lesson = written_course()
    second = courses.add_lesson(module, title="Sista", questions=courses.all_kinds(), live=False)
    address = reverse("courses_admin:read", args=[course.pk])
    first = editor.get(address).content.decode()
    assert "Lektion 1 av 2" in first
    assert f"{address}?lektion={second.pk}" in first
    page = editor.get(f"{address}?lektion={second.pk}").content.decode()
    assert "Rätta mina svar" in page
    marked = editor.post(f"{address}?lektion={lesson.pk}", {}).content.decode()
    assert "0 av 1 rätt" in marked
    assert not Attempt.objects.exists()
    shown = editor.get(f"{address}?lektion={second.pk}&svar=1").content.decode()
    assert "Därför." in shown


@pytest.mark.django_db
def test_the_preview_has_two_modes_and_a_phone_first() -> None:
    course = courses.make_course()
    lesson = courses.add_lesson(courses.add_module(course), questions=courses.all_kinds())
    assert [mode for mode, _label in lesson.preview_modes] == ["learner", "answers"]
    assert lesson.default_preview_mode == "learner"
    assert (lesson.default_preview_size, lesson.preview_sizes[0]["device_width"]) == ("phone", 390)
    learner = lesson.make_preview_request(preview_mode="learner").content.decode()
    answers = lesson.make_preview_request(preview_mode="answers").content.decode()
    assert "Ja." not in learner
    assert "Ja." in answers
    assert "Inte det heller." in answers


@pytest.mark.django_db
def test_the_editor_says_what_is_left_to_do(editor: Client) -> None:
    course, module, _lesson = written_course()
    bare = courses.add_lesson(
        module, questions=[], body=[courses.text('<p>Se <a href="/x">här</a>.</p>')]
    )
    page = editor.get(reverse("wagtailadmin_pages:edit", args=[bare.pk])).content.decode()
    assert "Lektionen saknar frågor." in page
    assert "Skriv i länktexten vart länken leder." in page
    assert reverse("courses_admin:studio", args=[course.pk]) in page


@pytest.mark.django_db
def test_the_editor_leads_to_the_text_that_is_not_written(editor: Client) -> None:
    course, module, _lesson = written_course()
    bare = courses.add_lesson(module, body=[courses.text("<h3>Varför</h3><p></p>", "tom")])
    page = editor.get(reverse("courses_admin:studio", args=[course.pk])).content.decode()
    edit = reverse("wagtailadmin_pages:edit", args=[bare.pk])
    assert f'<a href="{edit}#block-tom-section">Lektionen har ingen text än.' in page
    assert "LIX: för kort för att bedöma" in page
    panel = editor.get(edit).content.decode()
    assert f'<a href="{edit}#block-tom-section">Lektionen har ingen text än.' in panel


@pytest.mark.django_db
def test_a_reviewer_reads_the_studio_and_writes_nothing(client: Client) -> None:
    from lms.people.services.role_assignments import sync_admin_groups

    user = account(Role.REVIEWER)
    user.groups.add(sync_admin_groups()[Role.REVIEWER])
    client.force_login(user)
    course, _module, lesson = written_course()
    page = client.get(reverse("courses_admin:studio", args=[course.pk]))
    assert page.status_code == 200
    assert "Lägg till i kursen" not in page.content.decode()
    assert client.get(reverse("courses_admin:read", args=[course.pk])).status_code == 200
    answer = client.post(reverse("courses_admin:rename", args=[lesson.pk]), {"title": "X"})
    assert answer.status_code in (302, 403)
    lesson.refresh_from_db()
    assert lesson.draft_title == "Första lektionen"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["courses", "studio", "read"])
def test_a_learner_sees_nothing_of_a_draft(client: Client, name: str) -> None:
    person = make_person()
    client.force_login(User.objects.create_user(person.email, None, person=person))
    course, _module, _lesson = written_course()
    address = reverse(f"courses_admin:{name}", args=[] if name == "courses" else [course.pk])
    response = client.get(address)
    assert response.status_code in (302, 403)
    assert "Första lektionen" not in response.content.decode()


def _all_ids(lesson: Any) -> set[str]:
    return {
        found
        for name in ("goals", "body", "questions")
        for found in _ids(getattr(lesson, name).get_prep_value())
    }


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["lesson", "module", "course"])
@pytest.mark.parametrize("publish", ["", "on"])
def test_wagtails_own_copy_also_gets_ids_of_its_own(
    client: Client, what: str, publish: str
) -> None:
    course, module, lesson = written_course()
    client.force_login(User.objects.create_superuser("alla@example.se", None, person=make_person()))
    lesson.questions = LessonPage._meta.get_field("questions").to_python(courses.all_kinds())
    lesson.save_revision().publish()
    lesson.body = LessonPage._meta.get_field("body").to_python([courses.text("<p>Utkast.</p>")])
    lesson.save_revision()
    page = {"lesson": lesson, "module": module, "course": course}[what]
    answer = client.post(
        reverse("wagtailadmin_pages:copy", args=[page.pk]),
        {
            "new_title": "Kopian",
            "new_slug": "kopian",
            "new_parent_page": page.get_parent().pk,
            "copy_subpages": "on",
            "publish_copies": publish,
        },
    )
    assert answer.status_code == 302
    copied = LessonPage.objects.exclude(pk=lesson.pk).get()
    lesson.refresh_from_db()
    assert copied.live is bool(publish)
    assert copied.has_unpublished_changes
    theirs = _all_ids(lesson) | _all_ids(lesson.get_latest_revision_as_object())
    draft = copied.get_latest_revision_as_object()
    assert "Utkast." in str(draft.body.get_prep_value())
    for each in (copied, draft):
        assert _all_ids(each)
        assert not _all_ids(each) & theirs


def test_two_answers_in_the_same_words_have_each_its_own_explanation():
    options = [
        {"text": "Ja", "correct": True, "explanation": "Rätt skäl."},
        {"text": "Ja", "correct": False, "explanation": "Fel skäl."},
    ]
    question = {"key": "q", "kind": "single", "prompt": "Varför?", "options": options}
    shown = show_answered(question, 1, words={True: "Sant", False: "Falskt"})
    assert {(option.tone, option.reply) for option in shown.options} == {
        ("met", "Rätt skäl."),
        ("gap", "Fel skäl."),
    }


# What is said about a lesson is found out once for the same words.


@pytest.mark.django_db
def test_a_lesson_is_judged_anew_when_it_or_what_its_codes_stand_for_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = []
    judge = verdicts._judge
    monkeypatch.setattr(verdicts, "_given", {})
    monkeypatch.setattr(
        verdicts, "_judge", lambda lesson, book: judged.append(lesson) or judge(lesson, book)
    )
    course, module, _lesson = written_course()
    coded = courses.add_lesson(module, body=[courses.text("<p>Läs [[lag:ny]].</p>")])

    def told() -> list[str]:
        draft = drafts.draft_course(course.pk, book())
        assert draft
        return [str(fault.message) for lesson in draft.lessons for fault in lesson.faults]

    assert told() == ["[[lag:ny]] betyder ingenting."]
    assert told() == ["[[lag:ny]] betyder ingenting."]
    assert len(judged) == 2
    law = LegalReference.objects.create(code="ny", title="Nya lagen")
    assert told() == []
    assert len(judged) == 3
    law.title = "Den nya lagen"
    law.save()
    assert told() == []
    assert len(judged) == 4
    with translation.override("en"):
        LegalReference.objects.all().delete()
        assert told() == ["[[lag:ny]] stands for nothing."]
    coded.body = LessonPage._meta.get_field("body").to_python([courses.text("<h3>A</h3>")])
    coded.save_revision()
    assert [message[:28] for message in told()] == ["Lektionen har ingen text än."]


@pytest.mark.django_db
def test_the_list_of_courses_takes_as_many_questions_whatever_their_number(
    editor: Client,
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page = editor.get(reverse("courses_admin:courses"))
        assert page.status_code == 200
        return len(queries)

    def add(number: int) -> None:
        for _course in range(number):
            course, module, lesson = written_course()
            lesson.save_revision().publish()
            changed = courses.add_lesson(module)
            changed.title = "Ändrad"
            changed.save_revision()
            courses.add_lesson(module, live=False)
            publish_course_version(course=course, by=None)

    add(2)
    asked()
    before = asked()
    assert before > 10
    add(8)
    assert asked() == before


@pytest.mark.django_db
def test_a_copy_of_a_page_with_the_longest_title_has_one_that_fits(editor: Client) -> None:
    course, _module, lesson = written_course()
    lesson.title = "Å" * 255
    lesson.save_revision()
    editor.post(reverse("courses_admin:duplicate", args=[lesson.pk]))
    copied = LessonPage.objects.get(title__endswith="Å (kopia)")
    assert len(copied.title) == 200
    assert editor.get(reverse("courses_admin:copy_course", args=[course.pk])).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("rename", {"title": "Nytt namn"}),
        ("duplicate", {}),
        ("write_questions", {"text": PASTED, "add": "1"}),
    ],
)
def test_a_draft_that_cannot_be_stored_as_it_stands_says_why(
    editor: Client, name: str, sent: dict[str, str]
) -> None:
    """A draft may be older than the rule it breaks."""
    _course, _module, lesson = written_course()
    lesson.summary = "Ring 19811218-9876."
    lesson.save_revision(clean=False)
    page = editor.post(reverse(f"courses_admin:{name}", args=[lesson.pk]), sent, follow=True)
    assert "Texten verkar innehålla ett personnummer." in page.content.decode()
    if name == "write_questions":
        assert "Vem ringer du först?" in page.content.decode()
    assert LessonPage.objects.get().latest_revision == lesson.latest_revision
