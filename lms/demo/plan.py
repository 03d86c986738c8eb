"""The demo's competence plan: the starter framework, decided two years ago, key persons, and
coverage targets."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

from competence.models import KeyGroup, PlanVersion
from competence.services.framework_file import import_framework
from competence.services.namings import name_key_person
from competence.services.plan import adopt_plan_version
from competence.services.starter import add_words, framework_file
from competence.services.targets import set_coverage_target
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, Unit

# Key group → how many are named to it, among people with these job codes.
_NAMED = {
    "G18": (9, ("STR", "SAK", "BEH", "SO1")),
    "G19": (60, ("LGR", "SKU", "FRI", "SOC", "BEH", "REK")),
    "G20": (40, ("TRV", "ORD", "FRI", "FAL", "REK", "LOK")),
}


def adopt(first_day: date) -> PlanVersion:
    """Adopt the starter framework as the plan in force from `first_day`."""
    content = re.sub(
        rb"effective_from: *'?\d{4}-\d\d-\d\d'?",
        f"effective_from: {first_day.isoformat()}".encode(),
        framework_file(),
    )
    import_framework(content=content, name="framework.yaml", today=first_day, draft=True)
    add_words()
    return adopt_plan_version(
        version=PlanVersion.objects.get(status=PlanVersion.Status.DRAFT),
        in_force_from=None,
        adopted_on=first_day - timedelta(days=19),
        adopted_by="Kommunstyrelsen",
        registry_number=f"KS {first_day.year}/0412",
        by=None,
    )


def name_key_persons(day: date) -> None:
    """Name the holders of key functions: the support function, SSPF and SIG, EST."""
    choice = random.Random("key persons")
    groups = KeyGroup.objects.in_bulk(list(_NAMED), field_name="code")
    for code, (number, job_codes) in _NAMED.items():
        holders = list(
            Person.objects.filter(
                employments__job_code__in=job_codes, employments__ends_on__isnull=True
            )
            .distinct()
            .order_by("person_id")
        )
        for person in choice.sample(holders, min(number, len(holders) // 3)):
            name_key_person(
                key_group=groups[code],
                person=person,
                starts_on=day,
                motive="Utsedd av förvaltningen",
                by=None,
            )


# Key group (none: everyone), unit, how it is counted, kind, area, level, at least, motive.
_TARGETS = (
    ("G19", "", "kind", "verksamhet", "OM4", 2, 2, "Planen, avsnitt 4: ingen SSPF-grupp med en"),
    ("G19", "", "whole", "", "OM10", 2, 6, "Planen, avsnitt 5: sociala insatsgrupper"),
    ("G18", "", "whole", "", "OM10", 2, 2, "Planen, avsnitt 6: stödfunktionen"),
    (None, "BUF-F1", "below", "", "OM4", 2, 2, "Planen, avsnitt 4: två på varje förskola"),
    (None, "", "kind", "enhet", "OM4", 1, 2, "Planen, avsnitt 4: aldrig en ensam på en enhet"),
)


def set_targets(day: date) -> None:
    """Decide how many are to hold what in each place."""
    for code, unit, places, kind, area, level, at_least, motive in _TARGETS:
        set_coverage_target(
            key_group=KeyGroup.objects.get(code=code) if code else None,
            unit=Unit.objects.get(code=unit) if unit else None,
            places=places,
            unit_kind=kind,
            area=CompetenceArea.objects.get(code=area),
            level=TrainingLevel.objects.get(number=level),
            at_least=at_least,
            starts_on=day,
            ends_on=None,
            motive=motive,
            by=None,
        )
