"""What a draft of the plan would mean, counted before anything is decided. Nothing is written and
nothing adopted: the draft's requirements are asked beside those in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from competence.engine.alike import load_alike, load_others
from competence.engine.assume import Assumptions
from competence.engine.difference import (
    Comparison,
    StandingChange,
)
from competence.engine.facts import KeyGroupRules, PlanOnDay, RequiredLevel
from competence.engine.loader import Row, load_people, load_plan, who_may_belong
from competence.engine.suppose import only_in, with_requirement, with_rules
from competence.figures.consequences import AskedCounts, NeedCounts
from competence.figures.consequences_shown import Shown, shown
from competence.models import KeyGroup, PlanVersion, Requirement, ShownConsequences
from competence.services.assumptions import assumptions_on
from competence.services.plan import adopt_plan_version
from lms.audit.services import record
from lms.people.models import Employment, Person, Unit, User


@dataclass(frozen=True)
class Edit:
    """What is being written in a draft and not yet saved: a requirement in the place of another
    (none: one more), or who belongs to a key group."""

    group: int
    requirement: Requirement | None = None
    instead_of: int | None = None
    rules: KeyGroupRules | None = None


def counted_on(version: PlanVersion, *, today: date, edit: Edit | None = None) -> date:
    """The first day from `today` on which everything that the draft changes has taken effect.
    Three queries."""
    in_force = PlanVersion.objects.in_force_on(today)
    said = set(_requirements_of(in_force)) if in_force else set()
    new = [row[0] for row in _requirements_of(version) if row not in said]
    if edit is not None and edit.requirement is not None:
        new.append(edit.requirement.effective_from)
    return max([today, *new])


def _requirements_of(version: PlanVersion) -> list[Row]:
    """What each says, the first day it is in effect first."""
    return list(
        version.requirements.order_by().values_list(
            *("effective_from", "effective_until", "key_group", "area", "level", "kind"),
            *("grace_days", "renewal_months", "window_days"),
        )
    )


def compared(
    version: PlanVersion, day: date, *, edit: Edit | None = None, alone: bool = False
) -> Comparison:
    """The plan in force on `day` against the draft as if it were, with what is being written in it;
    `alone`: against the plan in force with only that change. Ten queries."""
    also = () if edit is None else (edit.group,)
    before = load_plan(day, also_groups=also)
    after = load_plan(day, also_groups=also, version=version)
    if edit is None:
        return Comparison(before, after)
    after = _edited(after, edit, day)
    if not alone:
        return Comparison(before, after)
    if edit.requirement is not None:
        return Comparison(before, only_in(before, after, edit.group, edit.requirement.area_id))
    return Comparison(before, with_rules(before, edit.group, after.groups[edit.group]))


def _edited(plan: PlanOnDay, edit: Edit, day: date) -> PlanOnDay:
    if edit.rules is not None:
        plan = with_rules(plan, edit.group, edit.rules)
    if edit.requirement is not None:
        wanted = edit.requirement
        last = wanted.effective_until
        counts = wanted.effective_from <= day and (last is None or day <= last)
        new = _required_level(wanted) if counts else None
        plan = with_requirement(plan, new, instead_of=edit.instead_of)
    return plan


def _required_level(requirement: Requirement) -> RequiredLevel:
    group, area = requirement.key_group, requirement.area
    return RequiredLevel(
        pk=requirement.pk or 0,
        key_group_pk=group.pk,
        key_group=group.code,
        key_group_name=group.name,
        area_pk=area.pk,
        area=area.code,
        area_name=area.name,
        area_label=area.label,
        level=requirement.level.number,
        level_name=requirement.level.name,
        mandatory=requirement.kind == Requirement.Kind.MANDATORY,
        effective_from=requirement.effective_from.toordinal(),
        grace_days=requirement.grace_days,
        renewal_months=requirement.renewal_months,
        window_days=requirement.window_days,
    )


def asked_by(*comparisons: Comparison) -> list[AskedCounts]:
    """Whom each difference (of the same day) concerns by post and naming, whatever they have
    learnt. Seven queries whatever the size."""
    counts = [AskedCounts() for _ in comparisons]
    differing = [
        (comparison, count)
        for comparison, count in zip(comparisons, counts, strict=True)
        if comparison.groups
    ]
    if differing:
        day = date.fromordinal(comparisons[0].day)
        people = _people(*(comparison for comparison, _count in differing))
        apart = frozenset().union(*(comparison.named for comparison, _count in differing))
        alike = list(load_alike(people, day, apart))
        for comparison, count in differing:
            count.add_alike(comparison, alike, day)
        for person in load_others(people, day, apart):
            for comparison, count in differing:
                change = comparison.change_of(person)
                if change is not None:
                    count.add(change, day, comparison.groups)
    return counts


def needs_by(comparison: Comparison) -> tuple[NeedCounts, list[StandingChange]]:
    """What the difference means by what people have learnt, and person by person: for who may be
    shown names. Ten queries whatever the size."""
    counts = NeedCounts()
    found: list[StandingChange] = []
    if comparison.groups:
        day = date.fromordinal(comparison.day)
        people = _people(comparison)
        for person in load_people(people, day, comparison.after, comparison.areas):
            change = comparison.standing_of(person)
            if change is not None:
                counts.add(change)
                found.append(change)
    return counts, found


def _people(*comparisons: Comparison) -> QuerySet[Person] | None:
    """Those in a key group that differs, and perhaps others."""
    return who_may_belong(
        date.fromordinal(comparisons[0].day),
        lambda post: any(comparison.may_reach(post) for comparison in comparisons),
        frozenset().union(*(comparison.groups for comparison in comparisons)),
    )


@dataclass(frozen=True)
class Summary:
    """What is shown of a draft's consequences, and what was assumed when it was counted."""

    shown: Shown
    assumptions: Assumptions


def consequences_shown(
    version: PlanVersion,
    day: date,
    *,
    today: date,
    threshold: int,
    edit: Edit | None = None,
) -> list[Summary]:
    """What whoever may not see individuals is shown: of the whole draft, and before it of the one
    change that is being written in it, if any. Nothing that anybody has learnt is read."""
    comparisons = [compared(version, day, edit=edit)]
    if edit is not None:
        comparisons.insert(0, compared(version, day, edit=edit, alone=True))
    assumptions = assumptions_on(today)
    counts = asked_by(*comparisons)
    groups = {pk for count in counts for pk in count.by_group}
    units = {pk for count in counts for pk in count.by_unit}
    employed = Employment.objects.valid_on(day).filter(unit__in=units).order_by()
    names = dict(KeyGroup.objects.filter(pk__in=groups).values_list("pk", "name"))
    unit_names = dict(Unit.objects.filter(pk__in=units).values_list("pk", "name"))
    staff = dict(employed.values_list("unit").annotate(Count("person", distinct=True)))
    return [
        Summary(
            shown(
                count,
                day=day,
                decided_on=today,
                assumptions=assumptions,
                threshold=threshold,
                groups=names,
                units=unit_names,
                staff=staff,
            ),
            assumptions,
        )
        for count in counts
    ]


@transaction.atomic
def decide_as_shown(
    *,
    version: PlanVersion,
    shown: Mapping[str, Any],
    assumed: Mapping[str, Any],
    in_force_from: date,
    adopted_on: date,
    adopted_by: str,
    registry_number: str = "",
    as_shown: str | None = None,
    by: User | None,
) -> PlanVersion:
    """Adopt a version, and keep with it what was shown of its consequences before, as `Shown.said`
    and `Assumptions.everything_said` word it. `as_shown`: the fingerprint of what was shown."""
    adopted = adopt_plan_version(
        version=version,
        in_force_from=in_force_from,
        adopted_on=adopted_on,
        adopted_by=adopted_by,
        registry_number=registry_number,
        as_shown=as_shown,
        by=by,
    )
    kept = ShownConsequences(
        plan_version=adopted,
        counted_on=Shown.read(shown).counted_on,
        shown=shown,
        assumed=assumed,
        by=by,
    )
    kept.full_clean()
    kept.save()
    record(
        "plan_version.consequences_kept",
        kept,
        by=by,
        after={"version": adopted.number, "counted_on": kept.counted_on.isoformat()},
    )
    return adopted
