"""Background jobs: started in the caller's transaction, claimed by a worker, followed on a page."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from lms.audit.services import record
from lms.notifications.models import Job
from lms.notifications.registry import job_kind
from lms.notifications.wakeup import Wake, wake_now, wake_on_commit
from lms.people.models import User

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
State = Job.State
Result = TypeVar("Result")

# A job whose worker dies this many times is not taken up again by itself.
ATTEMPTS = 3
HEARTBEAT_SECONDS = 15
PROGRESS_SECONDS = 0.5
STOPPED = gettext_noop("The work stopped before it was done. Try again.")
UNEXPECTED = gettext_noop("Something went wrong that the product did not foresee. Try again.")


LOCKED = gettext_noop("The database was busy with something else for too long. Try again.")
# On SQLite one writes at a time: how long a job that found the database locked waits before it is
# run again, in seconds.
PAUSES = (1.0, 5.0, 15.0)


class JobError(Exception):
    """What a job function raises to say, in words for the reader, why it could not go on."""


class JobStateError(Exception):
    """The job is not in a state where this can be done."""


def start_job(
    *, kind: str, by: User | None, params: Mapping[str, Any] | None = None, key: str | None = None
) -> Job:
    """Put a job in the queue, in the caller's transaction. With `key` there is only ever one:
    the existing row is returned."""
    values = {
        "kind": job_kind(kind).code,
        "params": dict(params or {}),
        "by": by,
        "created_at": timezone.now(),
    }
    if key is None:
        job, new = Job.objects.create(**values), True
    else:
        job, new = Job.objects.get_or_create(key=key, defaults=values)
    if new:
        wake_on_commit(Wake.JOB, job.pk)
    return job


def run_job(pk: int, *, clock: Clock = timezone.now) -> bool:
    """Run a waiting job to its end; False where another worker has it or it has ended."""
    if not _claim(pk, clock()):
        return False
    job = Job.objects.get(pk=pk)
    with _Heartbeat(job):
        try:
            result = _unlocked(lambda: job_kind(job.kind).function(job.params, _Progress(job)))
        except (JobError, ValidationError) as error:
            _end(job, State.FAILED, clock(), error=_words(error))
        except Exception as error:
            logger.exception("Job %s (%s) failed.", job.pk, job.kind)
            words = LOCKED if _is_locked(error) else f"{UNEXPECTED} ({type(error).__name__})"
            _end(job, State.FAILED, clock(), error=words)
        else:
            _end(job, State.DONE, clock(), result_url=result or "")
    return True


def _unlocked(work: Callable[[], Result]) -> Result:
    """What `work` gives, tried again after a pause where the database is locked."""
    for pause in PAUSES:
        try:
            return work()
        except OperationalError as error:
            if not _is_locked(error):
                raise
            logger.warning("The database is locked; trying again in %s seconds.", pause)
            time.sleep(pause)
    return work()


def _is_locked(error: Exception) -> bool:
    """Whether SQLite gave up waiting for another writer."""
    return isinstance(error, OperationalError) and "is locked" in str(error)


def _claim(pk: int, at: datetime) -> bool:
    return bool(
        Job.objects.filter(pk=pk, state=State.PENDING).update(
            state=State.RUNNING,
            started_at=at,
            heartbeat_at=at,
            attempts=F("attempts") + 1,
            done=0,
            total=0,
            message="",
            error="",
        )
    )


def _end(job: Job, state: str, at: datetime, *, error: str = "", result_url: str = "") -> None:
    running = Job.objects.filter(pk=job.pk, state=State.RUNNING, attempts=job.attempts)
    _unlocked(
        lambda: running.update(
            state=state, finished_at=at, heartbeat_at=at, error=error[:1000], result_url=result_url
        )
    )


def _words(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


class _Progress:
    """The reporter a job function gets. Writes at most twice a second, and always the last.

    Inside a job's own transaction the figure is seen by others when it is committed."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._written = 0.0

    def __call__(self, done: int, total: int = 0, message: str = "") -> None:
        now = time.monotonic()
        if now - self._written < PROGRESS_SECONDS and not (total and done >= total):
            return
        self._written = now
        changes: dict[str, Any] = {"done": done, "heartbeat_at": timezone.now()}
        if total:
            changes["total"] = total
        if message:
            changes["message"] = message[:300]
        Job.objects.filter(pk=self._job.pk, attempts=self._job.attempts).update(**changes)


class _Heartbeat:
    """Says "still at work" for a job from a thread with its own connection."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"job-{job.pk}", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(HEARTBEAT_SECONDS):
                try:
                    Job.objects.filter(
                        pk=self._job.pk, state=State.RUNNING, attempts=self._job.attempts
                    ).update(heartbeat_at=timezone.now())
                except OperationalError:
                    # SQLite: the job itself holds the write lock, so it is alive.
                    logger.debug("No heartbeat for job %s: the database is busy.", self._job.pk)
        finally:
            connection.close()


def recover_jobs(*, at: datetime) -> int:
    """Put jobs whose worker is gone back in the queue, or end them when that keeps happening."""
    before = at - timedelta(seconds=settings.JOB_SILENCE_SECONDS)
    silent = Job.objects.left_behind(before)
    given_up = silent.filter(attempts__gte=ATTEMPTS).update(
        state=State.FAILED, finished_at=at, error=STOPPED
    )
    return given_up + silent.filter(attempts__lt=ATTEMPTS).update(state=State.PENDING)


def wake_waiting_jobs(limit: int = 20) -> None:
    """Wake the worker for what waits: a lost wake-up costs no more than this round."""
    for pk in Job.objects.waiting().values_list("pk", flat=True)[:limit]:
        wake_now(Wake.JOB, pk)


@transaction.atomic
def retry_job(*, job: Job, by: User) -> None:
    """Put a failed or cancelled job back in the queue, as it was."""
    changed = Job.objects.filter(pk=job.pk, state__in=[State.FAILED, State.CANCELLED]).update(
        state=State.PENDING,
        attempts=0,
        retries=F("retries") + 1,
        finished_at=None,
        error="",
        message="",
        done=0,
        total=0,
    )
    if not changed:
        raise JobStateError
    record("job.retried", job, by=by, before={"state": job.state}, after={"state": State.PENDING})
    wake_on_commit(Wake.JOB, job.pk)


@transaction.atomic
def cancel_job(*, job: Job, by: User, at: datetime) -> None:
    """Take a job out of the queue before any worker has begun."""
    changed = Job.objects.filter(pk=job.pk, state=State.PENDING).update(
        state=State.CANCELLED, finished_at=at
    )
    if not changed:
        raise JobStateError
    record(
        "job.cancelled", job, by=by, before={"state": job.state}, after={"state": State.CANCELLED}
    )
