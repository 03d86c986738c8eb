"""Claims that an outside course has been completed, with proof, and what was decided."""

from __future__ import annotations

import secrets
from datetime import date
from pathlib import PurePosixPath

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competence.models.facts import Achievement, OutsideCourse, OutsideRecord
from competence.querysets import RecognitionQuerySet
from lms.lib.dates import STOCKHOLM
from lms.lib.fields import GuardedCharField
from lms.lib.files import private_storage
from lms.people.models import Person

# So many files may prove one claim.
MOST_FILES = 5


def random_name(_row: models.Model, name: str) -> str:
    """Where a proof is kept. Nothing of the name it came with but a suffix that we chose."""
    return f"recognition/{secrets.token_hex(16)}{PurePosixPath(name).suffix}"


class SignInSheet(models.Model):
    """One row per sheet that says who took an outside course together, as whoever keeps the
    register read it. Never changed; its people are recognitions of their own."""

    outside_course = models.ForeignKey(
        OutsideCourse, on_delete=models.PROTECT, related_name="sheets"
    )
    completed_on = models.DateField(_("completed on"))
    # Empty: the list was pasted and the paper is kept elsewhere.
    proof = models.FileField(storage=private_storage, upload_to=random_name, blank=True)
    proof_name = models.CharField(_("file name"), max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("sign-in sheet")
        verbose_name_plural = _("sign-in sheets")


class Recognition(models.Model):
    """One row per claim that a person has completed an outside course. What is claimed is never
    changed: it is withdrawn, or decided. A decision taken back is logged, and the claim waits
    again. The proof is removed from disk when the claim is withdrawn; the row stays."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="recognitions")
    # Empty: a course that is not in the list, named in the claimant's words.
    outside_course = models.ForeignKey(
        OutsideCourse,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recognitions",
    )
    title = GuardedCharField(_("the course's name"), max_length=200, blank=True)
    provider = GuardedCharField(_("given by"), max_length=200, blank=True)
    completed_on = models.DateField(_("completed on"))
    # Empty: removed, or on the sheet.
    proof = models.FileField(storage=private_storage, upload_to=random_name, blank=True)
    proof_name = models.CharField(_("file name"), max_length=120, blank=True)
    note = GuardedCharField(_("note"), max_length=300, blank=True)
    sheet = models.ForeignKey(
        SignInSheet,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recognitions",
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Empty: not decided.
    approved = models.BooleanField(_("approved"), null=True, blank=True)
    decision_reason = GuardedCharField(_("reason"), max_length=300, blank=True)
    # What the approval wrote, or found written already (an import): rules give by it.
    outside_record = models.ForeignKey(
        OutsideRecord,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recognitions",
    )
    # Whether the approval wrote the record, so that taking it back takes the record back.
    made_record = models.BooleanField(default=False)
    # What was decided in the single case, where no rule gives it.
    achievement = models.ForeignKey(
        Achievement,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="recognitions",
    )

    objects = RecognitionQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(decided_at__isnull=True, withdrawn_at__isnull=True),
                name="recognition_waiting",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(outside_course__isnull=False) | ~Q(title=""),
                name="recognition_names_a_course",
                violation_error_message=_("Choose the course, or write its name."),
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, approved__isnull=False),
                name="recognition_is_decided_whole",
                violation_error_message=_("A decision has a day and an answer."),
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="recognition_is_decided_or_withdrawn",
                violation_error_message=_("What has been withdrawn is not decided."),
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved=True) | ~Q(decision_reason=""),
                name="recognition_is_refused_with_a_reason",
                violation_error_message=_("State the reason."),
            ),
            models.CheckConstraint(
                condition=~Q(approved=True)
                | Q(outside_record__isnull=False)
                | Q(achievement__isnull=False),
                name="recognition_approved_gives_something",
                violation_error_message=_("An approved claim is recorded."),
            ),
            models.UniqueConstraint(
                fields=["person", "outside_course", "completed_on"],
                condition=Q(
                    decided_at__isnull=True,
                    withdrawn_at__isnull=True,
                    outside_course__isnull=False,
                ),
                name="recognition_waits_once_for_a_course_and_day",
                violation_error_message=_("This course is already reported and waits for review."),
            ),
        ]

    def __str__(self) -> str:
        return self.course_name

    @property
    def course_name(self) -> str:
        if self.outside_course:
            return str(self.outside_course)
        return f"{self.title} ({self.provider})" if self.provider else self.title

    def proof_files(self) -> list[ProofFile]:
        """Every file of the claim, in the order they were sent."""
        first = (
            [ProofFile(recognition=self, number=1, file=self.proof.name, name=self.proof_name)]
            if self.proof
            else []
        )
        return [*first, *self.further_proofs.all()]

    @property
    def is_waiting(self) -> bool:
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def record_is_gone(self) -> bool:
        """Whether what the approval recorded has been taken back, or was put right to be somebody
        else's."""
        row = self.outside_record
        return row is not None and (row.withdrawn_at is not None or row.person_id != self.person_id)

    def days_waited(self, day: date) -> int:
        return max(0, (day - self.created_at.astimezone(STOCKHOLM).date()).days)


class ProofFile(models.Model):
    """One row per further file of a claim: the first is on the claim itself. Never changed; removed
    with its file when the claim is withdrawn."""

    recognition = models.ForeignKey(
        Recognition, on_delete=models.PROTECT, related_name="further_proofs"
    )
    # 2, 3 … as they were sent.
    number = models.PositiveSmallIntegerField(_("number"))
    file = models.FileField(storage=private_storage, upload_to=random_name)
    name = models.CharField(_("file name"), max_length=120)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["recognition", "number"],
                name="proof_file_has_a_number_of_its_own",
                violation_error_message=_("The report has a file with this number."),
            ),
            models.CheckConstraint(
                condition=Q(number__range=(2, MOST_FILES)),
                name="claim_has_five_files_at_most",
                violation_error_message=_("Five files at most can be sent."),
            ),
        ]

    @property
    def is_image(self) -> bool:
        return str(self.file.name).endswith(".jpg")
