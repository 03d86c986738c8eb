"""The planning assumptions: what they are on a day, and changing them by a dated fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competence.engine.assume import AssumptionError, Assumptions, Course, plain, read
from competence.models import AssumptionChange
from courses.models import CoursePage
from courses.offer import offer_index
from lms.audit.services import record
from lms.people.models import User


class AssumptionChangeError(ValueError):
    """A change that cannot be made; the message says why."""


def assumptions_on(day: date) -> Assumptions:
    """What is assumed on `day`, with the courses that are published now. Two queries."""
    return replace(assumed_on(day), courses=MappingProxyType(_courses()))


def assumed_on(day: date) -> Assumptions:
    """The same without the courses. One query."""
    found = Assumptions()
    for values in AssumptionChange.objects.counting_on(day).values_list("values", flat=True):
        found = found.replaced(values)
    return found


def _courses() -> dict[tuple[str, int], Course]:
    """The shortest published course that gives exactly the level, by area and level."""
    return {
        (area, level): Course(offers[0].minutes, offers[0].form != CoursePage.Form.DIGITAL)
        for (area, level), offers in offer_index().items()
        if offers[0].level == level
    }


@transaction.atomic
def change_assumptions(
    *,
    values: Mapping[str, Any],
    starts_on: date,
    reason: str,
    by: User | None,
    undoes: AssumptionChange | None = None,
) -> AssumptionChange:
    """Let these values count from a day. What is as it was is left out; a change of nothing is
    refused."""
    if not reason.strip():
        raise AssumptionChangeError(_("State the reason."))
    before = assumed_on(starts_on).said()
    try:
        after = {name: plain(read(name, value)) for name, value in values.items()}
    except AssumptionError as error:
        raise AssumptionChangeError(
            _("%(name)s cannot be assumed to be that.") % {"name": error.name}
        ) from error
    changed = {name: value for name, value in after.items() if value != before[name]}
    if not changed:
        raise AssumptionChangeError(_("Nothing is changed: these values count already."))
    change = AssumptionChange(
        starts_on=starts_on, values=changed, reason=reason.strip(), undoes=undoes, by=by
    )
    change.full_clean()
    change.save()
    record(
        "assumptions.changed",
        change,
        by=by,
        before={name: before[name] for name in changed},
        after=changed | {"starts_on": starts_on.isoformat()},
        reason=change.reason,
    )
    return change


@transaction.atomic
def undo_assumption_change(
    *, change: AssumptionChange, starts_on: date, reason: str, by: User | None
) -> AssumptionChange:
    """Put back what the change changed, from a day on, by a change of its own. A value that a
    later change has set stays as that one says. Raises AssumptionChangeError where all are."""
    if starts_on < change.starts_on:
        raise AssumptionChangeError(_("Undo the change from the day it counts, or a later one."))
    counting = list(AssumptionChange.objects.counting_on(starts_on))
    place = {row.pk: number for number, row in enumerate(counting)}
    undone = _undone(counting)
    was = Assumptions()
    set_later: set[str] = set()
    for row in counting:
        if row.pk == change.pk or row.pk in undone:
            continue
        if place[row.pk] < place[change.pk]:
            was = was if row.undoes_id else was.replaced(row.values)
        elif place.get(row.undoes_id or 0, -1) < place[change.pk]:
            set_later |= set(row.values)
    said = was.said()
    values = {name: said[name] for name in change.values if name not in set_later}
    if not values:
        raise AssumptionChangeError(
            _("A later change has set these values. Undo that one, or make a new change.")
        )
    return change_assumptions(
        values=values, starts_on=starts_on, reason=reason, undoes=change, by=by
    )


def _undone(changes: list[AssumptionChange]) -> set[int]:
    """Those of the changes that have been undone, by one that has not been undone itself."""
    undone: set[int] = set()
    for row in sorted(changes, key=lambda each: each.pk, reverse=True):
        if row.undoes_id is not None and row.pk not in undone:
            undone.add(row.undoes_id)
    return undone
