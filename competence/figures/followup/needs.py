"""T2: which units have answered about their needs, and which have not. Units, no individuals."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.followup.document import (
    CellKind,
    Column,
    Row,
    Section,
    Table,
    number,
    text,
)
from competence.figures.needs import NeedsStanding


def needs_section(standing: NeedsStanding | None) -> Section:
    title = _("Needs assessment: who has answered")
    rows = (
        tuple(
            Row(
                (
                    text(each.name),
                    text(_("answered") if each.has_answered_all else _("not answered")),
                    number(each.asked),
                    number(each.answered),
                    number(each.asked - each.answered),
                ),
                # While the round is open, an answer is still awaited.
                red=not standing.is_open and not each.has_answered_all,
            )
            for each in standing.operations
        )
        if standing
        else ()
    )
    notes = (
        (
            _("%(name)s, about %(from)s to %(until)s. Last day to answer: %(last)s.")
            % {
                "name": standing.name,
                "from": date_format(standing.period_from, "j F Y"),
                "until": date_format(standing.period_until, "j F Y"),
                "last": date_format(standing.last_day, "j F Y"),
            },
            _(
                "A unit has answered when all its forms about key groups are handed in. Forms "
                "about a key person's function are not counted."
            ),
        )
        if standing
        else ()
    )
    return Section(
        "T2",
        title,
        (
            _("%(answered)s of %(asked)s answers about key groups are in.")
            % {"answered": standing.answered, "asked": standing.asked},
        )
        if standing
        else (),
        (
            Table(
                "T2",
                title,
                (
                    Column(_("Unit")),
                    Column(_("Answer")),
                    Column(_("Forms"), CellKind.NUMBER),
                    Column(_("Answered"), CellKind.NUMBER),
                    Column(_("Missing"), CellKind.NUMBER),
                ),
                rows,
                notes,
                _("No round about needs has begun."),
            ),
        ),
    )
