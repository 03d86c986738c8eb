"""How far each account reaches, as it was known night by night, and what changed in between. How
far it reaches today is asked of `access.units_seen_by`; these rows only remember."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReachNight(models.Model):
    """One row per night on which the reach of everyone was looked at: for `day`, at `created_at`.
    `compared_with` is the night before it that was; none for the first, which only begins. Never
    updated; removed with its changes after 24 months."""

    day = models.DateField(_("day"), unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    compared_with = models.DateField(null=True, blank=True)
    # The unit that was made last: one with a higher key is new, any other may only have moved.
    newest_unit = models.BigIntegerField(default=0)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("night's look at reach")
        verbose_name_plural = _("nights' looks at reach")
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(compared_with__isnull=True) | Q(compared_with__lt=models.F("day")),
                name="reach_night_is_compared_with_an_earlier_one",
                violation_error_message=_("A night is compared with an earlier one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class KnownReach(models.Model):
    """One row per account and what gave it its reach on the last night: a post, a delegation or a
    role, with the units it reached, in all. Replaced every night: it is what the next night is
    compared with, and nothing else reads it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # "post:12", "delegation:3", "role:7".
    source = models.CharField(max_length=40)
    # Whether the account could sign in. What a closed one would have reached is kept, so that
    # opening it is told as that.
    is_open = models.BooleanField()
    # Primary keys.
    units = models.JSONField()
    # How many people the account reached in all, by everything it had.
    people = models.PositiveIntegerField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("known reach")
        verbose_name_plural = _("known reaches")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "source"],
                name="known_reach_is_one_per_account_and_source",
                violation_error_message=_("The reach of this account is known already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.source}"


class ReachChange(models.Model):
    """One row per night and account whose reach had changed since the night before: how many units
    and people it was, and became. Never updated; goes with its night."""

    night = models.ForeignKey(ReachNight, on_delete=models.CASCADE, related_name="changes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    units_before = models.PositiveIntegerField()
    units_after = models.PositiveIntegerField()
    people_before = models.PositiveIntegerField()
    people_after = models.PositiveIntegerField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("changed reach")
        verbose_name_plural = _("changed reaches")
        ordering = ["-night__day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["night", "user"],
                name="changed_reach_is_one_per_night_and_account",
                violation_error_message=_("This change is noted already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.night}, {self.user}"


class ReachedUnit(models.Model):
    """One row per unit that an account gained or lost by a change of its reach, and why. Never
    updated; goes with its night."""

    class Why(models.TextChoices):
        POST_BEGAN = "post_began", _("a post as manager began")
        POST_ENDED = "post_ended", _("a post as manager ended")
        DELEGATION_BEGAN = "delegation_began", _("a delegation began")
        DELEGATION_ENDED = "delegation_ended", _("a delegation ended")
        ROLE_BEGAN = "role_began", _("a role as unit contact began")
        ROLE_ENDED = "role_ended", _("a role as unit contact ended")
        ACCOUNT_OPENED = "account_opened", _("the account was opened")
        ACCOUNT_CLOSED = "account_closed", _("the account was closed")
        UNIT_NEW = "unit_new", _("the unit is new")
        UNIT_MOVED = "unit_moved", _("the unit was moved")

    change = models.ForeignKey(ReachChange, on_delete=models.CASCADE, related_name="units")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    gained = models.BooleanField()
    why = models.CharField(max_length=20, choices=Why)
    # The post, or the unit, was written by HR's file since the night before.
    by_import = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("unit gained or lost")
        verbose_name_plural = _("units gained or lost")
        constraints = [
            models.UniqueConstraint(
                fields=["change", "unit"],
                name="unit_is_gained_or_lost_once_in_a_change",
                violation_error_message=_("This change is noted already."),
            )
        ]

    def __str__(self) -> str:
        return f"{'+' if self.gained else '-'} {self.unit}"
