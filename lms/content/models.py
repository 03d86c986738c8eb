"""The page base that every page type shares, and the data that pages quote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Page

from lms.lib import guard
from lms.lib.dates import add_months
from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity
from lms.lib.forms import OurWords

# What Wagtail keeps on a page for itself: addresses, not text.
_MACHINE_FIELDS = {"slug", "url_path", "path", "draft_title"}


class BasePageForm(OurWords, WagtailAdminPageForm):
    """The form of every page. An empty address is made from the title when the page is saved,
    also where the browser did not have the time to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False


class BasePage(Page):
    """Abstract base of all page types: who may read it. Internal unless declared public. Nothing
    that looks like a personnummer is stored in a page, not even in a draft."""

    base_form_class = BasePageForm

    is_public = models.BooleanField(
        pgettext_lazy("a page", "public"),
        default=False,
        help_text=_("Anyone may read it without signing in."),
    )

    class Meta:
        abstract = True

    def editorial_texts(self) -> Iterator[tuple[str, str]]:
        """What an editor has written, by field name."""
        for model_field in self._meta.fields:
            value = getattr(self, model_field.attname)
            if isinstance(model_field, StreamField):
                for text in value.stream_block.get_searchable_content(value):
                    yield model_field.name, str(text)
            elif isinstance(model_field, models.CharField | models.TextField) and value:
                if model_field.name in _MACHINE_FIELDS or model_field.choices:
                    continue
                yield model_field.name, strip_tags(value)

    def clean(self) -> None:
        super().clean()
        found = {
            name
            for name, text in self.editorial_texts()
            if any(finding.kind == "personnummer" for finding in guard.scan(text))
        }
        if found:
            message = _(
                "The text seems to contain a personal identity number. Remove it and save again."
            )
            raise ValidationError(
                {name: ValidationError(message, code="sensitive") for name in found}
            )

    @property
    def phones_in_text(self) -> bool:
        """Whether an editor typed a phone number: it belongs among the contacts, where it is
        verified, not in a text."""
        return any(
            finding.kind == "phone"
            for _name, text in self.editorial_texts()
            for finding in guard.scan(text)
        )


class GovernedPage(BasePage):
    """Abstract base of the pages that somebody answers for: who, when it was last reviewed and
    what it rests on. The fields are versioned with the page; `lms.content.governance` asks all
    types at once."""

    owner_function = GuardedCharField(
        _("responsible function"),
        max_length=200,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("A function, not a person: whoever holds it answers for the text."),
    )
    review_months = models.PositiveSmallIntegerField(
        _("review every (months)"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text=_("Routines and contacts 6, knowledge 12, links and calendars 3."),
    )
    reviewed_on = models.DateField(
        _("last reviewed"),
        null=True,
        blank=True,
        help_text=_("The day somebody read the whole page and stood by it."),
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    # reviewed_on + review_months, kept so that "overdue" is a condition on a column. Empty: never
    # reviewed, which counts as overdue.
    review_due_on = models.DateField(null=True, blank=True, editable=False, db_index=True)
    sources = StreamField(
        [
            (
                "source",
                blocks.StructBlock(
                    [
                        ("title", blocks.CharBlock(max_length=200, label=_("title"))),
                        ("url", blocks.URLBlock(required=False, label=_("address"))),
                    ],
                    label=_("source"),
                    icon="link",
                ),
            )
        ],
        verbose_name=_("sources"),
        help_text=_("What the text rests on: authorities, research, the municipality's plan."),
    )
    change_note = GuardedCharField(
        _("what is new"),
        max_length=300,
        blank=True,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("One sentence to returning readers about the latest change."),
    )

    class Meta:
        abstract = True

    governance_panels = [
        HelpPanel(
            content=_(
                "Every page has somebody who answers for it and a day when it is read again. "
                "When the day has passed readers see it, and the page is in your queue."
            )
        ),
        FieldPanel("owner_function"),
        FieldRowPanel([FieldPanel("reviewed_on"), FieldPanel("review_months")]),
        FieldPanel("sources"),
        FieldPanel("change_note"),
    ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.review_due_on = (
            add_months(self.reviewed_on, self.review_months) if self.reviewed_on else None
        )
        super().save(*args, **kwargs)

    def is_overdue(self, day: date) -> bool:
        return self.review_due_on is None or self.review_due_on < day


class Certainty(models.TextChoices):
    """How sure we are of a fact that pages quote."""

    VERIFIED = "verified", _("checked against a published source")
    KNOWN = "known", _("known, not checked again")
    OPEN = "open", _("to be confirmed")


class LegalReference(models.Model):
    """One row per section of law that texts quote by its code. An amended section gets
    `valid_until` and `replaced_by`; a row is never deleted, texts keep its code."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = GuardedCharField(
        _("name in running text"),
        max_length=255,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("Written so that it can stand in the middle of a sentence."),
    )
    sfs = models.CharField(_("SFS number"), max_length=40, blank=True)
    url = models.URLField(_("link to the published text"), blank=True)
    summary = GuardedTextField(_("in plain words"), blank=True, sensitivity=Sensitivity.EDITORIAL)
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    # Last day in force, inclusive.
    valid_until = models.DateField(_("in force until"), null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        verbose_name=_("replaced by"),
    )
    checked_on = models.DateField(_("checked on"), null=True, blank=True)
    certainty = models.CharField(
        _("certainty"), max_length=20, choices=Certainty, default=Certainty.OPEN
    )

    class Meta:
        verbose_name = _("legal reference")
        verbose_name_plural = _("legal references")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("pk")),
                name="legal_reference_does_not_replace_itself",
                violation_error_message=_("A legal reference cannot replace itself."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class ContactPoint(models.Model):
    """One row per function that texts tell readers to contact. A number is shown only while it
    is verified: `verified_on` set and `expires_on` not passed."""

    class Audience(models.TextChoices):
        PUBLIC = "public", _("everyone")
        INTERNAL = "internal", _("signed in only")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = GuardedCharField(
        _("name in running text"), max_length=200, sensitivity=Sensitivity.CONTACT
    )
    phone = GuardedCharField(_("phone"), max_length=40, blank=True, sensitivity=Sensitivity.CONTACT)
    url = models.URLField(_("link"), blank=True)
    hours = GuardedCharField(
        _("hours"), max_length=200, blank=True, sensitivity=Sensitivity.CONTACT
    )
    audience = models.CharField(
        _("shown to"), max_length=20, choices=Audience, default=Audience.PUBLIC
    )
    verified_on = models.DateField(_("number verified on"), null=True, blank=True)
    # Last day the verification counts. Empty: the number is never hidden.
    expires_on = models.DateField(_("verify again before"), null=True, blank=True)
    certainty = models.CharField(
        _("certainty"), max_length=20, choices=Certainty, default=Certainty.OPEN
    )
    note = GuardedTextField(_("note for editors"), blank=True, sensitivity=Sensitivity.CONTACT)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def phone_on(self, day: date) -> str:
        """The number, or nothing while it is not verified on `day`."""
        verified = self.verified_on is not None and self.verified_on <= day
        return self.phone if verified and (not self.expires_on or day <= self.expires_on) else ""


@register_setting(icon="cog")
class SiteSettings(BaseGenericSetting):
    """One row: what a municipality decides about its own site. Updated in place; the change log
    is Wagtail's."""

    select_related = ["logo"]

    municipality_name = GuardedCharField(
        _("name of the municipality"),
        max_length=200,
        default="Exempelkommun",
        sensitivity=Sensitivity.PLAIN,
        help_text=_("As it is written in running text, for example Kalmar kommun."),
    )
    product_name = GuardedCharField(
        _("name of the site"),
        max_length=100,
        default="Kunskap och kompetens",
        sensitivity=Sensitivity.PLAIN,
        help_text=_("Shown at the top of every page, in mail and on certificates."),
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("logo"),
        help_text=_("A wide picture on a transparent ground works best. It is open to everyone."),
    )
    sender_name = GuardedCharField(
        _("sender of mail"),
        max_length=100,
        blank=True,
        sensitivity=Sensitivity.CONTACT,
        help_text=_("The name readers see, for example Kunskap och kompetens, Kalmar kommun."),
    )
    sender_address = models.EmailField(
        _("sender's address"),
        blank=True,
        help_text=_("An address the municipality's mail system lets this site send from."),
    )
    suppression_threshold = models.PositiveSmallIntegerField(
        _("smallest number of people shown in reports"),
        default=5,
        validators=[MinValueValidator(5), MaxValueValidator(50)],
        help_text=_("Smaller groups are hidden from readers who may not see the individuals."),
    )
    concern_url = models.URLField(
        _("e-service for reports of concern"),
        blank=True,
        help_text=_("The social services' own form (orosanmälan). Nothing is filled in here."),
    )
    support_url = models.URLField(
        _("where to ask for help with the site"),
        blank=True,
        help_text=_("The municipality's support desk or intranet page."),
    )
    controller = GuardedCharField(
        _("controller of personal data"),
        max_length=200,
        blank=True,
        sensitivity=Sensitivity.CONTACT,
        help_text=_("For example Kommunstyrelsen, Kalmar kommun. Shown on the privacy page."),
    )
    data_protection_contact = GuardedCharField(
        _("how to reach the data protection officer"),
        max_length=200,
        blank=True,
        sensitivity=Sensitivity.CONTACT,
        help_text=_("A function's address, not a person's."),
    )

    class Meta:
        verbose_name = _("site settings")

    def __str__(self) -> str:
        return str(_("Site settings"))
