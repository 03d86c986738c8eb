"""What a partner is shown of the training plan: the activities that it takes part in, and of them
its own role, seats and part of the cost. Nothing of another partner's, and no other activity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from competence.figures.activities import ActivityLine, PartnerLine, Status
from competence.models import PlanActivity
from courses.sharing import Line


@dataclass(frozen=True)
class OwnPart:
    """One activity as one of its partners sees it."""

    title: str
    starts_on: date
    ends_on: date
    form: str
    area_names: tuple[str, ...]
    status: Status
    own: PartnerLine
    share_is_percent: bool
    # Its own people in the activity's course, where it is one.
    course: str
    people: tuple[Line, ...]


def own_parts(
    organisation_pk: int, lines: Iterable[ActivityLine], people: Iterable[Line]
) -> tuple[OwnPart, ...]:
    """`people`: the organisation's own, as `courses.sharing` shows them to it."""
    in_course: dict[int, list[Line]] = {}
    for each in people:
        if each.course_pk:
            in_course.setdefault(each.course_pk, []).append(each)
    return tuple(
        OwnPart(
            title=line.title,
            starts_on=line.starts_on,
            ends_on=line.ends_on,
            form=line.form,
            area_names=line.area_names,
            status=line.status,
            own=partner,
            share_is_percent=line.split == PlanActivity.Split.PERCENT,
            course=line.course,
            people=tuple(in_course.get(line.course_pk, [])) if line.course_pk else (),
        )
        for line in lines
        for partner in line.partners
        if partner.organisation_pk == organisation_pk
    )
