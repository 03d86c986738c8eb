"""Making a follow-up report in the municipality of CONFORMANCE_DIR and where 100,000 people work,
against one run of the engine over everyone; and its workbook."""

from __future__ import annotations

import io
import os
import sys
import time
from datetime import date, datetime
from functools import partial
from pathlib import Path

import django

from lms.lib.dates import STOCKHOLM
from tests.bench import say, say_times, timed
from tests.bench.engine import DAY, grow

PEOPLE = 100_000
FEWER, MORE = 10.0, 20.0
"""The most seconds of processor time in the municipality, and for PEOPLE."""


def measure(people: int) -> float:
    """As the worker makes it, and tells of it: anew, with nothing kept from before; and once more
    by another worker, which finds what is kept in the database and nothing in the cache. The most
    processor time that either took."""
    from django.core.cache import cache
    from django.db import connection

    from competence.engine import coverage
    from competence.models import FollowUpReport, PublishedMonday, WeekOutlook
    from competence.reports.followup_files import write_workbook
    from competence.services.followup import frozen
    from lms.lib.append_only import unlock

    monday = DAY.fromordinal(DAY.toordinal() - DAY.weekday())
    WeekOutlook.objects.all()._raw_delete("default")
    # Made for fewer people; what is locked is kept from whoever does not own the database.
    unlock(connection, PublishedMonday._meta.db_table)
    PublishedMonday.objects.all()._raw_delete("default")
    floor = timed(lambda: coverage(None, monday))
    most = 0.0
    for words in ("made anew", "made once more"):
        cache.clear()
        told = Told()
        took = timed(partial(make, monday, told))
        most = max(most, took.processor)
        say_times(f"a follow-up report {words}", people, took, floor)
        say(
            f"a follow-up report {words}, the longest that nothing was told",
            told.times,
            told.longest,
            floor.clock,
            unit="s",
            digits=2,
        )
    document = frozen(FollowUpReport.objects.latest("made_at"))
    workbook = timed(lambda: write_workbook(io.BytesIO(), document))
    say_times("its workbook", len(document.tables), workbook, floor)
    return most


class Told:
    """How often the progress was told, and the longest time between."""

    def __init__(self) -> None:
        self.times, self.longest = 0, 0.0
        self._last = time.perf_counter()

    def __call__(self, done: int, people: int, words: str) -> None:
        now = time.perf_counter()
        self.times += 1
        self.longest, self._last = max(self.longest, now - self._last), now


def make(monday: date, told: Told) -> None:
    from django.utils.translation import override

    from competence.services.followup import make_report

    with override("sv"):
        make_report(
            kind="year",
            period_from=monday.replace(month=1, day=1),
            period_until=monday.replace(month=12, day=31),
            cut_off=monday,
            at=datetime(DAY.year, DAY.month, DAY.day, 9, tzinfo=STOCKHOLM),
            by=None,
            progress=told,
        )


def load(organisation: Path) -> None:
    from competence.services.fact_files import import_achievements, import_exemptions
    from competence.services.framework_file import import_framework
    from tests.builders.competence import begun
    from tests.builders.organisation_files import load_organisation

    begun()
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
        fewer = measure(Person.objects.count())
        grow(PEOPLE)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        more = measure(PEOPLE)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    if fewer >= FEWER or more >= MORE:
        print("A follow-up report takes too long.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
