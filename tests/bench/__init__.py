"""What the benchmarks share: how a figure is said, and a process of its own for what is timed."""

import json
import os
import subprocess
import sys


def say(
    bench: str, size: int, value: float, baseline: float, *, unit: str = "ms", digits: int = 1
) -> None:
    """One figure beside its floor of the same run, as a JSON line."""
    line = {
        "bench": bench,
        "size": size,
        "value": round(value, digits),
        "unit": unit,
        "baseline": round(baseline, digits),
        "ratio": round(value / baseline, 2),
    }
    print(json.dumps(line), flush=True)


def child(module: str, folder: str, *arguments: str) -> str:
    """Run a step in a process of its own, with `folder` as VAR_DIR: what made the data must not
    slow down what reads it."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "VAR_DIR": folder},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
