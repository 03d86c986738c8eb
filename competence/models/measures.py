"""What the municipality has decided to do: a governing document, passage by passage, how each
obligation stands, and what is joined to it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.content.models import LegalReference
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity, refuse_personal_data
from lms.lib.kept import RewordedBy
from lms.people.models import Unit

LONGEST_COMMENT = 500


class GoverningDocumentQuerySet(models.QuerySet["GoverningDocument"]):
    def decided_by_day(self, day: date) -> GoverningDocumentQuerySet:
        """Decided on the day or before it, or on a day that the document does not give."""
        return self.filter(Q(decided_on__isnull=True) | Q(decided_on__lte=day))

    def in_force_on(self, day: date) -> GoverningDocument | None:
        """The latest decided one that no other decided one has superseded."""
        decided = self.decided_by_day(day)
        replaced = decided.filter(supersedes__isnull=False).values("supersedes")
        return (
            decided.exclude(pk__in=replaced)
            .order_by(F("decided_on").desc(nulls_last=True), "-pk")
            .first()
        )


class GoverningReading(models.Model):
    """One row per time the file of a governing document was read and taken in. Never updated or
    deleted: the words of a document and its passages change only with a later reading."""

    append_only = AppendOnly()

    # The document's code, and what the file was called.
    code = models.SlugField(_("code"), max_length=60)
    file_name = GuardedCharField(_("file"), max_length=255, sensitivity=Sensitivity.PLAIN)
    # SHA-256 of the file, in hexadecimal.
    checksum = models.CharField(_("checksum"), max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("reading of a governing document")
        verbose_name_plural = _("readings of governing documents")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.code} {self.checksum[:8]}"


class GoverningDocument(models.Model):
    """One row per decided version of a governing document (styrdokument). Changed only by reading
    its file again, which the ledger keeps; never deleted: another supersedes it."""

    append_only = RewordedBy(
        words=(
            *("title", "decided_by", "decided_on", "version", "owner_function"),
            *("registry_number", "plan_period", "supersedes_id"),
        ),
        reading="read_in_id",
    )

    code = models.SlugField(_("code"), max_length=60, unique=True)
    title = GuardedCharField(_("title"), max_length=300, sensitivity=Sensitivity.EDITORIAL)
    decided_by = GuardedCharField(
        _("decided by"), max_length=200, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    # Empty here and below: not stated in the document.
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    version = models.CharField(_("version"), max_length=40, blank=True)
    # A function, never a named person.
    owner_function = GuardedCharField(
        _("responsible function"), max_length=200, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    registry_number = models.CharField(_("registry number"), max_length=60, blank=True)
    plan_period = models.CharField(_("plan period"), max_length=60, blank=True)
    supersedes = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    # The reading that its words are from. Empty: they are from before readings were kept.
    read_in = models.ForeignKey(
        GoverningReading, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = GoverningDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("governing document")
        verbose_name_plural = _("governing documents")
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=F("pk")),
                name="governing_document_does_not_supersede_itself",
                violation_error_message=_("A document cannot supersede itself."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Passage(models.Model):
    """One row per passage of a governing document, in its own words. The words are changed only by
    reading the document's file again, which the ledger keeps; who answers for it and the
    editor's note by a coordinator, likewise. Never deleted."""

    append_only = RewordedBy(
        free=("owner_function", "owner_unit_id", "editorial_note"),
        words=("number", "title", "section", "kind", "words", "sort_order"),
        reading="read_in_id",
    )

    class Kind(models.TextChoices):
        HEAD = "head", _("document head")
        DEFINITION = "definition", _("definition")
        DESCRIPTION = "description", _("description")
        DIRECTION = "direction", _("direction")
        OBLIGATION = "obligation", _("obligation")

    document = models.ForeignKey(
        GoverningDocument, on_delete=models.PROTECT, related_name="passages"
    )
    code = models.CharField(_("code"), max_length=20)
    # As the document counts its points below the heading, with a letter where one point is several
    # passages: "2 b". Empty: it does not count them.
    number = models.CharField(_("number"), max_length=20, blank=True)
    title = GuardedCharField(_("in short"), max_length=160, sensitivity=Sensitivity.EDITORIAL)
    section = GuardedCharField(
        _("section"), max_length=300, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    words = GuardedTextField(_("the document's own words"), sensitivity=Sensitivity.EDITORIAL)
    sort_order = models.PositiveIntegerField(default=0)
    # As of the document.
    read_in = models.ForeignKey(
        GoverningReading, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_function = GuardedCharField(
        _("responsible function"),
        max_length=200,
        blank=True,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("A function, not a person: whoever holds it answers for the obligation."),
    )
    owner_unit = models.ForeignKey(
        Unit,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("responsible unit"),
    )
    editorial_note = GuardedTextField(
        _("editor's note"),
        max_length=1000,
        blank=True,
        sensitivity=Sensitivity.EDITORIAL,
        help_text=_("What a reader has to know beside the words. The words themselves stand."),
    )
    legal_references = models.ManyToManyField(
        LegalReference, blank=True, related_name="passages", verbose_name=_("law")
    )

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        ordering = ["document", "sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "code"],
                name="passage_has_a_code_of_its_own_in_the_document",
                violation_error_message=_("There is a passage with this code already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def is_obligation(self) -> bool:
        return self.kind == self.Kind.OBLIGATION


class ObligationStatus(models.Model):
    """One row per time somebody said how an obligation stands, from a day on. Never changed or
    deleted: of two for the same day the later written counts."""

    append_only = AppendOnly()

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", pgettext_lazy("obligation", "not started")
        ONGOING = "ongoing", pgettext_lazy("obligation", "ongoing")
        DONE = "done", pgettext_lazy("obligation", "done")
        DORMANT = "dormant", pgettext_lazy("obligation", "dormant")

    passage = models.ForeignKey(Passage, on_delete=models.PROTECT, related_name="statuses")
    status = models.CharField(_("status"), max_length=20, choices=Status)
    # The first day it stands so.
    on = models.DateField(_("from"))
    comment = GuardedTextField(_("comment"), max_length=LONGEST_COMMENT, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("status of an obligation")
        verbose_name_plural = _("statuses of obligations")
        ordering = ["-on", "-pk"]


class PassageLinkQuerySet(models.QuerySet["PassageLink"]):
    def standing_on(self, day: date) -> PassageLinkQuerySet:
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=day), starts_on__lte=day
        ).order_by("starts_on", "pk")


class PassageLink(models.Model):
    """One row per thing joined to a passage: what shows that something was done, what serves it, or
    the indicator that follows it up. What it says is never changed; it is ended once, and never
    deleted. The thing is named by what it is called elsewhere, so that the row outlives it."""

    append_only = AppendOnly(once=("ended_on", "ended_by_id", "end_reason"))

    class Role(models.TextChoices):
        EVIDENCE = "evidence", _("evidence")
        SERVES = "serves", _("serves the passage")
        INDICATOR = "indicator", _("indicator")

    class Kind(models.TextChoices):
        # The key: the address below the front page ("arenan/stodfunktionen").
        PAGE = "page", _("article or page")
        # The code of the course.
        COURSE = "course", _("course")
        # The code of the area.
        AREA = "area", _("competence area")
        # "G06:OM5", key group and area.
        REQUIREMENT = "requirement", _("requirement")
        # "A12", the number of the activity in the training plan.
        ACTIVITY = "activity", _("activity in the training plan")
        # The number of the follow-up report.
        REPORT = "report", _("follow-up report")
        # The primary key of a document in the library.
        DOCUMENT = "document", _("document in the library")
        # Empty: `url` says where it is.
        ADDRESS = "address", _("web address")
        # The code in lms.framework.indicators.
        INDICATOR = "indicator", _("indicator")

    passage = models.ForeignKey(Passage, on_delete=models.PROTECT, related_name="links")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    key = models.CharField(_("what"), max_length=255, blank=True, validators=[refuse_personal_data])
    url = models.URLField(_("web address"), max_length=500, blank=True)
    # What it was called when it was joined. Empty: only what it is called today.
    title = GuardedCharField(_("what it is"), max_length=200, blank=True)
    starts_on = models.DateField(_("from"))
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The first day it no longer stands. Empty: it stands.
    ended_on = models.DateField(_("withdrawn"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    end_reason = GuardedCharField(_("reason"), max_length=300, blank=True)

    objects = PassageLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("what is joined to a passage")
        verbose_name_plural = _("what is joined to passages")
        ordering = ["starts_on", "pk"]
        indexes = [models.Index(fields=["kind", "key"], name="passage_link_what")]
        constraints = [
            models.UniqueConstraint(
                fields=["passage", "role", "kind", "key", "url"],
                condition=Q(ended_on__isnull=True),
                name="a_thing_is_joined_once_to_a_passage",
                violation_error_message=_("This is joined to the passage already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on")),
                name="passage_link_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
            models.CheckConstraint(
                condition=(Q(kind="address") & ~Q(url="")) | (~Q(kind="address") & ~Q(key="")),
                name="passage_link_names_something",
                violation_error_message=_("Say what it is."),
            ),
            models.CheckConstraint(
                condition=(Q(role="indicator") & Q(kind="indicator"))
                | (~Q(role="indicator") & ~Q(kind="indicator")),
                name="an_indicator_follows_up_and_nothing_else_does",
                violation_error_message=_("An indicator is neither evidence nor a service."),
            ),
        ]
