"""Outside courses and equivalence rules as a file: handed out, and read in. The courses that are
new are added; a rule is only ever proposed, and decided by somebody here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from competence.models import EquivalenceRule, OutsideCourse
from competence.parsers.equivalence_yaml import (
    CourseEntry,
    EquivalenceFile,
    RuleEntry,
    course_key,
    parse_equivalence,
)
from competence.services.outside_courses import add_outside_course
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.csvfile import RowError
from lms.people.models import User


class EquivalenceFileError(Exception):
    """The file was refused and nothing written; `errors` holds every fault."""

    def __init__(self, errors: list[RowError], warnings: list[RowError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors
        self.warnings = warnings


@dataclass(frozen=True)
class Proposal:
    """A rule of the file. `course`: the one in the list; none while it is not added. `decided`: a
    rule that gives the same already for some of the days."""

    entry: RuleEntry
    area: CompetenceArea
    level: TrainingLevel
    course: OutsideCourse | None
    decided: EquivalenceRule | None

    @property
    def is_open(self) -> bool:
        """Whether it can be decided now."""
        return self.decided is None and self.course is not None and self.course.retired_at is None


@dataclass(frozen=True)
class EquivalenceChanges:
    """What a file holds, against what is here."""

    new_courses: tuple[CourseEntry, ...]
    known_courses: int
    proposals: tuple[Proposal, ...]
    warnings: list[RowError] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(each.decided is None for each in self.proposals)


def export_equivalence() -> str:
    """The courses in the list, and the rules that stand, as equivalence.yaml. Nobody is in it."""
    rules = EquivalenceRule.objects.filter(withdrawn_on__isnull=True)
    courses = OutsideCourse.objects.filter(
        Q(retired_at__isnull=True) | Q(pk__in=rules.values("outside_course"))
    )
    data = {
        "outside_courses": [
            {"name": each.name, "provider": each.provider} | ({"url": each.url} if each.url else {})
            for each in courses.order_by("name", "provider")
        ],
        "equivalence_rules": [
            {
                "course": rule.outside_course.name,
                "provider": rule.outside_course.provider,
                "area": rule.area.code,
                "level": rule.level.number,
                "validity_months": rule.validity_months,
                "completed_from": rule.completed_from,
                "completed_until": rule.completed_until,
                "decided_on": rule.decided_on,
                "reason": rule.reason,
            }
            for rule in rules.select_related("outside_course", "area", "level").order_by("number")
        ],
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def read_equivalence(*, content: bytes, name: str) -> EquivalenceChanges:
    """What the file would add, and what it proposes. Writes nothing. EquivalenceFileError."""
    file = parse_equivalence(content, name)
    courses = {course_key(each.name, each.provider): each for each in OutsideCourse.objects.all()}
    areas = {each.code: each for each in CompetenceArea.objects.all()}
    levels = {each.number: each for each in TrainingLevel.objects.all()}
    errors = [*file.errors, *_faults(file, courses, areas, levels)]
    if errors:
        raise EquivalenceFileError(sorted(errors, key=lambda error: error.line), file.warnings)
    standing: dict[tuple[int, int, int], list[EquivalenceRule]] = {}
    for rule in EquivalenceRule.objects.filter(withdrawn_on__isnull=True):
        key = (rule.outside_course_id, rule.area_id, rule.level_id)
        standing.setdefault(key, []).append(rule)
    proposals = []
    for entry in file.rules:
        course, area, level = (
            courses.get(entry.course_key),
            areas[entry.area],
            levels[entry.level],
        )
        same = standing.get((course.pk, area.pk, level.pk), []) if course else []
        proposals.append(Proposal(entry, area, level, course, _overlapping(entry, same)))
    new = tuple(each for each in file.courses if each.key not in courses)
    return EquivalenceChanges(
        new, len(file.courses) - len(new), tuple(proposals), list(file.warnings)
    )


def _overlapping(entry: RuleEntry, rules: Iterable[EquivalenceRule]) -> EquivalenceRule | None:
    for rule in rules:
        last, rule_last = entry.completed_until, rule.completed_until
        begins_in_time = last is None or rule.completed_from <= last
        if begins_in_time and (rule_last is None or rule_last >= entry.completed_from):
            return rule
    return None


def _faults(
    file: EquivalenceFile,
    courses: dict[tuple[str, str], OutsideCourse],
    areas: dict[str, CompetenceArea],
    levels: dict[int, TrainingLevel],
) -> list[RowError]:
    """What cannot be here, row by row."""
    faults = []
    for index, course in enumerate(file.courses):
        if course.key not in courses:
            row = OutsideCourse(name=course.name, provider=course.provider, url=course.url)
            try:
                row.full_clean(validate_unique=False, validate_constraints=False)
            except ValidationError as error:
                path = f"outside_courses[{index}]"
                faults.append(RowError(file.name, course.line, path, " ".join(error.messages)))
    named = {each.key for each in file.courses}
    for index, rule in enumerate(file.rules):
        path = f"equivalence_rules[{index}]"
        if rule.course_key not in courses and rule.course_key not in named:
            why = _("The course is neither in the file nor in the list.")
            faults.append(RowError(file.name, rule.line, f"{path}.course", why))
        if rule.area not in areas:
            why = _("There is no area with the code %(code)s.") % {"code": rule.area}
            faults.append(RowError(file.name, rule.line, f"{path}.area", why))
        if rule.level not in levels:
            why = _("There is no level with the number %(number)s.") % {"number": rule.level}
            faults.append(RowError(file.name, rule.line, f"{path}.level", why))
    return faults


@transaction.atomic
def add_courses_of_file(*, content: bytes, name: str, by: User | None) -> int:
    """Add the courses of the file that are not in the list, all or none; how many they were.
    EquivalenceFileError."""
    changes = read_equivalence(content=content, name=name)
    for entry in changes.new_courses:
        try:
            add_outside_course(name=entry.name, provider=entry.provider, url=entry.url, by=by)
        except ValidationError as error:
            fault = RowError(name, entry.line, "outside_courses", " ".join(error.messages))
            raise EquivalenceFileError([fault], changes.warnings) from None
    return len(changes.new_courses)
