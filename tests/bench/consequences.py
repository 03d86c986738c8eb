"""What a changed level in a draft would mean, as the coordinator waits for it while writing
(features.md B14, D6): the municipality of CONFORMANCE_DIR, and on PostgreSQL 100,000 people. Beside
each stands one run of the engine over everybody, of which a decision that is made and taken back
would take two."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

from tests.bench import say
from tests.bench.engine import DAY, grow

ROUNDS = 3
MANY = 100_000


def seconds(run: Callable[[], object]) -> float:
    """On the clock, the quickest of several rounds: the one who writes waits by the clock."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - started)
    return best


def measure(organisation: Path) -> None:
    from django.db import connection

    from competence.engine import iter_gap_rows
    from competence.models import PlanVersion
    from competence.services.fact_files import import_achievements, import_exemptions
    from competence.services.framework_file import import_framework
    from competence.services.plan import draft_from
    from competence.services.plan_consequences import asked_by, compared, needs_by
    from competence.services.plan_editing import create_key_group, define_key_group
    from lms.framework.models import TrainingLevel
    from lms.framework.rules import PersonRule
    from lms.people.models import Person
    from tests.builders.organisation_files import load_organisation

    load_organisation(organisation)
    import_framework(
        content=(organisation / "framework.yaml").read_bytes(), name="framework.yaml", today=DAY
    )
    import_achievements(source=organisation / "achievements.csv")
    import_exemptions(source=organisation / "exemptions.csv")
    if connection.vendor == "postgresql":
        grow(MANY)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    in_force = PlanVersion.objects.in_force_on(DAY)
    assert in_force is not None
    members: dict[int, int] = {}
    for row in iter_gap_rows(None, DAY):
        if row.mandatory:
            members[row.requirement_pk] = members.get(row.requirement_pk, 0) + 1
    most = sorted(members, key=lambda pk: members[pk])
    people = Person.objects.count()
    everybody = seconds(lambda: sum(1 for _ in iter_gap_rows(None, DAY)))
    drafts = []
    for words, pk in (("the widest", most[-1]), ("a middling", most[len(most) // 2])):
        draft = draft_from(in_force, by=None)
        asked = in_force.requirements.get(pk=pk)
        changed = draft.requirements.get(
            key_group=asked.key_group,
            area=asked.area,
            level=asked.level,
            effective_from=asked.effective_from,
        )
        changed.level = TrainingLevel.objects.order_by("-number").exclude(pk=asked.level_id)[0]
        changed.save()
        drafts.append((f"{words} requirement's level ({members[pk]} members)", draft))
    draft = draft_from(in_force, by=None)
    group = create_key_group(code="ALL", name="Alla", description="", by=None)
    define_key_group(version=draft, key_group=group, rules=[PersonRule()], excluded=[], by=None)
    asked.pk, asked.plan_version, asked.key_group = None, draft, group
    asked.save()
    drafts.append(("a requirement of everybody", draft))
    for words, draft in drafts:
        for what, count in (("whom it asks", asked_by), ("who lacks it", needs_by)):
            say(
                f"consequences of {words}, {what}, on the clock, against one run over everybody",
                people,
                seconds(lambda count=count, draft=draft: count(compared(draft, DAY))),
                everybody,
                unit="s",
                digits=3,
            )


def main() -> int:
    shared = os.environ.get("CONFORMANCE_DIR")
    if not shared:
        print("CONFORMANCE_DIR is not set: the consequences were not measured.", file=sys.stderr)
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")
    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["MIGRATE"] = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        measure(Path(shared) / "municipality")
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
