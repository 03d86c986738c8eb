"""The kinds of question as the editor writes them, in a lesson or in the bank. They are in no
search index and in no API: what is asked is read in the lesson, the right answers by nobody but
the grading."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock

from courses import grading
from courses.wording import KINDS
from lms.content.blocks import ScenarioStep, plain_step
from lms.content.freezing import Files, LiveFiles


def _explanation() -> blocks.TextBlock:
    return blocks.TextBlock(rows=2, label=_("explanation"))


def _partial(help_text: str | Promise, *, default: bool) -> blocks.BooleanBlock:
    return blocks.BooleanBlock(
        required=False, default=default, label=_("partial credit"), help_text=help_text
    )


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

    @abstractmethod
    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        """What is frozen of this kind beside what every kind has."""

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        """What is frozen of the question."""
        shared: dict[str, Any] = {
            name: value[name] for name in ("prompt", "explanation") if name in self.child_blocks
        }
        if "partial" in self.child_blocks:
            shared["partial"] = bool(value.get("partial"))
        return {**shared, **self.asked(value, files)}

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

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
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
        label = KINDS["single"]


class MultipleQuestionBlock(ChoiceQuestionBlock):
    partial = _partial(
        _("Each right choice earns its share, each wrong one takes a share away."), default=True
    )

    kind = "multiple"

    class Meta:
        icon = "tick-inverse"
        label = KINDS["multiple"]


class TrueFalseQuestionBlock(QuestionKindBlock):
    correct = blocks.BooleanBlock(required=False, label=_("the statement is true"))
    explanation = _explanation()

    kind = "truefalse"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "correct": bool(value["correct"]),
        }

    class Meta:
        icon = "check"
        label = KINDS["truefalse"]


class OrderingQuestionBlock(QuestionKindBlock):
    items = blocks.ListBlock(
        blocks.CharBlock(max_length=300),
        min_num=2,
        max_num=8,
        label=_("steps, in the right order"),
    )
    explanation = _explanation()

    kind = "ordering"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "items": list(value["items"]),
        }

    class Meta:
        icon = "list-ol"
        label = KINDS["ordering"]


class MatchingQuestionBlock(QuestionKindBlock):
    pairs = blocks.ListBlock(PairBlock(), min_num=2, max_num=8, label=_("pairs"))
    partial = _partial(_("Each right pair earns its share."), default=False)
    explanation = _explanation()

    kind = "matching"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "pairs": [[pair["left"], pair["right"]] for pair in value["pairs"]],
        }

    class Meta:
        icon = "link"
        label = KINDS["matching"]


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
    explanation = _explanation()

    kind = "numeric"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "answer": f"{value['answer'].normalize():f}",
            "tolerance": f"{(value['tolerance'] or Decimal(0)).normalize():f}",
            "unit": value["unit"],
        }

    class Meta:
        icon = "decimal"
        label = KINDS["numeric"]


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
    explanation = _explanation()

    kind = "shorttext"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "accepted": list(value["accepted"]),
        }

    class Meta:
        icon = "edit"
        label = KINDS["shorttext"]


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
    partial = _partial(_("Each right gap earns its share."), default=True)
    explanation = _explanation()

    kind = "cloze"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        gaps = []
        for gap in value["gaps"]:
            options = list(gap["options"])
            if options:
                gaps.append({"options": options, "correct": options[0]})
            else:
                gaps.append({"accepted": list(gap["accepted"])})
        return {
            "text": value["text"],
            "gaps": gaps,
        }

    class Meta:
        icon = "minus"
        label = KINDS["cloze"]


class BranchStepBlock(ScenarioStep):
    """A step of a case that is judged: where the way ends, what that earns."""

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
    explanation = _explanation()

    kind = "branch"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "start": value["start"],
            "steps": [
                {**plain_step(step), "credit": int(step["credit"] or 0)} for step in value["steps"]
            ],
        }

    class Meta:
        icon = "arrow-right"
        label = KINDS["branch"]


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
    explanation = _explanation()


class HotspotQuestionBlock(QuestionKindBlock):
    image = ImageChooserBlock(label=_("picture"))
    alt = blocks.CharBlock(
        max_length=250,
        label=_("text alternative"),
        help_text=_("What the picture shows, without giving the answer away."),
    )
    areas = blocks.ListBlock(PlaceBlock(), min_num=2, max_num=8, label=_("places"))

    kind = "hotspot"

    def asked(self, value: Any, files: Files) -> dict[str, Any]:
        return {
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
        label = KINDS["hotspot"]


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
