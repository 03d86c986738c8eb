"""Making a follow-up report in the municipality of CONFORMANCE_DIR and where 100,000 people work,
against one run of the engine over everyone; and its workbook."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import django

from tests.bench import say
from tests.bench.engine import DAY, grow

PEOPLE = 100_000


def timed(run: Callable[[], object]) -> float:
    started = time.monotonic()
    run()
    return time.monotonic() - started


def measure(people: int) -> None:
    """The whole of it, as the worker does it: nothing is remembered from before."""
    from django.core.cache import cache
    from django.utils.translation import override

    from competence.engine import coverage
    from competence.models import WeekOutlook
    from competence.reports.followup_files import write_workbook
    from competence.services.followup import frozen, make_report
    from lms.lib.dates import STOCKHOLM

    monday = DAY.fromordinal(DAY.toordinal() - DAY.weekday())
    cache.clear()
    WeekOutlook.objects.all()._raw_delete("default")
    floor = timed(lambda: coverage(None, monday))
    started = time.monotonic()
    with override("sv"):
        report = make_report(
            kind="year",
            period_from=monday.replace(month=1, day=1),
            period_until=monday.replace(month=12, day=31),
            cut_off=monday,
            at=datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=STOCKHOLM),
            by=None,
        )
        made = time.monotonic() - started
        say("a follow-up report made", people, made, floor, unit="s", digits=2)
        document = frozen(report)
        workbook = timed(lambda: write_workbook(io.BytesIO(), document))
    say("its workbook", len(document.tables), workbook, floor, unit="s", digits=2)


def load(organisation: Path) -> None:
    from competence.services.fact_files import import_achievements, import_exemptions
    from competence.services.framework_file import import_framework
    from tests.builders.organisation_files import load_organisation

    load_organisation(organisation)
    import_framework(
        content=(organisation / "framework.yaml").read_bytes(), name="framework.yaml", today=DAY
    )
    import_achievements(source=organisation / "achievements.csv")
    import_exemptions(source=organisation / "exemptions.csv")


def main() -> int:
    shared = os.environ.get("CONFORMANCE_DIR")
    if not shared:
        print("CONFORMANCE_DIR is not set: no follow-up report was measured.", file=sys.stderr)
        return 0
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")
    django.setup()
    from django.db import connection

    from lms.people.models import Person

    connection.settings_dict["TEST"]["MIGRATE"] = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        load(Path(shared) / "municipality")
        measure(Person.objects.count())
        grow(PEOPLE)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        measure(PEOPLE)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
