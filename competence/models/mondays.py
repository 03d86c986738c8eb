"""What readers of figures are shown of a Monday, as it was made once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedTextField, Sensitivity


class PublishedMonday(models.Model):
    """One row per Monday that somebody was shown, or that the night made ready: what is published
    of it, with what is hidden left out. Never updated or deleted: the same Monday told twice, with
    other facts or another threshold, tells by subtraction what each hides."""

    append_only = AppendOnly()

    monday = models.DateField(
        _("Monday"),
        unique=True,
        error_messages={"unique": _("The figures of the Monday are made already.")},
    )
    made_at = models.DateTimeField(_("made"))
    # The number of the competence plan in force on the Monday; none where there was none.
    plan_number = models.PositiveIntegerField(null=True)
    # What a count is hidden under in this row, whatever is decided later.
    threshold = models.PositiveSmallIntegerField()
    # The tables and the names they are read by (competence.figures.kept); no hidden number.
    document = GuardedTextField(sensitivity=Sensitivity.PLAIN)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("figures of a Monday")
        verbose_name_plural = _("figures of Mondays")
        ordering = ["-monday"]

    def __str__(self) -> str:
        return f"{self.monday}"
