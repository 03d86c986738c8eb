"""Faults: the process kills itself, with SIGKILL, at one named point of the work.

The points are functions of the product, wrapped here; the product knows nothing of them. A
fault is "<point>:<n>": before (or after) the n-th call of that function.
"""

import os
import signal
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any


def arm(fault: str, mark: Path) -> None:
    """Let the process die at `fault`, leaving the file `mark`."""
    from lms.notifications.models import Notice
    from lms.notifications.services import daily, jobs, notices, outbox
    from tests.prove._workers import sink

    wanted, _colon, number = fault.partition(":")
    points: list[tuple[Any, str, str, str]] = [
        (jobs, "_claim", "", "job claimed"),
        (notices, "_write", "inbox not yet written", "inbox written and committed"),
        (Notice.objects, "bulk_create", "", "inbox written, not committed"),
        (daily, "collect_reminders", "before the merging", "merged, mail waits"),
        (jobs, "_end", "job done, not written down", ""),
        (outbox, "claim", "before the claim", "after the claim"),
        (outbox, "hand_over", "before the mail server", "after the mail server"),
        (sink, "write", "inside the mail server", "mail accepted, no answer"),
        (outbox, "finish", "", "after it is written down"),
    ]
    for owner, name, before, after in points:
        if wanted and wanted in (before, after):
            _wrap(owner, name, int(number), at_start=wanted == before, mark=mark)
            return
    if wanted:
        raise ValueError(f"There is no point called {wanted}.")


def _wrap(owner: Any, name: str, number: int, *, at_start: bool, mark: Path) -> None:
    whole: Callable[..., Any] = getattr(owner, name)
    calls, lock = count(1), threading.Lock()

    def fatal(*args: Any, **kwargs: Any) -> Any:
        with lock:
            last = next(calls) == number
        if last and at_start:
            _die(mark)
        result = whole(*args, **kwargs)
        if last:
            _die(mark)
        return result

    setattr(owner, name, fatal)


def _die(mark: Path) -> None:
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
