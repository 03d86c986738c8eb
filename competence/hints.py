"""What courses may know of the plan: which levels a person has yet to reach or renew, which ones
people hold or have held, what is asked of anybody, and which pages are in a plan. Registered when
Django is ready."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from wagtail.models import Page

from competence.engine import gap_rows
from competence.models import Achievement, Exemption, PlanActivity, Requirement
from competence.supply import levels_required
from courses.registry import (
    RequiredLevel,
    RequirementHint,
    ever_held,
    held_levels,
    required_anywhere,
    requirement_hint,
    why_pages_stay,
)
from lms.people.models import Person
from lms.people.querysets import valid_on_q

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


@held_levels.register
def levels_held(people: Iterable[int], day: date) -> dict[int, dict[str, int]]:
    """The highest level of each area that people hold on `day`, however they reached it; who is
    exempt from a level may go on as if they held it. What a requirement's own period or a renewal
    order makes due again locks nothing: what was learnt is enough to learn more. Two queries."""
    wanted = list(people)
    standing = Achievement.objects.standing().filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
        person__in=wanted,
        achieved_on__lte=day,
    )
    exempt = Exemption.objects.filter(valid_on_q(day), person__in=wanted, withdrawn_at__isnull=True)
    held: dict[int, dict[str, int]] = {}
    for rows in (standing, exempt):
        facts = rows.values_list("person_id", "area__code", "level__number")  # type: ignore[attr-defined]
        for pk, area, level in facts:
            areas = held.setdefault(pk, {})
            areas[area] = max(level, areas.get(area, 0))
    return held


@ever_held.register
def levels_ever_held(people: Iterable[int], day: date) -> dict[int, dict[str, int]]:
    """The highest level of each area that people have reached by `day`, whether it has run out
    since or not. An exemption is no knowledge. One query."""
    facts = (
        Achievement.objects.standing()
        .filter(
            Q(revoked_on__isnull=True) | Q(revoked_on__gt=day),
            person__in=list(people),
            achieved_on__lte=day,
        )
        .values_list("person_id", "area__code", "level__number")
    )
    held: dict[int, dict[str, int]] = {}
    for pk, area, level in facts:
        areas = held.setdefault(pk, {})
        areas[area] = max(level, areas.get(area, 0))
    return held


@required_anywhere.register
def levels_asked_for(day: date) -> list[RequiredLevel]:
    """What some requirement in effect on `day` asks for."""
    return [
        RequiredLevel(each.area, each.level, f"{each.area_name}, {each.level_name}")
        for each in levels_required(day)
    ]


@why_pages_stay.register
def why_a_planned_page_stays(page: Page) -> str:
    """Where it, or a page below it, is the course of a planned activity."""
    if not PlanActivity.objects.filter(course__path__startswith=page.path).exists():
        return ""
    return _(
        "“%(title)s” is in a training plan, and what was planned must stay readable. Unpublish it "
        "instead."
    ) % {"title": page.title}
