"""What it takes to complete a course, as the editor says it. Its meaning is in
`courses.criteria`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError


class AllLessonsBlock(blocks.StaticBlock):
    class Meta:
        icon = "list-ol"
        label = _("All lessons are done")
        admin_text = _("Every lesson of the course is done.")


class LessonCriterionBlock(blocks.StructBlock):
    lesson = blocks.PageChooserBlock(page_type="courses.LessonPage", label=_("lesson"))

    class Meta:
        icon = "doc-full"
        label = _("One lesson is done")


class ScoreBlock(blocks.StructBlock):
    percent = blocks.IntegerBlock(
        min_value=1, max_value=100, default=80, label=_("at least, percent")
    )

    class Meta:
        icon = "decimal"
        label = _("Result over the whole course")


class ConfirmBlock(blocks.StructBlock):
    text = blocks.CharBlock(
        max_length=300,
        label=_("what the learner confirms"),
        help_text=_("In the first person, for example: I have read our routine and know my part."),
    )

    class Meta:
        icon = "tick-inverse"
        label = _("The learner confirms something")


class SignOffBlock(blocks.StructBlock):
    text = blocks.CharBlock(
        max_length=300,
        label=_("what the manager confirms"),
        help_text=_("Something done, never a judgement of a person."),
    )

    class Meta:
        icon = "user"
        label = _("The manager confirms something")


class CriteriaGroupBlock(blocks.StructBlock):
    rule = blocks.ChoiceBlock(
        choices=[
            ("all", _("all of these")),
            ("some", _("at least so many of these")),
            ("one", _("one of these")),
        ],
        default="all",
        label=_("takes"),
    )
    count = blocks.IntegerBlock(required=False, min_value=1, label=_("so many"))
    items = blocks.StreamBlock(
        [
            ("lessons", AllLessonsBlock()),
            ("lesson", LessonCriterionBlock()),
            ("score", ScoreBlock()),
            ("confirm", ConfirmBlock()),
            ("signoff", SignOffBlock()),
        ],
        min_num=1,
        label=_("what is to be done"),
    )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["rule"] == "some":
            most = len(cleaned["items"])
            if not cleaned["count"] or cleaned["count"] > most:
                raise StructBlockValidationError(
                    block_errors={
                        "count": ValidationError(
                            _("Say how many: between 1 and %(most)s."), params={"most": most}
                        )
                    }
                )
        return cleaned

    class Meta:
        icon = "list-ul"
        label = _("A group of conditions")


def criteria_blocks() -> list[tuple[str, blocks.Block]]:
    return [("group", CriteriaGroupBlock())]
