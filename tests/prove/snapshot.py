"""The packed empty database against a fresh migration: the same tables, indexes and rows."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import django

# Columns that say when a row was made, or were drawn by chance.
_PASSING = {
    *("applied", "latest_revision_created_at", "last_published_at", "first_published_at"),
    "translation_key",
}


def _content(path: Path) -> dict[str, object]:
    with sqlite3.connect(path) as connection:
        schema = dict(
            connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        )
        content: dict[str, object] = {"schema": schema}
        for name, sql in schema.items():
            if not sql.upper().startswith("CREATE TABLE"):
                continue
            columns = [
                row[1]
                for row in connection.execute(f'PRAGMA table_info("{name}")')
                if row[1] not in _PASSING
            ]
            wanted = ", ".join(f'"{column}"' for column in columns)
            content[name] = sorted(
                connection.execute(f'SELECT {wanted} FROM "{name}"').fetchall(), key=repr
            )
    connection.close()
    return content


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    from lms import snapshot

    with tempfile.TemporaryDirectory() as folder:
        packed, fresh = Path(folder) / "packed.sqlite3", Path(folder) / "fresh.sqlite3"
        snapshot.unpack(packed)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            env={**os.environ, "DATABASE_URL": f"sqlite:///{fresh}"},
            check=True,
        )
        ours, theirs = _content(packed), _content(fresh)
    differing = sorted(
        str(key) for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)
    )
    print(f"snapshot: {len(ours) - 1} tables compared, differing: {differing or 'none'}")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
