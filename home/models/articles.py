"""Articles of the arena: knowledge, routines, guidance, questions, news and ways to support."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from taggit.models import TaggedItemBase
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.fields import StreamField
from wagtail.models import Page

from competence.models import KeyGroup
from lms.content.blocks import page_blocks
from lms.content.freezing import Files, FrozenBlock, freeze_stream
from lms.content.models import BasePageForm, ContactPoint, GovernedPage, LegalReference
from lms.framework.models import CompetenceArea
from lms.lib.fields import GuardedTextField, Sensitivity


class ArticleTag(TaggedItemBase):
    """One row per free word on an article. Removed when the word is."""

    content_object = ParentalKey(
        "home.ArticlePage", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ArticleForm(BasePageForm):
    """The editor's form: each round of editing says anew what kind of change it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "change" in self.fields and not self.instance.has_unpublished_changes:
            self.initial["change"] = ArticlePage.Change.EDITORIAL
        if "key_groups" in self.fields:
            chosen = [group.pk for group in self.instance.key_groups.all()]
            self.fields["key_groups"].queryset = KeyGroup.objects.filter(
                Q(pk__in=KeyGroup.objects.outside_drafts()) | Q(pk__in=chosen)
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("change") != ArticlePage.Change.MATERIAL:
            return cleaned
        note = (cleaned.get("change_note") or "").strip()
        live = ArticlePage.objects.filter(pk=self.instance.pk, live=True)
        if not note:
            self.add_error("change_note", ValidationError(_("Say in one sentence what is new.")))
        elif live.filter(change_note=note).exists():
            self.add_error(
                "change_note",
                ValidationError(_("This was said about the last change. Say what is new now.")),
            )
        return cleaned


class ArticlePage(GovernedPage):
    """One row per article. Published, revised and unpublished in Wagtail, whose revisions keep
    what it said."""

    class Kind(models.TextChoices):
        KNOWLEDGE = "knowledge", _("Knowledge")
        ROUTINE = "routine", _("Routine")
        GUIDANCE = "guidance", _("Guidance")
        FAQ = "faq", _("Questions and answers")
        NEWS = "news", _("News")
        SUPPORT = "support", _("Support")

    class PreventionLevel(models.TextChoices):
        GENERAL = "general", _("General")
        SPECIFIC = "specific", _("Specific")
        INDIVIDUAL = "individual", _("Individual")

    class Change(models.TextChoices):
        """What publishing means for those who have read the text before."""

        EDITORIAL = "editorial", _("Editorial: the same said better")
        MATERIAL = "material", _("Material: somebody should act or know differently")

    # How often each kind is reviewed unless the editor says otherwise.
    REVIEW_MONTHS = {
        Kind.KNOWLEDGE: 12,
        Kind.ROUTINE: 6,
        Kind.GUIDANCE: 12,
        Kind.FAQ: 6,
        Kind.NEWS: 12,
        Kind.SUPPORT: 6,
    }

    kind = models.CharField(_("type"), max_length=20, choices=Kind, default=Kind.KNOWLEDGE)
    change = models.CharField(
        _("this change is"),
        max_length=20,
        choices=Change,
        default=Change.EDITORIAL,
        help_text=_(
            "A material change is offered to those who have a course that shows the article: "
            "three minutes to read, and no course to take again."
        ),
    )
    summary = GuardedTextField(
        _("summary"),
        max_length=300,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("What the reader can do afterwards. Shown in lists and in search."),
    )
    body = StreamField(page_blocks(), verbose_name=_("text"))
    areas = ParentalManyToManyField(
        CompetenceArea, blank=True, related_name="articles", verbose_name=_("competence areas")
    )
    # Nobody chosen: for everyone.
    key_groups = ParentalManyToManyField(
        KeyGroup,
        blank=True,
        related_name="articles",
        verbose_name=_("written for"),
        help_text=_("Shown first to these key groups, hidden from nobody. None: everyone."),
    )
    prevention_level = models.CharField(
        _("prevention level"), max_length=20, blank=True, choices=PreventionLevel
    )
    legal_references = ParentalManyToManyField(
        LegalReference, blank=True, related_name="articles", verbose_name=_("law")
    )
    contacts = ParentalManyToManyField(
        ContactPoint, blank=True, related_name="articles", verbose_name=_("contacts")
    )
    tags = ClusterTaggableManager(through=ArticleTag, blank=True, verbose_name=_("tags"))

    content_panels = [
        HelpPanel(
            content=_(
                "Write for somebody who has ten minutes. Choose law and contacts from the lists: "
                "numbers and sections typed into the text grow old unseen."
            )
        ),
        TitleFieldPanel("title"),
        FieldPanel("kind"),
        FieldPanel("summary"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldPanel("change", widget=RadioSelect), FieldPanel("change_note")],
            heading=_("What you have changed"),
        ),
    ]
    # What is new is said where it is written.
    governance_panels = [
        panel
        for panel in GovernedPage.governance_panels
        if getattr(panel, "field_name", "") != "change_note"
    ]
    base_form_class = ArticleForm
    reader_panels = [
        FieldPanel("is_public"),
        FieldPanel("key_groups", widget=CheckboxSelectMultiple),
        FieldPanel("areas", widget=CheckboxSelectMultiple),
        FieldPanel("tags"),
        FieldPanel("prevention_level"),
    ]
    fact_panels = [
        FieldPanel("legal_references", widget=CheckboxSelectMultiple),
        FieldPanel("contacts", widget=CheckboxSelectMultiple),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Text")),
            ObjectList(reader_panels, heading=_("Readers")),
            ObjectList(governance_panels, heading=_("Review and sources")),
            ObjectList(fact_panels, heading=_("Law and contacts")),
            ObjectList(Page.promote_panels, heading=_("Address")),
        ]
    )

    parent_page_types = ["home.ArenaIndexPage"]
    subpage_types: list[str] = []
    template = "home/article_page.html"

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and self.review_months == self._default_review_months():
            self.review_months = self.REVIEW_MONTHS[self.Kind(self.kind)]
        super().save(*args, **kwargs)

    @classmethod
    def _default_review_months(cls) -> int:
        default: int = cls._meta.get_field("review_months").default
        return default

    def frozen_blocks(self, files: Files) -> list[FrozenBlock]:
        """What a lesson that shows this article freezes."""
        return freeze_stream(self.body, files)
