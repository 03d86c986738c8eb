"""The figures of the follow-up itself: reports signed off, and times the council was informed."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.translation import gettext_lazy

from competence.models import FollowUpReport, ReportHandover
from lms.framework.indicators import Indicator, Reading, register
from lms.lib.dates import ONE_DAY, STOCKHOLM, add_months


def _a_year(as_of: date) -> tuple[date, date]:
    """The twelve months that end with the day: the first of them, and the day after the last."""
    return add_months(as_of, -12) + ONE_DAY, as_of + ONE_DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, STOCKHOLM)


def reports_signed_off(as_of: date) -> Reading:
    first, after = _a_year(as_of)
    count = FollowUpReport.objects.filter(
        signed_off_at__gte=_midnight(first), signed_off_at__lt=_midnight(after)
    ).count()
    return Reading.measured(count, str(count), as_of)


def council_informed(as_of: date) -> Reading:
    first, after = _a_year(as_of)
    count = ReportHandover.objects.filter(
        form=ReportHandover.Form.EXTRACT, given_on__gte=first, given_on__lt=after
    ).count()
    return Reading.measured(count, str(count), as_of)


register(
    Indicator(
        "competence.reports_frozen",
        gettext_lazy("Follow-up reports"),
        gettext_lazy("Follow-up reports signed off during the last twelve months."),
        gettext_lazy("reports"),
        reports_signed_off,
    ),
    Indicator(
        "competence.council_reports",
        gettext_lazy("Reports to the local crime prevention council"),
        gettext_lazy("Times that the extract was given to a forum in the last twelve months."),
        gettext_lazy("times"),
        council_informed,
    ),
)
