"""What decided each row, and the words behind its keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Subquery

from competence.engine.facts import EmploymentFact, PersonFacts, PlanOnDay
from competence.engine.membership import matching_rule
from competence.engine.rows import GapRow
from competence.engine.status import Status
from competence.engine.suppose import Supposed
from competence.engine.validity import Best, best_achievement
from competence.models import Achievement, Exemption, RenewalOrder
from courses.models import Certificate
from lms.framework.rules import PersonRule
from lms.people.models import Employment, Person


class Trace:
    """What decided one row, found by the rules that made it."""

    def __init__(self, row: GapRow, person: PersonFacts, plan: PlanOnDay) -> None:
        self.row, self.person, self.plan = row, person, plan
        requirement = row.requirement
        self.best: Best | None = None
        if row.status not in (Status.PAUSED, Status.EXEMPT):
            self.best = best_achievement(
                [a for a in person.achievements if a.area_pk == requirement.area_pk], requirement
            )
        self.exemption_pk = next(
            (
                exemption.pk
                for exemption in person.exemptions
                if row.status is Status.EXEMPT
                and exemption.area_pk == requirement.area_pk
                and exemption.level >= requirement.level
            ),
            None,
        )
        self.employment: EmploymentFact | None = None
        self.rule_number: int | None = None
        for employment in sorted(person.employments, key=lambda fact: fact.starts):
            if employment.ends >= plan.day:
                number = matching_rule(employment, requirement.key_group_pk, plan)
                if number is not None:
                    self.employment, self.rule_number = employment, number
                    break

    @property
    def rule(self) -> PersonRule | None:
        if self.rule_number is None:
            return None
        return self.plan.groups[self.row.requirement.key_group_pk].rules[self.rule_number - 1]

    @property
    def named_since(self) -> int:
        return min(
            (
                naming.starts
                for naming in self.person.namings
                if naming.key_group_pk == self.row.requirement.key_group_pk
                and naming.ends >= self.plan.day
            ),
            default=self.row.member_since.toordinal(),
        )


@dataclass(frozen=True)
class Order:
    area_pk: int
    level: int | None
    achieved_before: date
    last_valid_day: date
    decided_on: date
    reason: str


class Details:
    """The words behind the keys: titles, units, sources, reasons. Five queries."""

    def __init__(self, traces: list[Trace], as_of: date, supposed: Supposed | None) -> None:
        people = {trace.person.pk for trace in traces}
        self.names = {
            person.pk: person.given_name or person.name
            for person in Person.objects.filter(pk__in=people)
        }
        self.posts = {
            (row.person_id, row.unit_id, row.job_code, row.starts_on.toordinal()): (
                row.job_title or row.job_code,
                row.unit.name,
                row.unit.code,
            )
            for row in Employment.objects.valid_on(as_of)
            .filter(person__in=people)
            .select_related("unit")
        }
        if supposed:
            fact = supposed.fact
            for pk in people:
                self.posts[pk, fact.unit_pk, fact.job_code, fact.starts] = (
                    supposed.job_title or supposed.job_code,
                    supposed.unit_name,
                    supposed.unit_code,
                )
        best = {trace.best.achievement.pk for trace in traces if trace.best}
        self.achievements = {
            row.pk: row
            for row in Achievement.objects.filter(pk__in=best)
            .select_related("level")
            .annotate(
                course_title=F("completion__version__title"),
                by_rule=F("rule__number"),
                course_slug=F("completion__version__course__slug"),
                certificate=Subquery(
                    Certificate.objects.filter(
                        completion=OuterRef("completion"),
                        revoked_on__isnull=True,
                        superseded_by__isnull=True,
                    ).values("code")[:1]
                ),
            )
        }
        exemptions = {trace.exemption_pk for trace in traces if trace.exemption_pk}
        self.exemptions = {row.pk: row for row in Exemption.objects.filter(pk__in=exemptions)}
        self.orders = [
            Order(
                row.area_id,
                row.level.number if row.level else None,
                row.achieved_before,
                row.last_valid_day,
                row.decided_on,
                row.reason,
            )
            for row in RenewalOrder.objects.filter(decided_on__lte=as_of).select_related("level")
        ]
