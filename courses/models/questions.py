"""Questions as the editor writes them, in a lesson or in the bank. They are in no search index
and in no API: what is asked is read in the lesson, the right answers by nobody but the grading."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from courses import grading
from lms.content.blocks import RICH_SHORT, html, legal_choices
from lms.content.freezing import Files, LiveFiles
from lms.framework.models import CompetenceArea, TrainingLevel


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
    """A kind of question; `plain` says what is frozen of it. What cannot be asked cannot be
    saved either."""

    prompt = blocks.TextBlock(rows=2, label=_("question"))

    kind = ""

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        raise NotImplementedError

    def get_searchable_content(self, value: Any) -> list[str]:
        return []

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        question = {"key": "", "kind": self.kind, **self.plain(cleaned, LiveFiles())}
        found = list(grading.faults(question))
        if found:
            raise StructBlockValidationError(
                non_block_errors=[ValidationError(message) for message in found]
            )
        return cleaned


class ChoiceQuestionBlock(QuestionKindBlock):
    options = blocks.ListBlock(OptionBlock(), min_num=2, max_num=10, label=_("answers"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
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
    kind = "single"

    class Meta:
        icon = "radio-full"
        label = _("One right answer")


class MultipleQuestionBlock(ChoiceQuestionBlock):
    partial = blocks.BooleanBlock(
        required=False,
        default=True,
        label=_("partial credit"),
        help_text=_("Each right choice earns its share, each wrong one takes a share away."),
    )

    kind = "multiple"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {**super().plain(value, files), "partial": bool(value.get("partial"))}

    class Meta:
        icon = "tick-inverse"
        label = _("Several right answers")


class TrueFalseQuestionBlock(QuestionKindBlock):
    correct = blocks.BooleanBlock(required=False, label=_("the statement is true"))
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    kind = "truefalse"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
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

    kind = "ordering"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
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
    partial = blocks.BooleanBlock(
        required=False,
        default=False,
        label=_("partial credit"),
        help_text=_("Each right pair earns its share."),
    )
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    kind = "matching"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "pairs": [[pair["left"], pair["right"]] for pair in value["pairs"]],
            "partial": bool(value.get("partial")),
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "link"
        label = _("Pair up")


class NumericQuestionBlock(QuestionKindBlock):
    answer = blocks.DecimalBlock(label=_("right number"))
    tolerance = blocks.DecimalBlock(
        required=False,
        default=0,
        min_value=0,
        label=_("may be off by"),
        help_text=_("Nought: exactly the right number."),
    )
    unit = blocks.CharBlock(required=False, max_length=30, label=_("unit"))
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    kind = "numeric"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "answer": f"{value['answer'].normalize():f}",
            "tolerance": f"{(value['tolerance'] or Decimal(0)).normalize():f}",
            "unit": value["unit"],
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "decimal"
        label = _("A number")


class ShortTextQuestionBlock(QuestionKindBlock):
    accepted = blocks.ListBlock(
        blocks.CharBlock(max_length=100),
        min_num=1,
        max_num=20,
        label=_("accepted answers"),
        help_text=_(
            "Capitals, spaces, full stops and the dots of å, ä and ö make no difference. Write "
            "every word that is right."
        ),
    )
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    kind = "shorttext"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "accepted": list(value["accepted"]),
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "edit"
        label = _("A word or two")


class GapBlock(blocks.StructBlock):
    options = blocks.ListBlock(
        blocks.CharBlock(max_length=100),
        default=[],
        max_num=8,
        label=_("to choose from"),
        help_text=_("The first is the right one. None: the learner writes."),
    )
    accepted = blocks.ListBlock(
        blocks.CharBlock(max_length=100),
        default=[],
        max_num=20,
        label=_("accepted when written"),
    )


class ClozeQuestionBlock(QuestionKindBlock):
    text = blocks.TextBlock(
        rows=3, label=_("text with gaps"), help_text=_("Write {1}, {2} and so on for the gaps.")
    )
    gaps = blocks.ListBlock(GapBlock(), min_num=1, max_num=10, label=_("gaps"))
    partial = blocks.BooleanBlock(
        required=False,
        default=True,
        label=_("partial credit"),
        help_text=_("Each right gap earns its share."),
    )
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    kind = "cloze"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        gaps = []
        for gap in value["gaps"]:
            options = list(gap["options"])
            if options:
                gaps.append({"options": options, "correct": options[0]})
            else:
                gaps.append({"accepted": list(gap["accepted"])})
        return {
            "prompt": value["prompt"],
            "text": value["text"],
            "gaps": gaps,
            "partial": bool(value.get("partial")),
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "minus"
        label = _("Fill the gaps")


class BranchChoiceBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=300, label=_("what I do"))
    feedback = blocks.RichTextBlock(features=RICH_SHORT, label=_("what happens"))
    next = blocks.CharBlock(
        max_length=40, label=_("next step"), help_text=_("The id of the step that follows.")
    )


class BranchStepBlock(blocks.StructBlock):
    id = blocks.CharBlock(max_length=40, label=_("id"))
    text = blocks.RichTextBlock(features=RICH_SHORT, label=_("what happens"))
    choices = blocks.ListBlock(
        BranchChoiceBlock(),
        default=[],
        max_num=6,
        label=_("choices"),
        help_text=_("A step without choices is an ending."),
    )
    credit = blocks.IntegerBlock(
        required=False,
        default=0,
        min_value=0,
        max_value=100,
        label=_("what this ending earns, percent"),
    )


class BranchQuestionBlock(QuestionKindBlock):
    start = blocks.CharBlock(max_length=40, label=_("first step"))
    steps = blocks.ListBlock(BranchStepBlock(), min_num=2, max_num=30, label=_("steps"))
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))

    kind = "branch"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "start": value["start"],
            "steps": [
                {
                    "id": step["id"],
                    "text": html(step["text"]),
                    "choices": [
                        {
                            "text": choice["text"],
                            "feedback": html(choice["feedback"]),
                            "next": choice["next"],
                        }
                        for choice in step["choices"]
                    ],
                    "credit": int(step["credit"] or 0),
                }
                for step in value["steps"]
            ],
            "explanation": value["explanation"],
        }

    class Meta:
        icon = "arrow-right"
        label = _("A case with ways through it")


_PERCENT = [MinValueValidator(0), MaxValueValidator(100)]


class PlaceBlock(blocks.StructBlock):
    """A rectangle in the picture, in percent of its width and height."""

    label = blocks.CharBlock(
        max_length=120,
        label=_("name of the place"),
        help_text=_("Chosen by those who do not use a mouse, and read aloud."),
    )
    x = blocks.FloatBlock(label=_("from the left, %"), validators=_PERCENT)
    y = blocks.FloatBlock(label=_("from the top, %"), validators=_PERCENT)
    width = blocks.FloatBlock(label=_("width, %"), validators=_PERCENT)
    height = blocks.FloatBlock(label=_("height, %"), validators=_PERCENT)
    correct = blocks.BooleanBlock(required=False, label=_("right"))
    explanation = blocks.TextBlock(rows=2, label=_("explanation"))


class HotspotQuestionBlock(QuestionKindBlock):
    image = ImageChooserBlock(label=_("picture"))
    alt = blocks.CharBlock(
        max_length=250,
        label=_("text alternative"),
        help_text=_("What the picture shows, without giving the answer away."),
    )
    areas = blocks.ListBlock(PlaceBlock(), min_num=2, max_num=8, label=_("places"))

    kind = "hotspot"

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "prompt": value["prompt"],
            "image": files.image(value["image"], alt=value["alt"]),
            "areas": [
                {
                    **{name: area[name] for name in ("label", "x", "y", "width", "height")},
                    "correct": bool(area["correct"]),
                    "explanation": area["explanation"],
                }
                for area in value["areas"]
            ],
        }

    class Meta:
        icon = "crosshairs"
        label = _("A place in a picture")


def kind_blocks() -> list[tuple[str, blocks.Block]]:
    """Every kind of question, by the name that grading knows it by."""
    return [
        (block.kind, block)
        for block in (
            SingleQuestionBlock(),
            MultipleQuestionBlock(),
            TrueFalseQuestionBlock(),
            OrderingQuestionBlock(),
            MatchingQuestionBlock(),
            NumericQuestionBlock(),
            ShortTextQuestionBlock(),
            ClozeQuestionBlock(),
            BranchQuestionBlock(),
            HotspotQuestionBlock(),
        )
    ]


class BankQuestionBlock(blocks.StructBlock):
    """A question of the bank, the same for everyone."""

    question = SnippetChooserBlock("courses.Question", label=_("question of the bank"))

    def get_searchable_content(self, value: Any) -> list[str]:
        return []

    class Meta:
        icon = "folder-open-inverse"
        label = _("From the bank: this question")


def area_choices() -> list[tuple[str, str]]:
    return [(area.code, area.name) for area in CompetenceArea.objects.all()]


def level_choices() -> list[tuple[str, str]]:
    return [(str(level.number), level.name) for level in TrainingLevel.objects.all()]


class StratumBlock(blocks.StructBlock):
    """So many questions of one sort."""

    count = blocks.IntegerBlock(min_value=1, max_value=30, default=3, label=_("how many"))
    area = blocks.ChoiceBlock(choices=area_choices, required=False, label=_("area"))
    level = blocks.ChoiceBlock(choices=level_choices, required=False, label=_("level"))
    legal = blocks.ChoiceBlock(choices=legal_choices, required=False, label=_("law"))
    tag = blocks.CharBlock(required=False, max_length=100, label=_("tag"))


class DrawBlock(blocks.StructBlock):
    """Questions of the bank drawn by chance, so many of each sort, new ones at each attempt."""

    strata = blocks.ListBlock(StratumBlock(), min_num=1, max_num=12, label=_("draw"))

    def get_searchable_content(self, value: Any) -> list[str]:
        return []

    class Meta:
        icon = "rotate"
        label = _("From the bank: drawn by chance")


def question_blocks() -> list[tuple[str, blocks.Block]]:
    """What the questions of a lesson are made of."""
    return [*kind_blocks(), ("bank", BankQuestionBlock()), ("draw", DrawBlock())]
