"""The demo's clock: services run on a day in the past see that day everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from unittest.mock import patch

from django.utils import timezone

from lms.lib.dates import STOCKHOLM
from lms.notifications import wakeup


class DemoClock:
    """What time it is in the simulation; moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def set(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """Move to a local time of `day`; the moment."""
        self.at = datetime.combine(day, time(hour, minute, second), STOCKHOLM)
        return self.at


@contextmanager
def simulated(day: date) -> Iterator[DemoClock]:
    """Within the block `timezone.now()` is what the clock says, so that stored moments (of the
    ledger, of notices, of imports) agree with the days of the facts. Nobody is woken: a worker
    of today has nothing to do in the past, and its queue must be short for the visitor."""
    clock = DemoClock(datetime.combine(day, time(7), STOCKHOLM))
    with patch.object(timezone, "now", clock), patch.object(wakeup, "wake_now", _let_sleep):
        yield clock


def _let_sleep(wake: wakeup.Wake, pk: int | None = None) -> None:
    return None
