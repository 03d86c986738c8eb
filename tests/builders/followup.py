"""Follow-up reports for tests, made by the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from competence.models import FollowUpReport
from competence.services.followup import make_report, release_report, sign_off_report, write_words
from lms.lib.dates import STOCKHOLM
from lms.people.models import User

AT = datetime(2026, 11, 23, 9, 0, tzinfo=STOCKHOLM)


def draft(
    by: User,
    *,
    at: datetime = AT,
    cut_off: date | None = None,
    supersedes: FollowUpReport | None = None,
    correction: str = "",
) -> FollowUpReport:
    """Of the week's Monday unless another is given."""
    return make_report(
        kind="year",
        period_from=date(2026, 1, 1),
        period_until=date(2026, 12, 31),
        cut_off=cut_off or at.date() - timedelta(days=at.weekday()),
        supersedes=supersedes,
        correction=correction,
        at=at,
        by=by,
    )


def signed_off(by: User, *, at: datetime = AT) -> FollowUpReport:
    report = draft(by, at=at)
    write_words(
        report=report,
        summary="Täckningen ökar.\nSkolan ligger efter.",
        proposals="Fler tillfällen i vår.",
        next_steps="Möte med stödfunktionen i januari.",
        at=at,
        by=by,
    )
    return sign_off_report(report=report, at=at, by=by)


def released(by: User, *, at: datetime = AT) -> FollowUpReport:
    return release_report(report=signed_off(by, at=at), at=at, by=by)
