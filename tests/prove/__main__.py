"""The long proofs."""

import sys

import tests.prove
from tests.each import run_each

if __name__ == "__main__":
    sys.exit(run_each(tests.prove, sys.argv[1:]))
