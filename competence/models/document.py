"""The plans as documents to read: the municipality's own words, chapter by chapter, and the whole
document as it read when it was decided."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from competence.models.plan import WITH_ITS_VERSION, PlanVersion
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedTextField, Sensitivity


class PlanChapter(models.Model):
    """One row per chapter of a version of the competence plan that has words of its own. Written
    only while the version is a draft, and frozen with it. No row: only what the rows of the plan
    say."""

    frozen = WITH_ITS_VERSION

    class Key(models.TextChoices):
        BACKGROUND = "bakgrund", _("Background and assignment")
        NEEDS = "behov", _("Needs")
        GROUPS = "nyckelgrupper", _("Key groups, areas and levels")
        BASIC = "grund", _("Basic training for the first line")
        IN_DEPTH = "fordjupning", _("In-depth training with others")
        RENEWAL = "fornyelse", _("Introduction and renewal")
        RESOURCES = "ansvar", _("Responsibility and resources")
        FOLLOW_UP = "uppfoljning", _("Follow-up, measures and targets")
        COMMUNICATION = "kommunikation", _("Communication and arena")
        SOURCES = "kallor", _("Sources")
        # Two lines of the cover.
        RESPONSIBLE = "dokumentansvarig", _("Function responsible for the document")
        FOLLOWED_UP = "foljs_upp", _("Followed up by, and when")

    plan_version = models.ForeignKey(PlanVersion, on_delete=models.CASCADE, related_name="chapters")
    key = models.CharField(_("chapter"), max_length=20, choices=Key)
    # Paragraphs with an empty line between them; lines that begin with "- " are a list.
    text = GuardedTextField(_("text"), max_length=8000, sensitivity=Sensitivity.STRICT)

    class Meta:
        verbose_name = _("chapter of a plan")
        verbose_name_plural = _("chapters of plans")
        constraints = [
            models.UniqueConstraint(
                fields=["plan_version", "key"],
                name="chapter_is_once_in_a_version",
                violation_error_message=_("The version has this chapter already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_version_id} {self.key}"


class KeptDocument(models.Model):
    """One row per time a decided plan was put together as a document: when it was decided, and
    once more when it was given its registry number. Never updated or deleted; the last one is the
    document."""

    append_only = AppendOnly()

    # Which plan, as `DecidedDocument.kind` has it, and the number of its version.
    kind = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    # A competence.figures.document.Document in its canonical form.
    content = models.JSONField()
    checksum = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("kept document")
        verbose_name_plural = _("kept documents")
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind", "number"], name="kept_document_of_version")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.checksum[:8]}"
