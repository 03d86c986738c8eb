"""Every kind of question has its place everywhere that one is needed. The list of the places is
in `courses.grading.kinds`."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from courses import grading, wording
from courses.models import LessonPage
from courses.models.question_kinds import kind_blocks
from courses.reading.answered import show_answered
from courses.reading.questions import show_question
from courses.views.asgiven import fields_of
from lms.content.freezing import LiveFiles
from tests.builders import courses, every_kind

# Wagtail leaves the temporary file of a new rendition to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled:ResourceWarning")

WORDS = {True: "Sant", False: "Falskt"}
UNDRAWN = {"draw"}
"""What is called a kind and is none: questions drawn from the bank."""


@pytest.fixture
def asked(db: None) -> dict[str, dict[str, Any]]:
    """One question of every kind, as it is asked."""
    written = [*courses.all_kinds(), every_kind.hotspot(every_kind.make_room_picture())]
    stream = LessonPage._meta.get_field("questions").to_python(written)
    files = LiveFiles()
    return {
        child.block_type: {
            "key": f"k{number}",
            "kind": child.block_type,
            **child.block.plain(child.value, files),
        }
        for number, child in enumerate(stream)
    }


def test_every_kind_is_named_is_written_in_a_block_and_has_a_builder(
    asked: dict[str, dict[str, Any]],
) -> None:
    assert set(wording.KINDS) - UNDRAWN == set(grading.KINDS)
    assert {name for name, _block in kind_blocks()} == set(grading.KINDS)
    assert set(asked) == set(grading.KINDS)


def test_every_kind_shows_something_to_answer(asked: dict[str, dict[str, Any]]) -> None:
    for kind, question in asked.items():
        shown = show_question(question, 1, seed=1, answer=None, submitted=False, words=WORDS)
        names = {name for name, _values in fields_of([shown])}
        assert names == set(grading.field_names(question)), kind
        attempt = {"questions": [shown], "submitted": False}
        page = render_to_string("courses/question.html", {"question": shown, "attempt": attempt})
        assert [name for name in names if f'name="{name}"' not in page] == [], kind


def test_every_kind_is_read_with_its_answer_and_worded_for_those_who_compare(
    asked: dict[str, dict[str, Any]],
) -> None:
    for kind, question in asked.items():
        shown = show_answered(question, 1, words=WORDS)
        assert shown.answered, kind
        page = render_to_string("courses/admin/part_answered.html", {"question": shown})
        assert any(given and given[0] in page for _name, given in fields_of([shown])), kind
        lines = list(wording.question_lines(question))
        assert lines[0] == question["prompt"]
        assert len(lines) > 1, kind


def test_a_kind_that_nothing_shows_is_refused() -> None:
    question = {"key": "q", "kind": "drawing", "prompt": "Rita."}
    with pytest.raises(NotImplementedError, match="drawing"):
        show_question(question, 1, seed=1, answer=None, submitted=False, words=WORDS)
