"""What a person has reported of outside courses, and what the courses in the list give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from competence.models import Achievement, EquivalenceRule, OutsideCourse, Recognition
from competence.services.recognition_notices import gives_text
from lms.people.models import Person

# So long a decision stays on the person's first page.
SHOWN_DAYS = 14


@dataclass(frozen=True)
class Claim:
    """One reported course, and where it stands."""

    recognition: Recognition
    # What it was found to give; empty while it waits, and where no rule speaks of it.
    gives: str
    rules: tuple[int, ...]

    @property
    def state(self) -> str:
        if self.recognition.decided_at is None:
            return "waiting"
        if self.recognition.record_is_gone and not self.gives:
            return "taken_back"
        return "approved" if self.recognition.approved else "refused"


def claims_of(person: Person) -> list[Claim]:
    """Everything the person has reported and not withdrawn, newest first. Three queries."""
    rows = list(
        Recognition.objects.filter(person=person, withdrawn_at__isnull=True)
        .select_related("outside_course", "outside_record")
        .prefetch_related("further_proofs")
        .order_by("-created_at", "-pk")
    )
    return _with_what_they_give(rows)


def claims_to_show(person: Person, day: date) -> list[Claim]:
    """Those that wait, and those decided lately: for the first page. Two queries."""
    since = day - timedelta(days=SHOWN_DAYS)
    rows = list(
        Recognition.objects.filter(
            Q(decided_at__isnull=True) | Q(decided_at__date__gte=since),
            person=person,
            withdrawn_at__isnull=True,
        )
        .select_related("outside_course", "outside_record")
        .order_by("-created_at", "-pk")[:3]
    )
    return _with_what_they_give(rows)


def _with_what_they_give(rows: list[Recognition]) -> list[Claim]:
    given: dict[int, list[Achievement]] = {}
    single: dict[int, Achievement] = {}
    records = {row.outside_record_id for row in rows if row.outside_record_id}
    singles = {row.achievement_id for row in rows if row.achievement_id}
    if records or singles:
        for achievement in (
            Achievement.objects.standing()
            .filter(Q(outside_record__in=records) | Q(pk__in=singles), revoked_on__isnull=True)
            .select_related("area", "level", "rule")
            .order_by("area__sort_order", "level__number")
        ):
            single[achievement.pk] = achievement
            if achievement.outside_record_id:
                given.setdefault(achievement.outside_record_id, []).append(achievement)
    claims = []
    for row in rows:
        got = list(given.get(row.outside_record_id or 0, ()))
        if row.achievement_id in single:
            got.append(single[row.achievement_id])
        # What was put right to be somebody else's is not told.
        got = [each for each in got if each.person_id == row.person_id]
        rules = tuple(dict.fromkeys(each.rule.number for each in got if each.rule))
        claims.append(Claim(row, gives_text(got), rules))
    return claims


@dataclass(frozen=True)
class Choice:
    """A course that can be chosen, and what its rules give."""

    course: OutsideCourse
    rules: tuple[EquivalenceRule, ...]


def course_choices() -> list[Choice]:
    """The courses that can be chosen, by name. Two queries."""
    rules: dict[int, list[EquivalenceRule]] = {}
    for rule in EquivalenceRule.objects.filter(withdrawn_on__isnull=True).select_related(
        "area", "level"
    ):
        rules.setdefault(rule.outside_course_id, []).append(rule)
    return [
        Choice(course, tuple(rules.get(course.pk, ())))
        for course in OutsideCourse.objects.filter(retired_at__isnull=True)
    ]
