"""What many learners see alike is rendered once, and shows nobody what is another's or old."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from courses.models import CourseVersion
from courses.reading import ShownAttempt, ShownBlock
from courses.reading.questions import ShownOption, ShownQuestion
from courses.views import showing
from lms.content import references
from lms.content.models import LegalReference
from tests.builders import courses

pytestmark = pytest.mark.django_db


def _shown(text: str, version: CourseVersion, lesson: str) -> str:
    block: Any = {"type": "text", "id": "samma", "value": {"html": f"<p>{text}</p>"}}
    shown = ShownBlock(id="samma", type="text", value=block["value"], block=block, place=0)
    return str(showing.shown([shown], version, lesson, ())[0].html)


def test_a_block_copied_with_its_id_is_shown_as_it_is_in_each_lesson() -> None:
    version = courses.publish_course(lessons=1)
    for text, lesson in (("Förlagan.", "l1"), ("Kopian.", "l2"), ("Förlagan.", "l1")):
        assert text in _shown(text, version, lesson)


def test_what_was_rendered_and_is_read_stays(monkeypatch) -> None:
    version = courses.publish_course(lessons=1)
    monkeypatch.setattr(showing, "_rendered", type(showing._rendered)())
    monkeypatch.setattr(showing, "_KEPT", 2)
    for text in ("Ofta.", "Sällan.", "Ofta.", "Ny."):
        _shown(text, version, text)
    kept = "".join(showing._rendered.values())
    assert "Ofta." in kept
    assert "Sällan." not in kept


def test_what_somebody_has_written_is_kept_for_nobody_else(monkeypatch) -> None:
    monkeypatch.setattr(showing, "_rendered", type(showing._rendered)())
    typed = ShownQuestion(
        key="k", kind="shorttext", prompt="Vem?", number=1, answered=True, correct=None,
        credit=None, explanation="", name="q-k", value="Mina egna ord",
    )  # fmt: skip
    chosen = replace(typed, kind="single", name="", value="", options=(
        ShownOption(id="a", name="q-k", value="0", text="Rätt", checked=True),
    ))  # fmt: skip
    attempt = ShownAttempt(1, (typed, chosen), False, False, None, 0, None, None, None)
    written, choice = showing.questions(attempt)
    assert "Mina egna ord" in written
    assert "Rätt" in choice
    kept = "".join(showing._rendered.values())
    assert "Rätt" in kept
    assert "Mina egna ord" not in kept


def test_a_choice_is_shown_as_each_learner_has_it() -> None:
    option = ShownOption(id="a", name="q", value="0", text="Rätt", checked=False)
    question = ShownQuestion(
        key="k", kind="single", prompt="Vem?", number=1, answered=False, correct=None,
        credit=None, explanation="", options=(option,),
    )  # fmt: skip
    answered = replace(question, options=(replace(option, checked=True),))
    for each, checked in ((question, False), (answered, True), (question, False)):
        attempt = ShownAttempt(1, (each,), False, False, None, 0, None, None, None)
        assert (" checked" in showing.questions(attempt)[0]) is checked


def test_a_block_says_what_the_law_is_when_it_is_read() -> None:
    law = LegalReference.objects.create(code="sol", title="1 kap. 1 §", certainty="verified")
    version = courses.publish_course(lessons=1)

    def shown() -> str:
        references.open_request()
        try:
            return _shown("[[lag:sol]]", version, "l1")
        finally:
            references.close_request()

    assert "1\N{NO-BREAK SPACE}kap." in shown()
    LegalReference.objects.filter(pk=law.pk).update(title="2 kap. 1 §")
    assert "2\N{NO-BREAK SPACE}kap." in shown()
