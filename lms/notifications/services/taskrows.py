"""Small tasks that must not be lost: Wagtail's own, as rows that any worker may take."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F, Q
from django.utils.module_loading import import_string

from lms.notifications.models import TaskRow
from lms.notifications.wakeup import Wake, wake_on_commit

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BATCH = 500
ATTEMPTS = 5
# A claim this old was held by a process that is gone: these tasks take seconds.
CLAIM = timedelta(minutes=10)
WAIT = timedelta(minutes=2)


def store_task(
    *, path: str, args: Sequence[Any], kwargs: Mapping[str, Any], run_after: datetime, at: datetime
) -> TaskRow:
    """Write the task down in the caller's transaction and wake the worker on commit."""
    row = TaskRow.objects.create(
        path=path, args=list(args), kwargs=dict(kwargs), created_at=at, run_after=run_after
    )
    wake_on_commit(Wake.TASK, row.pk)
    return row


def run_task_row(pk: int, *, clock: Clock) -> bool:
    """Run one waiting task, then those that ask for the same thing; False where there was
    nothing (left) to do."""
    ran = False
    next_pk: int | None = pk
    while next_pk is not None:
        row = _claim(next_pk, at=clock())
        if row is None:
            break
        done, ran = _run(row, clock), True
        next_pk = _next_like(row, at=clock()) if done else None
    return ran


def _claim(pk: int, *, at: datetime) -> TaskRow | None:
    """Take the row, unless somebody holds it or another row that asks for the same thing: two
    workers that index one page at once would both write its first entry."""
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=at - CLAIM)
    if not TaskRow.objects.filter(free, pk=pk, run_after__lte=at, failed_at__isnull=True).update(
        claimed_at=at, attempts=F("attempts") + 1
    ):
        return None
    row = TaskRow.objects.get(pk=pk)
    held = TaskRow.objects.filter(path=row.path, claimed_at__gte=at - CLAIM).exclude(pk=pk)
    if any(_asks_the_same(row, other) for other in held):
        # Whoever holds the other runs this one next; if both step back, the sweeper finds them.
        TaskRow.objects.filter(pk=pk).update(claimed_at=None, attempts=F("attempts") - 1)
        return None
    return row


def _asks_the_same(row: TaskRow, other: TaskRow) -> bool:
    return (row.path, row.args, row.kwargs) == (other.path, other.args, other.kwargs)


def _next_like(row: TaskRow, *, at: datetime) -> int | None:
    waiting = TaskRow.objects.filter(
        path=row.path, claimed_at__isnull=True, run_after__lte=at, failed_at__isnull=True
    )
    return next((other.pk for other in waiting if _asks_the_same(row, other)), None)


def _run(row: TaskRow, clock: Clock) -> bool:
    """Whether the task succeeded, or has nothing left to do."""
    try:
        import_string(row.path).call(*row.args, **row.kwargs)
    except ObjectDoesNotExist:
        # What the task was about has been deleted meanwhile.
        row.delete()
    except Exception as error:
        logger.exception("Task %s %s failed (try %s).", row.path, row.args, row.attempts)
        _refuse(row, error, clock())
        return False
    else:
        row.delete()
    return True


def _refuse(row: TaskRow, error: Exception, at: datetime) -> None:
    given_up = row.attempts >= ATTEMPTS
    TaskRow.objects.filter(pk=row.pk).update(
        claimed_at=None,
        run_after=at + WAIT * row.attempts,
        failed_at=at if given_up else None,
        error=f"{type(error).__name__}: {error}"[:500],
    )


def run_waiting_tasks(*, clock: Clock, limit: int = BATCH) -> int:
    """Run what no wake-up reached; how many tasks ran."""
    at = clock()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=at - CLAIM)
    waiting = TaskRow.objects.filter(free, run_after__lte=at, failed_at__isnull=True)
    return sum(run_task_row(pk, clock=clock) for pk in waiting.values_list("pk", flat=True)[:limit])
