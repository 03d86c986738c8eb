"""The gap matrix of 10,000, 30,000 and 100,000 people in twelve areas as a file for Excel, fetched
by the head of them all: its time beside a bare run of the engine over the same people and a bare
write of as many cells, and how much the memory of the process grows with it. The memory of the
largest must be that of the smallest, as near as FLAT.

Each size is fetched in a process of its own, which has fetched a small file before: what it then
takes at the most (resident) beyond that is what the file takes."""

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
from pathlib import Path

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client

from competence.engine import iter_gap_rows
from lms.lib.dates import today
from lms.lib.tables import xlsx_pieces
from lms.people.models import Employment, Person, Unit, User
from lms.people.services.tree import rebuild_tree
from tests.bench import child, say, say_times, timed
from tests.bench.pages import AREAS, TEAM, fill
from tests.builders.competence import adopt, plan_of
from tests.builders.people import make_account
from tests.database import migrated_template

SIZES = [int(size) for size in os.environ.get("SIZES", "10000,30000,100000").split(",")]
FLAT = 1.25
"""How much more the largest may take than the smallest."""
COLUMNS = 8 + 3 * len(AREAS)


def make(people: int) -> None:
    """Schools of 30 people and a head above them, and the head of one school: of a small file."""
    if connection.vendor == "sqlite":
        database = Path(settings.DATABASES["default"]["NAME"])
        database.write_bytes(migrated_template().read_bytes())
    adopt(
        plan_of(*({"area": area, "renewal_months": 12} for area in AREAS), areas=AREAS),
        today=today(),
    )
    fill(people)
    head = Person.objects.create(person_id="HEAD", given_name="Chef", family_name="Högst")
    Employment.objects.create(
        person=head,
        unit=Unit.objects.get(parent=None),
        job_code="DIR",
        is_manager=True,
        starts_on=today(),
    )
    rebuild_tree()
    make_account(head)
    make_account(Person.objects.get(person_id="P000000"))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Resident:
    """The most that lies in memory meanwhile, in MB: looked at a hundred times a second."""

    def __enter__(self) -> Resident:
        self.before = self.most = _resident()
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


def fetch(people: int) -> None:
    """Fetch the files and print what they took."""
    settings.ALLOWED_HOSTS = ["*"]
    clients = []
    for person_id in ("P000000", "HEAD"):
        client = Client()
        client.force_login(User.objects.get(person__person_id=person_id))
        clients.append(client)
    small, head = clients
    for kind in ("xlsx", "csv"):
        assert small.get(f"/team/fil/matris.{kind}").status_code == 200
    found: dict[str, object] = {}
    for kind in ("csv", "xlsx"):
        with tempfile.TemporaryFile() as file:
            first: list[float] = []

            def get(kind: str = kind, file: object = file, first: list[float] = first) -> None:
                started = time.perf_counter()
                answer = head.get(f"/team/fil/matris.{kind}")
                assert answer.streaming
                for piece in answer.streaming_content:
                    first.append(time.perf_counter() - started) if not first else None
                    file.write(piece)  # type: ignore[attr-defined]

            with Resident() as memory:
                took = timed(get)
            found[kind] = {
                "took": took,
                "first": first[0],
                "memory": memory.most - memory.before,
            }
            rows = _rows_of(file, kind)
        assert rows > people - TEAM, rows
    found["engine"] = timed(lambda: sum(1 for _ in iter_gap_rows(None, today())))
    found["cells"] = timed(lambda: sum(map(len, xlsx_pieces(_heads(), _bare(people)))))
    print(json.dumps(found))


def _rows_of(file: object, kind: str) -> int:
    file.seek(0)  # type: ignore[attr-defined]
    if kind == "csv":
        return sum(1 for _ in file) - 1  # type: ignore[call-overload]
    with zipfile.ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:  # type: ignore[call-overload]
        found, left = 0, b""
        while piece := sheet.read(1 << 20):
            left += piece
            found += left.count(b"<row ")
            left = left[-4:]
    return found - 1


def _heads() -> list[str]:
    return [f"K{number}" for number in range(COLUMNS)]


def _bare(people: int):
    day = today()
    for number in range(people):
        yield [
            *(day, f"P{number}", "Namn Namnsson", "Lärare", 3, 12, day, None),
            *(["Klar", day, ""] * len(AREAS)),
        ]


def _at(database: str, run: str, *arguments: str) -> str:
    return child(__spec__.name, database, run, *arguments)


def main() -> int:
    memory: dict[str, list[float]] = {"csv": [], "xlsx": []}
    with tempfile.TemporaryDirectory() as scratch:
        for size in SIZES:
            folder = f"{scratch}/{size}"
            (Path(folder) / "static").mkdir(parents=True)
            name = connection.settings_dict["NAME"]
            on_server = connection.vendor == "postgresql"
            url = os.environ.get("DATABASE_URL", "")
            if on_server:
                connection.settings_dict["TEST"]["MIGRATE"] = False
                made = connection.creation.create_test_db(
                    verbosity=0, autoclobber=True, serialize=False
                )
                os.environ["DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/{made}"
            try:
                _at(folder, "make", str(size))
                found = json.loads(_at(folder, "fetch", str(size)))
            finally:
                if on_server:
                    os.environ["DATABASE_URL"] = url
                    connection.creation.destroy_test_db(name, verbosity=0)
            _say(size, found, memory)
    flat = True
    for kind, taken in memory.items():
        say(
            f"the gap matrix as {kind}, memory of {SIZES[-1]} people against {SIZES[0]}",
            SIZES[-1],
            taken[-1],
            taken[0],
            unit="MB",
        )
        flat &= taken[-1] < FLAT * taken[0]
    if not flat:
        print("Memory grows with the number of people.", file=sys.stderr)
    return 0 if flat else 1


def _say(size: int, found: dict, memory: dict[str, list[float]]) -> None:
    from tests.bench import Took

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
            f"the gap matrix as {kind}, memory at the most beyond a small file",
            size,
            part["memory"],
            memory[kind][0],
            unit="MB",
        )
    say_times("of which a run of the engine", size, engine, engine)
    say_times("of which a write of as many cells", size, cells, cells)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(int(sys.argv[2]))
    elif sys.argv[1:2] == ["fetch"]:
        fetch(int(sys.argv[2]))
    else:
        sys.exit(main())
