"""The questions of a lesson, as the editor writes them. They are in no search index and in no
API: what is asked is read in the lesson, the right answers by nobody but the grading."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError


class OptionBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=400, label=_("answer"))
    correct = blocks.BooleanBlock(required=False, label=_("right"))
    explanation = blocks.TextBlock(
        rows=2,
        label=_("explanation"),
        help_text=_("Why it is right, or what is true instead. Shown after answering."),
    )


class PairBlock(blocks.StructBlock):
    left = blocks.CharBlock(max_length=300, label=_("left"))
    right = blocks.CharBlock(max_length=300, label=_("belongs to"))


class QuestionKindBlock(blocks.StructBlock):
    """A kind of question; `fields` says what is frozen of it."""

    prompt = blocks.TextBlock(rows=2, label=_("question"))

    def plain(self, value: Any) -> dict[str, Any]:
        raise NotImplementedError

    def get_searchable_content(self, value: Any) -> list[str]:
        return []


class ChoiceQuestionBlock(QuestionKindBlock):
    options = blocks.ListBlock(OptionBlock(), min_num=2, max_num=10, label=_("answers"))

    def plain(self, value: Any) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "options": [
                {
                    "text": option["text"],
                    "correct": bool(option["correct"]),
                    "explanation": option["explanation"],
                }
                for option in value["options"]
            ],
        }


class SingleQuestionBlock(ChoiceQuestionBlock):
    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if sum(bool(option["correct"]) for option in cleaned["options"]) != 1:
            raise StructBlockValidationError(
                non_block_errors=[ValidationError(_("Mark exactly one answer as right."))]
            )
        return cleaned

    class Meta:
        icon = "radio-full"
        label = _("One right answer")


class MultipleQuestionBlock(ChoiceQuestionBlock):
    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not any(option["correct"] for option in cleaned["options"]):
            raise StructBlockValidationError(
                non_block_errors=[ValidationError(_("Mark at least one answer as right."))]
            )
        return cleaned

    class Meta:
        icon = "tick-inverse"
        label = _("Several right answers")


class TrueFalseQuestionBlock(QuestionKindBlock):
    correct = blocks.BooleanBlock(required=False, label=_("the statement is true"))
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    def plain(self, value: Any) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "correct": bool(value["correct"]),
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "check"
        label = _("True or false")


class OrderingQuestionBlock(QuestionKindBlock):
    items = blocks.ListBlock(
        blocks.CharBlock(max_length=300),
        min_num=2,
        max_num=8,
        label=_("steps, in the right order"),
    )
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    def plain(self, value: Any) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "items": list(value["items"]),
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "list-ol"
        label = _("Put in order")


class MatchingQuestionBlock(QuestionKindBlock):
    pairs = blocks.ListBlock(PairBlock(), min_num=2, max_num=8, label=_("pairs"))
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        rights = [pair["right"] for pair in cleaned["pairs"]]
        if len(set(rights)) != len(rights):
            raise StructBlockValidationError(
                non_block_errors=[ValidationError(_("The right-hand sides must differ."))]
            )
        return cleaned

    def plain(self, value: Any) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "pairs": [[pair["left"], pair["right"]] for pair in value["pairs"]],
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "link"
        label = _("Pair up")


def question_blocks() -> list[tuple[str, blocks.Block]]:
    return [
        ("single", SingleQuestionBlock()),
        ("multiple", MultipleQuestionBlock()),
        ("truefalse", TrueFalseQuestionBlock()),
        ("ordering", OrderingQuestionBlock()),
        ("matching", MatchingQuestionBlock()),
    ]
