"""The changes between two versions of the competence plan, as sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence.figures.goal_changes import GoalChange, goal_changes
from competence.figures.goals import EVERYONE
from competence.figures.plan import Names, renewal_in_words, rule_in_words
from competence.figures.plan_changes import ChangedRequirement, GroupChange, PlanChanges
from competence.models import KeyGroup, Requirement
from competence.services.plan_content import GoalContent, RequirementContent
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.framework.rules import PersonRule


@dataclass(frozen=True)
class ChangeWords:
    """One change. `kind`: added, removed, changed or people (who belongs)."""

    kind: str
    text: str


@dataclass(frozen=True)
class GroupChangeWords:
    """All that is changed for a key group, or in the training plan of an activity."""

    code: str
    name: str
    changes: tuple[ChangeWords, ...]


@dataclass(frozen=True)
class _Called:
    groups: Mapping[str, str]
    areas: Mapping[str, str]
    levels: Mapping[int, str]
    people: Names


def changes_in_words(changes: PlanChanges) -> tuple[GroupChangeWords, ...]:
    """What is changed for each key group, in the words of the plan. Five queries."""
    rules = [
        rule for group in changes.groups for rule in (*group.rules_added, *group.rules_removed)
    ]
    called = _called(rules)
    return tuple(_group(group, called) for group in changes.groups)


def goals_in_words(
    was: Collection[GoalContent], becomes: Collection[GoalContent]
) -> tuple[GroupChangeWords, ...]:
    """What is changed in the coverage goals alone, group by group, all of them together first."""
    by_group: dict[str, list[GoalChange]] = {}
    for change in goal_changes(was, becomes):
        by_group.setdefault(change.goal.key_group, []).append(change)
    if not by_group:
        return ()
    called = _called(())
    return tuple(
        GroupChangeWords(
            code, _group_name(code, called), tuple(_goal_change(each, called) for each in found)
        )
        for code, found in sorted(by_group.items())
    )


def _called(rules: Iterable[PersonRule]) -> _Called:
    return _Called(
        dict(KeyGroup.objects.values_list("code", "name")),
        dict(CompetenceArea.objects.values_list("code", "name")),
        dict(TrainingLevel.objects.values_list("number", "name")),
        Names.of(rules),
    )


def _group_name(code: str, called: _Called) -> str:
    return _("All key groups together") if code == EVERYONE else called.groups.get(code, code)


def plan_counts_in_words(changes: PlanChanges) -> str:
    """How much is changed, in a sentence or two; of what is not changed nothing."""
    added, changed, removed = changes.added, changes.changed, changes.removed
    counts = in_a_sentence(
        (added, ngettext("%(count)s new requirement", "%(count)s new requirements", added)),
        (
            changed,
            ngettext("%(count)s changed requirement", "%(count)s changed requirements", changed),
        ),
        (
            removed,
            ngettext("%(count)s removed requirement", "%(count)s removed requirements", removed),
        ),
    )
    groups = changes.rules_changed
    rules = in_a_sentence(
        (
            groups,
            ngettext(
                "who belongs is changed in %(count)s key group",
                "who belongs is changed in %(count)s key groups",
                groups,
            ),
        )
    )
    goals = in_a_sentence(
        (
            changes.goals_changed,
            ngettext(
                "%(count)s coverage goal is changed",
                "%(count)s coverage goals are changed",
                changes.goals_changed,
            ),
        )
    )
    return " ".join(filter(None, (counts, rules, goals)))


def in_a_sentence(*counts: tuple[int, str]) -> str:
    """Each number in its words; nothing where it is none."""
    said = ", ".join(words % {"count": number} for number, words in counts if number)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _group(group: GroupChange, called: _Called) -> GroupChangeWords:
    said: list[ChangeWords] = []
    if group.is_new:
        said.append(ChangeWords("people", _("New key group in the plan.")))
    if group.is_gone:
        said.append(ChangeWords("people", _("The key group is no longer in the plan.")))
    said += [ChangeWords("added", _requirement(row, called)) for row in group.added]
    said += [ChangeWords("changed", _changed(change, called)) for change in group.changed]
    said += [ChangeWords("removed", _name(row, called)) for row in group.removed]
    for rule in group.rules_added:
        words = {"rule": rule_in_words(rule, called.people)}
        said.append(ChangeWords("people", _("Takes in anyone who %(rule)s.") % words))
    for rule in group.rules_removed:
        words = {"rule": rule_in_words(rule, called.people)}
        said.append(ChangeWords("people", _("No longer takes in anyone who %(rule)s.") % words))
    if group.excluded_changed:
        said.append(ChangeWords("people", _("Others than before are left out by name.")))
    said += [_goal_change(change, called) for change in group.goals]
    return GroupChangeWords(group.key_group, _group_name(group.key_group, called), tuple(said))


def _goal_change(change: GoalChange, called: _Called) -> ChangeWords:
    was, becomes = change.was, change.becomes
    if was is None or becomes is None:
        kind = "added" if becomes else "removed"
        return ChangeWords(kind, _goal(change.goal, called))
    parts = []
    if was.percent != becomes.percent:
        parts.append(
            _("%(becomes)s %% instead of %(was)s %%")
            % {"becomes": becomes.percent, "was": was.percent}
        )
    if was.reach_by != becomes.reach_by:
        parts.append(
            _("by %(becomes)s instead of %(was)s")
            % {"becomes": date_format(becomes.reach_by), "was": date_format(was.reach_by)}
        )
    if was.note != becomes.note:
        parts.append(_("the note is worded otherwise"))
    return ChangeWords("changed", f"{_goal(was, called)} – {'; '.join(parts)}")


def _goal(goal: GoalContent, called: _Called) -> str:
    words = {"percent": goal.percent, "day": date_format(goal.reach_by)}
    if not goal.area:
        return _("Coverage goal: %(percent)s %% by %(day)s") % words
    return _("Coverage goal for %(area)s, %(level)s: %(percent)s %% by %(day)s") % {
        "area": called.areas.get(goal.area, goal.area),
        "level": _level(goal.level, called),
        **words,
    }


def _name(row: RequirementContent, called: _Called) -> str:
    return _("%(area)s, %(level)s") % {
        "area": called.areas.get(row.area, row.area),
        "level": _level(row.level, called),
    }


def _level(number: int, called: _Called) -> str:
    return called.levels.get(number, str(number))


def _requirement(row: RequirementContent, called: _Called) -> str:
    return _("%(name)s: %(kind)s from %(day)s") % {
        "name": _name(row, called),
        "kind": _kind(row.kind),
        "day": date_format(row.effective_from),
    }


def _kind(kind: str) -> str:
    return str(Requirement.Kind(kind).label)


def _changed(change: ChangedRequirement, called: _Called) -> str:
    """The requirement, and each thing that is otherwise: "renewed: every 2 years instead of every
    3 years"."""
    parts = [
        _("%(what)s: %(becomes)s instead of %(was)s")
        % {"what": what, "becomes": becomes, "was": was}
        for what, was, becomes in _differences(change, called)
    ]
    if change.was.motive != change.becomes.motive:
        parts.append(_("the motive is worded otherwise"))
    return f"{_name(change.was, called)} – {'; '.join(parts)}"


def _differences(change: ChangedRequirement, called: _Called) -> Iterable[tuple[str, str, str]]:
    was, becomes = change.was, change.becomes
    if was.level != becomes.level:
        yield _("level"), _level(was.level, called), _level(becomes.level, called)
    if was.kind != becomes.kind:
        yield _("kind"), _kind(was.kind), _kind(becomes.kind)
    if was.effective_from != becomes.effective_from:
        yield (
            _("in effect from"),
            date_format(was.effective_from),
            date_format(becomes.effective_from),
        )
    if was.effective_until != becomes.effective_until:
        yield _("in effect until"), _until(was.effective_until), _until(becomes.effective_until)
    if was.grace_days != becomes.grace_days:
        yield _("time when new"), _days(was.grace_days), _days(becomes.grace_days)
    if was.renewal_months != becomes.renewal_months:
        yield (
            _("renewal"),
            renewal_in_words(was.renewal_months),
            renewal_in_words(becomes.renewal_months),
        )
    if was.window_days != becomes.window_days:
        yield _("renewal window"), _days(was.window_days), _days(becomes.window_days)


def _until(day: date | None) -> str:
    return date_format(day) if day else _("until further")


def _days(number: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", number) % {"count": number}
