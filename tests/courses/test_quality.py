"""Reading: LIX counted by hand, and what shuts somebody out of a lesson."""

from __future__ import annotations

from typing import Any

import pytest

from courses.faults import unwritten_text
from courses.quality import (
    readability,
    reading_of,
    remarks_on,
    sentences_of,
)


def lesson(*blocks: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {
        "key": "lesson-1",
        "title": "Lektion",
        "summary": "",
        "goals": [],
        "blocks": list(blocks),
        "questions": [],
        **facts,
    }


def text(html: str, key: str = "b") -> dict[str, Any]:
    return {"type": "text", "id": key, "value": {"html": html}}


def said(*blocks: dict[str, Any], **facts: Any) -> list[tuple[str, str]]:
    return [(remark.kind, remark.quote) for remark in remarks_on(lesson(*blocks, **facts))]


# Words / sentences + 100 × words of more than six letters / words, counted by hand.
@pytest.mark.parametrize(
    ("paragraphs", "lix", "words", "sentences"),
    [
        # 8 words, 2 sentences, none long: 4 + 0.
        (["Du ser ett barn. Barnet är mycket ledset."], 4, 8, 2),
        # 10 words, 1 sentence; "Socialtjänsten", "utredning": 10 + 20.
        (["Socialtjänsten gör en utredning om hur barnet har det hemma."], 30, 10, 1),
        # "Rektorn" has seven letters: 4 + 25. "elever" has six and is short.
        (["Rektorn möter elever här."], 29, 4, 1),
        # 12 words, 2 sentences; "skyddas", "tystnadsplikt": 6 + 100 × 2 / 12 = 22.67.
        (["Det skyddas av tystnadsplikt. Du får ändå säga det till din chef."], 23, 12, 2),
        # A point without a full stop ends with itself: 6 words, 3 sentences.
        (["Lyssna först", "Ring chefen", "Skriv ner"], 2, 6, 3),
    ],
)
def test_lix_is_as_counted_by_hand(
    paragraphs: list[str], lix: int, words: int, sentences: int
) -> None:
    read = readability(paragraphs)
    # "chefen" has six letters and "Lyssna" too: neither is long.
    assert (read.lix, read.words, read.sentences) == (lix, words, sentences)


def test_the_bands_meet_at_thirty_and_forty() -> None:
    # 10 + 20 = 30; 10 + 30 = 40; 11 + 100 × 4 / 11 = 47.4: the same however often it is said.
    easy = readability(["Socialtjänsten gör en utredning om hur barnet har det hemma."] * 10)
    medium = readability(["Socialtjänsten gör en utredning om hur barnet egentligen har det."] * 10)
    hard = readability(
        ["Socialtjänsten genomför en utredning om hur barnet egentligen har det hemma."] * 10
    )
    assert [(each.lix, each.band) for each in (easy, medium, hard)] == [
        (30, "easy"),
        (40, "medium"),
        (47, "hard"),
    ]
    nothing = readability([""])
    assert (nothing.lix, nothing.band) == (None, "")


def test_a_short_text_is_neither_praised_nor_blamed() -> None:
    # Four words a sentence.
    almost, enough = (
        readability(["Du ser ett barn."] * 24 + ["Det är du."]),
        readability(["Du ser ett barn."] * 25),
    )
    assert [(each.words, each.band) for each in (almost, enough)] == [(99, "short"), (100, "easy")]
    hard = "<p>Myndighetssamverkan förutsätter sekretessbrytande bestämmelser.</p>"
    assert [kind for kind, _quote in said(text(hard * 10), easy=hard)] == []


HEADINGS = "<h3>Varför</h3><p></p><h3>Så gör du</h3><p> </p>"


@pytest.mark.parametrize(
    ("blocks", "found"),
    [
        ([text(HEADINGS, "t"), {"type": "reflection", "id": "r", "value": {}}], "t"),
        ([text("<p></p>", "t")], "t"),
        ([text(HEADINGS, "t"), text("<h3>Mer</h3>", "u")], "t"),
        ([text(HEADINGS, "t"), text("<p>Lyssna.</p>", "u")], ""),
        ([text("<h3>Så gör du</h3><ul><li>Lyssna</li></ul>", "t")], ""),
        ([text("<p>[[lag:skola]]</p>", "t")], ""),
        ([text(HEADINGS, "t"), {"type": "film", "id": "f", "value": {}}], ""),
        # A test has nothing but questions.
        ([{"type": "reflection", "id": "r", "value": {}}], ""),
        ([], ""),
    ],
)
def test_a_lesson_of_headings_alone_has_nothing_to_read(
    blocks: list[dict[str, Any]], found: str
) -> None:
    assert unwritten_text(lesson(*blocks)) == found


def test_abbreviations_numbers_and_quotations_do_not_end_a_sentence() -> None:
    assert sentences_of("Ring t.ex. Polisen kl. 8 enligt 14 kap. 1 § lagen.") == [
        "Ring t.ex. Polisen kl. 8 enligt 14 kap. 1 § lagen."
    ]
    assert sentences_of("Det kostar 2.5 kronor. Vem betalar? ”Jag.” Bra!") == [
        "Det kostar 2.5 kronor.",
        "Vem betalar?",
        "”Jag.”",
        "Bra!",
    ]
    assert sentences_of("Gör så här: ring 112. Kl 14:30 är bra.") == [
        "Gör så här:",
        "ring 112.",
        "Kl 14:30 är bra.",
    ]


def test_the_three_hardest_sentences_come_hardest_first() -> None:
    hard = [
        "Myndighetssamverkan förutsätter sekretessbrytande bestämmelser som man tillämpar strikt.",
        "Socialnämnden genomför förhandsbedömningen inom fjorton dagar efter anmälan.",
        "Verksamheten dokumenterar bedömningen och återkopplar resultatet till hemmet.",
        "Personalen rapporterar iakttagelser fortlöpande till den ansvariga rektorn där.",
    ]
    found = readability(["Du ser det. " + " ".join(hard)]).hardest
    assert len(found) == 3
    # 9 words, six of them long: 9 + 66.7.
    assert found[0] == hard[3]
    assert "Du ser det." not in found


def test_a_text_is_read_with_names_in_the_place_of_codes() -> None:
    coded = lesson(text("<p>Läs [[lag:skola]].</p>"))
    read = reading_of(coded, lambda string: string.replace("[[lag:skola]]", "skollagen"))
    assert (read.lix, read.words) == (52, 2)


def test_headings_that_jump_are_empty_or_stand_alone_are_named() -> None:
    assert said(text("<h4>Liten</h4><p>Text.</p>")) == [("headings", "Liten")]
    assert said(text("<h3></h3><p>Text.</p>")) == [("headings", "")]
    assert said(text("<h3>Ett</h3><h3>Två</h3><p>Text.</p>")) == [("headings", "Ett")]
    assert said(text("<h3>Sist</h3><p></p>")) == [("headings", "Sist")]
    assert said(text("<p><b>Som en rubrik</b></p><p>Text.</p>")) == [("headings", "Som en rubrik")]
    assert said(text("<h3>Ett</h3><h4>Under</h4><p>Text.</p><h3>Två</h3><p>Mer.</p>")) == []


def test_links_say_where_they_lead() -> None:
    html = '<p>Läs <a href="/x">här</a> och <a href="/y">skollagen</a>, '
    html += '<a href="https://a.se">https://a.se</a> eller www.b.se.</p>'
    assert said(text(html)) == [
        ("links", "här"),
        ("links", "https://a.se"),
        ("links", "www.b.se."),
    ]
    links = {"type": "links", "id": "l", "value": {"items": [{"title": "Läs mer »"}]}}
    assert said(links) == [("links", "Läs mer »")]


def test_a_long_paragraph_a_typed_number_and_a_file_name_are_named() -> None:
    assert [kind for kind, _quote in said(text("<p>" + "ord " * 81 + "</p>"))][:1] == ["paragraphs"]
    assert said(text("<p>Ring 0480-45 00 00.</p>")) == [("phones", "")]
    picture = {"type": "image", "id": "i", "value": {"image": {"alt": "IMG_2034.jpg"}}}
    assert said(picture) == [("alternatives", "IMG_2034.jpg")]


def test_a_question_without_an_explanation_is_named() -> None:
    question = {"key": "q", "kind": "truefalse", "prompt": "Så är det.", "explanation": " "}
    assert said(questions=[question]) == [("explanations", "Så är det.")]


def test_an_easy_text_that_is_hard_is_named() -> None:
    easy = "<p>Myndighetssamverkan förutsätter sekretessbrytande bestämmelser.</p>" * 25
    assert said(easy=easy) == [("readability", "")]
