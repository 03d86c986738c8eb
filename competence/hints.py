"""What courses may know of the plan: which levels a person has yet to reach or renew.
Registered when Django is ready."""

from __future__ import annotations

from datetime import date

from competence.engine import gap_rows
from competence.models import Requirement
from courses.registry import RequirementHint, requirement_hint
from lms.people.models import Person

_OPEN = {"pending", "overdue", "expired", "expiring"}


@requirement_hint.register
def required_levels(person: Person, day: date) -> list[RequirementHint]:
    """The person's mandatory requirements, each open until a valid achievement lasts past its
    window."""
    return [
        RequirementHint(
            area_code=row.area,
            level=row.level,
            due_on=row.valid_until if row.status == "expiring" else row.due_on,
            is_open=row.status in _OPEN,
        )
        for row in gap_rows(Person.objects.filter(pk=person.pk), day)
        if row.kind == Requirement.Kind.MANDATORY
    ]
