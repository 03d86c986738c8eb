"""Running every module of a package that can be run alone, for `make bench` and `make prove`."""

import pkgutil
import subprocess
import sys
import time
from types import ModuleType


def run_each(package: ModuleType, chosen: list[str]) -> int:
    """Run those named, or all; those that fail are named at the end, and the exit code is 1."""
    failed = []
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("_") or (chosen and module.name not in chosen):
            continue
        started = time.monotonic()
        print(f"# {module.name}", flush=True)
        if subprocess.call([sys.executable, "-m", f"{package.__name__}.{module.name}"]):
            failed.append(module.name)
        print(f"# {module.name}: {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))
