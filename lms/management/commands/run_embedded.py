import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lms import again, snapshot
from lms.demo.accounts import LOGINS, PASSWORD
from lms.demo.making import Diary, make_organisation
from lms.lib.dates import today
from lms.people.models import Person


class Command(BaseCommand):
    help = "What `make run` does: database, demo content the first time, then web and worker."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        database = Path(settings.DATABASES["default"]["NAME"])
        if connection.vendor == "sqlite" and not database.exists() and snapshot.fits():
            self._stage("Database", snapshot.unpack, database)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._stage("Database", call_command, "migrate", verbosity=0)
        if settings.DEMO_ALLOWED and not Person.objects.exists():
            for line in make_organisation(people=7200, today=today()):
                self._say(line)
        logins = f"Logins: {', '.join(LOGINS)} and admin, each @example.se; password {PASSWORD}"
        self._say(logins)
        history = self._history()
        if history is None:
            again.mark_ready(logins)
        try:
            call_command("serve")
        finally:
            if history is not None and history.poll() is None:
                history.terminate()

    def _history(self) -> subprocess.Popen[bytes] | None:
        """Two years of the demo's history take some minutes: they are made beside the running
        site, and go on where they stopped when it is started again."""
        diary = Diary.read()
        if diary is None or diary.is_finished:
            return None
        self._say("The demo's two years of history are being made while you look around.")
        return subprocess.Popen(
            [sys.executable, "manage.py", "demo", "--history"], cwd=settings.BASE_DIR
        )

    def _stage(self, name: str, work: Any, *args: Any, **kwargs: Any) -> None:
        started = time.monotonic()
        work(*args, **kwargs)
        self._say(f"{name} ({time.monotonic() - started:.1f} s)")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
