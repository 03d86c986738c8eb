"""Run every module of this package that can be run alone; name those that fail."""

import pkgutil
import subprocess
import sys
import time

import tests.prove as package


def main() -> int:
    failed = []
    chosen = sys.argv[1:]
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
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
