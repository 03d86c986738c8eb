"""What would be asked of somebody in another post, or of everybody by another plan: facts in
memory, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from competence.engine.days import FOREVER
from competence.engine.facts import (
    EmploymentFact,
    KeyGroupRules,
    PersonFacts,
    PlanOnDay,
    RequiredLevel,
)


@dataclass(frozen=True)
class Supposed:
    """A post that somebody would begin on `starts_on`. `old_ends`: the posts they have until then
    end the day before."""

    unit_pk: int
    unit_code: str
    unit_name: str
    job_code: str
    job_title: str
    form: str
    is_manager: bool
    starts_on: date
    old_ends: bool

    @property
    def fact(self) -> EmploymentFact:
        return EmploymentFact(
            self.unit_pk,
            self.job_code,
            self.is_manager,
            self.form,
            self.starts_on.toordinal(),
            FOREVER,
        )

    def of(self, person: PersonFacts) -> PersonFacts:
        """The person's facts, had they the post. Ask of a day from `starts_on` on."""
        first = self.starts_on.toordinal()
        kept = person.employments
        if self.old_ends:
            kept = [post._replace(ends=min(post.ends, first - 1)) for post in kept]
            kept = [post for post in kept if post.starts <= post.ends]
        return replace(person, employments=[*kept, self.fact])


def with_requirement(
    plan: PlanOnDay, new: RequiredLevel | None, *, instead_of: int | None = None
) -> PlanOnDay:
    """The plan, did it ask for this (none: for nothing) in the place of the requirement with that
    primary key (none: besides all others). Who belongs to the new one's key group is known."""
    requirements = {
        group: tuple(level for level in levels if level.pk != instead_of)
        for group, levels in plan.requirements.items()
    }
    if new is not None:
        of_group = requirements.get(new.key_group_pk, ())
        requirements[new.key_group_pk] = (*of_group, new)
    return _saying(plan, requirements, plan.groups)


def with_rules(plan: PlanOnDay, group: int, rules: KeyGroupRules) -> PlanOnDay:
    """The plan, did these belong to a key group."""
    return _saying(plan, plan.requirements, {**plan.groups, group: rules})


def only_in(before: PlanOnDay, after: PlanOnDay, group: int, area: int) -> PlanOnDay:
    """The plan before, changed only in what is asked of one key group in one area."""
    kept = tuple(level for level in before.requirements.get(group, ()) if level.area_pk != area)
    new = tuple(level for level in after.requirements.get(group, ()) if level.area_pk == area)
    rules = (
        before.groups if group in before.groups else {**before.groups, group: after.groups[group]}
    )
    return _saying(before, {**before.requirements, group: (*kept, *new)}, rules)


def _saying(
    plan: PlanOnDay,
    requirements: Mapping[int, tuple[RequiredLevel, ...]],
    groups: Mapping[int, KeyGroupRules],
) -> PlanOnDay:
    return PlanOnDay(
        day=plan.day,
        requirements=requirements,
        groups={group: groups[group] for group in requirements if group in groups},
        units=plan.units,
    )
