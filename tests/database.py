"""The database of the suite: migrated once, then copied. Migrating takes half a minute; a copy of
the migrated file takes a moment, and is as true as long as no migration has changed. Where the
packed database of the product fits the migrations, not even the first run migrates."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from lms import snapshot
from lms.lib.append_only import Lock, lock, unlock
from lms.lib.frozen import frozen_tables

ROOT = Path(__file__).resolve().parent.parent


def _fingerprint() -> str:
    """What the migrated database depends on: every migration of every app."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        for path in sorted(Path(config.path).glob("migrations/*.py")):
            digest.update(f"{config.label}/{path.name}".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def locked_models() -> list[type[models.Model]]:
    """The models whose rows the database keeps as they were written."""
    return [model for model in apps.get_models() if hasattr(model, "append_only")]


def locked_tables() -> dict[str, Lock]:
    """What the models say of every table that the database keeps, those that are frozen with a
    document among them."""
    tables: dict[str, Lock] = {
        model._meta.db_table: model.append_only  # type: ignore[attr-defined]
        for model in locked_models()
    }
    for model in apps.get_models():
        tables |= frozen_tables(model)
    return tables


def let_tests_empty_the_database(connection: BaseDatabaseWrapper) -> None:
    """A test that commits has its database emptied afterwards, which the database refuses. The
    flush of this process, and nothing else, lifts the locks while it runs."""
    flush = connection.ops.execute_sql_flush

    def flush_unlocked(statements: list[str]) -> None:
        tables = locked_tables()
        for table in tables:
            unlock(connection, table)
        flush(statements)
        for table, rule in tables.items():
            lock(connection, table, rule)

    connection.ops.execute_sql_flush = flush_unlocked  # type: ignore[method-assign]


def migrated_template() -> Path:
    """A migrated SQLite file, made the first time it is asked for. Whoever comes second while it
    is being made makes one too; the last to finish puts its own in place, whole."""
    folder = Path(settings.VAR_DIR) / "test-templates"
    target = folder / f"{_fingerprint()}.sqlite3"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.sqlite3"):
            old.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory() as scratch:
            made = Path(scratch) / "db.sqlite3"
            # `make prove` holds the packed database equal to a fresh migration.
            if snapshot.fits():
                snapshot.unpack(made)
            else:
                subprocess.run(
                    [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                    cwd=ROOT,
                    env={
                        **os.environ,
                        "DATABASE_URL": f"sqlite:///{made}",
                        "DJANGO_SETTINGS_MODULE": "lms.settings.testing",
                    },
                    check=True,
                )
            with sqlite3.connect(made) as source:
                source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            source.close()
            partial = target.with_suffix(f".{os.getpid()}")
            partial.write_bytes(made.read_bytes())
            partial.replace(target)
    return target


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")
    django.setup()
    migrated_template()
