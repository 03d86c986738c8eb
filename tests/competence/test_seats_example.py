"""The worked example of docs/how-to/platsprognos.md: every row of its table is what the formula
answers."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from competence.engine.assume import Assumptions
from competence.engine.coming_due import AHEAD, KNOWN
from competence.engine.seats import Line, needs_of
from competence.engine.sessions import wanted_sessions

DOCUMENT = Path(__file__).parents[2] / "docs" / "how-to" / "platsprognos.md"
COLUMNS = {
    "Saknas redan": "backlog",
    "Första gången": "first_time",
    "Går ut": "expiry",
    "Går ut igen": "again",
    "Nya": "newcomers",
    "Har slutat": "leavers",
    "Personer": "people",
    "Platser": "seats",
}


def _table(text: str, head: str) -> list[dict[str, str]]:
    lines = text.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {head} |"))
    names = [cell.strip() for cell in lines[start].strip("|").split("|")]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows.append(dict(zip(names, cells, strict=True)))
    return rows


def test_every_row_of_the_worked_example_is_what_the_formula_answers():
    text = DOCUMENT.read_text()
    said = {row["Antagande"]: int(row["Värde"]) for row in _table(text, "Antagande")}
    story = re.search(
        r"går giltigheten ut för (\d+) personer i januari 2027 och för (\d+) i mars, och (\d+) ska",
        text,
    )
    assert story
    january, march, february = map(int, story.groups())
    runs_out = [0] * (KNOWN + AHEAD + KNOWN)
    runs_out[0] = said["Saknar, har gått ut"]
    runs_out[KNOWN], runs_out[KNOWN + 2] = january, march
    line = Line(
        *("OM5", 2, said["Giltigt, månader"], said["Introduktionsdagar"]),
        said["Har kravet"],
        said["Saknar, aldrig haft"],
        (0, february, *([0] * (AHEAD - 2))),
        tuple(runs_out),
    )
    assume = replace(
        Assumptions(),
        turnover_percent=said["Omsättning per år, %"],
        no_show_percent=said["Uteblivna, %"],
        seats_per_session=said["Platser per tillfälle"],
    )
    needs = needs_of(
        line, assume, first=date(2027, 1, 1), backlog_months=said["Tas igen på, månader"]
    )
    sessions = {each.needed: each.number for each in wanted_sessions({line.key: needs}, assume)}
    rows = _table(text, "Månad")
    assert len(rows) == 8
    by_month = {f"{need.month:%Y-%m}": need for need in needs}
    expected = [
        {
            "Månad": row["Månad"],
            **{
                name: str(getattr(by_month[row["Månad"]], field)) for name, field in COLUMNS.items()
            },
            "Tillfällen": str(sessions.get(by_month[row["Månad"]].month, 0)),
        }
        for row in rows
    ]
    assert rows == expected
