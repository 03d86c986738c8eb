"""Who is in which key group, and since when (docs/gap.md, "Membership")."""

from __future__ import annotations

from collections.abc import Iterable

from competence.engine.days import Period, joined
from competence.engine.facts import EmploymentFact, NamingFact, PersonFacts, PlanOnDay
from lms.framework.rules import PersonRule

LONGEST_BREAK = 30  # days without membership that do not start the clock again


def groups_by_rule(employment: EmploymentFact, plan: PlanOnDay) -> tuple[int, ...]:
    """The key groups that a rule gives this employment, whoever holds it and whenever."""
    key = employment[:4]
    known = plan.matched.get(key)
    if known is None:
        units = plan.units.codes_above(employment.unit_pk)
        known = plan.matched[key] = tuple(
            group_pk
            for group_pk, rules in _rules_for_post(employment, plan)
            if any(rule.fits_place(units) for rule in rules)
        )
    return known


def _rules_for_post(
    employment: EmploymentFact, plan: PlanOnDay
) -> list[tuple[int, list[PersonRule]]]:
    """The key groups with those of their rules that ask for such a post, wherever it is."""
    post = employment[1:4]
    known = plan.fitting.get(post)
    if known is None:
        known = plan.fitting[post] = [
            (group_pk, rules)
            for group_pk, group in plan.groups.items()
            if (rules := [rule for rule in group.rules if _fits_post(rule, employment)])
        ]
    return known


def _fits_post(rule: PersonRule, employment: EmploymentFact) -> bool:
    return rule.fits_post(
        job_code=employment.job_code, is_manager=employment.is_manager, form=employment.form
    )


def matching_rule(employment: EmploymentFact, group_pk: int, plan: PlanOnDay) -> int | None:
    """The number (from 1) of the group's first rule that this employment fulfils."""
    units = plan.units.codes_above(employment.unit_pk)
    for number, rule in enumerate(plan.groups[group_pk].rules, 1):
        if _fits_post(rule, employment) and rule.fits_place(units):
            return number
    return None


def run_start(periods: list[Period]) -> int:
    """The first day of the last run: periods at most LONGEST_BREAK days apart are one run."""
    return joined(periods, gap=LONGEST_BREAK)[-1][0]


def belongs_by_facts(
    employments: Iterable[EmploymentFact], namings: Iterable[NamingFact], plan: PlanOnDay
) -> bool:
    """Whether any of these gives a key group, whatever the day; false, and nobody who has no more
    than these is a member on any day of the plan."""
    return any(groups_by_rule(employment, plan) for employment in employments) or any(
        naming.key_group_pk in plan.groups for naming in namings
    )


def memberships(person: PersonFacts, plan: PlanOnDay) -> list[tuple[int, int]]:
    """(key group, member since) for every group the person is in on the day. The facts hold no
    period that begins after the day, so the last run is the one that reaches it."""
    day = plan.day
    if len(person.employments) == 1 and not person.namings:
        (only,) = person.employments
        if only.ends < day:
            return []
        return [
            (group_pk, only.starts)
            for group_pk in groups_by_rule(only, plan)
            if person.pk not in plan.groups[group_pk].excluded
        ]
    periods: dict[int, list[Period]] = {}
    for employment in person.employments:
        for group_pk in groups_by_rule(employment, plan):
            periods.setdefault(group_pk, []).append((employment.starts, employment.ends))
    for naming in person.namings:
        if naming.key_group_pk in plan.groups:
            periods.setdefault(naming.key_group_pk, []).append((naming.starts, naming.ends))
    return [
        (group_pk, run_start(spells))
        for group_pk, spells in periods.items()
        if any(end >= day for _, end in spells) and person.pk not in plan.groups[group_pk].excluded
    ]
