"""The question bank: what can be asked, in versions, by area, level, law and tag. Confidential:
in no search, feed, API or export for those without the right to it (`Obj.QUESTION_BANK`)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.fields import StreamField

from courses.models.question_kinds import kind_blocks
from lms.content.models import LegalReference
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import GuardedCharField, Sensitivity

# What the keys of the bank's questions begin with in a lesson.
FROM_BANK = "bank-"


class QuestionTag(TaggedItemBase):
    """One row per free word on a question of the bank. Removed when the word is."""

    content_object = ParentalKey(
        "courses.Question", on_delete=models.CASCADE, related_name="tagged_items"
    )


class QuestionQuerySet(models.QuerySet["Question"]):
    def in_use(self) -> QuestionQuerySet:
        """Those that may still be drawn."""
        return self.filter(retired_on__isnull=True)

    def of_sort(
        self, *, area: str = "", level: str = "", legal: str = "", tag: str = ""
    ) -> QuestionQuerySet:
        """Those of an area, a level, a law and a tag; what is empty does not narrow."""
        found = self
        if area:
            found = found.filter(area__code=area)
        if level:
            found = found.filter(level__number=int(level))
        if legal:
            found = found.filter(legal_references__code=legal)
        if tag:
            found = found.filter(tags__name__iexact=tag)
        return found.distinct()


class Question(ClusterableModel):
    """One row per question of the bank, with its text as it stands in the editor. What is asked
    is a `QuestionVersion`. Retired, never deleted."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    area = models.ForeignKey(
        CompetenceArea, on_delete=models.PROTECT, related_name="+", verbose_name=_("area")
    )
    level = models.ForeignKey(
        TrainingLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level")
    )
    legal_references = ParentalManyToManyField(
        LegalReference, blank=True, related_name="questions", verbose_name=_("law")
    )
    tags = ClusterTaggableManager(through=QuestionTag, blank=True, verbose_name=_("tags"))
    content = StreamField(
        kind_blocks(), min_num=1, max_num=1, verbose_name=_("question and answers")
    )
    # The question itself, for lists.
    prompt = models.TextField(_("question"), editable=False)
    retired_on = models.DateField(_("retired on"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("question bank")
        ordering = ["area__sort_order", "area__code", "level__number", "pk"]

    def __str__(self) -> str:
        return self.prompt

    @property
    def key_in_lessons(self) -> str:
        return f"{FROM_BANK}{self.key.hex}"

    @property
    def kind(self) -> str:
        return str(self.content[0].block_type) if self.content else ""

    def is_retired(self, day: date) -> bool:
        return self.retired_on is not None and self.retired_on <= day


class QuestionVersion(models.Model):
    """One row for every wording of a question that courses may have asked. Never updated or
    deleted; `content` is the question as plain data (`courses.freezing`), a picture by its
    id and the sum of its bytes."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    kind = models.CharField(max_length=20)
    content = models.JSONField()
    # SHA-256 over the canonical JSON.
    content_hash = models.CharField(max_length=64)
    note = GuardedCharField(
        _("what has changed"), max_length=300, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    published_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("version of a question")
        verbose_name_plural = _("versions of questions")
        ordering = ["question", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["question", "number"], name="question_version_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id}, v{self.number}"

    @property
    def asked(self) -> dict[str, Any]:
        """The question as a lesson freezes it."""
        return {
            "key": self.question.key_in_lessons,
            "version": self.number,
            "kind": self.kind,
            **self.content,
        }
