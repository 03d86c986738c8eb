"""framework.yaml: a whole plan that one municipality can hand to another.

The file is read as nodes, not values, so that every fault knows its line, and so that a code
written `1` or `no` stays what was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from competence.parsers.yaml_entries import Entry, is_null, read_root
from lms.framework.rules import PersonRule, RuleError
from lms.lib.csvfile import RowError
from lms.lib.dates import MAX_DAYS, MAX_MONTHS, add_months

MAX_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class AreaEntry:
    code: str
    name: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class LevelEntry:
    number: int
    name: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class NamingEntry:
    person_id: str
    starts_on: date
    ends_on: date | None
    line: int = field(compare=False)


@dataclass(frozen=True)
class ExclusionEntry:
    person_id: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class KeyGroupEntry:
    code: str
    name: str
    rules: tuple[PersonRule, ...]
    namings: tuple[NamingEntry, ...]
    excluded: tuple[ExclusionEntry, ...]
    line: int = field(compare=False)


@dataclass(frozen=True)
class RequirementEntry:
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
    line: int = field(compare=False)


@dataclass(frozen=True)
class RenewalOrderEntry:
    area: str
    level: int | None
    achieved_before: date
    last_valid_day: date
    decided_on: date
    reason: str
    line: int = field(compare=False)


@dataclass(frozen=True)
class GoalEntry:
    """No key group: all of them together. No area: all that is mandatory."""

    key_group: str
    area: str
    level: int | None
    percent: int
    reach_by: date
    note: str
    line: int = field(compare=False)


@dataclass
class FrameworkFile:
    """What the file says, with every fault and warning found. Where there are errors the entries
    are those that could be read."""

    name: str
    areas: list[AreaEntry] = field(default_factory=list)
    levels: list[LevelEntry] = field(default_factory=list)
    key_groups: list[KeyGroupEntry] = field(default_factory=list)
    requirements: list[RequirementEntry] = field(default_factory=list)
    renewal_orders: list[RenewalOrderEntry] = field(default_factory=list)
    # None: the file does not speak of goals (it may be older than they are).
    coverage_goals: list[GoalEntry] | None = None
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)


_SECTIONS = (
    *("areas", "levels", "key_groups", "requirements", "renewal_orders"),
    "coverage_goals",
)


def parse_framework(content: bytes, name: str) -> FrameworkFile:
    """Read a file; nothing is raised for bad input."""
    file = FrameworkFile(name)
    if len(content) > MAX_BYTES:
        file.errors.append(RowError(name, 0, "", _("The file is too large to be a plan.")))
        return file
    root = read_root(file, content)
    if root is None:
        return file
    top = Entry(file, root, "", _SECTIONS)
    for path, node in top.items("areas"):
        _read_area(file, node, path)
    for path, node in top.items("levels"):
        _read_level(file, node, path)
    for path, node in top.items("key_groups"):
        _read_key_group(file, node, path)
    rows = list(top.items("requirements"))
    for path, node in rows:
        _read_requirement(file, node, path)
    for path, node in top.items("renewal_orders"):
        _read_renewal_order(file, node, path)
    if "coverage_goals" in top.nodes:
        file.coverage_goals = []
    # Where a requirement could not be read it is not known what the file asks.
    asked = _asked(file) if len(file.requirements) == len(rows) else None
    for path, node in top.items("coverage_goals"):
        _read_goal(file, node, path, asked)
    _refuse_overlaps(file)
    file.errors.sort(key=lambda error: error.line)
    return file


def _read_area(file: FrameworkFile, node: Node, path: str) -> None:
    entry = Entry(file, node, path, ("code", "name"))
    area = AreaEntry(entry.text("code", max_length=20), entry.text("name"), entry.line)
    if area.code and any(area.code == other.code for other in file.areas):
        entry.fault("code", _("The area %(code)s is given twice.") % {"code": area.code})
    if area.code:
        file.areas.append(area)


def _read_level(file: FrameworkFile, node: Node, path: str) -> None:
    entry = Entry(file, node, path, ("code", "name"))
    level = LevelEntry(entry.number("code"), entry.text("name", max_length=100), entry.line)
    if any(level.number == other.number for other in file.levels):
        entry.fault("code", _("The level %(level)d is given twice.") % {"level": level.number})
    elif entry.whole:
        file.levels.append(level)


def _read_key_group(file: FrameworkFile, node: Node, path: str) -> None:
    entry = Entry(file, node, path, ("code", "name", "rules", "persons", "exclude"))
    code = entry.text("code", max_length=40)
    rules: list[PersonRule] = []
    for rule_path, rule_node in entry.items("rules"):
        rule = _read_rule(file, rule_node, rule_path)
        if rule is not None:
            rules.append(rule)
    namings: list[NamingEntry] = []
    for naming_path, naming_node in entry.items("persons"):
        _read_naming(file, naming_node, naming_path, namings)
    excluded: list[ExclusionEntry] = []
    for item_path, item in entry.items("exclude"):
        if not isinstance(item, ScalarNode) or is_null(item) or not item.value.strip():
            line = item.start_mark.line + 1
            file.errors.append(RowError(file.name, line, item_path, _("Expected a person id.")))
        else:
            excluded.append(ExclusionEntry(item.value.strip(), item.start_mark.line + 1))
    if code and any(code == other.code for other in file.key_groups):
        entry.fault("code", _("The key group %(code)s is given twice.") % {"code": code})
    if code:
        file.key_groups.append(
            KeyGroupEntry(
                code,
                entry.text("name"),
                tuple(rules),
                tuple(namings),
                tuple(dict.fromkeys(excluded)),
                entry.line,
            )
        )


def _read_rule(file: FrameworkFile, node: Node, path: str) -> PersonRule | None:
    line = node.start_mark.line + 1
    data: dict[str, Any] = {}
    if is_null(node):
        return PersonRule()
    if not isinstance(node, MappingNode):
        file.errors.append(RowError(file.name, line, path, _("Expected conditions here.")))
        return None
    for key, value in node.value:
        name = str(key.value)
        if name in data:
            problem = _("The condition is given twice.")
            file.errors.append(
                RowError(file.name, key.start_mark.line + 1, f"{path}.{name}", problem)
            )
            return None
        if isinstance(value, SequenceNode):
            data[name] = [
                item.value if isinstance(item, ScalarNode) and not is_null(item) else None
                for item in value.value
            ]
        elif value.tag == "tag:yaml.org,2002:bool":
            data[name] = value.value.lower() in ("true", "yes", "on")
        else:
            data[name] = None if is_null(value) else value.value
    try:
        return PersonRule.from_json(data)
    except RuleError as error:
        file.errors.append(RowError(file.name, line, path, str(error)))
        return None


def _read_naming(file: FrameworkFile, node: Node, path: str, namings: list[NamingEntry]) -> None:
    entry = Entry(file, node, path, ("person", "from", "until"))
    naming = NamingEntry(
        entry.text("person", max_length=40, guarded=False),
        entry.day("from"),
        entry.optional_day("until"),
        entry.line,
    )
    if naming.ends_on is not None and naming.ends_on < naming.starts_on:
        entry.fault("until", _("The last day is before the first day."))
    if any(
        (naming.person_id, naming.starts_on) == (other.person_id, other.starts_on)
        for other in namings
    ):
        entry.fault("person", _("The person is named twice from the same day."))
    if entry.whole:
        namings.append(naming)


def _read_requirement(file: FrameworkFile, node: Node, path: str) -> None:
    entry = Entry(
        file,
        node,
        path,
        (
            *("key_group", "area", "level", "kind", "effective_from", "effective_until"),
            *("grace_days", "renewal_months", "window_days", "motive"),
        ),
    )
    requirement = RequirementEntry(
        key_group=entry.text("key_group", max_length=40),
        area=entry.text("area", max_length=20),
        level=entry.number("level"),
        kind=entry.text("kind"),
        effective_from=entry.day("effective_from"),
        effective_until=entry.optional_day("effective_until"),
        grace_days=entry.number("grace_days", highest=MAX_DAYS),
        renewal_months=entry.optional_number("renewal_months", highest=MAX_MONTHS),
        window_days=entry.number("window_days", highest=MAX_DAYS),
        motive=entry.text("motive", required=False, max_length=300),
        line=entry.line,
    )
    if requirement.kind and requirement.kind not in ("mandatory", "recommended"):
        entry.fault("kind", _("The kind is mandatory or recommended."))
    _refuse_unknown(file, entry, requirement.area, requirement.level)
    _refuse_unknown_group(file, entry, requirement.key_group)
    until, months = requirement.effective_until, requirement.renewal_months
    if until is not None and until < requirement.effective_from:
        entry.fault("effective_until", _("The last effective day is before the first."))
    if months == 0:
        entry.fault("renewal_months", _("A renewal takes at least one month, or is left empty."))
    if entry.whole:
        file.requirements.append(requirement)
        if months and _is_always_expiring(requirement, months):
            file.warnings.append(
                RowError(
                    file.name,
                    entry.line,
                    f"{path}.window_days",
                    _("The window is as long as the renewal period: nobody will ever be met."),
                )
            )


def _is_always_expiring(requirement: RequirementEntry, months: int) -> bool:
    period = add_months(requirement.effective_from, months) - requirement.effective_from
    return requirement.window_days >= period.days - 1


def _read_renewal_order(file: FrameworkFile, node: Node, path: str) -> None:
    entry = Entry(
        file,
        node,
        path,
        ("area", "level", "achieved_before", "last_valid_day", "decided_on", "reason"),
    )
    order = RenewalOrderEntry(
        area=entry.text("area", max_length=20),
        level=entry.optional_number("level"),
        achieved_before=entry.day("achieved_before"),
        last_valid_day=entry.day("last_valid_day"),
        decided_on=entry.day("decided_on"),
        reason=entry.text("reason", required=False, max_length=300),
        line=entry.line,
    )
    _refuse_unknown(file, entry, order.area, order.level)
    if entry.whole:
        file.renewal_orders.append(order)


def _asked(file: FrameworkFile) -> set[tuple[str, str, int | None]]:
    """What is mandatory: key group, area and level."""
    return {
        (row.key_group, row.area, row.level) for row in file.requirements if row.kind == "mandatory"
    }


def _read_goal(
    file: FrameworkFile,
    node: Node,
    path: str,
    asked: set[tuple[str, str, int | None]] | None,
) -> None:
    entry = Entry(file, node, path, ("key_group", "area", "level", "percent", "reach_by", "note"))
    goal = GoalEntry(
        key_group=entry.text("key_group", required=False, max_length=40),
        area=entry.text("area", required=False, max_length=20),
        level=entry.optional_number("level"),
        percent=entry.number("percent", highest=100),
        reach_by=entry.day("reach_by"),
        note=entry.text("note", required=False, max_length=200),
        line=entry.line,
    )
    if entry.whole and goal.percent < 1:
        entry.fault("percent", _("A goal is 1 to 100 percent."))
    if bool(goal.area) != (goal.level is not None):
        entry.fault("level", _("Choose both an area and a level, or neither."))
    if goal.area and not goal.key_group:
        entry.fault("key_group", _("Choose the key group of the area's goal."))
    _refuse_unknown(file, entry, goal.area, goal.level)
    _refuse_unknown_group(file, entry, goal.key_group)
    thing = (goal.key_group, goal.area, goal.level)
    if entry.whole and goal.area and asked is not None and thing not in asked:
        entry.fault("level", _("The file asks the key group for no such level in the area."))
    place = (*thing, goal.reach_by)
    goals = file.coverage_goals or []
    if any(place == (other.key_group, other.area, other.level, other.reach_by) for other in goals):
        entry.fault("reach_by", _("There is a goal for this by that day already."))
    if entry.whole and file.coverage_goals is not None:
        file.coverage_goals.append(goal)


def _refuse_unknown_group(file: FrameworkFile, entry: Entry, code: str) -> None:
    if code and all(code != group.code for group in file.key_groups):
        entry.fault("key_group", _("The key group %(code)s is not in the file.") % {"code": code})


def _refuse_unknown(file: FrameworkFile, entry: Entry, area: str, level: int | None) -> None:
    if area and all(area != other.code for other in file.areas):
        entry.fault("area", _("The area %(code)s is not in the file.") % {"code": area})
    if level is not None and all(level != other.number for other in file.levels):
        entry.fault("level", _("The level %(level)d is not in the file.") % {"level": level})


def _refuse_overlaps(file: FrameworkFile) -> None:
    """Two requirements with the same group, area and level and overlapping effective days."""
    same: dict[tuple[str, str, int], list[RequirementEntry]] = {}
    for requirement in file.requirements:
        key = (requirement.key_group, requirement.area, requirement.level)
        same.setdefault(key, []).append(requirement)
    for requirements in same.values():
        requirements.sort(key=lambda requirement: requirement.effective_from)
        longest = requirements[0]
        for later in requirements[1:]:
            until = longest.effective_until
            if until is None or later.effective_from <= until:
                file.errors.append(
                    RowError(
                        file.name,
                        later.line,
                        "requirements",
                        _("The same requirement applies already, from line %(line)d.")
                        % {"line": longest.line},
                    )
                )
            if until is not None and (
                later.effective_until is None or later.effective_until > until
            ):
                longest = later
