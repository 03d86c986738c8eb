"""Follow-up reports: made, written in, signed off, released, handed over. What a report says is
never changed once it is signed off; one that was wrong is superseded by another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from competence.figures.followup.document import Report, ReportKind, Words, report_from
from competence.figures.followup.frozen import verified
from competence.figures.followup.gathering import (
    Asked,
    Progress,
    cut_offs,
    gather,
    mondays_told,
)
from competence.figures.followup.periods import Period, is_whole
from competence.figures.week_outlook import WeekFigures
from competence.models import (
    FollowUpReport,
    ReportHandover,
    ReportWords,
    WeekOutlook,
)
from competence.services.assumptions import assumptions_on
from competence.services.at_once import keep_at_once
from competence.services.mondays import check_published, published_of
from competence.services.publishing import NotPublishedError
from competence.services.week_outlook import make_week_outlook
from lms.audit.services import record
from lms.content.models import SiteSettings
from lms.lib.dates import STOCKHOLM
from lms.people.models import Person, User

PREFIX = "UR"


class FollowUpError(ValueError):
    """What cannot be done with a report; the message says why."""


def check_period(*, period_from: date, period_until: date, cut_off: date, today: date) -> None:
    """Refuse what no report can be made of. FollowUpError."""
    if not is_whole(Period(period_from, period_until)):
        raise FollowUpError(_("A report is of a whole half-year or of a whole calendar year."))
    if cut_off not in cut_offs(today):
        raise FollowUpError(
            _("Figures are published for this week's Monday and for first Mondays of a month.")
        )
    if period_from > cut_off:
        raise FollowUpError(_("The period begins after the day that the figures are of."))
    try:
        check_published(mondays_told(cut_off))
    except NotPublishedError as error:
        raise FollowUpError(str(error)) from None


def make_report(
    *,
    kind: str,
    period_from: date,
    period_until: date,
    cut_off: date,
    at: datetime,
    by: User | None,
    supersedes: FollowUpReport | None = None,
    correction: str = "",
    progress: Progress | None = None,
) -> FollowUpReport:
    """Gather the figures and freeze them as a draft, in the municipality's language whoever makes
    it. The counting is outside the transaction; the number is taken within it. FollowUpError, and
    ValidationError where the correction describes somebody."""
    today = at.astimezone(STOCKHOLM).date()
    check_period(period_from=period_from, period_until=period_until, cut_off=cut_off, today=today)
    check_superseding(supersedes, correction)
    site = SiteSettings.load()
    mondays, over_time = mondays_told(cut_off), _part(progress, _("The coverage over time"))
    if (today - cut_off).days < 7:
        keep_at_once(mondays, monday=cut_off, progress=over_time)
    forecast = _forecast(cut_off, today, progress)
    asked = Asked(
        number="",
        kind=ReportKind(kind),
        municipality=site.municipality_name,
        period_from=period_from,
        period_until=period_until,
        cut_off=cut_off,
        made_on=today,
        threshold=site.suppression_threshold,
        assumed=assumptions_on(cut_off),
        forecast=WeekFigures.from_json(forecast.figures) if forecast else None,
        forecast_of=forecast.monday if forecast else None,
        supersedes=supersedes.number if supersedes else "",
        correction=correction.strip(),
    )
    with override(settings.LANGUAGE_CODE):
        gathered = gather(asked, published_of(mondays, over_time), progress)
    with transaction.atomic():
        # Two made at once take their numbers after one another, and do not supersede the same.
        SiteSettings.objects.select_for_update().filter(pk=site.pk).first()
        check_superseding(supersedes, correction)
        frozen = replace(gathered, number=_next_number(today))
        report = FollowUpReport(
            number=frozen.number,
            kind=kind,
            period_from=period_from,
            period_until=period_until,
            cut_off=cut_off,
            made_at=at,
            made_by=by,
            figures=frozen.as_json().decode(),
            supersedes=supersedes,
            correction=asked.correction,
        )
        report.full_clean()
        report.save()
        record(
            "followup.made",
            report,
            by=by,
            after={
                "number": report.number,
                "kind": kind,
                "period_from": period_from.isoformat(),
                "period_until": period_until.isoformat(),
                "cut_off": cut_off.isoformat(),
                "supersedes": supersedes.number if supersedes else None,
            },
            reason=asked.correction,
        )
    if progress is not None:
        people = Person.objects.current().count()
        progress(people, people, _("The report is made."))
    return report


def check_superseding(supersedes: FollowUpReport | None, correction: str) -> None:
    """Refuse to put right what is not signed off, or what another puts right. FollowUpError."""
    if supersedes is None:
        return
    if FollowUpReport.objects.get(pk=supersedes.pk).signed_off_at is None:
        raise FollowUpError(_("Only a report that is signed off needs another in its place."))
    if later := FollowUpReport.objects.live().filter(supersedes=supersedes).first():
        raise FollowUpError(
            _("It is being put right in %(number)s already.") % {"number": later.number}
        )
    if not correction.strip():
        raise FollowUpError(_("Say what was wrong in the report it supersedes."))


def _forecast(cut_off: date, today: date, progress: Progress | None) -> WeekOutlook | None:
    """The forecast told that week: this week's, or the latest of those counted by then."""
    if (today - cut_off).days >= 7:
        return WeekOutlook.objects.filter(monday__lte=cut_off).order_by("-monday").first()
    told = _part(progress, _("Coming expiries"))
    return make_week_outlook(
        monday=cut_off, progress=None if told is None else lambda done, _people: told(done)
    )


def _part(progress: Progress | None, words: str) -> Callable[[int], None] | None:
    """What hears how many people are done of a part of the work."""
    if progress is None:
        return None
    people = Person.objects.current().count()
    return lambda done: progress(done, people, words)


def _next_number(day: date) -> str:
    start = f"{PREFIX}-{day.year}-"
    used = FollowUpReport.objects.filter(number__startswith=start).values_list("number", flat=True)
    highest = max((int(number.removeprefix(start)) for number in used), default=0)
    return f"{start}{highest + 1:02d}"


def words_of(report: FollowUpReport) -> Words:
    """What is written in a report: the latest that was saved, one sentence or proposal a line."""
    latest = report.words.first()
    if latest is None:
        return Words()
    return Words(*map(_lines, (latest.summary, latest.proposals, latest.next_steps)))


def _lines(written: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in written.splitlines() if line.strip())


def frozen(report: FollowUpReport) -> Report:
    """The report as one document: what was signed off, or the draft as it stands. AlteredError."""
    if report.document:
        return report_from(json.loads(signed(report)), kept=report.checksum)
    return replace(report_from(json.loads(report.figures)), words=words_of(report))


def signed(report: FollowUpReport) -> bytes:
    """What was signed off, byte for byte: what its checksum is of. AlteredError."""
    return verified(report.document.encode(), report.checksum)


def file_of(report: FollowUpReport) -> bytes:
    """The document as a file: what was signed off, or the draft as it stands. AlteredError."""
    return signed(report) if report.document else frozen(report).as_json()


@transaction.atomic
def write_words(
    *,
    report: FollowUpReport,
    summary: str,
    proposals: str,
    next_steps: str,
    at: datetime,
    by: User,
) -> ReportWords:
    """Save what is written in a draft. FollowUpError, and ValidationError where it describes
    somebody."""
    locked = _locked(report)
    _refuse_unless_draft(locked)
    words = ReportWords(
        report=locked,
        summary=summary.strip(),
        proposals=proposals.strip(),
        next_steps=next_steps.strip(),
        created_at=at,
        by=by,
    )
    words.full_clean()
    words.save()
    record("followup.written", locked, by=by, after=_lengths(words))
    return words


def _lengths(words: ReportWords) -> dict[str, Any]:
    return {
        name: len(_lines(getattr(words, name))) for name in ("summary", "proposals", "next_steps")
    }


@transaction.atomic
def sign_off_report(*, report: FollowUpReport, at: datetime, by: User) -> FollowUpReport:
    """Fix the whole document with its words, and the checksum of it."""
    locked = _locked(report)
    _refuse_unless_draft(locked)
    document = frozen(locked)
    locked.document = document.as_json().decode()
    locked.checksum = document.checksum
    locked.signed_off_at = at
    locked.signed_off_by = by
    locked.save(update_fields=["document", "checksum", "signed_off_at", "signed_off_by"])
    record(
        "followup.signed_off",
        locked,
        by=by,
        before={"checksum": None},
        after={"number": locked.number, "checksum": locked.checksum},
    )
    return locked


@transaction.atomic
def release_report(*, report: FollowUpReport, at: datetime, by: User) -> FollowUpReport:
    """Let the readers see it."""
    locked = _locked(report)
    if locked.signed_off_at is None or locked.discarded_at is not None:
        raise FollowUpError(_("A report is signed off before it is released."))
    if locked.released_at is not None:
        raise FollowUpError(_("The report is released already."))
    if later := locked.superseded_by.filter(signed_off_at__isnull=False).first():
        raise FollowUpError(
            _("It has been put right in %(number)s, and is not released.")
            % {"number": later.number}
        )
    locked.released_at = at
    locked.released_by = by
    locked.save(update_fields=["released_at", "released_by"])
    record(
        "followup.released",
        locked,
        by=by,
        before={"released_at": None},
        after={"number": locked.number, "released_at": at.isoformat()},
    )
    return locked


@transaction.atomic
def discard_report(*, report: FollowUpReport, at: datetime, by: User) -> FollowUpReport:
    """Throw a draft away; its number is not used again."""
    locked = _locked(report)
    _refuse_unless_draft(locked)
    locked.discarded_at = at
    locked.discarded_by = by
    locked.save(update_fields=["discarded_at", "discarded_by"])
    record(
        "followup.discarded",
        locked,
        by=by,
        before={"discarded_at": None},
        after={"number": locked.number, "discarded_at": at.isoformat()},
    )
    return locked


@transaction.atomic
def hand_over(
    *,
    report: FollowUpReport,
    form: str,
    forum: str,
    given_on: date,
    at: datetime,
    by: User,
) -> ReportHandover:
    """Note that a released report, or the extract of it, was given to a forum."""
    locked = _locked(report)
    if locked.released_at is None:
        raise FollowUpError(_("A report is released before it is given to anybody."))
    released_on = locked.released_at.astimezone(STOCKHOLM).date()
    if given_on < released_on:
        raise FollowUpError(
            _("It was released on %(day)s, and cannot have been given before that.")
            % {"day": date_format(released_on, "j F Y")}
        )
    if given_on > at.astimezone(STOCKHOLM).date():
        raise FollowUpError(_("That day has not come yet."))
    handover = ReportHandover(
        report=locked,
        form=form,
        forum=forum.strip(),
        given_on=given_on,
        checksum=locked.checksum,
        created_at=at,
        by=by,
    )
    handover.full_clean()
    handover.save()
    record(
        "followup.handed_over",
        handover,
        by=by,
        after={
            "report": locked.number,
            "form": form,
            "forum": handover.forum,
            "given_on": given_on.isoformat(),
            "checksum": handover.checksum,
        },
    )
    return handover


def _locked(report: FollowUpReport) -> FollowUpReport:
    return FollowUpReport.objects.select_for_update().get(pk=report.pk)


def _refuse_unless_draft(report: FollowUpReport) -> None:
    if report.discarded_at is not None:
        raise FollowUpError(_("The draft is thrown away."))
    if report.signed_off_at is not None:
        raise FollowUpError(_("The report is signed off and can no longer be changed."))
