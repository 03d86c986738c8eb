"""python -m tests.prove.kill_nine: SIGKILL to worker and broker, and nothing said twice.

Each scenario starts from a fresh database with a dozen people. A real Celery worker does the
day's work (a receipt and two reminders for each) and is killed at one point; a second one
finishes. Then: every notice exactly once in the inbox, no mail twice for one reason, and every
mail either sent or on the list of the uncertain. The scenarios run with the folder broker and
with a Redis of their own, which is killed as well.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PEOPLE = 12
PATIENCE = 60.0
AT_ONCE = 4


@dataclass(frozen=True)
class Scenario:
    """One fault. `broker`: which; `broker_dies`: lose it, with its messages, when the worker
    has been killed (or, without a fault, in the middle of the work)."""

    fault: str
    broker: str = "folder"
    broker_dies: bool = False

    @property
    def name(self) -> str:
        with_broker = ", broker killed and emptied" if self.broker_dies else ""
        return f"{self.fault or 'in the middle'} ({self.broker}{with_broker})"


SCENARIOS = [
    Scenario("job claimed:1"),
    Scenario("inbox not yet written:1"),
    Scenario("inbox written, not committed:5"),
    Scenario("inbox written and committed:5"),
    Scenario("inbox written, not committed:13"),
    Scenario("before the merging:1"),
    Scenario("merged, mail waits:1"),
    Scenario("job done, not written down:1"),
    Scenario("before the claim:1"),
    Scenario("after the claim:1"),
    Scenario("after the claim:7", broker_dies=True),
    Scenario("before the mail server:3"),
    Scenario("inside the mail server:2"),
    Scenario("mail accepted, no answer:4"),
    Scenario("after the mail server:9", broker_dies=True),
    Scenario("after it is written down:5"),
    Scenario("after the claim:3", broker="redis"),
    Scenario("mail accepted, no answer:8", broker="redis", broker_dies=True),
    Scenario("inbox written, not committed:7", broker="redis", broker_dies=True),
    Scenario("", broker="redis", broker_dies=True),
]


@dataclass(frozen=True)
class Place:
    """Where one scenario lives."""

    folder: Path
    broker_url: str

    @property
    def database(self) -> Path:
        return self.folder / "db.sqlite3"

    @property
    def sink(self) -> Path:
        return self.folder / "sink"

    @property
    def died(self) -> bool:
        return (self.folder / "died").exists()

    @property
    def last_words(self) -> str:
        return (self.folder / "worker.log").read_text(encoding="utf-8")[-3000:]


def environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("REDIS_URL", "DATABASE_URL")}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "tests.prove._workers.settings",
        "VAR_DIR": str(folder),
        "CELERY_BROKER_URL": "memory://",
        "LOG_LEVEL": "ERROR",
        "SKIP_CHECKS": "1",
    }


class Zygote:
    """The process that all workers are forked from, and that made their database."""

    def __init__(self, folder: Path) -> None:
        """Returns when it stands, with a database of a dozen people in `folder`."""
        folder.mkdir()
        self.lock = threading.Lock()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.prove._workers.zygote", str(PEOPLE)],
            cwd=ROOT,
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def fork(self, place: Place, fault: str) -> int:
        order = {"folder": str(place.folder), "broker_url": place.broker_url, "fault": fault}
        with self.lock:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            return int(self._answer())


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Redis:
    """A broker of our own, which keeps nothing when it dies."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                "redis-server",
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                str(self.folder),
            ],
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        self.process = self._start()


@contextmanager
def broker_for(scenario: Scenario, folder: Path) -> Iterator[tuple[str, Redis | None]]:
    if scenario.broker == "folder":
        yield "filesystem://", None
        return
    redis = Redis(folder)
    try:
        yield f"redis://127.0.0.1:{redis.port}/0", redis
    finally:
        redis.kill()


@contextmanager
def worker(zygote: Zygote, place: Place, fault: str = "") -> Iterator[int]:
    pid = zygote.fork(place, fault)
    try:
        yield pid
    finally:
        kill(pid)


def kill(pid: int) -> None:
    """SIGKILL to the worker and the scheduler it started."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    until(lambda: not is_alive(pid), "the worker to be gone")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ask(place: Place, query: str) -> list[tuple]:
    connection = sqlite3.connect(place.database, timeout=30)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def until(condition, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE:.0f} s in vain: {what}")
        time.sleep(0.2)


def is_finished(place: Place) -> bool:
    """The day's job is done and no mail waits or is being sent."""
    jobs = ask(place, "select state from notifications_job")
    waiting = ask(
        place, "select count(*) from notifications_delivery where state in ('pending', 'sending')"
    )
    return jobs == [("done",)] and waiting == [(0,)]


def lose_broker(place: Place, redis: Redis | None) -> None:
    if redis is not None:
        redis.kill()
        redis.start_again()
    else:
        shutil.rmtree(place.folder / "broker", ignore_errors=True)


def check(place: Place) -> str:
    """The promises, on the rows and on what the mail server got."""
    notices = Counter(
        (person, key.split(":")[0])
        for person, key in ask(place, "select person_id, dedupe_key from notifications_notice")
    )
    people = [pk for (pk,) in ask(place, "select id from people_person")]
    expected = {(pk, said): 1 for pk in people for said in ("receipt", "first", "second")}
    assert notices == expected, f"inbox: {notices}"
    accepted = [
        tuple(path.read_text(encoding="utf-8").splitlines()) for path in place.sink.glob("*.mail")
    ]
    twice = [reason for reason, n in Counter(a[1] for a in accepted).items() if n > 1]
    assert not twice, f"sent twice: {twice}"
    per_person = Counter((to, subject == "receipt") for to, _reason, subject in accepted)
    assert max(per_person.values()) == 1, f"more than one mail for a reason: {per_person}"
    states = Counter(s for (s,) in ask(place, "select state from notifications_delivery"))
    assert sum(states.values()) == 2 * PEOPLE, f"mail rows: {states}"
    assert set(states) <= {"sent", "uncertain"}, f"mail rows: {states}"
    assert states["uncertain"] <= 2, f"too much is uncertain: {states}"
    assert states["sent"] <= len(accepted) <= states["sent"] + states["uncertain"]
    return f"{len(accepted)} mails, {states['uncertain']} uncertain"


def run(zygote: Zygote, scenario: Scenario, template: Path, folder: Path) -> str:
    folder.mkdir()
    shutil.copy(template, folder / "db.sqlite3")
    (folder / "sink").mkdir()
    with broker_for(scenario, folder) as (url, redis):
        place = Place(folder, url)
        with worker(zygote, place, scenario.fault) as first:
            if scenario.fault:
                until(lambda: not is_alive(first), "the first worker to be killed")
                assert place.died, "the first worker ended by itself"
            else:
                until(lambda: ask(place, "select 1 from notifications_notice"), "a first notice")
                lose_broker(place, redis)
                until(lambda: is_finished(place), "the work to be finished without a restart")
                return check(place)
        if scenario.broker_dies:
            lose_broker(place, redis)
        with worker(zygote, place):
            until(lambda: is_finished(place), "the second worker to finish")
    return check(place)


def main(arguments: list[str]) -> int:
    began = time.monotonic()
    wanted = [s for s in SCENARIOS if all(word in s.name for word in arguments)]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="kill-nine-") as name:
        folder = Path(name)
        zygote = Zygote(folder / "template")
        template = folder / "template" / "db.sqlite3"
        with ThreadPoolExecutor(AT_ONCE) as pool:
            runs = [
                pool.submit(run, zygote, scenario, template, folder / str(number))
                for number, scenario in enumerate(wanted)
            ]
            for scenario, future in zip(wanted, runs, strict=True):
                try:
                    print(f"ok    {scenario.name}: {future.result()}", flush=True)
                except AssertionError as error:
                    failures += 1
                    place = Place(folder / str(wanted.index(scenario)), "")
                    print(f"FAIL  {scenario.name}: {error}\n{place.last_words}", flush=True)
        zygote.process.kill()
    seconds = time.monotonic() - began
    print(
        f"kill -9: {len(wanted) - failures} of {len(wanted)} points hold, every notice once in the "
        f"inbox, at most one mail for a reason; {seconds:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
