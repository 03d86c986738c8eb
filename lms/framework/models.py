"""The vocabulary that requirements, courses and articles share: areas and levels."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedTextField, Sensitivity


class CompetenceArea(models.Model):
    """One row per area of competence (OM1 …). Renamed, never reused or deleted."""

    append_only = AppendOnly(free=("name", "short_name", "description", "sort_order"))

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    # For narrow table heads; empty means the name is used.
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    description = GuardedTextField(_("description"), blank=True, sensitivity=Sensitivity.EDITORIAL)
    sort_order = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("competence area")
        verbose_name_plural = _("competence areas")
        ordering = ["sort_order", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        return self.short_name or self.name


class TrainingLevel(models.Model):
    """One row per level; a higher number includes the lower ones. Renamed, never given another
    number or deleted."""

    append_only = AppendOnly(free=("name", "description"))

    number = models.PositiveIntegerField(_("level"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    description = GuardedTextField(_("description"), blank=True, sensitivity=Sensitivity.EDITORIAL)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.name
