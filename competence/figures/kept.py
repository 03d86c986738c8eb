"""What is published of a Monday as a text that is kept, and read again as it was: the tables with
what is hidden left out, and the names they are read by. No number that is hidden is in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from competence.figures.coverage import AreaKey, DayFrame, UnitNode
from competence.figures.published import Published
from competence.figures.shown import ShownShare, shown_count, shown_share
from competence.suppression import Figure, Hidden, ShownCount

# Raised when what is written is read in another way. A row says which it was written by.
SCHEMA = 1
READ = 8
"""How many Mondays a process keeps ready to show."""
_HIDDEN = {Hidden.FEW: "f", Hidden.PROTECTED: "p"}
_MARKS = {mark: Figure(None, hidden) for hidden, mark in _HIDDEN.items()}
_KINDS = ("covered", "gap", "introduction", "paused", "only_exempt", "only_recognised")

Written = int | str


def document_of(published: Published) -> str:
    """The tables as text; what the row says in columns of its own is not in it."""
    frame = published.figures
    by_unit: dict[str, dict[str, list[Written]]] = {}
    for (unit, group), count in published.by_unit.items():
        by_unit.setdefault(group, {})[str(unit)] = _count(count)
    return json.dumps(
        {
            "schema": SCHEMA,
            "adopted_on": frame.adopted_on.isoformat() if frame.adopted_on else None,
            "units": [
                [unit.pk, unit.code, unit.name, unit.parent] for unit in frame.units.values()
            ],
            "key_groups": dict(frame.key_groups),
            "levels": {str(level): name for level, name in frame.levels.items()},
            "totals": {group: _count(count) for group, count in published.totals.items()},
            "by_unit": by_unit,
            "by_area": [
                [key.key_group, key.area, key.level, *_share(share)]
                for key, share in published.by_area.items()
            ],
            "uptake": {group: _share(share) for group, share in published.uptake.items()},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _count(count: ShownCount) -> list[Written]:
    return [_figure(getattr(count, kind)) for kind in _KINDS]


def _share(share: ShownShare) -> list[Written]:
    return [_figure(share.covered), _figure(share.gap)]


def _figure(figure: Figure) -> Written:
    if figure.hidden:
        return _HIDDEN[figure.hidden]
    if not isinstance(figure.value, int):
        raise TypeError("only counts are kept")
    return figure.value


@lru_cache(maxsize=READ)
def published_from(
    document: str, monday: date, made_at: datetime, plan_number: int | None, threshold: int
) -> Published:
    """What `document_of` wrote, with what its row says beside it."""
    data: Mapping[str, Any] = json.loads(document)
    adopted = data["adopted_on"]
    return Published(
        figures=DayFrame(
            as_of=monday,
            made_at=made_at,
            plan_number=plan_number,
            adopted_on=date.fromisoformat(adopted) if adopted else None,
            units={unit[0]: UnitNode(*unit) for unit in data["units"]},
            key_groups=data["key_groups"],
            levels={int(level): name for level, name in data["levels"].items()},
        ),
        threshold=threshold,
        totals={group: _read(tuple(count)) for group, count in data["totals"].items()},
        by_unit={
            (int(unit), group): _read(tuple(count))
            for group, of_group in data["by_unit"].items()
            for unit, count in of_group.items()
        },
        by_area={
            AreaKey(group, area, level): shown_share(*map(_read_figure, figures))
            for group, area, level, *figures in data["by_area"]
        },
        uptake={
            group: shown_share(*map(_read_figure, figures))
            for group, figures in data["uptake"].items()
        },
    )


# Most units say one of a few things: nothing that is shown.
@lru_cache(maxsize=4096)
def _read(written: tuple[Written, ...]) -> ShownCount:
    return shown_count(dict(zip(_KINDS, map(_read_figure, written), strict=True)))


@lru_cache(maxsize=4096)
def _read_figure(written: Written) -> Figure:
    return _MARKS[written] if isinstance(written, str) else Figure(written)
