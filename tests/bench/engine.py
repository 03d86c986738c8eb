"""The engine on the municipality of CONFORMANCE_DIR, against a program that only iterates the
same rows with `values_list()`; and for a team of 30 where 100,000 people work."""

from __future__ import annotations

import gc
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import django

from tests.bench import say

DAY = date(2026, 11, 22)
ROUNDS = 5


def iterate_rows() -> int:
    """The baseline: the rows of the engine's own queries, read and forgotten."""
    from competence.engine.loader import fact_rows

    rows = fact_rows(None, DAY)
    return sum(1 for field in fields(rows) for _ in getattr(rows, field.name))


def iterate_tables(kept: bool) -> int:
    """The same tables with plain `values_list()` loops, which keep a query's rows until it is
    done, or with `values_list().iterator()` as Django chunks it."""
    from competence.models import Achievement, Exemption, KeyPersonAssignment, RenewalOrder
    from lms.people.models import Employment, Leave, Person

    queries = (
        Person.objects.values_list("pk", "person_id"),
        Employment.objects.values_list(
            *("person", "unit", "job_code", "is_manager", "form", "starts_on", "ends_on")
        ),
        KeyPersonAssignment.objects.values_list("person", "key_group", "starts_on", "ends_on"),
        Leave.objects.values_list("person", "starts_on", "ends_on"),
        Achievement.objects.values_list(
            *("person", "area", "achieved_on", "level__number", "valid_until", "pk")
        ),
        Exemption.objects.values_list("person", "area", "level__number", "pk"),
        RenewalOrder.objects.values_list("area", "level__number", "achieved_before"),
    )
    return sum(1 for query in queries for _ in (query if kept else query.iterator()))


def seconds(*runs: Callable[[], object]) -> list[float]:
    """Processor time of the quickest of several rounds, the runs taking turns."""
    best = [float("inf")] * len(runs)
    for _ in range(ROUNDS):
        for index, run in enumerate(runs):
            gc.collect()
            started = time.process_time()
            run()
            best[index] = min(best[index], time.process_time() - started)
    return best


def megabytes(run: Callable[[], object]) -> float:
    """Peak of what Python allocates meanwhile (tracemalloc)."""
    gc.collect()
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def grow(people: int) -> None:
    """Add people with a post and three achievements each until there are so many."""
    from competence.models import Achievement
    from lms.framework.models import CompetenceArea, TrainingLevel
    from lms.people.models import Employment, Person, Unit

    units = list(Unit.objects.values_list("pk", flat=True))
    codes = ("FSK", "LGR", "USK", "SOC", "REC")
    areas = list(CompetenceArea.objects.values_list("pk", flat=True))
    level = TrainingLevel.objects.get(number=1)
    missing = people - Person.objects.count()
    new = Person.objects.bulk_create(
        (Person(person_id=f"X{number:06d}") for number in range(missing)), batch_size=2000
    )
    Employment.objects.bulk_create(
        (
            Employment(
                person=person,
                unit_id=units[number % len(units)],
                job_code=codes[number % len(codes)],
                form="tillsvidare",
                starts_on=DAY - timedelta(days=number % 3000),
            )
            for number, person in enumerate(new)
        ),
        batch_size=2000,
    )
    Achievement.objects.bulk_create(
        (
            Achievement(
                person=person,
                area_id=areas[(number + step) % len(areas)],
                level=level,
                achieved_on=DAY - timedelta(days=(number + 97 * step) % 900),
                source="kurs",
            )
            for number, person in enumerate(new)
            for step in range(3)
        ),
        batch_size=2000,
    )


def measure(organisation: Path) -> None:
    from django.db import connection

    from competence.engine import coverage, gap_rows, iter_gap_rows
    from competence.engine.outlook import month_ends, outlook
    from competence.services.fact_files import import_achievements, import_exemptions
    from competence.services.framework_file import import_framework
    from lms.people.models import Employment, Person
    from tests.builders.organisation_files import load_organisation

    load_organisation(organisation)
    import_framework(
        content=(organisation / "framework.yaml").read_bytes(), name="framework.yaml", today=DAY
    )
    import_achievements(source=organisation / "achievements.csv")
    import_exemptions(source=organisation / "exemptions.csv")

    pairs = len(gap_rows(None, DAY))
    read, gaps, covered = seconds(
        iterate_rows, lambda: gap_rows(None, DAY), lambda: coverage(None, DAY)
    )
    say("gaps, processor time", pairs, gaps, read, unit="s", digits=4)
    say("coverage, processor time", pairs, covered, read, unit="s", digits=4)
    days = [DAY, *month_ends(DAY, 24)]
    (ahead,) = seconds(lambda: sum(1 for _ in outlook(None, days)))
    say(
        "the forecast of 25 days, processor time, against one day's gaps",
        pairs,
        ahead,
        gaps,
        unit="s",
        digits=4,
    )
    say(
        "gaps kept in a list, tracemalloc peak, against values_list() loops",
        pairs,
        megabytes(lambda: gap_rows(None, DAY)),
        megabytes(lambda: iterate_tables(kept=True)),
        unit="MB",
        digits=4,
    )
    say(
        "gaps one by one, tracemalloc peak, against values_list().iterator() loops",
        pairs,
        megabytes(lambda: sum(1 for _ in iter_gap_rows(None, DAY))),
        megabytes(lambda: iterate_tables(kept=False)),
        unit="MB",
        digits=4,
    )
    team = list(
        Employment.objects.valid_on(DAY).order_by("pk").values_list("person", flat=True)[:30]
    )
    people = Person.objects.filter(pk__in=team)
    gap_rows(people, DAY)
    (small,) = seconds(lambda: [gap_rows(people, DAY) for _ in range(10)])
    grow(100_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    (large,) = seconds(lambda: [gap_rows(people, DAY) for _ in range(10)])
    say(
        "gaps of a team of 30 at 100,000 people, against 7,200",
        30,
        large / 10,
        small / 10,
        unit="s",
        digits=4,
    )


def main() -> int:
    shared = os.environ.get("CONFORMANCE_DIR")
    if not shared:
        print("CONFORMANCE_DIR is not set: the engine was not measured.", file=sys.stderr)
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
