import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lms.snapshot import FILE, pack


class Command(BaseCommand):
    help = "Makes the migrated, empty SQLite database that a first start unpacks."

    def handle(self, *args: Any, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "db.sqlite3"
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=settings.BASE_DIR,
                env={**os.environ, "DATABASE_URL": f"sqlite:///{database}"},
                check=True,
            )
            connection = sqlite3.connect(database)
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("VACUUM")
            connection.close()
            pack(database)
        self.stdout.write(f"{FILE.name}: {FILE.stat().st_size // 1024} kB")
