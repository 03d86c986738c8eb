"""What only the plan can see of the register: people in no key group, and job codes no rule
names. Registered into the list of anomalies when Django is ready."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competence.engine.loader import load_people, load_plan
from competence.engine.membership import memberships
from competence.models import KeyGroupDefinition, PlanVersion
from lms.framework.rules import PersonRule
from lms.people.anomalies import AnomalyKind, Finding, register
from lms.people.models import Employment, Person


def people_in_no_key_group(day: date) -> Iterable[Finding]:
    """Counted by job: people with an employment whom no rule and no naming reaches."""
    plan = load_plan(day)
    outside = {
        facts.pk
        for facts in load_people(Person.objects.current().employed_on(day), day, plan)
        if not memberships(facts, plan)
    }
    jobs = (
        Employment.objects.valid_on(day)
        .filter(person__in=outside)
        .order_by()
        .values("job_code", "job_title")
        .annotate(people=Count("person", distinct=True))
        .order_by("-people", "job_code")
    )
    for job in jobs:
        yield Finding(
            f"{job['job_title'] or job['job_code']} ({job['job_code']})",
            _("%(count)s people") % {"count": job["people"]},
        )


def job_codes_no_rule_names(day: date) -> Iterable[Finding]:
    """Job codes in use that the plan in force neither takes in nor leaves out by name."""
    version = PlanVersion.objects.in_force_on(day)
    named = {
        code
        for rules in KeyGroupDefinition.objects.filter(plan_version=version).values_list(
            "rules", flat=True
        )
        for data in rules
        for rule in [PersonRule.from_json(data)]
        for code in (*rule.job_codes, *rule.except_job_codes)
    }
    jobs = (
        Employment.objects.valid_on(day)
        .exclude(job_code__in=named)
        .order_by()
        .values("job_code", "job_title")
        .annotate(people=Count("person", distinct=True))
        .order_by("-people", "job_code")
    )
    for job in jobs:
        yield Finding(
            f"{job['job_title'] or job['job_code']} ({job['job_code']})",
            _("%(count)s people") % {"count": job["people"]},
        )


register(
    AnomalyKind(
        "no_key_group",
        gettext_lazy("People in no key group"),
        gettext_lazy("The plan asks nothing of them. Is that what was decided?"),
        people_in_no_key_group,
    )
)
register(
    AnomalyKind(
        "job_code_without_rule",
        gettext_lazy("Job codes that no rule names"),
        gettext_lazy("A new code in the HR file reaches no key group until a rule names it."),
        job_codes_no_rule_names,
    )
)
