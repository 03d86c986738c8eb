"""What has come since a round of needs was opened: units with members of a key group that it asks
about and that no form of it covers."""

from __future__ import annotations

from datetime import date

from competence.figures.needs import PlannedForm, planned_round
from competence.models import KeyGroup, NeedsRound
from lms.people.models import Unit


def added_since(needs_round: NeedsRound, *, threshold: int, day: date) -> tuple[PlannedForm, ...]:
    """The forms that the round would also have made, had it been opened on `day`. Members who were
    too few in their unit and are asked about in one above are covered by its form, and stay so.
    The same number of queries however many people there are."""
    asked: dict[int, list[Unit]] = {}
    for form in needs_round.forms.filter(naming=None).select_related("unit"):
        asked.setdefault(form.key_group_id, []).append(form.unit)
    if not asked:
        return ()
    planned = planned_round(
        unit_kind=needs_round.unit_kind,
        key_groups=KeyGroup.objects.filter(pk__in=asked),
        namings=[],
        threshold=threshold,
        day=day,
    )
    units = Unit.objects.in_bulk()
    return tuple(
        form
        for form in planned.forms
        if not all(
            any(unit.covers(units[origin]) for unit in asked[form.key_group.pk])
            for origin in form.members
        )
    )
