"""The pages that frame the arena: the open front page, the arena's own start, and the standard
pages every public site must have."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import (
    FieldPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.fields import StreamField
from wagtail.models import Page

from lms.content.blocks import RICH_SHORT, ContactBlock, page_blocks
from lms.content.models import BasePage, ContactPoint, GovernedPage
from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity


class WayBlock(blocks.StructBlock):
    """One way on from the front page."""

    title = blocks.CharBlock(max_length=80, label=_("title"))
    text = blocks.CharBlock(max_length=200, label=_("for whom, in one sentence"))
    page = blocks.PageChooserBlock(required=False, label=_("page here"))
    url = blocks.URLBlock(required=False, label=_("address elsewhere"))
    icon = blocks.ChoiceBlock(
        choices=[
            ("i-child", _("a person")),
            ("i-talk", _("a conversation")),
            ("i-way", _("a signpost")),
        ],
        default="i-talk",
        label=_("picture"),
    )

    class Meta:
        icon = "arrow-right"
        label = _("Way on")


class SectionBlock(blocks.StructBlock):
    """A heading, a short text and perhaps a button."""

    title = blocks.CharBlock(max_length=80, label=_("title"))
    text = blocks.RichTextBlock(features=RICH_SHORT, label=_("text"))
    page = blocks.PageChooserBlock(required=False, label=_("page the button leads to"))
    button = blocks.CharBlock(
        required=False,
        max_length=40,
        label=_("text of the button"),
        help_text=_("A verb: what the reader does."),
    )

    class Meta:
        icon = "title"
        label = _("Section")


class PublicStartPage(BasePage):
    """One row: the open front page, for anyone who worries about somebody."""

    hero_title = GuardedCharField(_("heading"), max_length=120, sensitivity=Sensitivity.EDITORIAL)
    hero_text = GuardedTextField(
        _("text below the heading"), max_length=400, sensitivity=Sensitivity.EDITORIAL
    )
    urgent_text = GuardedCharField(
        _("urgent line"), max_length=120, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    # Empty: no urgent line.
    urgent_contact = models.ForeignKey(
        ContactPoint,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("whom to call when it is urgent"),
    )
    ways = StreamField([("way", WayBlock())], blank=True, max_num=6, verbose_name=_("ways on"))
    contacts = StreamField(
        [("contact", ContactBlock())], blank=True, max_num=1, verbose_name=_("call somebody")
    )
    sections = StreamField(
        [("section", SectionBlock())], blank=True, max_num=4, verbose_name=_("sections")
    )

    content_panels = [
        TitleFieldPanel("title"),
        MultiFieldPanel(
            [FieldPanel("hero_title"), FieldPanel("hero_text")], heading=_("First on the page")
        ),
        MultiFieldPanel(
            [FieldPanel("urgent_text"), FieldPanel("urgent_contact")], heading=_("Urgent line")
        ),
        FieldPanel("ways"),
        FieldPanel("contacts"),
        FieldPanel("sections"),
    ]

    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    template = "home/public_start_page.html"

    class Meta:
        verbose_name = _("front page")


class ArenaIndexPage(BasePage):
    """One row: the arena's start. What is new for this reader, search, and every topic."""

    intro = GuardedCharField(
        _("introduction"), max_length=300, blank=True, sensitivity=Sensitivity.EDITORIAL
    )

    content_panels = [TitleFieldPanel("title"), FieldPanel("intro")]

    parent_page_types = ["home.PublicStartPage"]
    max_count = 1
    template = "home/arena_index_page.html"

    class Meta:
        verbose_name = _("the arena's start page")


class StandardPage(GovernedPage):
    """One row per page of plain text: for the worried and for associations, accessibility,
    privacy, help."""

    intro = GuardedTextField(
        _("introduction"), max_length=400, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    body = StreamField(page_blocks(), blank=True, verbose_name=_("text"))
    # The way out for a reader who does not want to be seen reading.
    quick_exit = models.BooleanField(
        _("button to leave the page quickly"),
        default=False,
        help_text=_("For pages that somebody may not want to be seen reading."),
    )

    content_panels = [TitleFieldPanel("title"), FieldPanel("intro"), FieldPanel("body")]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Text")),
            ObjectList([FieldPanel("is_public"), FieldPanel("quick_exit")], heading=_("Readers")),
            ObjectList(GovernedPage.governance_panels, heading=_("Review and sources")),
            ObjectList(Page.promote_panels, heading=_("Address")),
        ]
    )

    parent_page_types = ["home.PublicStartPage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    template = "home/standard_page.html"

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        if self.quick_exit:
            response["Cache-Control"] = "no-store"
        return response
