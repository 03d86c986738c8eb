"""The import of history: a file on its way to becoming facts, what it says and what is asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.fields import GuardedCharField, Sensitivity
from lms.lib.files import private_storage
from lms.people.models import Person


class HistoryBatch(models.Model):
    """One row per file of courses that people took before. The file and its rows wait for a
    decision; when it is taken in or thrown away the file is removed, and the row stays."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("history", "waiting for you")
        COMMITTED = "committed", pgettext_lazy("history", "taken in")
        UNDONE = "undone", pgettext_lazy("history", "taken back")
        DISCARDED = "discarded", pgettext_lazy("history", "thrown away")

    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file = models.FileField(storage=private_storage, upload_to="history", blank=True)
    file_name = GuardedCharField(max_length=120, sensitivity=Sensitivity.PLAIN)
    # Which column of the file says what: {"person_id": 0, "title": 3, …}.
    columns = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING)
    # What the rehearsal found, and what was written.
    summary = models.JSONField(default=dict)
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    # Counted up by each answer; the rehearsal says up to which one it knows.
    answers = models.PositiveIntegerField(default=0)
    committed_at = models.DateTimeField(null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("history import")
        verbose_name_plural = _("history imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class HistoryQuestion(models.Model):
    """One row per wording in a batch that a human being decides about: a course in free words, or
    a name. A course whose name is exactly known is answered by itself, a name never."""

    class Kind(models.TextChoices):
        COURSE = "course", pgettext_lazy("history", "course")
        PERSON = "person", pgettext_lazy("history", "person")

    class Answer(models.TextChoices):
        NONE = "", pgettext_lazy("history", "not answered")
        PERSON = "person", pgettext_lazy("history", "a person")
        OUTSIDE = "outside", pgettext_lazy("history", "an outside course")
        OWN = "own", pgettext_lazy("history", "one of our courses")
        LEVEL = "level", pgettext_lazy("history", "a level in an area")
        LEAVE = "leave", pgettext_lazy("history", "left out")

    batch = models.ForeignKey(HistoryBatch, on_delete=models.CASCADE, related_name="questions")
    kind = models.CharField(max_length=10, choices=Kind)
    # The wording without case, accents and spaces that mean nothing.
    key = GuardedCharField(max_length=300, sensitivity=Sensitivity.PLAIN)
    wording = GuardedCharField(max_length=300, sensitivity=Sensitivity.PLAIN)
    rows = models.PositiveIntegerField(default=0)
    # What it may be, best first: [["outside:12", 87], …].
    candidates = models.JSONField(default=list)
    answer = models.CharField(max_length=10, choices=Answer, blank=True, default=Answer.NONE)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="history_answers"
    )
    outside_course = models.ForeignKey(
        "competence.OutsideCourse",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # The page of one of our courses: what its latest version gives is what is recorded.
    course = models.ForeignKey(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    area = models.ForeignKey(
        CompetenceArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    level = models.ForeignKey(
        TrainingLevel, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Counted up by each answer, so that two who answer at once do not overwrite each other.
    revision = models.PositiveIntegerField(default=0)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Empty with an answer: the name was exactly that of the course.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("answer in a history import")
        verbose_name_plural = _("answers in history imports")
        ordering = ["-rows", "wording", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "kind", "key"], name="history_question_is_asked_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind="person") | Q(answer="") | Q(decided_by__isnull=False),
                name="history_person_is_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.wording


class HistoryRow(models.Model):
    """One row per line of a batch's file while it waits, as it was read. Rows that were taken in
    go with the file; those that were not stay until somebody removes them, 90 days at most."""

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("history", "ready")
        ASKED = "asked", pgettext_lazy("history", "to confirm")
        KNOWN = "known", pgettext_lazy("history", "already known")
        REJECTED = "rejected", pgettext_lazy("history", "cannot be taken in")

    batch = models.ForeignKey(HistoryBatch, on_delete=models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    # The columns that mean something, as they were written; nothing else of the file.
    given = models.JSONField(default=dict)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="history_rows"
    )
    # Who is meant, where only a name says so; and what the course is called.
    person_question = models.ForeignKey(
        HistoryQuestion, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    course_question = models.ForeignKey(
        HistoryQuestion, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    completed_on = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    # What cannot be mended by an answer: a code of services.history.words.
    fault = models.CharField(max_length=20, blank=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=20, blank=True)
    warning = models.CharField(max_length=20, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("row of a history import")
        verbose_name_plural = _("rows of history imports")
        ordering = ["line"]
        indexes = [models.Index(fields=["batch", "verdict", "line"], name="history_row_verdict")]

    def __str__(self) -> str:
        return str(self.line)


class HistoryStatement(models.Model):
    """One row per fact that was recorded already when an import that was taken in said it too. It
    gives nothing; when what the fact rested on is taken back, the fact rests on the import."""

    batch = models.ForeignKey(HistoryBatch, on_delete=models.PROTECT, related_name="statements")
    outside_record = models.ForeignKey(
        "competence.OutsideRecord",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statements",
    )
    achievement = models.ForeignKey(
        "competence.Achievement",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="statements",
    )
    # Last valid day by the import, inclusive. Empty: none.
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("what an import also said")
        verbose_name_plural = _("what imports also said")
        constraints = [
            models.CheckConstraint(
                condition=Q(outside_record__isnull=False, achievement__isnull=True)
                | Q(outside_record__isnull=True, achievement__isnull=False),
                name="history_statement_is_of_one_fact",
                violation_error_message=_("An import states a course or a level."),
            ),
        ]
