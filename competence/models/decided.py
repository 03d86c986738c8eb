"""What the competence plan and the training plan have in common: a document that is drafted, sent
out, prepared and decided, and that is in force by its dates alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lms.lib.append_only import AppendOnly
from lms.lib.fields import GuardedCharField, GuardedTextField
from lms.lib.frozen import Freezing

# As a sent document is kept: it goes on, is decided, and may be closed, given its registry number
# or repealed later, each once.
DECIDED_ONCE = Freezing(
    onward=("consultation>preparation", "consultation>adopted", "preparation>adopted"),
    arrives="adopted",
    on_arrival=("in_force_from", "adopted_on", "adopted_by"),
    once=(
        *("registry_number", "closed_at", "repealed_on", "repeal_decided_on"),
        *("repealed_by", "repeal_registry_number", "repeal_reason"),
    ),
    unique=("number",),
)


class State(models.TextChoices):
    """Where a version is on a day. The first four are its status, or that it was closed; the last
    four follow from dates."""

    DRAFT = "draft", _("draft")
    CONSULTATION = "consultation", _("out for consultation")
    PREPARATION = "preparation", _("in preparation")
    CLOSED = "closed", _("taken back and closed")
    DECIDED = "decided", _("decided")
    IN_FORCE = "in_force", _("currently in force")
    SUPERSEDED = "superseded", _("superseded")
    REPEALED = "repealed", _("repealed")


class DecidedDocument(models.Model):
    """One row per version of a plan. Only a draft is edited. Once sent it stands as it was sent:
    going back means a new draft that `continues` it, and closes it. A decided version is in force
    from its day until the next one's (of two from the same day, the one with the higher number),
    or until it is repealed, and stays readable for ever."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONSULTATION = "consultation", _("out for consultation")
        PREPARATION = "preparation", _("in preparation")
        ADOPTED = "adopted", _("adopted")

    # The name of the document in addresses, and in rows about it that stand beside both plans.
    kind: ClassVar[str]
    # What its actions in the ledger begin with.
    audit_prefix: ClassVar[str]

    number = models.PositiveIntegerField(_("version"), unique=True)
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT, db_index=True
    )
    # Empty on an adopted version: in force from the beginning of time (the first plan of an
    # organisation that has none). Meaningless until it is adopted.
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)
    # Empty where the decision is not known to the system (an imported framework).
    adopted_on = models.DateField(_("decided on"), null=True, blank=True)
    adopted_by = GuardedCharField(_("decided by"), max_length=200, blank=True)
    # Empty: not stated in the document. May be added once, later.
    registry_number = GuardedCharField(_("registry number"), max_length=60, blank=True)
    note = GuardedTextField(_("note"), blank=True)
    # The sent version that this one was drafted from when it was taken back.
    continues = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="continued_as"
    )
    # When a sent version was taken back to be worked on as a new draft.
    closed_at = models.DateTimeField(null=True, blank=True)
    # The first day on which the version is no longer in force. Not later than `in_force_from`:
    # it never came into force.
    repealed_on = models.DateField(_("repealed from"), null=True, blank=True)
    repeal_decided_on = models.DateField(_("repeal decided on"), null=True, blank=True)
    repealed_by = GuardedCharField(_("repealed by"), max_length=200, blank=True)
    repeal_registry_number = GuardedCharField(
        _("registry number of the repeal"),
        max_length=60,
        blank=True,
    )
    repeal_reason = GuardedTextField(_("reason of the repeal"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    frozen = DECIDED_ONCE

    class Meta:
        abstract = True
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(status__in=["consultation", "preparation"]),
                name="%(class)s_is_closed_only_once_sent",
                violation_error_message=_("Only a version that has been sent can be closed."),
            ),
            models.CheckConstraint(
                condition=Q(
                    repealed_on__isnull=True,
                    repeal_decided_on__isnull=True,
                    repealed_by="",
                    repeal_registry_number="",
                    repeal_reason="",
                )
                | (
                    Q(
                        status="adopted",
                        repeal_decided_on__isnull=False,
                        repealed_on__gte=F("repeal_decided_on"),
                    )
                    & ~Q(repealed_by="")
                    & ~Q(repeal_reason="")
                ),
                name="%(class)s_is_repealed_by_a_decision",
                violation_error_message=_(
                    "A repeal is of a decided version, has a body, a day and a reason, and does "
                    "not reach back before its own decision."
                ),
            ),
        ]

    def own_words(self) -> list[str]:
        """What somebody has written freely in it."""
        return [self.note]

    @property
    def is_draft(self) -> bool:
        return self.status == self.Status.DRAFT

    @property
    def is_sent(self) -> bool:
        """Whether it is out for consultation or in preparation, and still to be decided."""
        sent = (self.Status.CONSULTATION, self.Status.PREPARATION)
        return self.status in sent and self.closed_at is None


def plans_by_kind() -> dict[str, type[DecidedDocument]]:
    """The plans by their kind."""
    return {model.kind: model for model in DecidedDocument.__subclasses__()}


def states_on(versions: Iterable[DecidedDocument], day: date) -> dict[int, State]:
    """Where each of the versions of one plan is on `day`, by primary key. One query beside the
    versions' own."""
    found: dict[int, State] = {}
    in_force: DecidedDocument | None = None
    for position, version in enumerate(versions):
        if position == 0:
            in_force = type(version)._default_manager.in_force_on(day)  # type: ignore[attr-defined]
        found[version.pk] = _state(version, in_force, day)
    return found


def _state(version: DecidedDocument, in_force: DecidedDocument | None, day: date) -> State:
    if version.closed_at is not None:
        return State.CLOSED
    if version.status != DecidedDocument.Status.ADOPTED:
        return State(version.status)
    if version.repealed_on is not None and version.repealed_on <= day:
        return State.REPEALED
    if in_force is not None and version.pk == in_force.pk:
        return State.IN_FORCE
    if version.in_force_from is not None and version.in_force_from > day:
        return State.DECIDED
    return State.SUPERSEDED


def state_words(version: DecidedDocument, state: State) -> str:
    """The state in words, with the day that it hangs on."""
    if state is State.DECIDED and version.in_force_from is not None:
        return gettext("decided, in force from %(day)s") % {
            "day": date_format(version.in_force_from)
        }
    if state is State.REPEALED and version.repealed_on is not None:
        return gettext("repealed from %(day)s") % {"day": date_format(version.repealed_on)}
    return str(state.label)


class DocumentStep(models.Model):
    """One row per step of a version from one status to another: who took it, when, and in which
    forum. Never updated or deleted. A step back to draft closes the version. Each plan has a table
    of its own, whose `version` points at the plan's version."""

    append_only = AppendOnly()

    from_status = models.CharField(max_length=20, choices=DecidedDocument.Status)
    to_status = models.CharField(max_length=20, choices=DecidedDocument.Status)
    # Empty where the day of the decision is not known to the system (an imported framework).
    taken_on = models.DateField(_("day"), null=True, blank=True)
    # The body that sent it on or took it back. Empty: the coordinator's own step.
    forum = GuardedCharField(_("forum"), max_length=200, blank=True)
    note = GuardedTextField(_("note"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True
        ordering = ["pk"]
