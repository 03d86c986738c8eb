"""An engine's answer for a day in the words of the slow one, so that the two can be compared."""

from __future__ import annotations

from datetime import date
from types import ModuleType
from typing import Any

from lms.people.models import Unit
from tests.competence.slow_engine import SlowRow, slow_cells, slow_coverage, slow_rows
from tests.competence.worlds import World


def slow_answer(world: World, day: date) -> dict[str, Any]:
    rows = slow_rows(world, day)
    return {
        "rows": rows,
        "cells": slow_cells(rows),
        "coverage": slow_coverage(world, rows, day),
        "uptake": slow_coverage(world, rows, day, "recommended"),
        "running_out": [
            row
            for row in rows
            if row.valid_until
            and row.status in ("met", "expiring")
            and (date.fromisoformat(row.valid_until) - day).days <= 90
        ],
    }


def answer(engine: ModuleType, day: date) -> dict[str, Any]:
    rows = engine.gap_rows(None, day)
    names = {row.person_pk: row.person_id for row in rows}
    report = engine.coverage(None, day)
    codes = dict(Unit.objects.values_list("pk", "code"))
    return {
        "rows": sorted(map(as_slow_row, rows)),
        "cells": {
            (names[person], area): str(status)
            for (person, area), status in engine.cells(rows).items()
        },
        "coverage": _coverage(report.mandatory, codes),
        "uptake": _coverage(report.uptake, codes),
        "running_out": sorted(map(as_slow_row, engine.running_out(rows, day))),
    }


def as_slow_row(row: Any) -> SlowRow:
    return SlowRow(
        row.person_id,
        row.key_group,
        row.area,
        row.level,
        row.kind,
        str(row.status),
        row.due_on.isoformat() if row.due_on else "",
        row.valid_until.isoformat() if row.valid_until else "",
        row.member_since.isoformat(),
        row.only_exempt,
    )


def _coverage(coverage: Any, codes: dict[int, str]) -> dict[tuple[str, str], tuple[Any, ...]]:
    counts = {("", group): count for group, count in coverage.by_key_group.items()}
    counts |= {(codes[unit], group): count for (unit, group), count in coverage.by_unit.items()}
    return {
        key: (
            count.covered,
            count.gap,
            count.introduction,
            count.paused,
            count.only_exempt,
            count.share,
        )
        for key, count in counts.items()
    }
