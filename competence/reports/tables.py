"""Gaps and coverage as exchange tables: CSV or JSON, in one fixed order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from fractions import Fraction

from competence.engine import Count, GapRow

GAP_COLUMNS = (
    *("person_id", "key_group", "area", "level", "kind"),
    *("status", "due_on", "valid_until"),
)
_COUNT_COLUMNS = ("covered", "gap", "introduction", "paused", "coverage")

Record = dict[str, str | int | None]


def gap_records(rows: Iterable[GapRow]) -> list[Record]:
    """The rows under the names of GAP_COLUMNS, sorted by all of them from left to right."""
    records: list[Record] = [
        {
            "person_id": row.person_id,
            "key_group": row.key_group,
            "area": row.area,
            "level": row.level,
            "kind": row.kind,
            "status": row.status.value,
            "due_on": row.due_on.isoformat() if row.due_on else None,
            "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        }
        for row in rows
    ]
    records.sort(
        key=lambda record: tuple("" if value is None else value for value in record.values())
    )
    return records


def key_group_records(counts: Mapping[str, Count]) -> list[Record]:
    return [{"key_group": code, **_count_record(counts[code])} for code in sorted(counts)]


def unit_records(counts: Mapping[tuple[str, str], Count]) -> list[Record]:
    """`counts` by unit code and key group code."""
    return [
        {"unit": unit, "key_group": code, **_count_record(counts[unit, code])}
        for unit, code in sorted(counts)
    ]


def _count_record(count: Count) -> Record:
    return {
        "covered": count.covered,
        "gap": count.gap,
        "introduction": count.introduction,
        "paused": count.paused,
        "coverage": four_decimals(count.share),
    }


def four_decimals(share: Fraction | None) -> str | None:
    """A share with four decimals, rounded half up."""
    if share is None:
        return None
    units, numerator = 10_000, share.numerator
    rounded = (2 * numerator * units + share.denominator) // (2 * share.denominator)
    return f"{rounded // units}.{rounded % units:04d}"


def columns_of(by: str) -> tuple[str, ...]:
    heads = ("key_group",) if by == "key_group" else ("unit", "key_group")
    return (*heads, *_COUNT_COLUMNS)


def as_csv(columns: Iterable[str], records: Iterable[Record]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        ["" if value is None else value for value in record.values()] for record in records
    )
    return out.getvalue()


def as_json(records: Iterable[Record]) -> str:
    return json.dumps(list(records), ensure_ascii=False, indent=1) + "\n"
