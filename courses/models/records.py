"""What people did: enrolments, answers and the facts that follow. Progress is derived."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models.versions import CourseVersion
from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField, GuardedTextField, Sensitivity
from lms.people.models import Person


class Enrolment(models.Model):
    """One row per time a person sets out on a course, pinned to one version. Withdrawn, never
    deleted; a renewal is a new row."""

    class Origin(models.TextChoices):
        REQUIREMENT = "requirement", _("because of a requirement")
        MANAGER = "manager", _("by a manager")
        SELF = "self", _("by oneself")
        PARTNER = "partner", _("by one's organisation")

    class Ended(models.TextChoices):
        """Why an enrolment was withdrawn."""

        LEFT = "left", _("left")
        NEW_VERSION = "new_version", _("goes on in a newer version")
        ARCHIVED = "archived", _("the course is archived")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="enrolments")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="enrolments")
    # The course page, repeated from the version so that one open enrolment per course can be a
    # constraint.
    course = models.ForeignKey(
        "wagtailcore.Page", on_delete=models.PROTECT, related_name="enrolments"
    )
    origin = models.CharField(_("origin"), max_length=20, choices=Origin)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=20, choices=Ended, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # The enrolment in an earlier version that this one goes on from.
    continues = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="continued_by"
    )
    # Where the learner is: lesson key and block id, and when they came there. A convenience, not
    # a fact.
    place_lesson = models.CharField(max_length=80, blank=True)
    place_block = models.CharField(max_length=80, blank=True)
    place_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "course"],
                condition=Q(withdrawn_at__isnull=True, completed_at__isnull=True),
                name="one_open_enrolment_per_person_and_course",
                violation_error_message=_("The person is already enrolled in this course."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.version_id}"


class LessonCompletion(models.Model):
    """One row per lesson finished in an enrolment, or brought along from an earlier version in
    which the lesson was the same word for word; the test that stands for the course is one, under
    its own key. Only `score` changes: raised by a better attempt before the course is
    completed."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="lesson_completions"
    )
    lesson_key = models.CharField(max_length=80)
    completed_at = models.DateTimeField()
    # The result of the best attempt, whole percent.
    score = models.PositiveSmallIntegerField(default=100)
    brought_along = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson_key"], name="lesson_is_completed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.lesson_key}"


class Attempt(models.Model):
    """One row per try at a lesson's questions. `seed` fixes the shuffle; `submitted_at` ends it;
    old attempts stay readable to the learner."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attempts")
    lesson_key = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    # The keys of the questions it asks, in order.
    asked = models.JSONField(default=list)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    # Share of right answers in percent, set when submitted.
    score = models.PositiveIntegerField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson_key", "number"], name="attempt_number_is_used_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.lesson_key}, {self.number}"


class AsGiven(models.Model):
    """When something was given, by our clock, and by which open page in which order: of two that
    answer the same the later given stands, whichever arrives last."""

    given_at = models.DateTimeField()
    client = models.CharField(max_length=40, blank=True)
    sequence = models.PositiveBigIntegerField(default=0)

    class Meta:
        abstract = True


class Answer(AsGiven):
    """One row per question answered in an attempt: the latest response until the attempt is
    submitted, then fixed. Seen by the learner alone. An incomplete response is kept, and null
    where an answer was taken back."""

    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="answers")
    question_key = models.CharField(max_length=80)
    response = models.JSONField(null=True)
    complete = models.BooleanField(default=True)
    correct = models.BooleanField()
    # What it earns, whole percent rounded down; marks are counted from the response itself.
    credit = models.PositiveSmallIntegerField(default=0)
    saved_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "question_key"], name="question_is_answered_once_in_an_attempt"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}: {self.question_key}"


class Reflection(AsGiven):
    """One row per reflection a learner wrote: theirs alone, in no report, removed with the
    enrolment's records."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="reflections")
    block_key = models.CharField(max_length=80)
    text = GuardedTextField(
        _("your reflection"), max_length=2000, blank=True, sensitivity=Sensitivity.STRICT
    )
    saved_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "block_key"], name="one_reflection_per_block"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.block_key}"


class ChecklistMark(AsGiven):
    """One row per item of a checklist block that the learner has touched; `ticked` as it stands.
    Updated: not a fact."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="marks")
    block_key = models.CharField(max_length=80)
    item = models.PositiveIntegerField()
    ticked = models.BooleanField(default=True)

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "block_key", "item"], name="checklist_item_is_ticked_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.block_key}, {self.item}"


class Confirmation(models.Model):
    """One row per statement of the course that a learner has confirmed. Never updated."""

    append_only = AppendOnly()

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="confirmations")
    item_key = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "item_key"], name="statement_is_confirmed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.item_key}"


class SignOff(models.Model):
    """One row per thing that a manager has confirmed as done in an enrolment. Never updated."""

    append_only = AppendOnly()

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="signoffs")
    item_key = models.CharField(max_length=80)
    # The day it was done.
    done_on = models.DateField(_("done on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("manager's confirmation")
        verbose_name_plural = _("managers' confirmations")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "item_key"], name="manager_confirms_a_thing_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.item_key}"


class Completion(models.Model):
    """One row per completed enrolment: an immutable fact naming version and hash. `revoked_on`
    is set once, by a later decision."""

    append_only = AppendOnly(free=("person_id",), once=("revoked_on",))

    class Way(models.TextChoices):
        COURSE = "course", _("by taking the course")
        TEST = "test", _("by the test that stands for it")

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="completion")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="completions")
    version = models.ForeignKey(CourseVersion, on_delete=models.PROTECT, related_name="completions")
    # The day in Europe/Stockholm, and the moment.
    completed_on = models.DateField(_("completed on"))
    completed_at = models.DateTimeField()
    # Null where it was completed without any lesson and without the test that stands for them.
    score = models.PositiveIntegerField(_("score, percent"), null=True, blank=True)
    content_hash = models.CharField(max_length=64)
    way = models.CharField(_("way"), max_length=20, choices=Way, default=Way.COURSE)
    revoked_on = models.DateField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("completion")
        verbose_name_plural = _("completions")

    def __str__(self) -> str:
        return f"{self.person_id}: {self.version_id}, {self.completed_on}"


class Certificate(models.Model):
    """One row per certificate issued. What was printed never changes: a correction is a new
    certificate and `superseded_by`; a revocation sets `revoked_on`."""

    append_only = AppendOnly(
        free=("person_id",), once=("revoked_on", "revoked_reason", "superseded_by_id")
    )

    code = models.CharField(_("code"), max_length=20, unique=True)
    completion = models.ForeignKey(
        Completion, on_delete=models.PROTECT, related_name="certificates"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    # As printed.
    name = models.CharField(max_length=220)
    course_title = models.CharField(max_length=255)
    organisation = models.CharField(max_length=200)
    # A list of {area, area_code, level, level_name}.
    grants = models.JSONField(default=list)
    issued_on = models.DateField(_("issued on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)
    revoked_reason = GuardedCharField(max_length=300, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return self.code
