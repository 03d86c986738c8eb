"""When the next reminder may go to somebody. Pure: moments in, a moment out.

Two reminders to one person are never less than seven days apart, and none goes in the quiet
hours. What decides in the end is the compare-and-set on `LastReminder` at the claim; this is
the same rule, used to plan.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from lms.lib.dates import STOCKHOLM

WEEK = timedelta(days=7)


class QuietHoursError(ValueError):
    """Quiet hours that are not written HH:MM-HH:MM."""


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` on the clock in Stockholm, usually over midnight."""

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> "QuietHours | None":
        """ "18:00-07:00" as hours; None for the empty text."""
        if not text:
            return None
        try:
            start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            raise QuietHoursError(f"Quiet hours are written 18:00-07:00, not {text}.") from None
        return cls(start, end)

    def cover(self, at: datetime) -> bool:
        clock = at.astimezone(STOCKHOLM).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def end_after(self, at: datetime) -> datetime:
        """The first end of the quiet hours at or after `at`."""
        local = at.astimezone(STOCKHOLM)
        end = datetime.combine(local.date(), self.end, tzinfo=STOCKHOLM)
        if end < local:
            end = datetime.combine(local.date() + timedelta(days=1), self.end, tzinfo=STOCKHOLM)
        return end


def earliest(at: datetime, last: datetime | None, quiet: QuietHours | None) -> datetime:
    """The first moment from `at` on when a reminder may go to somebody reminded at `last`."""
    moment = at if last is None else max(at, last + WEEK)
    if quiet is not None and quiet.cover(moment):
        return quiet.end_after(moment)
    return moment
