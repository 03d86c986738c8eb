"""What a page or a lesson is built of. Each block tells the editor what it is for, and says
what it shows as plain data (`lms.content.freezing`), which its template reads."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import expand_db_html

from lms.content.freezing import CopiedFiles, Files, LiveFiles, ShowsBlocks
from lms.content.models import ContactPoint, LegalReference
from lms.content.scenario import steps_from

# Documents have a block of their own, so that a frozen version can hold its own copy.
RICH = ["h3", "h4", "bold", "italic", "ul", "ol", "link"]
RICH_SHORT = ["bold", "italic", "ul", "ol", "link"]


# The editor gives every paragraph a key of its own as soon as a page is opened.
_EDITORS_KEYS = re.compile(r' data-block-key="[^"]*"')


# It takes away the space between paragraphs as well.
_BETWEEN_BLOCKS = re.compile(r"(</(?:p|h3|h4|ul|ol|li)>|<(?:ul|ol)>)\s+(?=<)")


def expanded(source: str) -> str:
    """Stored rich text as readers get it, the same whether or not the editor has been opened."""
    if not source:
        return ""
    return _BETWEEN_BLOCKS.sub(r"\1", _EDITORS_KEYS.sub("", expand_db_html(source))).strip()


def html(value: Any) -> str:
    return expanded(value.source) if value else ""


class PlainBlock(blocks.StructBlock):
    """A block shown from plain data, live and frozen alike."""

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        raise NotImplementedError

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        return {
            **context,
            "value": self.plain(value, LiveFiles()),
            "block_id": context.get("id") or "",
        }


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=RICH, **kwargs)

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"html": html(value)}

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        return {**context, "value": self.plain(value, LiveFiles())}

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "blocks/text.html"


class ImageBlock(PlainBlock):
    image = ImageChooserBlock(label=_("image"))
    alt = blocks.CharBlock(
        required=False,
        max_length=250,
        label=_("text alternative"),
        help_text=_("What the image says to somebody who cannot see it."),
    )
    decorative = blocks.BooleanBlock(
        required=False,
        label=_("only decoration"),
        help_text=_("The image says nothing that the text does not."),
    )
    caption = blocks.CharBlock(required=False, max_length=250, label=_("caption"))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned["decorative"] and not cleaned["alt"].strip():
            raise StructBlockValidationError(
                block_errors={
                    "alt": ValidationError(
                        _("Write a text alternative, or mark the image as decoration.")
                    )
                }
            )
        return cleaned

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        alt = "" if value["decorative"] else value["alt"]
        return {
            "image": files.image(value["image"], alt=alt),
            "decorative": bool(value["decorative"]),
            "caption": value["caption"],
        }

    class Meta:
        icon = "image"
        label = _("Image")
        template = "blocks/image.html"


class FilmBlock(PlainBlock):
    title = blocks.CharBlock(max_length=200, label=_("title"))
    film = DocumentChooserBlock(label=_("film"), help_text=_("An MP4 or WebM file."))
    captions = DocumentChooserBlock(
        required=False,
        label=_("captions"),
        help_text=_("A VTT file. A film without captions cannot be published in a course."),
    )
    transcript = blocks.RichTextBlock(
        required=False,
        features=RICH_SHORT,
        label=_("the film as text"),
        help_text=_("What is said and what can be seen. Must be there before publishing."),
    )

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        captions = value["captions"]
        return {
            "title": value["title"],
            "film": files.file(value["film"], kind="film"),
            "captions": files.file(captions, kind="captions") if captions else None,
            "transcript": html(value["transcript"]),
        }

    class Meta:
        icon = "media"
        label = _("Film")
        template = "blocks/film.html"


class CalloutBlock(PlainBlock):
    tone = blocks.ChoiceBlock(
        choices=[
            ("info", _("good to know")),
            ("important", _("important")),
            ("check", _("being checked")),
        ],
        default="info",
        label=_("tone"),
    )
    title = blocks.CharBlock(required=False, max_length=200, label=_("title"))
    text = blocks.RichTextBlock(features=RICH_SHORT, label=_("text"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"tone": value["tone"], "title": value["title"], "text": html(value["text"])}

    class Meta:
        icon = "info-circle"
        label = _("Highlighted box")
        template = "blocks/callout.html"


class AccordionItem(blocks.StructBlock):
    title = blocks.CharBlock(max_length=250, label=_("title"))
    text = blocks.RichTextBlock(features=RICH_SHORT, label=_("text"))


class AccordionBlock(PlainBlock):
    items = blocks.ListBlock(AccordionItem(), min_num=1, label=_("parts"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "items": [
                {"title": item["title"], "text": html(item["text"])} for item in value["items"]
            ]
        }

    class Meta:
        icon = "list-ul"
        label = _("Parts to open")
        template = "blocks/accordion.html"


class ChecklistBlock(PlainBlock):
    title = blocks.CharBlock(max_length=200, label=_("title"))
    items = blocks.ListBlock(blocks.CharBlock(max_length=400), min_num=1, label=_("points"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"title": value["title"], "items": list(value["items"])}

    class Meta:
        icon = "tasks"
        label = _("Checklist")
        template = "blocks/checklist.html"


class ReflectionBlock(PlainBlock):
    prompt = blocks.TextBlock(rows=2, label=_("question to think about"))
    hint = blocks.TextBlock(rows=2, required=False, label=_("a way in"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"prompt": value["prompt"], "hint": value["hint"]}

    class Meta:
        icon = "edit"
        label = _("Reflection")
        template = "blocks/reflection.html"


class ScenarioChoice(blocks.StructBlock):
    text = blocks.CharBlock(max_length=300, label=_("what I do"))
    feedback = blocks.RichTextBlock(features=RICH_SHORT, label=_("what happens"))
    next = blocks.CharBlock(
        max_length=40, label=_("next step"), help_text=_("The id of the step that follows.")
    )


class ScenarioStep(blocks.StructBlock):
    id = blocks.CharBlock(max_length=40, label=_("id"))
    text = blocks.RichTextBlock(features=RICH_SHORT, label=_("what happens"))
    choices = blocks.ListBlock(
        ScenarioChoice(),
        default=[],
        label=_("choices"),
        help_text=_("A step without choices is an ending."),
    )


def plain_step(step: Any) -> dict[str, Any]:
    return {
        "id": step["id"],
        "text": html(step["text"]),
        "choices": [
            {"text": choice["text"], "feedback": html(choice["feedback"]), "next": choice["next"]}
            for choice in step["choices"]
        ],
    }


class ScenarioBlock(PlainBlock):
    title = blocks.CharBlock(max_length=200, label=_("title"))
    start = blocks.CharBlock(max_length=40, label=_("first step"))
    steps = blocks.ListBlock(ScenarioStep(), min_num=1, label=_("steps"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "title": value["title"],
            "start": value["start"],
            "steps": [plain_step(step) for step in value["steps"]],
        }

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        broken = steps_from(self.plain(cleaned, LiveFiles())).broken
        if broken:
            raise StructBlockValidationError(
                non_block_errors=[
                    ValidationError(
                        _("No step is called %(ids)s."), params={"ids": ", ".join(broken)}
                    )
                ]
            )
        return cleaned

    class Meta:
        icon = "decimal"
        label = _("Scenario with choices")
        template = "blocks/scenario.html"


class DocumentBlock(PlainBlock):
    document = DocumentChooserBlock(label=_("document"))
    title = blocks.CharBlock(required=False, max_length=200, label=_("title"))
    description = blocks.CharBlock(required=False, max_length=300, label=_("what it is for"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "title": value["title"] or value["document"].title,
            "description": value["description"],
            "file": files.file(value["document"], kind="document"),
        }

    class Meta:
        icon = "doc-full"
        label = _("Document")
        template = "blocks/document.html"


class ArticleBlock(PlainBlock):
    """Another page's text: a link on a page, the whole text inside a lesson."""

    page = blocks.PageChooserBlock(label=_("article"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        page = value["page"].specific
        shown: dict[str, Any] = {"title": page.title, "page": page.pk, "url": page.url or ""}
        if (
            isinstance(files, CopiedFiles)
            and not files.inside_article
            and isinstance(page, ShowsBlocks)
        ):
            shown["blocks"] = page.frozen_blocks(files.within())
        return shown

    class Meta:
        icon = "doc-empty"
        label = _("Article")
        template = "blocks/article.html"


def legal_choices() -> list[tuple[str, str]]:
    return list(LegalReference.objects.values_list("code", "title"))


def contact_choices() -> list[tuple[str, str]]:
    return list(ContactPoint.objects.values_list("code", "name"))


class LegalBlock(PlainBlock):
    codes = blocks.ListBlock(blocks.ChoiceBlock(choices=legal_choices), min_num=1, label=_("law"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"codes": list(value["codes"])}

    class Meta:
        icon = "clipboard-list"
        label = _("Law")
        template = "blocks/legal.html"


class ContactBlock(PlainBlock):
    codes = blocks.ListBlock(
        blocks.ChoiceBlock(choices=contact_choices), min_num=1, label=_("contacts")
    )

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"codes": list(value["codes"])}

    class Meta:
        icon = "mail"
        label = _("Contacts")
        template = "blocks/contact.html"


class QuestionBlock(PlainBlock):
    """A reader's question with its answer."""

    question = blocks.CharBlock(max_length=300, label=_("question"))
    answer = blocks.RichTextBlock(features=RICH_SHORT, label=_("answer"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {"question": value["question"], "answer": html(value["answer"])}

    class Meta:
        icon = "help"
        label = _("Question and answer")
        template = "blocks/question.html"


class LinkItem(blocks.StructBlock):
    title = blocks.CharBlock(max_length=200, label=_("title"))
    page = blocks.PageChooserBlock(required=False, label=_("page here"))
    url = blocks.URLBlock(required=False, label=_("address elsewhere"))
    note = blocks.CharBlock(required=False, max_length=300, label=_("what the reader finds there"))


class LinksBlock(PlainBlock):
    title = blocks.CharBlock(required=False, max_length=200, label=_("title"))
    items = blocks.ListBlock(LinkItem(), min_num=1, label=_("links"))

    def plain(self, value: Any, files: Files) -> dict[str, Any]:
        return {
            "title": value["title"],
            "items": [
                {
                    "title": item["title"],
                    "url": (item["page"].url if item["page"] else item["url"]) or "",
                    "note": item["note"],
                }
                for item in value["items"]
            ],
        }

    class Meta:
        icon = "link"
        label = _("Links")
        template = "blocks/links.html"


def page_blocks() -> list[tuple[str, blocks.Block]]:
    """The blocks of articles and other arena pages."""
    return [
        ("text", TextBlock()),
        ("image", ImageBlock()),
        ("film", FilmBlock()),
        ("callout", CalloutBlock()),
        ("accordion", AccordionBlock()),
        ("checklist", ChecklistBlock()),
        ("scenario", ScenarioBlock()),
        ("question", QuestionBlock()),
        ("document", DocumentBlock()),
        ("article", ArticleBlock()),
        ("links", LinksBlock()),
        ("legal", LegalBlock()),
        ("contact", ContactBlock()),
    ]


def lesson_blocks() -> list[tuple[str, blocks.Block]]:
    """The blocks of lessons: those of pages, and reflections that stay with the learner."""
    return [*page_blocks(), ("reflection", ReflectionBlock())]
