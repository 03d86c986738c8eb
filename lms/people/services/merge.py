"""Two records of one human being become one. The loser is kept with `merged_into`; what the apps
above know about it follows through the signal `people_merged`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lms.audit.services import Entry, record, record_many
from lms.people.models import (
    Delegation,
    Employment,
    Leave,
    PartnerMembership,
    Person,
    User,
)
from lms.people.signals import people_merged

MERGED = "merged"


class MergeError(ValueError):
    """The two records cannot be merged; the message says why."""


@dataclass(frozen=True)
class MovedRows:
    """How many rows of one kind refer to the record that goes."""

    label: str
    count: int


@dataclass(frozen=True)
class MergePreview:
    survivor: Person
    loser: Person
    moved: tuple[MovedRows, ...]
    # What will happen to the accounts, in one sentence.
    account: str
    email: str


def preview_merge(*, survivor: Person, loser: Person) -> MergePreview:
    """What merging would do. MergeError where it is not possible."""
    _check(survivor, loser)
    moved = []
    for relation in Person._meta.related_objects:
        if relation.field.name in ("merged_into", "person") and relation.one_to_one:
            continue
        model = relation.related_model
        if isinstance(model, str) or relation.many_to_many:
            continue
        count = model._base_manager.filter(**{relation.field.name: loser.pk}).count()
        if count:
            moved.append(MovedRows(str(model._meta.verbose_name_plural), count))
    return MergePreview(
        survivor=survivor,
        loser=loser,
        moved=tuple(moved),
        account=_account_sentence(survivor, loser),
        email=survivor.email or loser.email,
    )


def _check(survivor: Person, loser: Person) -> None:
    if survivor.pk == loser.pk:
        raise MergeError(_("Choose two different records."))
    if loser.merged_into_id is not None or survivor.merged_into_id is not None:
        raise MergeError(_("One of the records has already been merged."))


def _account(person: Person) -> User | None:
    return User.objects.filter(person=person).first()


def _account_sentence(survivor: Person, loser: Person) -> str:
    stays, goes = _account(survivor), _account(loser)
    if stays and goes:
        return _("The account %(stays)s is kept and %(goes)s is closed.") % {
            "stays": stays.email,
            "goes": goes.email,
        }
    if goes:
        return _("The account %(goes)s is kept.") % {"goes": goes.email}
    if stays:
        return _("The account %(stays)s is kept.") % {"stays": stays.email}
    return _("Neither record has an account.")


def record_moved(
    model: type[models.Model],
    moved: Iterable[int],
    *,
    survivor: Person,
    loser: Person,
    by: User | None,
) -> None:
    """Say of each row that it now speaks of the record that is kept."""
    record_many(
        (_moved(model._meta, pk, survivor, loser) for pk in moved),
        by=by,
    )


def _moved(meta: Any, pk: int, survivor: Person, loser: Person) -> Entry:
    return Entry(
        f"{meta.model_name}_moved",
        meta.label_lower,
        str(pk),
        survivor.pk,
        before={"person": loser.person_id},
        after={"person": survivor.person_id},
        reason=MERGED,
    )


@transaction.atomic
def merge_people(*, survivor: Person, loser: Person, by: User, reason: str = "") -> Person:
    """Move everything of `loser` to `survivor`. Later HR files may name either person id."""
    people = {
        p.pk: p for p in Person.objects.select_for_update().filter(pk__in=[survivor.pk, loser.pk])
    }
    survivor, loser = people[survivor.pk], people[loser.pk]
    _check(survivor, loser)
    record_many(
        [
            *_move_employments(survivor, loser),
            *_move_leaves(survivor, loser),
            *_move_memberships(survivor, loser),
        ],
        by=by,
    )
    _move_delegations(survivor, loser, by)
    _move_account(survivor, loser, by)
    loser.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=timezone.now())
    Person.objects.filter(merged_into=loser).update(merged_into=survivor)
    if not survivor.email and loser.email:
        survivor.email = loser.email
        survivor.save(update_fields=["email"])
    loser.merged_into = survivor
    loser.save(update_fields=["merged_into"])
    people_merged.send(sender=Person, survivor=survivor, loser=loser, by=by)
    record(
        "people_merged",
        loser,
        by=by,
        person=survivor,
        before={"person_id": loser.person_id},
        after={"person_id": survivor.person_id},
        reason=reason,
    )
    return survivor


def _move_employments(survivor: Person, loser: Person) -> Iterator[Entry]:
    """The same employment on both records is one: the longer period counts, and the row of the
    record that goes stays there, withdrawn."""
    kept = {(e.unit_id, e.job_code, e.starts_on): e for e in survivor.employments.all()}
    for row in loser.employments.all():
        twin = kept.get((row.unit_id, row.job_code, row.starts_on))
        yield from _move(row, twin, survivor, loser)


def _move_leaves(survivor: Person, loser: Person) -> Iterator[Entry]:
    kept = {leave.starts_on: leave for leave in survivor.leaves.all()}
    for row in loser.leaves.all():
        yield from _move(row, kept.get(row.starts_on), survivor, loser)


def _move_memberships(survivor: Person, loser: Person) -> Iterator[Entry]:
    """A guest belongs to one organisation at a time. The same one on both records at once is one
    period, the longer; of two different ones that of the record that is kept counts. What does not
    count stays with the record that goes, withdrawn."""
    label = PartnerMembership._meta.label_lower
    for row in loser.partner_memberships.standing().select_related("organisation"):
        met = [
            other
            for other in survivor.partner_memberships.standing().select_related("organisation")
            if _overlap(row, other)
        ]
        if not met:
            row.person = survivor
            row.save(update_fields=["person"])
            yield _moved(row._meta, row.pk, survivor, loser)
            continue
        before = _belonging(row)
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        yield Entry(
            "partner_membership.ended",
            label,
            str(row.pk),
            loser.pk,
            before,
            _belonging(row),
            MERGED,
        )
        kept = met[0]
        if len(met) > 1 or kept.organisation_id != row.organisation_id:
            continue
        before = _belonging(kept)
        kept.starts_on = min(kept.starts_on, row.starts_on)
        kept.ends_on = max(kept.ends_on, row.ends_on) if kept.ends_on and row.ends_on else None
        kept.sees_own = kept.sees_own or row.sees_own
        kept.save(update_fields=["starts_on", "ends_on", "sees_own"])
        if before != _belonging(kept):
            yield Entry(
                "partner_membership.corrected",
                label,
                str(kept.pk),
                survivor.pk,
                before,
                _belonging(kept),
                MERGED,
            )


def _overlap(one: PartnerMembership, other: PartnerMembership) -> bool:
    return (one.ends_on is None or other.starts_on <= one.ends_on) and (
        other.ends_on is None or one.starts_on <= other.ends_on
    )


def _belonging(row: PartnerMembership) -> dict[str, Any]:
    return {
        "organisation": row.organisation.code,
        "sees_own": row.sees_own,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "withdrawn": row.withdrawn_at is not None,
    }


def _move_delegations(survivor: Person, loser: Person, by: User) -> None:
    """What one of the two gave the other stays as it is: nobody is their own deputy."""
    given = Delegation.objects.filter(giver=loser).exclude(deputy=survivor)
    received = Delegation.objects.filter(deputy=loser).exclude(giver=survivor)
    moving = {*given.values_list("pk", flat=True), *received.values_list("pk", flat=True)}
    given.update(giver=survivor)
    received.update(deputy=survivor)
    record_moved(Delegation, sorted(moving), survivor=survivor, loser=loser, by=by)


def _move(
    row: Employment | Leave, twin: Employment | Leave | None, survivor: Person, loser: Person
) -> Iterator[Entry]:
    kind, label = row._meta.model_name, row._meta.label_lower
    if twin is None:
        row.person = survivor
        row.save(update_fields=["person"])
        yield _moved(row._meta, row.pk, survivor, loser)
        return
    if row.withdrawn_at is None:
        later = twin.ends_on is not None and (row.ends_on is None or row.ends_on > twin.ends_on)
        manages = _manages(row) and not _manages(twin) and _lasts_as_long(row, twin)
        if twin.withdrawn_at is not None or later or manages:
            before = _period(twin)
            if twin.withdrawn_at is not None or later:
                twin.ends_on = row.ends_on
            twin.withdrawn_at = None
            fields = ["ends_on", "withdrawn_at"]
            if isinstance(twin, Employment) and manages:
                twin.is_manager = True
                fields.append("is_manager")
            twin.save(update_fields=fields)
            yield Entry(
                f"{kind}_changed", label, str(twin.pk), survivor.pk, before, _period(twin), MERGED
            )
        before = _period(row)
        row.withdrawn_at = timezone.now()
        row.save(update_fields=["withdrawn_at"])
        yield Entry(f"{kind}_withdrawn", label, str(row.pk), loser.pk, before, _period(row), MERGED)


def _manages(row: Employment | Leave) -> bool:
    return isinstance(row, Employment) and row.is_manager


def _lasts_as_long(row: Employment | Leave, twin: Employment | Leave) -> bool:
    """Whether the post reaches as far as its twin: a manager's post that has ended gives nobody the
    days after it."""
    if twin.withdrawn_at is not None or row.ends_on is None:
        return True
    return twin.ends_on is not None and row.ends_on >= twin.ends_on


def _period(row: Employment | Leave) -> dict[str, Any]:
    manager = {"is_manager": row.is_manager} if isinstance(row, Employment) else {}
    return manager | {
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "withdrawn": row.withdrawn_at is not None,
    }


def _move_account(survivor: Person, loser: Person, by: User) -> None:
    stays, goes = _account(survivor), _account(loser)
    if goes is None:
        return
    if stays is None:
        goes.person = survivor
        goes.save(update_fields=["person"])
        record(
            "account_moved",
            goes,
            by=by,
            person=survivor,
            before={"person": loser.person_id},
            after={"person": survivor.person_id},
        )
        return
    if goes.pk == by.pk:
        raise MergeError(_("You cannot close your own account by merging."))
    goes.is_active = False
    goes.save(update_fields=["is_active"])
    record(
        "account_closed",
        goes,
        by=by,
        person=survivor,
        before={"is_active": True},
        after={"is_active": False},
        reason=MERGED,
    )
