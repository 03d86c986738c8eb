"""T1: the obligations of the governing document as they stand on the cut-off day, with who answers
for each and what shows it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from competence.figures.followup.document import (
    CellKind,
    Column,
    Row,
    Section,
    Table,
    day,
    number,
    text,
)
from competence.figures.measures import Obligation, counted
from competence.models import ObligationStatus

RED = (ObligationStatus.Status.NOT_STARTED, ObligationStatus.Status.DORMANT)


def obligations_section(obligations: Sequence[Obligation], page: str) -> Section:
    """`page` is the address of the register."""
    title = _("Obligations of the plan")
    empty = _("No governing document is read into the register of measures.")
    return Section(
        "T1",
        title,
        (),
        (
            Table(
                "T1S",
                _("Obligations by status"),
                (Column(_("Status")), Column(_("How many"), CellKind.NUMBER)),
                tuple(
                    Row((text(each.words), number(each.count)), link=page)
                    for each in counted(obligations)
                )
                if obligations
                else (),
                (),
                empty,
            ),
            Table(
                "T1",
                title,
                (
                    Column(_("Obligation")),
                    Column(_("Status")),
                    Column(_("Since"), CellKind.DATE),
                    Column(_("Responsible")),
                    Column(_("What shows it")),
                    Column(_("Comment")),
                ),
                tuple(
                    Row(
                        (
                            text(f"{each.code} {each.title}"),
                            text(each.status_words),
                            day(each.since),
                            text(each.owner or _("not stated")),
                            text("; ".join(joined.title for joined in each.evidence)),
                            text(each.comment),
                        ),
                        link=page,
                        red=each.status in RED,
                    )
                    for each in obligations
                ),
                (),
                empty,
            ),
        ),
    )
