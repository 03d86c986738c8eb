"""A migrated, empty SQLite database kept beside the code, so that a first start takes a moment
instead of the minute that two hundred migrations take. Derived: `manage.py snapshot` makes it
anew, a test says when that is due, and where it does not fit the migrations it is not used."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from pathlib import Path

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

FILE = Path(__file__).resolve().parent / "snapshot.sqlite3.gz"
MARK = Path(__file__).resolve().parent / "snapshot.txt"


def fingerprint() -> str:
    """What a migrated database depends on: the names of all migrations, and the text of ours."""
    digest = hashlib.sha256()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for app, name in sorted(loader.disk_migrations):
        digest.update(f"{app}.{name}\n".encode())
    own = {"lms", "courses", "competence", "home"}
    for config in apps.get_app_configs():
        if config.name.split(".")[0] in own:
            for path in sorted(Path(config.path).glob("migrations/*.py")):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def fits() -> bool:
    """Whether the snapshot is what the migrations would make today."""
    return FILE.exists() and MARK.exists() and MARK.read_text().strip() == fingerprint()


def unpack(target: Path) -> None:
    """Put the empty database in place. The target must not exist."""
    partial = target.with_suffix(".partial")
    with gzip.open(FILE) as source, partial.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    partial.replace(target)


def pack(database: Path) -> None:
    """Keep a migrated, empty database as the snapshot."""
    # No time stamp inside: the same database gives the same bytes.
    FILE.write_bytes(gzip.compress(database.read_bytes(), 9, mtime=0))
    MARK.write_text(fingerprint() + "\n")
