"""T5: what people took part in during the period. Courses completed are told as "at least", in wide
steps, since small courses have few who complete them; what nobody measures yet is said to be so."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from competence.figures.followup.document import (
    NOT_YET,
    CellKind,
    Column,
    Row,
    Section,
    Table,
    number,
    text,
)
from competence.figures.followup.periods import Period, mid_year
from competence.suppression import at_least
from courses.models import Completion


def learning(period: Period, cut_off: date, threshold: int) -> Section:
    return Section(
        "T5",
        _("Sessions held and courses completed"),
        (),
        (_sessions(), _completed(period, cut_off, threshold)),
    )


def _sessions() -> Table:
    """Everything about sessions waits for a register of them."""
    return Table(
        "T5",
        _("Sessions held"),
        (Column(_("What")), Column(_("How many"), CellKind.NUMBER)),
        tuple(
            Row((text(each), NOT_YET))
            for each in (
                *(_("Sessions held"), _("Participants"), _("No-show"), _("Evaluation")),
                _("Course evaluation"),
            )
        ),
        (
            _(
                "Sessions, their participants and no-show are measured when sessions are booked"
                " and attendance is noted here. What the training plan says was held is in T6."
            ),
        ),
    )


def _completed(period: Period, cut_off: date, threshold: int) -> Table:
    """As it stood on the cut-off day. A year is told as what its halves are told as together, so
    that it says nothing of either."""
    step = 2 * threshold
    middle = mid_year(period.first.year)
    found = (
        Completion.objects.filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=cut_off),
            completed_on__gte=period.first,
            completed_on__lte=min(period.last, cut_off),
        )
        .values("version__course", "version__course__title")
        .annotate(
            spring=Count("pk", filter=Q(completed_on__lt=middle)),
            autumn=Count("pk", filter=Q(completed_on__gte=middle)),
        )
        .order_by("version__course__title", "version__course")
    )
    told = [
        (
            each["version__course__title"],
            sum(at_least(each[half], step).number for half in ("spring", "autumn")),
        )
        for each in found
    ]
    return Table(
        "T5C",
        _("Courses completed"),
        (Column(_("Course")), Column(_("Completed, at least"), CellKind.NUMBER)),
        tuple(Row((text(title), number(count))) for title, count in told if count),
        (
            _(
                "Told in steps of %(step)s per half-year, so that nobody can be picked out. A"
                " course that fewer have completed, or nobody, is not in the table."
            )
            % {"step": step},
            _("Counted up to the cut-off day. Whoever renews counts each time."),
        ),
        _("No course was completed by so many in the period that it can be told."),
    )
