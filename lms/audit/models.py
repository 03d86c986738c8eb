"""The append-only ledger of what changed a status, and who opened other people's records."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField, Sensitivity


class AuditEvent(models.Model):
    """One row per action that changed a fact, a right or an account. Never updated; only the
    logged disposal path may remove rows. The database refuses anything else."""

    append_only = AppendOnly(dated="at")

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The manager in whose place a deputy did it.
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=80, db_index=True)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    # The person concerned, as a plain key: a ledger outlives what it speaks of.
    person_key = models.BigIntegerField(null=True, blank=True, db_index=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="audit_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_type} {self.object_id}"


class Disposal(models.Model):
    """One row per disposal (gallring) of entries of the ledger past their time. While it is open,
    which is while its transaction runs, the database lets entries from before `horizon` go.
    `closed_at` and `removed` are set once; never deleted."""

    append_only = AppendOnly(once=("closed_at", "removed"))

    # Entries written before this moment go.
    horizon = models.DateTimeField()
    reason = GuardedCharField(_("reason"), max_length=300, sensitivity=Sensitivity.EDITORIAL)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    removed = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M} < {self.horizon:%Y-%m-%d}"
