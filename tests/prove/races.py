"""python -m tests.prove.races: two write to one thing at the same moment, on PostgreSQL.

DATABASE_URL says which server; without it the one of this machine is tried. A database of its own
is made there and taken away again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

LOCAL = "postgres://127.0.0.1:5432/postgres"
RACES = sorted(map(str, Path("tests").glob("*/test_*races.py")))


def server() -> str | None:
    """The address of a PostgreSQL that answers, or None."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        url = LOCAL
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return None
    return url


def main() -> int:
    url = server()
    if url is None:
        print(
            "No PostgreSQL answers: the races were left out. DATABASE_URL says where there is one."
        )
        return 0
    return subprocess.call(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", *RACES],
        env={**os.environ, "DATABASE_URL": url},
    )


if __name__ == "__main__":
    sys.exit(main())
