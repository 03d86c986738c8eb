"""What the benchmarks share: how a figure is said, and a process of its own for what is timed."""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple


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


class Took(NamedTuple):
    """Seconds on the clock, and of this process on the processor."""

    clock: float
    processor: float


def timed(run: Callable[[], object], *, rounds: int = 1) -> Took:
    """The quickest of several rounds, by each of the two."""
    clock = processor = float("inf")
    for _ in range(rounds):
        gc.collect()
        started, worked = time.perf_counter(), time.process_time()
        run()
        processor = min(processor, time.process_time() - worked)
        clock = min(clock, time.perf_counter() - started)
    return Took(clock, processor)


def say_times(bench: str, size: int, took: Took, floor: Took) -> None:
    """Both beside the floor's."""
    for what, value, baseline in zip(("on the clock", "processor time"), took, floor, strict=True):
        say(f"{bench}, {what}", size, value, baseline, unit="s", digits=3)


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
