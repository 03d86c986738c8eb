"""Telling people things, once each, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from lms.notifications.models import Delivery, Notice
from lms.notifications.registry import Mail, notice_kind
from lms.notifications.wakeup import Wake, wake_on_commit
from lms.people.models import Person

BATCH = 500


class DedupeKeyError(Exception):
    """The key already names something said to another person or of another kind."""


@dataclass(frozen=True)
class Draft:
    """One thing to tell one person."""

    kind: str
    person: Person
    dedupe_key: str
    context: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


def notify(
    *,
    kind: str,
    person: Person,
    dedupe_key: str,
    context: Mapping[str, Any] | None = None,
    url: str = "",
    at: datetime,
) -> Notice | None:
    """Tell `person` something; the notice, or None where `dedupe_key` has been said before.

    Writes the inbox row and, for kinds mailed at once, the outbox row in the caller's
    transaction: both happen or neither. The key must name the occasion and the person."""
    told = notify_many([Draft(kind, person, dedupe_key, context or {}, url)], at=at)
    return told[0] if told else None


def notify_many(drafts: Sequence[Draft], *, at: datetime) -> list[Notice]:
    """Tell many people things in a few queries; the notices that are new."""
    told: list[Notice] = []
    for start in range(0, len(drafts), BATCH):
        batch = {draft.dedupe_key: draft for draft in drafts[start : start + BATCH]}
        told += _tell(list(batch.values()), at)
    return told


@transaction.atomic
def take_back(*, notices: Iterable[int]) -> list[Notice]:
    """Unsay what nobody has read and no mail has carried: the notices (primary keys) that are
    gone. What a mail still in the outbox would carry is taken out of it; one being sent keeps
    what it holds."""
    keys = list(notices)
    # Whoever claims a mail waits for this, and then finds it without what was taken back.
    waiting = Delivery.objects.select_for_update(of=("self",)).filter(
        state=Delivery.State.PENDING, notices__in=keys
    )
    outbox = {delivery.pk for delivery in waiting}
    gone = [
        notice
        for notice in Notice.objects.unread().select_for_update().filter(pk__in=keys)
        if notice.delivery_id is None or notice.delivery_id in outbox
    ]
    Notice.objects.filter(pk__in=[notice.pk for notice in gone]).delete()
    return gone


def _tell(batch: list[Draft], at: datetime) -> list[Notice]:
    fresh = _unsaid(batch)
    try:
        return _write(fresh, at)
    except IntegrityError:
        # Somebody said one of these between the look and the write: look again, one at a time.
        told = []
        for draft in fresh:
            try:
                told += _write(_unsaid([draft]), at)
            except IntegrityError:
                continue
        return told


@transaction.atomic
def _write(drafts: list[Draft], at: datetime) -> list[Notice]:
    """The inbox rows, and a mail row for each of a kind that is mailed at once."""
    urgent = [draft for draft in drafts if notice_kind(draft.kind).mail is Mail.AT_ONCE]
    deliveries = {
        delivery.reason_key: delivery
        for delivery in Delivery.objects.bulk_create(
            Delivery(
                person_id=_recipient(draft.person),
                category=notice_kind(draft.kind).category,
                kind=draft.kind,
                reason_key=_reason(draft),
                created_at=at,
                not_before=at,
            )
            for draft in urgent
        )
    }
    if deliveries:
        wake_on_commit(Wake.OUTBOX)
    return Notice.objects.bulk_create(
        Notice(
            person_id=_recipient(draft.person),
            kind=notice_kind(draft.kind).code,
            dedupe_key=draft.dedupe_key,
            context=dict(draft.context),
            url=draft.url,
            created_at=at,
            delivery=deliveries.get(_reason(draft)),
        )
        for draft in drafts
    )


def _reason(draft: Draft) -> str:
    return f"notice:{draft.dedupe_key}"


def _unsaid(batch: list[Draft]) -> list[Draft]:
    said = {
        key: (person_id, kind)
        for key, person_id, kind in Notice.objects.filter(
            dedupe_key__in=[draft.dedupe_key for draft in batch]
        ).values_list("dedupe_key", "person_id", "kind")
    }
    for draft in batch:
        if draft.dedupe_key in said and said[draft.dedupe_key] != (
            _recipient(draft.person),
            draft.kind,
        ):
            raise DedupeKeyError(f"{draft.dedupe_key} already names another person or kind.")
    return [draft for draft in batch if draft.dedupe_key not in said]


def _recipient(person: Person) -> int:
    """The key of the row that stands for the person: a merged row passes its notices on."""
    return person.merged_into_id or person.pk


def unread_count(person: Person | None) -> int:
    """How many notices the person has not read; one query on a partial index."""
    if person is None:
        return 0
    return Notice.objects.addressed_to(person).unread().count()


def mark_read(*, notice: Notice, at: datetime) -> None:
    """Set the moment of first reading; a second reading changes nothing."""
    Notice.objects.unread().filter(pk=notice.pk).update(read_at=at)


def mark_all_read(*, person: Person, at: datetime) -> int:
    """Mark everything in the person's inbox as read; how many there were."""
    return Notice.objects.addressed_to(person).unread().update(read_at=at)
