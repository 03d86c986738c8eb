"""What a competence plan's document says of how far is far enough: the version's coverage goals,
and the coverage targets in force beside it."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.figures.document import Align, Block, DocumentColumn, nothing, table
from competence.figures.goal_lines import goal_lines
from competence.models import CoverageTarget, PlanVersion


def goals(version: PlanVersion) -> tuple[Block, ...]:
    """How large a share is to be covered, and by when, as the version decides."""
    lines = goal_lines(version)
    if not lines:
        return (nothing(_("No goal for the coverage is decided in this version.")),)
    return (
        table(
            _("So large a share is to be covered, and by when"),
            (
                DocumentColumn(_("Key group")),
                DocumentColumn(_("Of what")),
                DocumentColumn(_("Goal"), Align.END),
                DocumentColumn(_("To be reached by")),
                DocumentColumn(_("Note")),
            ),
            tuple(
                (
                    each.group,
                    each.what,
                    f"{each.percent}\N{NO-BREAK SPACE}%",
                    date_format(each.reach_by),
                    each.note,
                )
                for each in lines
            ),
        ),
    )


def targets(day: date) -> tuple[Block, ...]:
    """So many who are to hold a level in each place, as decided beside the plan on the day."""
    found = list(
        CoverageTarget.objects.in_force_on(day).select_related("area", "level", "key_group", "unit")
    )
    if not found:
        return (nothing(_("No targets had been decided when this was put together.")),)
    return (
        table(
            _("So many are to hold each level, place by place"),
            (
                DocumentColumn(_("Area")),
                DocumentColumn(_("Level")),
                DocumentColumn(_("Where")),
                DocumentColumn(_("From")),
                DocumentColumn(_("At least"), Align.END),
            ),
            tuple(
                (
                    each.area.name,
                    each.level.name,
                    _where(each),
                    date_format(each.starts_on),
                    str(each.at_least),
                )
                for each in found
            ),
        ),
    )


def _where(target: CoverageTarget) -> str:
    who = target.key_group.name if target.key_group else _("everyone with a post")
    place = target.unit.name if target.unit else _("the whole municipality")
    if target.places == CoverageTarget.Places.BELOW:
        place = _("each unit right below %(place)s") % {"place": place}
    elif target.places == CoverageTarget.Places.KIND:
        place = _("each %(kind)s in %(place)s") % {"kind": target.unit_kind, "place": place}
    return f"{who}, {place}"
