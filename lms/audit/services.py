"""Writing to the ledger, in the transaction of the change it describes."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from lms.audit.models import AuditEvent, Disposal

DISPOSED = "audit.disposed"

_in_place_of: ContextVar[tuple[int | None, Mapping[int, int]]] = ContextVar(
    "in_place_of", default=(None, {})
)


@contextmanager
def acting_in_place_of(managers: Mapping[int, int], *, by: models.Model) -> Iterator[None]:
    """Within this, what the account `by` does about a person is recorded as done in place of the
    account that `managers` gives for that person (both primary keys). Said where a deputy acts:
    the services need not know in which capacity they were called."""
    token = _in_place_of.set((by.pk, managers))
    try:
        yield
    finally:
        _in_place_of.reset(token)


def _on_behalf_of(by: Any, person_key: int | None) -> int | None:
    deputy, managers = _in_place_of.get()
    if by is None or person_key is None or by.pk != deputy:
        return None
    return managers.get(person_key)


@dataclass(frozen=True)
class Entry:
    """What happened to one object. `before` and `after` hold only what changed."""

    action: str
    object_type: str
    object_id: str
    person_key: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    # Who did it (an account), where that differs from the rest of the batch.
    by: Any = None


def record(
    action: str,
    obj: models.Model,
    *,
    by: Any,
    person: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event about `obj`. Call it inside the transaction that makes the change."""
    return AuditEvent.objects.create(
        by=by,
        on_behalf_of_id=_on_behalf_of(by, person.pk if person else None),
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        person_key=person.pk if person else None,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
    )


def record_many(entries: Iterable[Entry], *, by: Any) -> int:
    """Append many events in batches; the number written."""
    rows = [
        AuditEvent(
            by=e.by or by,
            on_behalf_of_id=_on_behalf_of(e.by or by, e.person_key),
            action=e.action,
            object_type=e.object_type,
            object_id=e.object_id,
            person_key=e.person_key,
            before=dict(e.before),
            after=dict(e.after),
            reason=e.reason,
        )
        for e in entries
    ]
    AuditEvent.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


@transaction.atomic
def dispose_events(*, before: datetime, reason: str, by: Any) -> Disposal:
    """Remove the entries written before a moment (gallring): the one way in which entries go. The
    open row is what the database lets them go by; nobody outside the transaction ever sees it."""
    if not reason.strip():
        raise ValueError("A disposal states its reason.")
    if before > timezone.now():
        raise ValueError("What is not yet written cannot be disposed of.")
    disposal = Disposal(horizon=before, reason=reason.strip(), by=by)
    disposal.full_clean()
    disposal.save()
    gone = AuditEvent.objects.filter(at__lt=before)
    # Nothing refers to an entry: there is nothing to collect.
    disposal.removed = gone._raw_delete(gone.db)  # type: ignore[attr-defined]
    disposal.closed_at = timezone.now()
    disposal.save(update_fields=["removed", "closed_at"])
    record(
        DISPOSED,
        disposal,
        by=by,
        before={"entries": disposal.removed},
        after={"entries": 0, "written_before": before.isoformat()},
        reason=disposal.reason,
    )
    return disposal
