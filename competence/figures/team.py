"""A manager's team: who needs help, by when, area by area. From one run of the engine and a
constant number of queries; the caller has narrowed the people to those the reader may see.
Everybody is known in outline; what stands beside a status is read for those who are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from django.db.models import QuerySet

from competence.engine import SEVERITY, GapRow, Status
from competence.engine.loader import in_query
from competence.figures.enrolled import OpenEnrolment, OpenEnrolments
from competence.figures.remembered import Known, known_rows, memory_of, passing_rows
from competence.figures.summary import OPEN, Summary, shown_day, summarise
from competence.figures.told import last_told
from competence.models import ExemptionRequest
from courses.offer import offer_index
from lms.framework.models import CompetenceArea
from lms.lib.alphabet import swedish_order
from lms.lib.numbers import percent
from lms.people.models import Employment, Person, name_of
from lms.people.querysets import Listed


class Outline(NamedTuple):
    """One person of the team in short: what is counted, sorted, searched and filtered by."""

    pk: int
    person_id: str
    name: str
    has_email: bool
    titles: tuple[str, ...]
    unit_pks: tuple[int, ...]
    rows: tuple[GapRow, ...]
    summary: Summary
    # The sort key of risk: how urgent, then by name.
    need: tuple[int, int, date, date, str]

    @property
    def standing(self) -> str:
        return self.summary.standing

    @property
    def runs_out_on(self) -> date | None:
        return self.summary.runs_out_on

    @property
    def next_day(self) -> date | None:
        return self.summary.next_day

    @property
    def gaps(self) -> int:
        """In how many areas something is missing or has expired."""
        return len(self.summary.lacking)


@dataclass(frozen=True)
class Cell:
    """One person in one area: the worst of the mandatory rows, the day that is shown with it,
    and the course that is on the way to closing it. `planned`: something is to be done, and no
    published course gives it yet. `requested`: an exemption is asked for and not decided."""

    area: str
    area_label: str
    status: Status
    on: date | None
    enrolment: OpenEnrolment | None
    planned: bool
    requested: bool


@dataclass(frozen=True)
class Member:
    """One person of the team as the matrix shows them."""

    outline: Outline
    cells: tuple[Cell | None, ...]
    enrolments: tuple[OpenEnrolment, ...]
    told_on: date | None

    @property
    def pk(self) -> int:
        return self.outline.pk

    @property
    def person_id(self) -> str:
        return self.outline.person_id

    @property
    def name(self) -> str:
        return self.outline.name

    @property
    def has_email(self) -> bool:
        return self.outline.has_email

    @property
    def titles(self) -> tuple[str, ...]:
        return self.outline.titles

    @property
    def rows(self) -> tuple[GapRow, ...]:
        return self.outline.rows

    @property
    def standing(self) -> str:
        return self.outline.standing

    @property
    def gaps(self) -> int:
        return self.outline.gaps

    @property
    def next_day(self) -> date | None:
        return self.outline.next_day

    @property
    def since(self) -> date | None:
        """The earliest day something became overdue or ran out."""
        return self.outline.summary.since

    @property
    def missing(self) -> list[Cell]:
        return [c for c in self.cells if c is not None and c.status == Status.OVERDUE]

    @property
    def expired(self) -> list[Cell]:
        return [c for c in self.cells if c is not None and c.status == Status.EXPIRED]

    @property
    def done(self) -> int:
        return sum(
            c is not None and c.status in (Status.MET, Status.EXPIRING, Status.EXEMPT)
            for c in self.cells
        )

    @property
    def to_do(self) -> int:
        return sum(c is not None and c.status == Status.PENDING for c in self.cells)

    @property
    def to_remind_of(self) -> list[Cell]:
        """What the person can do something about now."""
        return [c for c in self.cells if c is not None and c.status in OPEN and not c.planned]

    @property
    def asked(self) -> int:
        return sum(c is not None for c in self.cells)


@dataclass(frozen=True)
class Uptake:
    """How many hold what is only recommended to them."""

    area_name: str
    level_name: str
    met: int
    asked: int


@dataclass(frozen=True)
class Team:
    as_of: date
    areas: tuple[CompetenceArea, ...]
    members: tuple[Outline, ...]
    recommended: tuple[Uptake, ...]

    def standing(self, standing: str) -> list[Outline]:
        return [member for member in self.members if member.standing == standing]

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(member.standing for member in self.members)

    @cached_property
    def running_out(self) -> list[Outline]:
        return [member for member in self.members if member.runs_out_on]

    @property
    def percent(self) -> int | None:
        return percent(self.counts["covered"], self.counted)

    @property
    def counted(self) -> int:
        return self.counts["covered"] + self.counts["gap"]


@dataclass(frozen=True)
class TeamFacts:
    """What is read about some people on a day; a team is made of it, whole or narrowed. `people`:
    the same as a query asks for them."""

    as_of: date
    people: Sequence[int] | Listed
    outlines: tuple[Outline, ...]
    areas: list[CompetenceArea]


_PERSON = ("pk", "person_id", "given_name", "family_name", "email")
_Listing = tuple[int, str, str, str, str]
AT_A_TIME = 1_000
"""So many are read together where a team is read part by part."""


def read_team(people: QuerySet[Person], as_of: date) -> TeamFacts:
    """The engine's answer and three queries."""
    persons: list[_Listing] = sorted(people.order_by().values_list(*_PERSON))
    asked = in_query([pk for pk, *_ in persons])
    known = known_rows({pk: person_id for pk, person_id, *_ in persons}, asked, as_of)
    return _facts(persons, asked, known, as_of, list(CompetenceArea.objects.all()))


def read_by_parts(people: QuerySet[Person], as_of: date) -> Iterator[TeamFacts]:
    """What `read_team` reads, of some people at a time, in memory that does not grow with their
    number: drained before anything is written. Seven queries and one, and six for each part."""
    memory = memory_of(as_of)
    areas = list(CompetenceArea.objects.all())
    listed = people.order_by("pk").values_list(*_PERSON).iterator(AT_A_TIME)
    while persons := list(islice(listed, AT_A_TIME)):
        asked = in_query([pk for pk, *_ in persons])
        known = passing_rows(memory, {pk: person_id for pk, person_id, *_ in persons}, asked, as_of)
        yield _facts(persons, asked, known, as_of, areas)


def _facts(
    persons: Iterable[_Listing],
    asked: Sequence[int] | Listed,
    known: Mapping[int, Known],
    as_of: date,
    areas: list[CompetenceArea],
) -> TeamFacts:
    posts: dict[int, list[tuple[int, str]]] = {}
    for person, unit, title, code in (
        Employment.objects.valid_on(as_of)
        .filter(person__in=asked)
        .order_by("pk")
        .values_list("person_id", "unit_id", "job_title", "job_code")
    ):
        posts.setdefault(person, []).append((unit, title or code))
    outlines = []
    for pk, person_id, given_name, family_name, email in persons:
        name = name_of(given_name, family_name, person_id)
        rows, summary = known[pk].rows, known[pk].summary
        own = posts.get(pk, ())
        outlines.append(
            Outline(
                pk,
                person_id,
                name,
                bool(email),
                tuple(dict.fromkeys([title for _, title in own])),
                tuple(dict.fromkeys([unit for unit, _ in own])),
                rows,
                summary,
                (*summary.urgency, swedish_order(name)),
            )
        )
    return TeamFacts(as_of, asked, tuple(outlines), areas)


def build_team(facts: TeamFacts, *, key_group: str | None = None, area: str | None = None) -> Team:
    """The team, those who need help first; narrowed to a key group or an area."""
    members = list(facts.outlines)
    if key_group is not None or area is not None:
        members = [
            _of_rows(member, rows, facts.as_of)
            for member in members
            if (rows := _within(member.rows, key_group, area))
        ]
    members.sort(key=lambda member: member.need)
    asked = {code for areas in {member.summary.areas for member in members} for code in areas}
    areas = tuple(known for known in facts.areas if known.code in asked)
    return Team(facts.as_of, areas, tuple(members), _uptake(members))


def _within(rows: Iterable[GapRow], key_group: str | None, area: str | None) -> tuple[GapRow, ...]:
    return tuple(
        [
            row
            for row in rows
            if area in (None, row.requirement.area)
            and key_group in (None, row.requirement.key_group)
        ]
    )


def _of_rows(member: Outline, rows: tuple[GapRow, ...], as_of: date) -> Outline:
    """The same person by some of their rows only."""
    summary = summarise(rows, as_of)
    return member._replace(
        rows=rows, summary=summary, need=(*summary.urgency, swedish_order(member.name))
    )


@dataclass(frozen=True)
class Beside:
    """What stands beside the statuses of some people."""

    enrolments: OpenEnrolments
    told: Mapping[int, date]
    # (area, level) that some published course gives.
    offered: Collection[tuple[str, int]]
    # (person, area) for which an exemption is asked and not decided.
    requested: Collection[tuple[int, str]]


def read_beside(people: Sequence[int] | Listed) -> Beside:
    return Beside(
        OpenEnrolments.of(people),
        last_told(people),
        offer_index().keys(),
        set(
            ExemptionRequest.objects.waiting()
            .filter(person__in=people)
            .values_list("person_id", "area__code")
        ),
    )


def in_full(
    outlines: Iterable[Outline], areas: Sequence[CompetenceArea], beside: Beside
) -> list[Member]:
    """The people as the matrix shows them, with a cell for each of `areas`."""
    return [
        Member(
            outline,
            tuple([_cell(area, outline, beside) for area in areas]),
            tuple(beside.enrolments.of_person(outline.pk)),
            beside.told.get(outline.pk),
        )
        for outline in outlines
    ]


def members_in_full(people: QuerySet[Person], as_of: date) -> list[Member]:
    """All of them, those who need help first."""
    facts = read_team(people, as_of)
    team = build_team(facts)
    return in_full(team.members, team.areas, read_beside(facts.people))


def _cell(area: CompetenceArea, outline: Outline, beside: Beside) -> Cell | None:
    worst = outline.summary.worst_in(area.code)
    if worst is None:
        return None
    enrolment = None
    if outline.pk in beside.enrolments:
        underway = (
            beside.enrolments.towards(row)
            for row in outline.rows
            if row.area == area.code and row.mandatory and row.status in OPEN
        )
        enrolment = next(filter(None, underway), None)
    waits = worst.status in OPEN and (worst.area, worst.level) not in beside.offered
    return Cell(
        area=area.code,
        area_label=area.label,
        status=worst.status,
        on=shown_day(worst),
        enrolment=enrolment,
        planned=waits and enrolment is None,
        requested=(outline.pk, area.code) in beside.requested,
    )


def _uptake(members: Iterable[Outline]) -> tuple[Uptake, ...]:
    asked: Counter[tuple[str, str, int, str]] = Counter()
    met: Counter[tuple[str, str, int, str]] = Counter()
    for member in members:
        worst: dict[tuple[str, str, int, str], Status] = {}
        for row in member.summary.recommended:
            if row.status == Status.PAUSED:
                continue
            required = row.requirement
            key = (row.area, required.area_name, row.level, required.level_name)
            worst[key] = min(worst.get(key, row.status), row.status, key=SEVERITY.__getitem__)
        for key, status in worst.items():
            asked[key] += 1
            met[key] += status in (Status.MET, Status.EXPIRING, Status.EXEMPT)
    return tuple(
        Uptake(area_name, level_name, met[key], asked[key])
        for key in sorted(asked)
        for _, area_name, _, level_name in [key]
    )
