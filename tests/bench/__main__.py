"""The benchmarks: each prints a JSON line per figure."""

import sys

import tests.bench
from tests.each import run_each

if __name__ == "__main__":
    sys.exit(run_each(tests.bench, sys.argv[1:]))
