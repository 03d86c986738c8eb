"""equivalence.yaml: outside courses, and what they give, that one municipality can hand to another
(docs/how-to/likvardighet-som-fil.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from yaml.nodes import Node

from competence.parsers.yaml_entries import Entry, read_root
from lms.lib.csvfile import RowError
from lms.lib.dates import MAX_MONTHS

MAX_BYTES = 256 * 1024


@dataclass(frozen=True)
class CourseEntry:
    name: str
    provider: str
    url: str
    line: int = field(compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return course_key(self.name, self.provider)


@dataclass(frozen=True)
class RuleEntry:
    course: str
    provider: str
    area: str
    level: int
    validity_months: int | None
    completed_from: date
    completed_until: date | None
    # When it was decided where the file comes from, and why.
    decided_on: date | None
    reason: str
    line: int = field(compare=False)

    @property
    def course_key(self) -> tuple[str, str]:
        return course_key(self.course, self.provider)


@dataclass
class EquivalenceFile:
    """What the file says, with every fault and warning found."""

    name: str
    courses: list[CourseEntry] = field(default_factory=list)
    rules: list[RuleEntry] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)


def course_key(name: str, provider: str) -> tuple[str, str]:
    """By which two spellings are the same course in the list."""
    return name.strip().casefold(), provider.strip().casefold()


def parse_equivalence(content: bytes, name: str) -> EquivalenceFile:
    """Read a file; nothing is raised for bad input."""
    file = EquivalenceFile(name)
    if len(content) > MAX_BYTES:
        file.errors.append(RowError(name, 0, "", _("The file is too large.")))
        return file
    root = read_root(file, content)
    if root is None:
        return file
    top = Entry(file, root, "", ("outside_courses", "equivalence_rules"))
    for path, node in top.items("outside_courses"):
        _read_course(file, node, path)
    for path, node in top.items("equivalence_rules"):
        _read_rule(file, node, path)
    if not (file.courses or file.rules or file.errors):
        file.errors.append(RowError(name, 0, "", _("The file holds no courses and no rules.")))
    file.errors.sort(key=lambda error: error.line)
    return file


def _read_course(file: EquivalenceFile, node: Node, path: str) -> None:
    entry = Entry(file, node, path, ("name", "provider", "url"))
    course = CourseEntry(
        entry.text("name"),
        entry.text("provider"),
        entry.text("url", required=False, guarded=False),
        entry.line,
    )
    if entry.whole and any(course.key == other.key for other in file.courses):
        entry.fault("name", _("The course is given twice."))
    if entry.whole:
        file.courses.append(course)


def _read_rule(file: EquivalenceFile, node: Node, path: str) -> None:
    entry = Entry(
        file,
        node,
        path,
        (
            *("course", "provider", "area", "level", "validity_months"),
            *("completed_from", "completed_until", "decided_on", "reason"),
        ),
    )
    months = entry.optional_number("validity_months", highest=MAX_MONTHS)
    if months == 0 and entry.whole:
        entry.fault("validity_months", _("A period is at least one month. Empty: no end."))
    rule = RuleEntry(
        entry.text("course"),
        entry.text("provider"),
        entry.text("area", max_length=20),
        entry.number("level"),
        months,
        entry.day("completed_from"),
        entry.optional_day("completed_until"),
        entry.optional_day("decided_on"),
        entry.text("reason", required=False, max_length=300),
        entry.line,
    )
    if entry.whole and rule.completed_until and rule.completed_until < rule.completed_from:
        entry.fault("completed_until", _("The last day is before the first day."))
    if entry.whole and rule in file.rules:
        entry.fault("", _("The rule is given twice."))
    if entry.whole:
        file.rules.append(rule)
