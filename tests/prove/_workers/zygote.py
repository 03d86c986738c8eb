"""Starts workers quickly: loads the product once, then forks one process per order.

Reads one JSON line per worker on standard input and answers with its process id. Each worker is
a process of its own, in a group of its own, and dies like one.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


def serve() -> None:
    import django

    django.setup()
    from lms.celery import app
    from lms.notifications import tasks  # noqa: F401

    app.finalize()
    make_database(int(sys.argv[1]))
    # Children are reaped by the kernel.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            work(app, order)
        print(pid, flush=True)


def make_database(people: int) -> None:
    """The database every scenario begins with, complete in one file."""
    from django.core.management import call_command
    from django.db import connection

    from lms.people.models import Person

    call_command("migrate", run_syncdb=True, skip_checks=True, verbosity=0)
    Person.objects.bulk_create(
        Person(person_id=f"p{n}", family_name=str(n), email=f"p{n}@example.se")
        for n in range(people)
    )
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def work(app: Any, order: dict[str, str]) -> None:
    """Be the worker of one scenario: its database, its broker, its mail folder, its fault."""
    from django.conf import settings
    from django.db import connections

    from lms.notifications.schedule import broker_options
    from tests.prove._workers.faults import arm

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    folder = Path(order["folder"])
    silent = os.open(folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    connections["default"].settings_dict["NAME"] = str(folder / "db.sqlite3")
    connections.settings["default"]["NAME"] = str(folder / "db.sqlite3")
    settings.MAIL_SINK = folder / "sink"
    options = broker_options(order["broker_url"], folder / "broker")
    for name in ("data_folder_in", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)
    # Celery lets the variable win over its own configuration.
    os.environ["CELERY_BROKER_URL"] = order["broker_url"]
    app.conf.update(
        broker_url=order["broker_url"],
        broker_transport_options=options,
        beat_schedule_filename=str(folder / "beat"),
    )
    arm(order["fault"], folder / "died")
    app.worker_main(
        [
            "worker",
            "-B",
            "--pool",
            "threads",
            "-c",
            "2",
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "ERROR",
        ]
    )
    os._exit(0)


if __name__ == "__main__":
    serve()
