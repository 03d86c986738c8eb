"""What the questions of a lesson are made of: written there, chosen from the bank, or drawn from
it by chance."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from courses.models.question_kinds import kind_blocks
from courses.wording import KINDS
from lms.content.blocks import legal_choices
from lms.framework.models import CompetenceArea, TrainingLevel


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
        label = KINDS["draw"]


def question_blocks() -> list[tuple[str, blocks.Block]]:
    """What the questions of a lesson are made of."""
    return [*kind_blocks(), ("bank", BankQuestionBlock()), ("draw", DrawBlock())]
