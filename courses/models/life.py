"""The life of a course beside its text: who has judged a version, what is new in it, what readers
said about it, and when it was retired."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.versions import CourseVersion
from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity
from lms.people.models import Person

USER = settings.AUTH_USER_MODEL


class VersionReview(models.Model):
    """One row per time somebody asks for a course to be judged before it is published. Decided
    once, by somebody else; what is approved is the content with that hash as that kind of change
    to that version, and nothing later."""

    course = models.ForeignKey("wagtailcore.Page", on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    # The latest version when it was asked for; empty where there was none.
    builds_on = models.ForeignKey(
        CourseVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    change = models.CharField(
        _("kind of change"), max_length=20, choices=CourseVersion.Change, blank=True
    )
    note = GuardedTextField(
        _("what has changed"), max_length=500, blank=True, sensitivity=Sensitivity.EDITORIAL
    )
    message = GuardedTextField(
        _("what to look at"), max_length=500, blank=True, sensitivity=Sensitivity.STRICT
    )
    requested_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # None while nobody has decided; a withdrawn request is decided by its author as not approved.
    approved = models.BooleanField(null=True, blank=True)
    comment = GuardedTextField(
        _("comment to the author"), max_length=1000, blank=True, sensitivity=Sensitivity.STRICT
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("review of a course")
        verbose_name_plural = _("reviews of courses")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(decided_at__isnull=True),
                name="one_open_review_per_course",
                violation_error_message=_("The course already waits for a review."),
            ),
            models.CheckConstraint(
                condition=~Q(approved=True) | ~Q(decided_by=F("requested_by")),
                name="nobody_approves_what_they_asked_for",
                violation_error_message=_("Somebody else has to approve it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id}: {self.requested_at}"


class WhatsNew(models.Model):
    """One row per change, material or making the course anew, that those already qualified are
    offered to read about in a few minutes. Withdrawn, never deleted."""

    course = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.PROTECT, related_name="course_news"
    )
    # The version that brought the change; empty where an article changed before the course did.
    version = models.ForeignKey(
        CourseVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="news"
    )
    # The article that changed, where that was the reason.
    article = models.ForeignKey(
        "wagtailcore.Page", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = GuardedCharField(_("title"), max_length=255, sensitivity=Sensitivity.EDITORIAL)
    text = GuardedTextField(_("what is new"), sensitivity=Sensitivity.EDITORIAL)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=3)
    created_at = models.DateTimeField()
    by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("what is new in a course")
        verbose_name_plural = _("what is new in courses")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_retake(self) -> bool:
        """Whether the course has been made anew, so that those under way take it again."""
        return self.version is not None and self.version.change == CourseVersion.Change.RETAKE


class WhatsNewReading(models.Model):
    """One row per person who has read what is new. Never updated."""

    news = models.ForeignKey(WhatsNew, on_delete=models.PROTECT, related_name="readings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="news_read")
    read_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["news", "person"], name="what_is_new_is_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.news_id}"


class LessonReport(models.Model):
    """One row per "fel i lektionen" from a learner. Closed with an answer, never deleted."""

    class Kind(models.TextChoices):
        WRONG = "wrong", _("something is wrong")
        UNCLEAR = "unclear", _("something is hard to understand")
        BROKEN = "broken", _("something does not work")

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="reports")
    lesson_key = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="lesson_reports")
    kind = models.CharField(_("what is it"), max_length=20, choices=Kind, default=Kind.WRONG)
    text = GuardedTextField(_("describe it"), max_length=500, sensitivity=Sensitivity.STRICT)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = GuardedTextField(
        _("answer to the learner"), max_length=500, blank=True, sensitivity=Sensitivity.STRICT
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("report of a fault in a lesson")
        verbose_name_plural = _("reports of faults in lessons")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.lesson_key}"


class ExpertQuestion(models.Model):
    """One row per question that a learner asks an expert from a lesson. Answered or declined
    once; an answer of use to others is published in words of its own."""

    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.PROTECT, related_name="expert_questions"
    )
    lesson_key = models.CharField(max_length=80)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="expert_questions")
    text = GuardedTextField(_("your question"), max_length=500, sensitivity=Sensitivity.STRICT)
    created_at = models.DateTimeField()
    answer = GuardedTextField(
        _("answer"), max_length=2000, blank=True, sensitivity=Sensitivity.STRICT
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    # As published: the question so that it says nothing of who asked.
    public_question = GuardedCharField(
        _("question as published"), max_length=300, blank=True, sensitivity=Sensitivity.STRICT
    )
    published_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("question to an expert")
        verbose_name_plural = _("questions to experts")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(declined_at__isnull=True),
                name="expert_question_is_answered_or_declined",
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id}: {self.lesson_key}"


class CourseRetirement(models.Model):
    """One row per time a course is taken out of the catalogue. Those under way may finish until
    `last_day`; `archived_at` ends what is then left. `reopened_at` puts it back. What people did
    stays for ever."""

    course = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.PROTECT, related_name="retirements"
    )
    retired_at = models.DateTimeField()
    by = models.ForeignKey(USER, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = GuardedCharField(_("why"), max_length=300, sensitivity=Sensitivity.STRICT)
    last_day = models.DateField(_("those under way may finish until"))
    replaced_by = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("take this course instead"),
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("retirement of a course")
        verbose_name_plural = _("retirements of courses")
        constraints = [
            models.UniqueConstraint(
                fields=["course"],
                condition=Q(reopened_at__isnull=True),
                name="course_is_retired_once_at_a_time",
                violation_error_message=_("The course is already retired."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.course_id}: {self.retired_at}"
