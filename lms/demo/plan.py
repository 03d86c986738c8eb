"""The demo's competence plan: the starter framework, decided two years ago, key persons, and
coverage targets."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

from competence.models import KeyGroup, PlanVersion
from competence.services.assumptions import change_assumptions
from competence.services.framework_file import import_framework
from competence.services.namings import name_key_person
from competence.services.plan import adopt_plan_version
from competence.services.plan_chapters import write_chapter
from competence.services.plan_starter import starter_words
from competence.services.starter import add_words, framework_file
from competence.services.targets import set_coverage_target
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import Person, Unit, User

# Key group → how many are named to it, as what, among people with these job codes.
_NAMED = {
    "G18": (9, "Stödfunktionen", ("STR", "SAK", "BEH", "SO1")),
    "G19": (60, "Representant i SSPF", ("LGR", "SKU", "FRI", "SOC", "BEH", "REK")),
    "G20": (40, "Representant i områdesgrupp", ("TRV", "ORD", "FRI", "FAL", "REK", "LOK")),
}


def propose(first_day: date) -> None:
    """The starter framework as a draft, with the suggested words as the municipality's own."""
    content = re.sub(
        rb"effective_from: *'?\d{4}-\d\d-\d\d'?",
        f"effective_from: {first_day.isoformat()}".encode(),
        framework_file(),
    )
    # The goals are to be reached in the year after the demo's last day.
    content = re.sub(rb"reach_by: *\d{4}-", f"reach_by: {first_day.year + 3}-".encode(), content)
    import_framework(content=content, name="framework.yaml", today=first_day, draft=True)
    add_words()
    draft = PlanVersion.objects.get(status=PlanVersion.Status.DRAFT)
    for key, text in starter_words().items():
        write_chapter(version=draft, key=key, text=text, by=None)


def decide(first_day: date) -> PlanVersion:
    """Adopt the draft as the plan in force from `first_day`: the names of jobs and units that its
    document says are those of the first staff file."""
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
    for code, (number, function, job_codes) in _NAMED.items():
        holders = list(
            Person.objects.filter(
                employments__job_code__in=job_codes, employments__ends_on__isnull=True
            )
            .distinct()
            .order_by("person_id")
        )
        chosen = choice.sample(holders, min(number, len(holders) // 3))
        for person, deputy in zip(chosen, [*chosen[1:], None], strict=False):
            name_key_person(
                key_group=groups[code],
                person=person,
                starts_on=day,
                function=function,
                motive="Utsedd av förvaltningen",
                deputy=deputy,
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


def count_with_own_cover(day: date, by: User) -> None:
    """A first figure of the municipality's own among the planning assumptions."""
    change_assumptions(
        values={"kronor_per_covered_hour": 285},
        starts_on=day,
        reason="Snittet för vikarier i förra årets bokslut",
        by=by,
    )
