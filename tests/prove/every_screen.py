"""python -m tests.prove.every_screen: axe on every page of the three personas in both themes at
both widths, of which `make test` visits two pairs."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.run import browser

AXE = "tests/journeys/test_accessibility.py"


def main() -> int:
    if browser() is None:
        print("No Chromium was found: the pages were left out.")
        return 1 if os.environ.get("JOURNEYS_REQUIRED") else 0
    return subprocess.call(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", AXE],
        env={**os.environ, "EVERY_SCREEN": "1"},
    )


if __name__ == "__main__":
    sys.exit(main())
