"""History import of 60,000 rows, 3 % of them dirty, for 7,200 people and those who have left: the
rehearsal, the commit and the undo, each beside the bare bulk insert of the facts that were written.
Uses `$CONFORMANCE_DIR/municipality` for the people and the plan where it is given. It proves as it
goes that the undo leaves the answer of `gaps` as it was, byte for byte, and that the same file says
nothing the second time."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from tests.bench import say
from tests.bench.hr_import import AS_OF, invent, timed

ROWS, DIRTY = 60_000, 0.03
LEAVERS = 800
DAYS = (date(2024, 1, 1), date(2026, 6, 1), AS_OF, date(2028, 1, 1))
OUTSIDE = ("Grundutbildning om våldsbejakande extremism", "Samverkan mot terrorism")


def file_of(people: list[tuple[str, str, str, str]], areas: list[str]) -> bytes:
    """Rows as a municipality has them: most by person id, some by address, days in many forms."""
    chance = random.Random(7)
    titles = [f"{area} nivå {level}" for area in areas for level in (1, 2)]
    titles += [f"{name} (CVE)" for name in OUTSIDE]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Anst.nr", "E-post", "Namn", "Kurs", "Genomförd", "Giltig till"])
    pairs: set[tuple[str, str, date]] = set()
    rows: list[list[str]] = []
    while len(rows) < ROWS:
        person_id, email, given, family = chance.choice(people)
        title = chance.choice(titles)
        day = date(2018, 1, 1) + timedelta(days=chance.randrange(3000))
        if (person_id, title, day) in pairs:
            continue
        pairs.add((person_id, title, day))
        said = chance.choice(
            [day.isoformat(), f"{day.day}/{day.month} {day.year}", day.strftime("%d.%m.%Y")]
        )
        row = [person_id, "", f"{family}, {given}", title, said, ""]
        if email and chance.random() < 0.2:
            row[0], row[1] = "", email
        if chance.random() < DIRTY:
            match chance.randrange(5):
                case 0:  # a name with a slip of the pen, and nothing else
                    row[0] = row[1] = ""
                    row[2] = f"{given} {family[:2]}{family[3:]}"
                case 1:
                    row[4] = chance.choice(["2024-13-45", "våren 2023", "31/2 2022"])
                case 2:
                    row[0], row[1], row[2] = f"X{chance.randrange(10**6)}", "", ""
                case 3 if rows:
                    row = chance.choice(rows)
                case _:
                    row[3] = f"Grundutb VBE {chance.choice(['2021', '2022', '2023'])}"
        rows.append(row)
    writer.writerows(rows)
    return text.getvalue().encode("cp1252", errors="replace")


@contextmanager
def _database(folder: Path) -> Iterator[None]:
    """A database of its own on the server that DATABASE_URL names; SQLite without one."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
        yield
        return
    import psycopg

    name = f"bench_history_{uuid4().hex[:8]}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    os.environ["DATABASE_URL"] = urlsplit(given)._replace(path=f"/{name}").geturl()
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(given, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def main(folder: Path) -> None:
    os.environ["VAR_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command
    from django.db import connection, transaction

    from competence.engine import gap_rows
    from competence.models import Achievement, EquivalenceRule, OutsideCourse, OutsideRecord
    from competence.models.history import HistoryBatch
    from competence.reports.tables import GAP_COLUMNS, as_csv, gap_records
    from competence.services import history
    from competence.services.framework_file import import_framework
    from lms.framework.models import CompetenceArea, TrainingLevel
    from lms.people.models import Employment, Person, User
    from lms.people.services import hr_import
    from tests.builders.competence import adopt, plan_of

    call_command("migrate", verbosity=0)
    given = Path(os.environ.get("CONFORMANCE_DIR", "/nonexistent")) / "municipality"
    names = ("units.csv", "staff.csv", "leave.csv")
    paths = tuple(given / name for name in names) if given.is_dir() else invent(folder)
    hr_import.apply_import(hr_import.read_organisation(*paths), as_of=AS_OF, by=None)
    if given.is_dir():
        content = (given / "framework.yaml").read_bytes()
        import_framework(content=content, name="framework.yaml", today=AS_OF, in_force_from=None)
    else:
        adopt(plan_of({"area": "OM1", "renewal_months": 36}, {"area": "OM4"}), today=AS_OF)
    pks = list(Person.objects.order_by("-pk").values_list("pk", flat=True)[:LEAVERS])
    Employment.objects.filter(person__in=pks, starts_on__lt=date(2026, 6, 1)).update(
        ends_on=date(2026, 6, 1)
    )
    by = User.objects.create_user("samordnare@example.se", None)
    for number, name in enumerate(OUTSIDE, 1):
        EquivalenceRule.objects.create(
            number=number,
            outside_course=OutsideCourse.objects.create(name=name, provider="CVE"),
            area=CompetenceArea.objects.get(code="OM1"),
            level=TrainingLevel.objects.get(number=1),
            validity_months=36,
            completed_from=date(2017, 1, 1),
            decided_on=AS_OF,
            reason="Samma mål",
        )
    people = list(
        Person.objects.order_by("pk").values_list("person_id", "email", "given_name", "family_name")
    )
    areas = list(CompetenceArea.objects.values_list("code", flat=True))
    content = file_of(people, areas)

    def gaps() -> str:
        digest = hashlib.sha256()
        for day in DAYS:
            digest.update(as_csv(GAP_COLUMNS, gap_records(gap_rows(None, day))).encode())
        return digest.hexdigest()

    def rehearsed() -> HistoryBatch:
        upload = SimpleUploadedFile("historik.csv", content)
        batch = history.store_file(upload=upload, by=by)
        history.read_rows(batch=batch, columns=batch.columns, day=AS_OF, by=by)
        batch.refresh_from_db()
        return batch

    if connection.vendor == "postgresql":
        connection.cursor().execute("ANALYZE")
    before = gaps()
    made: list[HistoryBatch] = []
    rehearsal = timed(lambda: made.append(rehearsed()))
    batch = made[0]
    counts = history.counts_of(batch)
    commit = timed(lambda: history.commit_batch(batch=batch, by=by))
    batch.refresh_from_db()
    unsure = batch.questions.filter(answer="").count()
    assert batch.summary["written"]["rows"] == counts["accepted"], (batch.summary, counts)
    assert counts["accepted"] > ROWS * 0.9, counts
    assert unsure
    assert min(counts.values()) > 0, counts
    after = gaps()
    assert after != before
    second = rehearsed()
    assert history.counts_of(second)["accepted"] == 0
    again = timed(lambda: history.commit_batch(batch=second, by=by))
    second.refresh_from_db()
    assert second.summary["written"] == {"rows": 0, "records": 0, "achievements": 0}
    assert gaps() == after
    facts = [
        list(model._default_manager.filter(withdrawn_at__isnull=True))
        for model in (OutsideRecord, Achievement)
    ]
    undo = timed(lambda: history.undo_batch(batch=batch, by=by))
    assert gaps() == before

    def insert() -> None:
        with transaction.atomic():
            for rows in facts:
                for row in rows:
                    row.pk = None
                    if isinstance(row, Achievement):
                        row.outside_record = row.rule = None
                        row.source = f"{row.source} {id(row)}"
                type(rows[0])._default_manager.bulk_create(rows, batch_size=2000)

    bare = timed(insert)
    print(f"# {connection.vendor}: {counts}, {unsure} questions, {batch.summary['written']}")
    say("history_rehearsal", ROWS, rehearsal, bare, unit="s", digits=2)
    say("history_commit", ROWS, commit, bare, unit="s", digits=2)
    say("history_second_commit", ROWS, again, bare, unit="s", digits=2)
    say("history_undo", ROWS, undo, bare, unit="s", digits=2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, _database(Path(name)):
        main(Path(name))
