"""Sentences and small pieces of markup that the competence pages share."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.followup.document import Cell, Column, Row, Table
from competence.figures.plan import renewal_in_words
from competence.figures.plan_changes import PlanChanges
from competence.figures.plan_changes_words import plan_counts_in_words
from competence.figures.team import Member
from competence.figures.training_changes import TrainingChanges
from competence.figures.training_changes_words import training_counts_in_words
from competence.figures.words import in_words
from competence.suppression import Figure
from lms.content.templatetags.ui import day_near
from lms.lib.numbers import about
from lms.people.finding import unit_label
from lms.people.models import Unit

register = template.Library()


@register.filter
def cells_of(row: Row, table: Table) -> list[tuple[Cell, Column]]:
    """The cells of a report's row, each with its column."""
    return list(zip(row.cells, table.columns, strict=True))


@register.filter
def renewal(months: int) -> str:
    """ "every 2 years": how often a requirement is renewed, as everywhere else."""
    return renewal_in_words(months)


@register.filter
def change_counts(changes: PlanChanges | TrainingChanges) -> str:
    """ "2 new requirements, one changed": how much tells two versions apart."""
    if isinstance(changes, PlanChanges):
        return plan_counts_in_words(changes)
    return training_counts_in_words(changes)


@register.simple_tag
def outside_the_count(counts: Mapping[str, int]) -> str:
    """Who is in neither part of the coverage."""
    outside = []
    if counts.get("introduction"):
        outside.append(_("%(count)s in introduction") % {"count": counts["introduction"]})
    if counts.get("paused"):
        outside.append(
            ngettext("%(count)s paused", "%(count)s paused", counts["paused"])
            % {"count": counts["paused"]}
        )
    if counts.get(""):
        outside.append(_("%(count)s without requirements") % {"count": counts[""]})
    if not outside:
        return _("Nobody is outside the count")
    return _("Outside the count: %(who)s") % {"who": ", ".join(outside)}


@register.filter
def hidden_text(figure: Figure, threshold: int) -> str:
    return figure.hidden_text(threshold)


@register.filter
def what_is_missing(member: Member) -> str:
    """One sentence for the list of those who need the manager."""
    missing, expired = member.missing, member.expired
    values = {
        "name": member.name,
        "missing": in_words(len(missing)),
        "expired": in_words(len(expired)),
        "day": day_near(member.since),
    }
    if missing and expired:
        return (
            ngettext(
                "%(name)s lacks one area",
                "%(name)s lacks %(missing)s areas",
                len(missing),
            )
            + ngettext(
                " and has one that has expired",
                " and has %(expired)s that have expired",
                len(expired),
            )
        ) % values
    if missing:
        if len(missing) == 1:
            values["area"] = missing[0].area_label
            return _("%(name)s lacks %(area)s since %(day)s") % values
        return _("%(name)s lacks %(missing)s areas since %(day)s") % values
    if len(expired) == 1:
        values["area"] = expired[0].area_label
        return _("%(area)s expired for %(name)s on %(day)s") % values
    return _("%(expired)s areas have expired for %(name)s, the first on %(day)s") % {
        **values,
        "expired": values["expired"].capitalize(),
    }


@register.filter
def what_has_been_done(member: Member) -> str:
    """What stands beside the gap: courses under way, and when the person was last told."""
    done = []
    for enrolment in member.enrolments:
        pattern = _("Has begun %(course)s") if enrolment.started else _("Enrolled in %(course)s")
        done.append(pattern % {"course": enrolment.title})
    if member.told_on:
        done.append(_("Last told on %(day)s") % {"day": day_near(member.told_on)})
    elif not member.has_email:
        done.append(_("Has no e-mail address and sees it only when signing in"))
    else:
        done.append(_("Not told yet"))
    return ". ".join(done) + "."


@register.inclusion_tag("people/unit_names.html")
def unit_names() -> dict[str, list[str]]:
    """The names that the page's boxes for units offer: once a page."""
    return {"labels": [unit_label(unit) for unit in Unit.objects.order_by("tree_left")]}


# How an obligation stands, as the colour and shape of a status; what nobody has said is open.
_OBLIGATION_LOOKS = {"done": "met", "ongoing": "pending", "dormant": "paused"}


@register.filter
def obligation_look(status: str) -> str:
    return _OBLIGATION_LOOKS.get(status, "none")


@register.filter(name="about")
def about_so_many(count: int) -> int:
    """The count as it is said after "about"."""
    return about(count)
