"""What a plan version says, as one comparable value: two versions with equal content are the
same plan."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from competence.models import (
    CoverageGoal,
    KeyGroup,
    KeyGroupDefinition,
    PlanVersion,
    Requirement,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.framework.rules import PersonRule


@dataclass(frozen=True)
class DefinitionContent:
    key_group: str
    rules: tuple[str, ...]  # canonical JSON
    excluded: frozenset[int]

    @property
    def says_something(self) -> bool:
        return bool(self.rules or self.excluded)


@dataclass(frozen=True)
class RequirementContent:
    key_group: str
    area: str
    level: int
    kind: str
    effective_from: date
    effective_until: date | None
    grace_days: int
    renewal_months: int | None
    window_days: int
    motive: str


@dataclass(frozen=True)
class GoalContent:
    """No `key_group`: all key groups together. No `area` and level 0: all that is mandatory."""

    key_group: str
    area: str
    level: int
    percent: int
    reach_by: date
    note: str


@dataclass(frozen=True)
class PlanContent:
    definitions: frozenset[DefinitionContent]
    requirements: frozenset[RequirementContent]
    goals: frozenset[GoalContent] = frozenset()

    def says_the_same_as(self, other: PlanContent) -> bool:
        """Whether the two plans decide the same: a key group that is defined without a rule or an
        exclusion is as one that is not defined."""
        return (self.requirements, self.goals) == (other.requirements, other.goals) and {
            definition for definition in self.definitions if definition.says_something
        } == {definition for definition in other.definitions if definition.says_something}

    def fingerprint(self) -> str:
        """The same for equal content, and for no other."""
        said = sorted(
            repr((row.key_group, row.rules, sorted(row.excluded))) for row in self.definitions
        )
        said += sorted(repr(row) for row in self.requirements)
        said += sorted(repr(row) for row in self.goals)
        return sha256("\n".join(said).encode()).hexdigest()


def fingerprint_of(version: PlanVersion) -> str:
    """Of all that is decided with a version: what it says of groups and requirements, the words of
    its chapters and its note. The same for the same, and for nothing else. Four queries."""
    words = sorted(version.chapters.values_list("key", "text"))
    said = [content_of(version).fingerprint(), version.note, *map(repr, words)]
    return sha256("\n".join(map(repr, said)).encode()).hexdigest()


def definition_content(
    key_group: str, rules: Iterable[PersonRule], excluded: Iterable[int]
) -> DefinitionContent:
    texts = tuple(json.dumps(rule.to_json(), sort_keys=True) for rule in rules)
    return DefinitionContent(key_group, texts, frozenset(excluded))


def content_of(version: PlanVersion) -> PlanContent:
    """The content of a stored version. Four queries."""
    definitions = version.definitions.select_related("key_group").prefetch_related("excluded")
    requirements = version.requirements.select_related("key_group", "area", "level")
    return PlanContent(
        frozenset(
            definition_content(
                definition.key_group.code,
                map(PersonRule.from_json, definition.rules),
                (person.merged_into_id or person.pk for person in definition.excluded.all()),
            )
            for definition in definitions
        ),
        frozenset(
            RequirementContent(
                row.key_group.code,
                row.area.code,
                row.level.number,
                row.kind,
                row.effective_from,
                row.effective_until,
                row.grace_days,
                row.renewal_months,
                row.window_days,
                row.motive,
            )
            for row in requirements
        ),
        goals_of(version),
    )


def goals_of(version: PlanVersion) -> frozenset[GoalContent]:
    """The coverage goals of a stored version. One query."""
    return frozenset(
        GoalContent(
            row.key_group.code if row.key_group else "",
            row.area.code if row.area else "",
            row.level.number if row.level else 0,
            row.percent,
            row.reach_by,
            row.note,
        )
        for row in version.goals.select_related("key_group", "area", "level")
    )


def write_content(version: PlanVersion, content: PlanContent) -> None:
    """Fill an empty draft. The areas, levels and key groups exist."""
    groups = dict(KeyGroup.objects.values_list("code", "pk"))
    areas = dict(CompetenceArea.objects.values_list("code", "pk"))
    levels = dict(TrainingLevel.objects.values_list("number", "pk"))
    definitions = sorted(content.definitions, key=lambda definition: definition.key_group)
    stored = KeyGroupDefinition.objects.bulk_create(
        KeyGroupDefinition(
            plan_version=version,
            key_group_id=groups[definition.key_group],
            rules=[json.loads(rule) for rule in definition.rules],
        )
        for definition in definitions
    )
    through = KeyGroupDefinition.excluded.through
    through.objects.bulk_create(
        through(keygroupdefinition_id=row.pk, person_id=person_pk)
        for row, definition in zip(stored, definitions, strict=True)
        for person_pk in sorted(definition.excluded)
    )
    Requirement.objects.bulk_create(
        Requirement(
            plan_version=version,
            key_group_id=groups[row.key_group],
            area_id=areas[row.area],
            level_id=levels[row.level],
            kind=row.kind,
            effective_from=row.effective_from,
            effective_until=row.effective_until,
            grace_days=row.grace_days,
            renewal_months=row.renewal_months,
            window_days=row.window_days,
            motive=row.motive,
        )
        for row in sorted(
            content.requirements,
            key=lambda row: (row.key_group, row.area, row.level, row.effective_from),
        )
    )
    CoverageGoal.objects.bulk_create(
        CoverageGoal(
            plan_version=version,
            key_group_id=groups[row.key_group] if row.key_group else None,
            area_id=areas[row.area] if row.area else None,
            level_id=levels[row.level] if row.area else None,
            percent=row.percent,
            reach_by=row.reach_by,
            note=row.note,
        )
        for row in sorted(
            content.goals, key=lambda row: (row.key_group, row.area, row.level, row.reach_by)
        )
    )
