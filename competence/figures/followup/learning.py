"""T5: what people took part in during the period. Courses completed are told in steps, since small
courses have few who complete them; what nobody measures yet is said to be so."""

from __future__ import annotations

from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from competence.figures.followup.document import (
    NOT_YET,
    Cell,
    CellKind,
    Column,
    Row,
    Section,
    Table,
    hidden,
    number,
    text,
)
from courses.models import Completion


def learning(first: date, last: date, threshold: int) -> Section:
    return Section(
        "T5",
        _("Sessions held and courses completed"),
        (),
        (_sessions(), _completed(first, last, threshold)),
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


def _completed(first: date, last: date, threshold: int) -> Table:
    found = (
        Completion.objects.filter(
            completed_on__gte=first, completed_on__lte=last, revoked_on__isnull=True
        )
        .values("version__course", "version__course__title")
        .annotate(completions=Count("pk"))
        .order_by("version__course__title", "version__course")
    )
    return Table(
        "T5C",
        _("Courses completed"),
        (Column(_("Course")), Column(_("Completed, at least"), CellKind.NUMBER)),
        tuple(
            Row((text(each["version__course__title"]), _in_steps(each["completions"], threshold)))
            for each in found
        ),
        (
            _(
                "Told in steps of %(step)s, so that nobody can be picked out. Whoever renews"
                " counts each time."
            )
            % {"step": threshold},
        ),
        _("No course was completed in the period."),
    )


def _in_steps(count: int, threshold: int) -> Cell:
    told = count - count % threshold
    if told:
        return number(told)
    return hidden(_("fewer than %(threshold)s") % {"threshold": threshold})
