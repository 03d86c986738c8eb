"""What many tests begin from is made once by each worker, in a transaction around the tests' own:
the arena alone takes longer to publish than most tests that read it. It is rolled back when a test
comes that begins from something else; the tests are sorted so that this is seldom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from tests.builders.home import make_arena

# A fixture by its name, and what makes the rows it stands for.
GROUNDS: dict[str, Callable[[], Any]] = {"arena": make_arena}


def wanted(item: pytest.Item) -> str | None:
    """The ground a test begins from, by the fixture it asks for."""
    asked = getattr(item, "fixturenames", ())
    return next((name for name in GROUNDS if name in asked), None)


class Ground:
    """What the database of this worker holds beneath the tests."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.around: transaction.Atomic | None = None

    def stand_on(self, name: str | None) -> None:
        # A test that closed its connection took the ground with it.
        if name == self.name and (name is None or connection.in_atomic_block):
            return
        self.leave()
        if name is None:
            return
        self.around = transaction.atomic()
        self.around.__enter__()
        try:
            GROUNDS[name]()
        except BaseException:
            # Half a ground is none: the next test lays it anew.
            self.leave()
            raise
        self.name = name

    def leave(self) -> None:
        around, self.around, self.name = self.around, None, None
        if around is not None and connection.in_atomic_block:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


ground = Ground()
