"""What tells two versions of the competence plan apart: requirements added, taken out or changed in
each key group, and who belongs. From what the versions say, and nothing else: what it means for
people is asked elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from competence.figures.goal_changes import GoalChange, goal_changes
from competence.services.plan_content import DefinitionContent, PlanContent, RequirementContent
from lms.framework.rules import PersonRule


@dataclass(frozen=True)
class ChangedRequirement:
    """A requirement that stands in both versions and says something else: of the same level, or of
    another level where the key group has one requirement in the area before and after."""

    was: RequirementContent
    becomes: RequirementContent


@dataclass(frozen=True)
class GroupChange:
    """What is changed for one key group, by its code. No code: for all of them together, of whom
    only a goal can be said."""

    key_group: str
    # Neither a rule nor a requirement in the one version, something in the other.
    is_new: bool
    is_gone: bool
    added: tuple[RequirementContent, ...]
    removed: tuple[RequirementContent, ...]
    changed: tuple[ChangedRequirement, ...]
    rules_added: tuple[PersonRule, ...]
    rules_removed: tuple[PersonRule, ...]
    # That others are left out by name; how many is nobody's business.
    excluded_changed: bool
    goals: tuple[GoalChange, ...] = ()


@dataclass(frozen=True)
class PlanChanges:
    """The key groups for which something is changed, in order of their codes, and the codes of
    those for which nothing is."""

    groups: tuple[GroupChange, ...]
    unchanged: tuple[str, ...]

    @property
    def any(self) -> bool:
        return bool(self.groups)

    @property
    def added(self) -> int:
        return sum(len(group.added) for group in self.groups)

    @property
    def removed(self) -> int:
        return sum(len(group.removed) for group in self.groups)

    @property
    def changed(self) -> int:
        return sum(len(group.changed) for group in self.groups)

    @property
    def rules_changed(self) -> int:
        """In how many key groups it is changed who belongs."""
        return sum(
            bool(group.rules_added or group.rules_removed or group.excluded_changed)
            for group in self.groups
        )

    @property
    def goals_changed(self) -> int:
        """How many coverage goals are new, otherwise or taken out."""
        return sum(len(group.goals) for group in self.groups)


def plan_changes(was: PlanContent, becomes: PlanContent) -> PlanChanges:
    """What has to be done to the one plan to make it the other."""
    nothing = PlanContent(frozenset(), frozenset())
    codes = sorted(_codes(was) | _codes(becomes))
    changed = {
        code: change
        for code in codes
        if (change := _group_change(code, _of(code, was), _of(code, becomes), nothing)) is not None
    }
    return PlanChanges(
        tuple(changed[code] for code in codes if code in changed),
        tuple(code for code in codes if code and code not in changed),
    )


def _codes(content: PlanContent) -> set[str]:
    said = {each.key_group for each in content.definitions if each.says_something}
    said |= {row.key_group for row in content.requirements}
    return said | {goal.key_group for goal in content.goals}


def _of(code: str, content: PlanContent) -> PlanContent:
    """What a plan says of one key group."""
    return PlanContent(
        frozenset(
            each for each in content.definitions if each.key_group == code and each.says_something
        ),
        frozenset(row for row in content.requirements if row.key_group == code),
        frozenset(goal for goal in content.goals if goal.key_group == code),
    )


def _group_change(
    code: str, was: PlanContent, becomes: PlanContent, nothing: PlanContent
) -> GroupChange | None:
    if was == becomes:
        return None
    changed, removed, added = _matched(was.requirements, becomes.requirements)
    before, after = _definition(code, was), _definition(code, becomes)
    return GroupChange(
        key_group=code,
        is_new=bool(code) and was == nothing,
        is_gone=bool(code) and becomes == nothing,
        added=added,
        removed=removed,
        changed=changed,
        rules_added=_rules(after.rules, before.rules),
        rules_removed=_rules(before.rules, after.rules),
        excluded_changed=before.excluded != after.excluded,
        goals=goal_changes(was.goals, becomes.goals),
    )


def _definition(code: str, content: PlanContent) -> DefinitionContent:
    return next(iter(content.definitions), DefinitionContent(code, (), frozenset()))


def _rules(of: Iterable[str], beside: Iterable[str]) -> tuple[PersonRule, ...]:
    """The rules of the one that the other has not."""
    others = set(beside)
    return tuple(
        PersonRule.from_json(json.loads(rule)) for rule in dict.fromkeys(of) if rule not in others
    )


Matched = tuple[
    tuple[ChangedRequirement, ...],
    tuple[RequirementContent, ...],
    tuple[RequirementContent, ...],
]


def _matched(was: Iterable[RequirementContent], becomes: Iterable[RequirementContent]) -> Matched:
    """Changed, taken out, added. Of one area and level, the earliest of each belong together."""
    before, after = _in_order(was, set(becomes)), _in_order(becomes, set(was))
    changed: list[ChangedRequirement] = []
    for row in list(before):
        twin = next((other for other in after if _place(other) == _place(row)), None)
        if twin is not None:
            changed.append(ChangedRequirement(row, twin))
            before.remove(row)
            after.remove(twin)
    for row in list(before):
        left = [other for other in before if other.area == row.area]
        new = [other for other in after if other.area == row.area]
        if len(left) == len(new) == 1:
            changed.append(ChangedRequirement(row, new[0]))
            before.remove(row)
            after.remove(new[0])
    changed.sort(key=lambda change: (*_place(change.becomes), change.becomes.effective_from))
    return tuple(changed), tuple(before), tuple(after)


def _in_order(
    rows: Iterable[RequirementContent], beside: set[RequirementContent]
) -> list[RequirementContent]:
    """Those that are not the same in the other version."""
    return sorted(
        (row for row in rows if row not in beside),
        key=lambda row: (*_place(row), row.effective_from),
    )


def _place(row: RequirementContent) -> tuple[str, int]:
    return row.area, row.level
