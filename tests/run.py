"""`make test`: the whole suite in parallel, saying plainly which journeys were left out."""

import os
import shutil
import subprocess
import sys


def browser() -> str | None:
    """Where a Chromium is, or None."""
    return (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )


def main() -> int:
    command = [sys.executable, "-m", "pytest", "-n", "2", *sys.argv[1:]]
    if browser() is None:
        if os.environ.get("JOURNEYS_REQUIRED"):
            print("No Chromium was found, and the journeys are required here.", file=sys.stderr)
            return 1
        print("No Chromium was found: the browser journeys in tests/journeys were left out.")
        command += ["--ignore", "tests/journeys"]
    if not os.environ.get("CONFORMANCE_DIR"):
        print("CONFORMANCE_DIR is not set: the municipality of 7,200 people was left out.")
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        # Before the workers start, so that they do not both make it.
        subprocess.check_call([sys.executable, "-m", "tests.database"])
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main())
