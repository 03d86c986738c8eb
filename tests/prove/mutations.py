"""Proof that the comparison with the slow engine sees every rule of docs/gap.md: each deliberate
fault of `_mutants` is planted in a copy of the engine and must give a wrong answer on some
world."""

from __future__ import annotations

import importlib.util
import os
import sys
import types
from copy import copy
from dataclasses import fields
from datetime import date
from pathlib import Path

import django

MODULES = (
    *("days", "facts", "membership", "validity", "status", "rows", "coverage", "loader"),
    *("spans", "outlook"),
    *("suppose", "pieces", "traces", "sentence", "timeline", "explain", "__init__"),
)
WORLDS = int(os.environ.get("WORLDS", "600"))


def source_of(module: str) -> str:
    name = "lms.framework.rules" if module == "rules" else f"competence.engine.{module}"
    spec = importlib.util.find_spec(name.removesuffix(".__init__"))
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


def planted(number: int, mutant: object) -> types.ModuleType:
    """A copy of the engine package under its own name, with the fault in it."""
    package = f"mutant_{number}"
    top = types.ModuleType(package)
    top.__path__ = []  # type: ignore[attr-defined]
    sys.modules[package] = top
    for module in ("rules", *MODULES):
        text = source_of(module)
        if mutant is not None and module == mutant.module:
            if text.count(mutant.right) != 1:
                raise SystemExit(
                    f"{mutant.module}: {text.count(mutant.right)} times in the engine: "
                    f"{mutant.right!r}"
                )
            text = text.replace(mutant.right, mutant.wrong)
        text = text.replace("competence.engine", package)
        text = text.replace("lms.framework.rules", f"{package}.rules")
        if module == "__init__":
            made = top
        else:
            made = types.ModuleType(f"{package}.{module}")
            sys.modules[made.__name__] = made
            setattr(top, module, made)
        exec(compile(text, f"{package}/{module}.py", "exec"), made.__dict__)
    return top


class SharedReading:
    """What the right engine reads of a world on a day, for all copies whose fault is elsewhere:
    most of the time goes into asking the database."""

    def __init__(self) -> None:
        from competence.engine import loader

        self._loader = loader
        self._rows: dict[tuple[object, ...], object] = {}
        self._plans: dict[tuple[object, ...], object] = {}

    def forget(self) -> None:
        self._rows.clear()
        self._plans.clear()

    def lend_to(self, engine: types.ModuleType, module: str) -> None:
        """Let a copy read here what its fault cannot change."""
        if module != "loader":
            engine.loader.fact_rows = self.fact_rows
        if module not in ("loader", "rules", "facts"):
            engine.load_plan = self.load_plan

    def fact_rows(self, people: object, as_of: date, areas: set[int]) -> object:
        key = (as_of, frozenset(areas))
        if key not in self._rows:
            rows = self._loader.fact_rows(people, as_of, areas)
            self._rows[key] = type(rows)(
                **{field.name: list(getattr(rows, field.name)) for field in fields(rows)}
            )
        return self._rows[key]

    def load_plan(self, as_of: date, *narrowing: object) -> object:
        if as_of not in self._plans:
            self._plans[as_of] = self._loader.load_plan(as_of)
        plan = copy(self._plans[as_of])
        plan.matched, plan.fitting = {}, {}
        return plan


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")
    django.setup()
    from django.db import connection, transaction

    from tests.competence.answers import answer, slow_answer
    from tests.competence.worlds import Seeded, days_to_ask, edge_world, make_world, write_world
    from tests.prove._mutants import MUTANTS

    connection.settings_dict["TEST"]["MIGRATE"] = False
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    shared = SharedReading()
    alive = {}
    for number, mutant in enumerate(MUTANTS):
        alive[number] = (mutant, planted(number, mutant))
        shared.lend_to(alive[number][1], mutant.module)
    right = planted(len(MUTANTS), None)
    try:
        for seed in range(WORLDS):
            if not alive:
                break
            if seed % 25 == 0:
                print(f"world {seed}: {len(alive)} faults not yet found", flush=True)
            source = Seeded(seed)
            world = make_world(source)
            days = days_to_ask(source, world)
            if seed == 0:
                world, days = edge_world()
            with transaction.atomic():
                write_world(world)
                for day in days:
                    expected = slow_answer(world, day)
                    if answer(right, day) != expected:
                        print(f"The engine itself is wrong: world {seed}, {day}", file=sys.stderr)
                        return 1
                    for number, (_, engine) in list(alive.items()):
                        if differs(answer, engine, day, expected):
                            del alive[number]
                transaction.set_rollback(True)
            shared.forget()
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    for mutant, _ in alive.values():
        print(f"survived: {mutant.breaks}: {mutant.module}: {mutant.wrong!r}", file=sys.stderr)
    print(f"{len(MUTANTS) - len(alive)} of {len(MUTANTS)} faults found, {seed + 1} worlds")
    return bool(alive)


def differs(answer, engine, day, expected) -> bool:
    """Whether the fault shows: another answer, or none."""
    try:
        return answer(engine, day) != expected
    except Exception:
        return True


if __name__ == "__main__":
    sys.exit(main())
