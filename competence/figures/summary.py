"""What one person's rows come to: the worst of each area, and what a team is counted and sorted
by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from competence.engine import GAPS, SEVERITY, GapRow, Status, running_out
from competence.engine.coverage import standing_of

OPEN = frozenset({Status.OVERDUE, Status.EXPIRED, Status.PENDING, Status.EXPIRING})
"""What somebody should do something about."""


class Summary(NamedTuple):
    """`standing` is covered, gap, introduction or paused over all that is mandatory, or empty where
    nothing is. `worst`: the worst mandatory row of each of `areas`."""

    standing: str
    areas: tuple[str, ...]
    worst: tuple[GapRow, ...]
    # The areas where something is missing or has expired.
    lacking: tuple[str, ...]
    # The first day of what runs out within 90 days.
    runs_out_on: date | None
    # The earliest day something became overdue or ran out.
    since: date | None
    # The day that comes first of what is overdue, expired, due or running out.
    next_day: date | None
    recommended: tuple[GapRow, ...]

    @property
    def urgency(self) -> tuple[int, int, date, date]:
        """How much somebody needs their manager: those with gaps first, then those with something
        that runs out soon, those in introduction, the rest. Among them: in how many areas, since
        when, what comes next."""
        rank = (
            0
            if self.standing == "gap"
            else 1
            if self.runs_out_on
            else {"introduction": 2, "covered": 3, "paused": 4}.get(self.standing, 5)
        )
        last = date.max
        return (rank, -len(self.lacking), self.since or last, self.next_day or last)

    def worst_in(self, area: str) -> GapRow | None:
        return self.worst[self.areas.index(area)] if area in self.areas else None


def summarise(rows: Sequence[GapRow], as_of: date) -> Summary:
    mandatory = [row for row in rows if row.requirement.mandatory]
    worst: dict[str, GapRow] = {}
    since = following = date.max
    for row in mandatory:
        status = row.status
        area = row.requirement.area
        known = worst.get(area)
        if known is None or _is_worse(row, known):
            worst[area] = row
        if status in OPEN:
            following = min(following, row.due_on or row.valid_until or following)
            if status in GAPS:
                began = row.due_on if status == Status.OVERDUE else row.valid_until
                since = min(since, began or since)
    runs_out = [row.valid_until for row in running_out(mandatory, as_of) if row.valid_until]
    return Summary(
        standing=standing_of(mandatory) if mandatory else "",
        areas=tuple(worst),
        worst=tuple(worst.values()),
        lacking=tuple([area for area, row in worst.items() if row.status in GAPS]),
        runs_out_on=min(runs_out, default=None),
        since=None if since == date.max else since,
        next_day=None if following == date.max else following,
        recommended=(
            ()
            if len(mandatory) == len(rows)
            else tuple(row for row in rows if not row.requirement.mandatory)
        ),
    )


def _is_worse(row: GapRow, known: GapRow) -> bool:
    one, other = SEVERITY[row.status], SEVERITY[known.status]
    if one != other:
        return one < other
    return (shown_day(row) or date.max) < (shown_day(known) or date.max)


def shown_day(row: GapRow) -> date | None:
    """The day said with a status: by when, since when, or until when."""
    if row.status in (Status.OVERDUE, Status.PENDING):
        return row.due_on
    return row.valid_until if row.status in (Status.EXPIRED, Status.EXPIRING) else None
