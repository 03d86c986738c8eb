"""The gap matrix of 100,000 people in twelve areas as a file for Excel, and of a tenth and three
tenths of them, fetched by the head of them all: its time beside a bare run of the engine over the
same people and a bare write of as many cells, and how much the memory of the process grows with it.
The memory of the largest must be that of the smallest, as near as FLAT.

Each is fetched in a process of its own. What it takes of memory is the most that is resident
meanwhile, beyond what was before its first file; it has fetched a small one before."""

# ruff: noqa: E402 - models are imported when Django is ready

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.test import Client

from competence.engine import iter_gap_rows
from lms.lib.dates import today
from lms.lib.tables import Value, xlsx_pieces
from lms.people.models import Employment, Person, Unit, User
from lms.people.services.tree import rebuild_tree
from tests.bench import Took, child, say, say_times, timed
from tests.bench.pages import AREAS, fill
from tests.builders.competence import adopt, plan_of
from tests.builders.people import make_account
from tests.database import migrated_template

PEOPLE = int(os.environ.get("PEOPLE", "100000"))
UNITS = ("F9", "D", "K")
"""A department, a unit above three of the ten, and all."""
FLAT = 1.25
"""How much more the largest may take than the smallest."""
COLUMNS = 8 + 3 * len(AREAS)


def make() -> None:
    """Schools of 30 people under ten departments, three of which lie under one unit; a head above
    them all."""
    if connection.vendor == "sqlite":
        database = Path(settings.DATABASES["default"]["NAME"])
        database.write_bytes(migrated_template().read_bytes())
    adopt(
        plan_of(*({"area": area, "renewal_months": 12} for area in AREAS), areas=AREAS),
        today=today(),
    )
    fill(PEOPLE)
    root = Unit.objects.get(parent=None)
    between = Unit.objects.create(code="D", name="Tre förvaltningar", parent=root)
    Unit.objects.filter(code__in=("F0", "F1", "F2")).update(parent=between)
    head = Person.objects.create(person_id="HEAD", given_name="Chef", family_name="Högst")
    Employment.objects.create(
        person=head, unit=root, job_code="DIR", is_manager=True, starts_on=today()
    )
    rebuild_tree()
    make_account(head)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Resident:
    """The most that lies in memory meanwhile, in MB: looked at a hundred times a second."""

    most = 0.0

    def __enter__(self) -> Resident:
        self.most = _resident()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._done.wait(0.01):
            self.most = max(self.most, _resident())

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.most = max(self.most, _resident())


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def fetch(code: str) -> None:
    """Fetch the files of a unit and print what they took."""
    settings.ALLOWED_HOSTS = ["*"]
    head = Client()
    head.force_login(User.objects.get(person__person_id="HEAD"))
    school = Unit.objects.filter(tree_right=F("tree_left") + 1).order_by("pk").first()
    assert school is not None
    before = _resident()
    for kind in ("xlsx", "csv"):
        assert head.get(f"/team/fil/matris.{kind}?enhet={school.code}").status_code == 200
    found: dict[str, Any] = {}
    for kind in ("csv", "xlsx"):
        with tempfile.TemporaryFile() as file:
            first: list[float] = []

            def get(kind: str = kind, file: IO[bytes] = file, first: list[float] = first) -> None:
                started = time.perf_counter()
                answer = head.get(f"/team/fil/matris.{kind}?enhet={code}")
                for piece in answer.streaming_content:
                    if not first:
                        first.append(time.perf_counter() - started)
                    file.write(piece)

            with Resident() as memory:
                took = timed(get)
            found[kind] = {"took": took, "first": first[0], "memory": memory.most - before}
            found["people"] = _rows_of(file, kind)
    unit = Unit.objects.get(code=code)
    members = Employment.objects.valid_on(today()).filter(unit__in=Unit.objects.at_or_below(unit))
    people = Person.objects.filter(pk__in=members.values("person"))
    found["engine"] = timed(lambda: sum(1 for _ in iter_gap_rows(people, today())))
    found["cells"] = timed(lambda: sum(map(len, xlsx_pieces(_heads(), _bare(found["people"])))))
    print(json.dumps(found))


def _rows_of(file: IO[bytes], kind: str) -> int:
    file.seek(0)
    if kind == "csv":
        return sum(1 for _ in file) - 1
    with zipfile.ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        found, left = 0, b""
        while piece := sheet.read(1 << 20):
            left += piece
            found += left.count(b"<row ")
            left = left[-4:]
    return found - 1


def _heads() -> list[str]:
    return [f"K{number}" for number in range(COLUMNS)]


def _bare(people: int) -> Iterator[list[Value]]:
    day = today()
    for number in range(people):
        yield [
            *(day, f"P{number}", "Namn Namnsson", "Lärare", 3, 12, day, None),
            *(["Klar", day, ""] * len(AREAS)),
        ]


def main() -> int:
    memory: dict[str, list[float]] = {"csv": [], "xlsx": []}
    name, url = connection.settings_dict["NAME"], os.environ.get("DATABASE_URL", "")
    on_server = connection.vendor == "postgresql"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "static").mkdir()
        if on_server:
            connection.settings_dict["TEST"]["MIGRATE"] = False
            made = connection.creation.create_test_db(
                verbosity=0, autoclobber=True, serialize=False
            )
            os.environ["DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/{made}"
        try:
            child(__spec__.name, folder, "make")
            for code in UNITS:
                _say(json.loads(child(__spec__.name, folder, "fetch", code)), memory)
        finally:
            if on_server:
                connection.creation.destroy_test_db(name, verbosity=0)
    flat = all(taken[-1] < FLAT * taken[0] for taken in memory.values())
    if not flat:
        print("Memory grows with the number of people.", file=sys.stderr)
    return 0 if flat else 1


def _say(found: dict[str, Any], memory: dict[str, list[float]]) -> None:
    size = found["people"]
    engine, cells = Took(*found["engine"]), Took(*found["cells"])
    both = Took(*(one + other for one, other in zip(engine, cells, strict=True)))
    for kind, taken in memory.items():
        part = found[kind]
        taken.append(part["memory"])
        say_times(
            f"the gap matrix as {kind}, against a run of the engine and a write of as many cells",
            size,
            Took(*part["took"]),
            both,
        )
        say(
            f"the gap matrix as {kind}, until the first piece, on the clock",
            size,
            part["first"],
            both.clock,
            unit="s",
            digits=3,
        )
        say(
            f"the gap matrix as {kind}, memory at the most, against a tenth of the people",
            size,
            part["memory"],
            memory[kind][0],
            unit="MB",
        )
    say_times("of which a run of the engine", size, engine, engine)
    say_times("of which a write of as many cells", size, cells, cells)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make()
    elif sys.argv[1:2] == ["fetch"]:
        fetch(sys.argv[2])
    else:
        sys.exit(main())
