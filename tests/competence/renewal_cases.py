"""Reads docs/how-to/fornyelsefall.md, the only copy of its cases: what has happened, and what must
be answered on a day. A word that the document does not explain is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from tests.competence.worlds import (
    AchievementFact,
    EmploymentFact,
    ExemptionFact,
    LeaveFact,
    NamingFact,
    OrderFact,
    RequirementFact,
    Version,
    World,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "how-to" / "fornyelsefall.md"
PERSON = "P1"
NAMED_ONLY = "namngivna"
UNITS = {"Norrliden": "A", "Söderåsen": "C"}
LEVELS = {"Grund": 1, "Fördjupning": 2}
AREAS = {"Orosanmälan": "M", "Hot och våld": "N"}
ALWAYS = date(2020, 1, 1)
NOT_APPLICABLE = "not applicable"
NO_VALUE = "no value"
STATUSES = {
    "Klar": "met",
    "Går ut": "expiring",
    "Att göra": "pending",
    "Gått ut": "expired",
    "Saknas": "overdue",
    "Undantagen": "exempt",
    "Pausad": "paused",
    "Gäller inte": NOT_APPLICABLE,
    "Inget värde": NO_VALUE,
}
TOGETHER = "sammanlagt"
_HEAD = ["Nr", "Vad som har hänt", "Uppgifter", "Dag", "Status", "Senast", "Giltigt till", "Varför"]
_FOR_ALL = "Gäller alla: "


class UnknownWordsError(ValueError):
    """The document does not explain these words, or they make no sense."""


@dataclass(frozen=True)
class Expected:
    """One row of a table. `level` none: the only requirement, or with `together` the cell."""

    day: date
    level: int | None
    together: bool
    status: str
    due_on: str
    valid_until: str


@dataclass
class Case:
    """One numbered story. The world holds every fact; what reaches the database by another way
    than its first row is named beside it."""

    number: int
    story: str
    world: World
    imported: list[AchievementFact] = field(default_factory=list)
    exemption_ended: date | None = None
    expected: list[Expected] = field(default_factory=list)

    @property
    def achieved(self) -> list[AchievementFact]:
        """Those that no file holds."""
        return [fact for fact in self.world.achievements if fact not in self.imported]


def read_cases(text: str) -> list[Case]:
    """Every case of the document, in order."""
    groups = key_groups(text)
    cases: list[Case] = []
    common: list[str] = []
    for table in re.split(r"^## ", text, flags=re.MULTILINE):
        common = next(
            (
                _split(line.removeprefix(_FOR_ALL))
                for line in table.splitlines()
                if line.startswith(_FOR_ALL)
            ),
            [],
        )
        day = ""
        for row in _rows(table, "Nr"):
            if row["Nr"]:
                facts = _together(common, _split(row["Uppgifter"]))
                cases.append(_case(int(row["Nr"]), row["Vad som har hänt"], facts, groups))
                day = ""
            elif row["Vad som har hänt"] or row["Uppgifter"]:
                raise ValueError(f"A row without a number tells a story: {row}")
            day = row["Dag"] or day
            cases[-1].expected.append(_expected(row, date.fromisoformat(day)))
    return cases


def key_groups(text: str) -> dict[str, list[str] | None]:
    """The occupations by key group; none: by naming only. An empty list is everybody."""
    return {
        row["Nyckelgrupp"]: _members(row["Vilka som ingår"]) for row in _rows(text, "Nyckelgrupp")
    }


def listed(text: str, head: str) -> list[str]:
    """The first column of the table that begins with `head`."""
    return [row[head].strip("`") for row in _rows(text, head)]


def _members(words: str) -> list[str] | None:
    if words == "alla":
        return []
    return None if words == NAMED_ONLY else re.split(r", | och ", words)


def _rows(text: str, head: str) -> Iterator[dict[str, str]]:
    columns: list[str] | None = None
    for line in text.splitlines():
        if not line.startswith("|"):
            columns = None
            continue
        found = [part.strip() for part in line.strip("|").split("|")]
        if found[0] == head:
            columns = found
            if head == "Nr" and [name for name in found if name != "Krav"] != _HEAD:
                raise ValueError(f"Unknown columns: {found}")
        elif columns is not None and set(line) - set("|-"):
            yield dict(zip(columns, found, strict=True))


def _split(facts: str) -> list[str]:
    return [fact.strip() for fact in facts.split(";") if fact.strip()]


def _kind(fact: str) -> str:
    return "anställd" if fact == "ingen anställning" else fact.split()[0]


def _together(common: list[str], own: list[str]) -> list[str]:
    """What a case says stands instead of what holds for all, kind by kind."""
    said = {_kind(fact) for fact in own}
    return [fact for fact in common if _kind(fact) not in said] + own


def _expected(row: dict[str, str], day: date) -> Expected:
    which = row.get("Krav", "")
    if not row["Varför"]:
        raise ValueError(f"A row does not say why: {row}")
    return Expected(
        day,
        LEVELS[which] if which and which != TOGETHER else None,
        which == TOGETHER,
        STATUSES[row["Status"]],
        _shown(row["Senast"]),
        _shown(row["Giltigt till"]),
    )


def _shown(cell: str) -> str:
    return "" if cell == "–" else date.fromisoformat(cell).isoformat()


def _case(number: int, story: str, facts: list[str], groups: dict[str, list[str] | None]) -> Case:
    plan = Version(
        None,
        {name: _rules(members) for name, members in groups.items()},
        {name: set() for name in groups},
        [],
    )
    case = Case(number, story, World(people=[PERSON], versions=[plan]))
    # Facts that speak of others come after them, wherever they stand.
    for fact in sorted(facts, key=lambda each: _kind(each) in ("återkallat", "undantaget", "plan")):
        read_fact(fact, case)
    return case


def _rules(members: list[str] | None) -> list[dict[str, Any]]:
    if members is None:
        return []
    return [{"job_codes": members}] if members else [{}]


_DAY = r"\d{4}-\d\d-\d\d"
_PERIOD = rf"(?P<start>{_DAY})(?:–(?P<end>{_DAY}))?"
_LEVEL = rf"(?P<level>{'|'.join(LEVELS)})"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _requirement(case: Case, *, level: str, group: str, terms: str) -> None:
    first = RequirementFact(
        group, AREAS["Orosanmälan"], LEVELS[level], "mandatory", ALWAYS, None, -1, -1, -1
    )
    changed = first
    for term in terms.split(", "):
        changed = replace(changed, **_term(term))
    if group not in case.world.versions[0].rules or -1 in (
        changed.grace_days,
        changed.renewal_months,
        changed.window_days,
    ):
        raise ValueError(f"Not a whole requirement: {terms}")
    case.world.versions[0].requirements.append(changed)


_TERMS: list[tuple[str, Callable[[str], dict[str, Any]]]] = [
    (r"introduktion (\d+) dag(?:ar)?", lambda value: {"grace_days": int(value)}),
    (r"giltigt (\d+) månad(?:er)?", lambda value: {"renewal_months": int(value)}),
    (r"giltigt (utan slut)", lambda value: {"renewal_months": None}),
    (r"fönster (\d+) dag(?:ar)?", lambda value: {"window_days": int(value)}),
    (rf"från ({_DAY})", lambda value: {"start": date.fromisoformat(value)}),
    (rf"till ({_DAY})", lambda value: {"end": date.fromisoformat(value)}),
    (r"nivå (Grund|Fördjupning)", lambda value: {"level": LEVELS[value]}),
    (r"(rekommenderat)", lambda value: {"kind": "recommended"}),
]


def _term(term: str) -> dict[str, Any]:
    for pattern, meaning in _TERMS:
        if found := re.fullmatch(pattern, term):
            return meaning(found[1])
    raise UnknownWordsError(term)


def _employed(case: Case, *, start: str, end: str | None, unit: str, job: str) -> None:
    case.world.employments.append(
        EmploymentFact(PERSON, UNITS[unit], job, False, "", date.fromisoformat(start), _day(end))
    )


def _named(case: Case, *, start: str, end: str | None) -> None:
    case.world.namings.append(
        NamingFact("Nyckelpersoner", PERSON, date.fromisoformat(start), _day(end))
    )


def _achieved(
    case: Case,
    *,
    how: str,
    level: str,
    on: str,
    until: str | None,
    revoked: str | None,
    area: str | None,
) -> None:
    fact = AchievementFact(
        PERSON,
        AREAS[area or "Orosanmälan"],
        LEVELS[level],
        date.fromisoformat(on),
        _day(until),
        _day(revoked),
    )
    case.world.achievements.append(fact)
    if how == "importerat":
        case.imported.append(fact)
    elif revoked:
        raise ValueError("Only a file says both at once.")


def _revoked(case: Case, *, on: str, which: str) -> None:
    (fact,) = [each for each in case.achieved if each.achieved_on.isoformat() == which]
    position = case.world.achievements.index(fact)
    case.world.achievements[position] = replace(fact, revoked_on=date.fromisoformat(on))


def _on_leave(case: Case, *, start: str, end: str | None) -> None:
    case.world.leaves.append(LeaveFact(PERSON, date.fromisoformat(start), _day(end)))


def _exempt(case: Case, *, level: str, start: str, end: str | None) -> None:
    case.world.exemptions.append(
        ExemptionFact(
            PERSON,
            AREAS["Orosanmälan"],
            LEVELS[level],
            date.fromisoformat(start),
            _day(end),
            False,
        )
    )


def _exemption_ended(case: Case, *, on: str) -> None:
    (fact,) = case.world.exemptions
    case.exemption_ended = date.fromisoformat(on)
    last = date.fromordinal(case.exemption_ended.toordinal() - 1)
    case.world.exemptions = [replace(fact, end=last)]


def _ordered(case: Case, *, decided: str, level: str, before: str, last: str) -> None:
    case.world.orders.append(
        OrderFact(
            AREAS["Orosanmälan"],
            None if level == "alla nivåer" else LEVELS[level],
            date.fromisoformat(before),
            date.fromisoformat(last),
            date.fromisoformat(decided),
        )
    )


def _new_plan(case: Case, *, start: str, terms: str) -> None:
    (first,) = case.world.versions
    (requirement,) = first.requirements
    rules, kept = dict(first.rules), [requirement]
    for term in terms.split(", "):
        if term == "kravet tas bort":
            kept = []
        elif found := re.fullmatch(rf"({'|'.join(rules)}) är ([a-zåäö ]+)", term):
            rules[found[1]] = _rules(_members(found[2]))
        else:
            kept = [replace(each, **_term(term)) for each in kept]
    case.world.versions.append(Version(date.fromisoformat(start), rules, first.excluded, kept))


_FACTS: list[tuple[str, Callable[..., None]]] = [
    (rf"krav {_LEVEL} för (?P<group>[^:]+): (?P<terms>.+)", _requirement),
    (
        rf"anställd {_PERIOD} (?P<unit>{'|'.join(UNITS)}) (?P<job>[a-zåäö]+)(?: \d+ %)?",
        _employed,
    ),
    (r"ingen anställning", lambda case: None),
    (rf"namngiven {_PERIOD}", _named),
    (
        rf"(?P<how>uppnått|importerat) {_LEVEL} (?P<on>{_DAY})(?: gäller till (?P<until>{_DAY}))?"
        rf"(?: återkallat (?P<revoked>{_DAY}))?(?: i (?P<area>{'|'.join(AREAS)}))?",
        _achieved,
    ),
    (rf"återkallat (?P<on>{_DAY}): det från (?P<which>{_DAY})", _revoked),
    (rf"ledig {_PERIOD}", _on_leave),
    (rf"undantag {_LEVEL} {_PERIOD}", _exempt),
    (rf"undantaget avslutat (?P<on>{_DAY})", _exemption_ended),
    (
        rf"förnyelse beslutad (?P<decided>{_DAY}): (?P<level>{'|'.join(LEVELS)}|alla nivåer) före "
        rf"(?P<before>{_DAY}) gäller längst till (?P<last>{_DAY})",
        _ordered,
    ),
    (rf"plan 2 från (?P<start>{_DAY}): (?P<terms>.+)", _new_plan),
]


def read_fact(fact: str, case: Case) -> None:
    for pattern, told in _FACTS:
        if found := re.fullmatch(pattern, fact):
            try:
                told(case, **found.groupdict())
            except ValueError as error:
                raise UnknownWordsError(fact) from error
            return
    raise UnknownWordsError(fact)
