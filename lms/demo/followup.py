"""The demo's follow-up report: made of the figures of the week, signed off, released and given to
the council, with a schedule for the elected representative."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import override

from competence.figures.followup.periods import half_of
from competence.models import FollowUpReport
from competence.services.followup import (
    hand_over,
    make_report,
    release_report,
    sign_off_report,
    write_words,
)
from competence.services.followup_schedules import schedule_report
from lms.demo.clock import simulated
from lms.lib.dates import STOCKHOLM
from lms.people.models import User


def make_reports(today: date) -> None:
    """Once: a demo that is gone on with has it already."""
    if FollowUpReport.objects.exists():
        return
    by = User.objects.get(email="samordnare@example.se")
    # Not later than now: what a visitor makes next comes after it.
    at = min(datetime.combine(today, time(9), STOCKHOLM), timezone.now())
    monday = today - timedelta(days=today.weekday())
    period = half_of(monday)
    with simulated(today), override("sv"):
        report = make_report(
            kind="half",
            period_from=period.first,
            period_until=period.last,
            cut_off=monday,
            at=at,
            by=by,
        )
        write_words(
            report=report,
            summary=(
                "Allt fler har den grund som planen kräver.\n"
                "Förnyelsen halkar efter där kurserna gicks först."
            ),
            proposals=(
                "Förvaltningarna planerar in förnyelsen under våren.\n"
                "Kommunledningskontoret redovisar läget på nytt vid helåret."
            ),
            next_steps=(
                "Stödfunktionen möts i januari.\n"
                "Fördjupningen för SSPF planeras med Polisen och socialtjänsten."
            ),
            at=at,
            by=by,
        )
        sign_off_report(report=report, at=at, by=by)
        release_report(report=report, at=at, by=by)
        hand_over(report=report, form="extract", forum="Lokala BRÅ", given_on=today, at=at, by=by)
        reader = User.objects.filter(email="fortroendevald@example.se").first()
        if reader is not None:
            schedule_report(
                form="whole",
                recipient=reader,
                first_on=today,
                every=3,
                at=at,
                by=by,
                day=today,
            )
