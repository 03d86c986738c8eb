"""Telling the worker that a row is waiting. The broker is only a wake-up.

A wake-up is sent after commit, by a thread of its own: a broker that is down or does not
answer costs the user nothing. One that is lost costs at most a minute: the sweeper finds
the row.
"""

import logging
import queue
import threading
import time
from dataclasses import dataclass
from enum import Enum
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

# After a failure the broker is left alone for a while; the sweeper does the work meanwhile.
REST_SECONDS = 10
WAITING_AT_MOST = 10_000


class Wake(Enum):
    """The tasks of `lms.notifications.tasks` that can be woken, by name."""

    OUTBOX = "notifications.send_mail"
    JOB = "notifications.run_job"
    TASK = "notifications.run_task_row"


@dataclass(frozen=True)
class _Message:
    wake: Wake
    pk: int | None = None


def wake_on_commit(wake: Wake, pk: int | None = None) -> None:
    """Wake the worker when the transaction is committed. Never raises, never waits."""
    transaction.on_commit(partial(wake_now, wake, pk), robust=True)


def wake_now(wake: Wake, pk: int | None = None) -> None:
    """Hand a wake-up to the sending thread. Never raises, never waits."""
    _sender.put(_Message(wake, pk))


def publish(wake: Wake, pk: int | None) -> None:
    """Put one wake-up on the broker; raises what the broker raises."""
    app = import_string(settings.CELERY_APP)
    app.send_task(
        wake.value, args=[] if pk is None else [pk], retry=False, ignore_result=True, expires=3600
    )


class _Sender:
    """One daemon thread per process, started at the first wake-up (after any fork)."""

    def __init__(self) -> None:
        self._messages: queue.Queue[_Message] = queue.Queue(WAITING_AT_MOST)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._resting_until = 0.0

    def put(self, message: _Message) -> None:
        try:
            self._messages.put_nowait(message)
        except queue.Full:
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="wakeup", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._send(self._messages.get())
            self._messages.task_done()

    def _send(self, message: _Message) -> None:
        if time.monotonic() < self._resting_until:
            return
        try:
            publish(message.wake, message.pk)
        # Whatever the broker or the network raises, the row is in the database already.
        except Exception as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            logger.warning("The broker could not be woken (%s); the sweeper takes over.", error)


_sender = _Sender()
