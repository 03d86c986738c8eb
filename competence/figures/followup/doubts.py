"""What to say before a report is made that perhaps is not meant: there is one already, or its
figures are of another time than its period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from competence.figures.followup.gathering import cut_offs
from competence.models import FollowUpReport


@dataclass(frozen=True)
class Doubts:
    """`drafts`: reports of the same kind, period and day that are not signed off. `nearer`: the
    first Monday after the period that has figures, if the one asked for is later."""

    drafts: tuple[FollowUpReport, ...]
    period_until: date
    cut_off: date
    nearer: date | None

    def __bool__(self) -> bool:
        return bool(self.drafts or self.nearer)


def doubts_about(
    supersedes: FollowUpReport | None, today: date, asked: Mapping[str, Any]
) -> Doubts:
    """`asked`: what `ReportForm` has taken. One that puts another right is of the same day as that
    one."""
    last, cut_off = asked["period_until"], asked["cut_off"]
    drafts = FollowUpReport.objects.live().filter(
        kind=asked["kind"],
        period_from=asked["period_from"],
        period_until=last,
        cut_off=cut_off,
        signed_off_at__isnull=True,
        supersedes=supersedes,
    )
    after = [day for day in cut_offs(today) if day > last]
    nearer = min(after, default=None) if supersedes is None else None
    return Doubts(tuple(drafts), last, cut_off, nearer if nearer and nearer < cut_off else None)
