"""Comparing versions: what differs, word by word."""

from __future__ import annotations

from typing import Any

from courses.comparing import Change, Section, compare, compare_questions
from courses.differences import Piece, words_compared

OPTIONS = [
    {"text": "Chefen", "correct": False, "explanation": "Nej."},
    {"text": "Socialtjänsten", "correct": True, "explanation": "Ja."},
]


def question(key: str = "q", **facts: Any) -> dict[str, Any]:
    return {"key": key, "kind": "single", "prompt": "Vem?", "options": OPTIONS, **facts}


def lesson(key: str = "lesson-1", **facts: Any) -> dict[str, Any]:
    return {
        "key": key,
        "slug": key,
        "title": "Anmälan",
        "summary": "",
        "minutes": 7,
        "goals": [],
        "areas": [],
        "rest": None,
        "blocks": [],
        "questions": [question()],
        **facts,
    }


def text(html: str, key: str = "a") -> dict[str, Any]:
    return {"type": "text", "id": key, "value": {"html": html}}


def content(*lessons: dict[str, Any], **facts: Any) -> dict[str, Any]:
    course = {
        "title": "Grundkurs",
        "code": "K1",
        "summary": "",
        "intro": "",
        "audience": "",
        "form": "digital",
        "minutes": 30,
        "pass_percent": 80,
        "goals": [],
        "sources": [],
    }
    return {
        "course": {**course, **facts.pop("course", {})},
        "grants": [],
        "modules": [{"key": "m", "title": "Del", "lessons": list(lessons)}],
        **facts,
    }


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    return [change for section in compare(old, new).sections for change in section.changes]


def test_the_words_that_differ_are_marked_and_the_others_stand() -> None:
    assert words_compared("Ring socialtjänsten i dag.", "Ring genast socialtjänsten i dag.") == (
        Piece("same", "Ring "),
        Piece("added", "genast "),
        Piece("same", "socialtjänsten i dag."),
    )


def test_the_same_content_has_no_differences() -> None:
    found = compare(content(lesson()), content(lesson()))
    assert found.is_empty
    assert found.unchanged == ("Anmälan",)


def test_a_changed_text_is_read_without_its_markup() -> None:
    old = content(lesson(blocks=[text("<p>Ring i dag.</p><p>Vänta inte.</p>")]))
    new = content(lesson(blocks=[text("<p>Ring <b>nu</b>.</p><p>Vänta inte.</p>")]))
    assert changes(old, new) == [
        Change(
            "Text",
            "changed",
            (
                Piece("same", "Ring "),
                Piece("removed", "i dag."),
                Piece("added", "nu."),
                Piece("same", "\nVänta inte."),
            ),
        )
    ]


def test_new_and_removed_lessons_are_shown_whole_and_removed_ones_last() -> None:
    old = content(lesson("lesson-1", title="Borta", questions=[]), lesson("lesson-2"))
    new = content(
        lesson("lesson-2"), lesson("lesson-3", title="Ny", questions=[], blocks=[text("<p>Å</p>")])
    )
    found = compare(old, new)
    assert found.sections == (
        Section(
            "lesson-3",
            "Ny",
            "added",
            (
                Change("Om lektionen", "changed", (Piece("added", "Titel: Ny\nMinuter: 7"),)),
                Change("Text", "added", (Piece("added", "Å"),)),
            ),
        ),
        Section(
            "lesson-1",
            "Borta",
            "removed",
            (Change("Om lektionen", "changed", (Piece("removed", "Titel: Borta\nMinuter: 7"),)),),
        ),
    )
    assert found.unchanged == ("Anmälan",)


def test_another_right_answer_is_a_difference() -> None:
    turned = [{**option, "correct": not option["correct"]} for option in OPTIONS]
    [change] = changes(content(lesson()), content(lesson(questions=[question(options=turned)])))
    assert change.label == "Ett rätt svar"
    assert Piece("removed", "– ") in change.pieces
    assert Piece("added", "✓ ") in change.pieces


def test_a_draw_tells_which_questions_have_come_and_gone() -> None:
    def draw(count: int, *keys: str) -> dict[str, Any]:
        pool = [question(key, prompt=f"Fråga {key}?", options=[]) for key in keys]
        return {"key": "d", "kind": "draw", "strata": [{"count": count, "pool": pool}]}

    old, new = (
        content(lesson(questions=[draw(1, "a", "b")])),
        content(lesson(questions=[draw(1, "b", "c")])),
    )
    assert [(change.label, change.kind) for change in changes(old, new)] == [
        ("Kan dras: Ett rätt svar", "added"),
        ("Kan dras: Ett rätt svar", "removed"),
    ]


def test_a_draw_of_another_number_says_so() -> None:
    def draw(count: int) -> dict[str, Any]:
        pool = [question(key, options=[]) for key in ("a", "b")]
        return {"key": "d", "kind": "draw", "strata": [{"count": count, "pool": pool}]}

    [change] = changes(content(lesson(questions=[draw(1)])), content(lesson(questions=[draw(2)])))
    assert change.pieces == (
        Piece("removed", "1 "),
        Piece("added", "2 "),
        Piece("same", "dras av 2"),
    )


def test_a_replaced_file_behind_the_same_words_is_told() -> None:
    def picture(key: str) -> dict[str, Any]:
        image = {"asset": key, "alt": "En dörr", "width": 1, "height": 1}
        value = {"image": image, "decorative": False, "caption": ""}
        return {"type": "image", "id": "b", "value": value}

    [change] = changes(
        content(lesson(blocks=[picture("image-1")])), content(lesson(blocks=[picture("image-2")]))
    )
    assert change.pieces == (
        Piece("same", "Något annat än texten är ändrat, till exempel en fil eller en länk."),
    )


def test_facts_and_conditions_of_the_course_are_compared() -> None:
    grants = [{"area_code": "OM1", "level": 1, "validity_months": 36}]
    confirm = {"kind": "confirm", "key": "c", "text": "Jag har läst rutinen"}
    group = {"rule": "all", "count": None, "items": [confirm]}
    old = content(lesson())
    new = content(lesson(), grants=grants, completion=[group], course={"pass_percent": 90})
    [section] = compare(old, new).sections
    assert section.title == "Kursen"
    assert [(change.label, change.pieces) for change in section.changes] == [
        (
            "Om kursen",
            (
                Piece("same", "Gräns för godkänt, procent: "),
                Piece("removed", "80"),
                Piece("added", "90\nGer: OM1, 1 (36 månader)"),
            ),
        ),
        (
            "För att bli klar",
            (Piece("added", "Alla dessa:\n– Deltagaren bekräftar: Jag har läst rutinen"),),
        ),
    ]


def test_long_texts_are_shown_around_what_has_changed() -> None:
    words = " ".join(f"ord{number}" for number in range(200))
    old, new = text(f"<p>{words} slut.</p>"), text(f"<p>{words} klart.</p>")
    [change] = changes(content(lesson(blocks=[old])), content(lesson(blocks=[new])))
    assert change.pieces[0].text.startswith(" … ord180")
    assert change.pieces[1:] == (Piece("removed", "slut."), Piece("added", "klart."))


def test_another_order_of_lessons_is_told() -> None:
    one, two = lesson("lesson-1"), lesson("lesson-2", title="Sekretess")
    found = compare(content(one, two), content(two, one))
    assert (found.sections, found.reordered, found.is_empty) == ((), True, False)


def test_tokens_can_be_put_into_words_before_they_are_compared() -> None:
    old = content(lesson(blocks=[text("<p>Enligt [[lag:a]]</p>")]))
    new = content(lesson(blocks=[text("<p>Enligt [[lag:b]]</p>")]))
    names = {"[[lag:a]]": "19 kap. 1 §", "[[lag:b]]": "19 kap. 2 §"}

    def wording(line: str) -> str:
        for token, name in names.items():
            line = line.replace(token, name)
        return line

    [section] = compare(old, new, wording=wording).sections
    assert section.changes[0].pieces == (
        Piece("same", "Enligt 19 kap. "),
        Piece("removed", "1 "),
        Piece("added", "2 "),
        Piece("same", "§"),
    )


def test_every_kind_of_question_can_be_read_as_text() -> None:
    kinds: list[dict[str, Any]] = [
        question(),
        question(kind="hotspot", options=[], areas=[{**OPTIONS[0], "label": "Dörren"}]),
        question(kind="truefalse", options=[], correct=True, explanation="Därför."),
        question(kind="ordering", options=[], items=["ett", "två"]),
        question(kind="matching", options=[], pairs=[["a", "A"]]),
        question(kind="numeric", options=[], answer="12", tolerance="1", unit="dagar"),
        question(kind="shorttext", options=[], accepted=["ja"]),
        question(
            kind="cloze",
            options=[],
            text="Det {1} {2}",
            gaps=[{"options": ["a", "b"], "correct": "b"}, {"accepted": ["c"]}],
        ),
        question(
            kind="branch",
            options=[],
            steps=[
                {
                    "id": "a",
                    "text": "<p>Start</p>",
                    "choices": [{"text": "Gå", "feedback": "<p>Bra</p>", "next": "b"}],
                    "credit": 0,
                },
                {"id": "b", "text": "<p>Slut</p>", "choices": [], "credit": 50},
            ],
        ),
    ]
    read = ["".join(piece.text for piece in compare_questions(each, each)) for each in kinds]
    assert [one.split("\n", 1)[1] for one in read] == [
        "– Chefen\nNej.\n✓ Socialtjänsten\nJa.",
        "– Chefen\nNej.",
        "✓ Sant\nDärför.",
        "1. ett\n2. två",
        "a → A",
        "✓ 12 ± 1 dagar",
        "✓ ja",
        "Det {1} {2}\n{1} a / ✓ b\n{2} ✓ c",
        "[a] Start\n– Gå → [b]\nBra\n[b] Slut\nGer 50 %.",
    ]
