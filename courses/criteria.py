"""What it takes to complete a course, and how far somebody is. Pure: conditions and facts in,
their state out.

Conditions are groups, and every group has to be met:

    {"rule": "all" | "some" | "one", "count": int or null, "items": [item, …]}

An item is {"kind", "key", …}; the rest by kind:

    lessons    every lesson of the version is done
    lesson     lesson: the key of one lesson; text: its title
    score      percent: at least that result over all lessons, once every one is done
    confirm    text: a statement that the learner confirms
    signoff    text: something that a manager confirms

No groups at all means: every lesson. Attendance is a kind of its own as soon as there are
sessions to attend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

ALL_LESSONS: list[dict[str, Any]] = [
    {"rule": "all", "count": None, "items": [{"kind": "lessons", "key": "lessons"}]}
]


@dataclass(frozen=True)
class Facts:
    """What somebody has done in an enrolment. `score` is the result so far in whole percent, None
    before any lesson is done."""

    lessons: frozenset[str]
    lessons_done: frozenset[str]
    score: int | None
    confirmed: frozenset[str]
    signed_off: frozenset[str]


@dataclass(frozen=True)
class ItemState:
    """One condition as it stands. `done` of `total`, where it is counted."""

    kind: str
    key: str
    text: str
    met: bool
    done: int = 0
    total: int = 0
    percent: int = 0
    lesson: str = ""


@dataclass(frozen=True)
class GroupState:
    """One group as it stands: `needed` of its items are enough."""

    rule: str
    needed: int
    items: tuple[ItemState, ...]

    @property
    def met(self) -> bool:
        return sum(item.met for item in self.items) >= self.needed


@dataclass(frozen=True)
class CriteriaState:
    groups: tuple[GroupState, ...]

    @property
    def met(self) -> bool:
        return all(group.met for group in self.groups)

    @property
    def waits_only_for_signoff(self) -> bool:
        """Whether everything that the learner can do is done, and a manager's word is missing.
        Where it is one of several ways, the others are still open."""
        return not self.met and all(
            group.met or all(item.met or item.kind == "signoff" for item in group.items)
            for group in self.groups
        )

    @property
    def missing(self) -> tuple[GroupState, ...]:
        """The groups that are not met, each with what of it is not."""
        return tuple(
            replace(
                group,
                needed=group.needed - sum(item.met for item in group.items),
                items=tuple(item for item in group.items if not item.met),
            )
            for group in self.groups
            if not group.met
        )

    @property
    def items(self) -> tuple[ItemState, ...]:
        return tuple(item for group in self.groups for item in group.items)


def _item(item: Mapping[str, Any], facts: Facts) -> ItemState:
    kind, key, text = item["kind"], item["key"], item.get("text", "")
    match kind:
        case "lessons":
            done = len(facts.lessons & facts.lessons_done)
            total = len(facts.lessons)
            return ItemState(kind, key, text, done == total, done=done, total=total)
        case "lesson":
            met = item["lesson"] in facts.lessons_done
            return ItemState(kind, key, text, met, lesson=item["lesson"])
        case "score":
            done = facts.lessons <= facts.lessons_done
            enough = done and facts.score is not None and facts.score >= item["percent"]
            return ItemState(
                kind, key, text, enough, percent=item["percent"], done=facts.score or 0
            )
        case "confirm":
            return ItemState(kind, key, text, key in facts.confirmed)
        case "signoff":
            return ItemState(kind, key, text, key in facts.signed_off)
    raise ValueError(f"unknown condition: {kind}")


def _needed(group: Mapping[str, Any]) -> int:
    match group["rule"]:
        case "one":
            return 1
        case "some":
            return int(group["count"])
    return len(group["items"])


def evaluate(groups: Sequence[Mapping[str, Any]], facts: Facts) -> CriteriaState:
    """The conditions as they stand for somebody."""
    return CriteriaState(
        tuple(
            GroupState(
                rule=group["rule"],
                needed=_needed(group),
                items=tuple(_item(item, facts) for item in group["items"]),
            )
            for group in groups or ALL_LESSONS
        )
    )


def asks_for(groups: Sequence[Mapping[str, Any]], kind: str) -> bool:
    """Whether any condition is of that kind."""
    return any(item["kind"] == kind for group in groups for item in group["items"])
