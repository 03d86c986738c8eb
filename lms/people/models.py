"""People, accounts and the organisation: who HR says works here, and who may sign in.

Person is not User: what somebody learnt hangs on Person; who did something (`by`) is a User.
Nothing is deleted when people move; periods end. No personnummer, party, faith or health.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lms.lib.fields import GuardedCharField, Sensitivity
from lms.lib.files import private_storage
from lms.people.deputies import Delegation as Delegation
from lms.people.partners import PartnerMembership as PartnerMembership
from lms.people.partners import PartnerOrganisation as PartnerOrganisation
from lms.people.querysets import EmploymentQuerySet, LeaveQuerySet, PersonQuerySet, UnitQuerySet
from lms.people.reach import KnownReach as KnownReach
from lms.people.reach import ReachChange as ReachChange
from lms.people.reach import ReachedUnit as ReachedUnit
from lms.people.reach import ReachNight as ReachNight
from lms.people.roles import Role


def name_of(given_name: str, family_name: str, person_id: str) -> str:
    return f"{given_name} {family_name}".strip() or person_id


class Person(models.Model):
    """One row per human being the municipality answers for: employed, elected, named or guest.
    Never deleted outside the disposal path; two rows of one person are merged, the loser kept
    with `merged_into`."""

    person_id = models.CharField(_("person id"), max_length=40, unique=True)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    # Empty: no address is known; the person is listed for the coordinator and gets no mail.
    # Not unique: HR files give shared mailboxes to several people. The anomaly list names them,
    # and nobody is invited by mail to an address that two people share.
    email = models.EmailField(_("e-mail"), blank=True, db_index=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_from"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["family_name", "given_name", "person_id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Given and family name, or the person id where no name is known (a bare naming)."""
        return name_of(self.given_name, self.family_name, self.person_id)

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper() or self.person_id[:2].upper()


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """One row per account that can sign in. Deactivated, never deleted: facts name it as `by`."""

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    person = models.OneToOneField(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="user"
    )
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    language = models.CharField(
        _("language"), max_length=5, blank=True, choices=[("sv", "Svenska"), ("en", "English")]
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_is_unique_whatever_its_case",
                violation_error_message=_("An account with this e-mail address exists."),
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        if self.person_id and self.person:
            return self.person.name
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        if self.person_id and self.person:
            return self.person.given_name
        return self.first_name


class Unit(models.Model):
    """One row per organisational unit. The parent is the fact; `tree_left`/`tree_right` are a
    nested-set index rebuilt from it by `lms.people.services.tree.rebuild_tree` (a unit's subtree
    is one range). Never deleted: a unit that has gone keeps its code."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    tree_left = models.IntegerField(default=0, editable=False, db_index=True)
    tree_right = models.IntegerField(default=0, editable=False)
    depth = models.IntegerField(default=0, editable=False)

    objects = UnitQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["tree_left", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="unit_is_not_its_own_parent",
                violation_error_message=_("A unit cannot be its own parent."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def covers(self, other: Unit) -> bool:
        """Whether `other` is this unit or lies below it."""
        return self.tree_left <= other.tree_left and other.tree_right <= self.tree_right


class Employment(models.Model):
    """One row per period in a post. A changed last day is a logged change; a row withdrawn
    before it began keeps `withdrawn_at`; nothing is deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="employments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="employments")
    job_code = models.CharField(_("job code"), max_length=60)
    job_title = models.CharField(_("job title"), max_length=200, blank=True)
    is_manager = models.BooleanField(_("manager"), default=False)
    form = models.CharField(_("form of employment"), max_length=60, blank=True)
    starts_on = models.DateField(_("first day"))
    # Last day, inclusive. Empty: open.
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    # Set when a future employment vanished from a full import: it never began.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = EmploymentQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        ordering = ["person", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "job_code", "starts_on"],
                name="employment_is_person_unit_job_and_first_day",
                violation_error_message=_(
                    "This person already has this job in this unit from this day."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="employment_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "starts_on", "ends_on"], name="employment_unit_period")
        ]

    def __str__(self) -> str:
        return f"{self.job_title or self.job_code}, {self.unit}"


class Leave(models.Model):
    """One row per period of leave; identified by person and first day. The reason for a leave
    is never stored. A changed last day is a logged change; `withdrawn_at` marks one that HR
    took back before it began."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leaves")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = LeaveQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        ordering = ["person", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "starts_on"],
                name="leave_is_person_and_first_day",
                violation_error_message=_("This leave is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="leave_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.starts_on}"


class RoleAssignment(models.Model):
    """One row per role given to an account, from a day, for a unit and all below it (no unit:
    the whole organisation). Ended, never deleted. Manager is not assigned: it follows from
    employment."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=40, choices=Role.assignable_choices())
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="role_assignments"
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = GuardedCharField(
        _("reason"), max_length=300, blank=True, sensitivity=Sensitivity.STRICT
    )
    created_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_it_starts",
                violation_error_message=_("The last day is before the first day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} – {self.user}"

    def is_in_force(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Invitation(models.Model):
    """One row per code that lets somebody set a password, sent by mail or printed on a sheet.
    Only the hash is kept. `used_at` and `revoked_at` are set once; nothing is deleted."""

    class Channel(models.TextChoices):
        MAIL = "mail", pgettext_lazy("a way to reach somebody", "mail")
        PRINT = "print", _("printed code")

    # The person, or the account of somebody without one (an auditor, a partner): never both empty.
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_on = models.DateField(_("last day"))
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(user__isnull=False),
                name="invitation_is_for_a_person_or_an_account",
                violation_error_message=_("An invitation is for a person or an account."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.person or self.user}"


class ImportRun(models.Model):
    """One row per applied HR import. Only `undone_at`/`undone_by` are ever set afterwards."""

    wagtail_reference_index_ignore = True

    created_at = models.DateTimeField(auto_now_add=True)
    as_of = models.DateField(_("day"))
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    file_names = models.JSONField(default=list)
    summary = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return ", ".join(self.file_names)


class ImportChange(models.Model):
    """One row per change an import made, with what is needed to take it back. Never updated."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="changes")
    action = models.CharField(max_length=20)  # create, update, end, withdraw, restore
    object_type = models.CharField(max_length=20)  # unit, person, account, employment, leave
    object_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class ImportUpload(models.Model):
    """One row per set of HR files that waits for a decision. The files are removed from disk
    when they have been applied or discarded; the row stays."""

    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    units = models.FileField(storage=private_storage, upload_to="hr-import")
    staff = models.FileField(storage=private_storage, upload_to="hr-import")
    leave = models.FileField(storage=private_storage, upload_to="hr-import", blank=True)
    file_names = models.JSONField(default=list)
    run = models.OneToOneField(
        ImportRun, null=True, blank=True, on_delete=models.PROTECT, related_name="upload"
    )
    discarded_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return ", ".join(self.file_names)
