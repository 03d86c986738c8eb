"""A manager's team: who needs help, by when, area by area. From one run of the engine and a
constant number of queries; the caller has narrowed the people to those the reader may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from competence.engine import GAPS, SEVERITY, GapRow, Status, gap_rows, running_out
from competence.engine.coverage import standing_of
from competence.figures.enrolled import OpenEnrolment, OpenEnrolments
from competence.figures.told import last_told
from competence.models import ExemptionRequest
from courses.offer import offer_index
from lms.framework.models import CompetenceArea
from lms.lib.alphabet import swedish_order
from lms.people.models import Employment, Person

OPEN = frozenset({Status.OVERDUE, Status.EXPIRED, Status.PENDING, Status.EXPIRING})
"""What somebody should do something about."""


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
    """One person of the team. `standing` is covered, gap, introduction or paused over all that
    is mandatory, or empty where nothing is."""

    pk: int
    person_id: str
    name: str
    has_email: bool
    titles: tuple[str, ...]
    unit_pks: tuple[int, ...]
    standing: str
    cells: tuple[Cell | None, ...]
    rows: tuple[GapRow, ...]
    runs_out_on: date | None
    enrolments: tuple[OpenEnrolment, ...]
    told_on: date | None

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

    @property
    def next_day(self) -> date | None:
        """The day that comes first of what is overdue, expired, due or running out."""
        days = [
            row.due_on or row.valid_until
            for row in self.rows
            if row.mandatory and row.status in OPEN
        ]
        return min((day for day in days if day), default=None)

    @property
    def since(self) -> date | None:
        """The earliest day something became overdue or ran out."""
        days = [
            row.due_on if row.status == Status.OVERDUE else row.valid_until
            for row in self.rows
            if row.mandatory and row.status in GAPS
        ]
        return min((day for day in days if day), default=None)

    @property
    def gaps(self) -> int:
        """In how many areas something is missing or has expired."""
        return len(self.missing) + len(self.expired)

    @property
    def need(self) -> tuple[int, int, date, date, str]:
        """The sort key of risk: those with gaps, those with something that runs out soon, those
        in introduction, the rest. Among them: in how many areas, since when, what comes next."""
        rank = (
            0
            if self.standing == "gap"
            else 1
            if self.runs_out_on
            else {"introduction": 2, "covered": 3, "paused": 4}.get(self.standing, 5)
        )
        last = date.max
        since, following = self.since or last, self.next_day or last
        return (rank, -self.gaps, since, following, swedish_order(self.name))


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
    members: tuple[Member, ...]
    recommended: tuple[Uptake, ...]

    def standing(self, standing: str) -> list[Member]:
        return [member for member in self.members if member.standing == standing]

    @property
    def counts(self) -> Counter[str]:
        return Counter(member.standing for member in self.members)

    @property
    def running_out(self) -> list[Member]:
        return [member for member in self.members if member.runs_out_on]

    @property
    def percent(self) -> int | None:
        counts = self.counts
        return percent(counts["covered"], counts["covered"] + counts["gap"])

    @property
    def counted(self) -> int:
        counts = self.counts
        return counts["covered"] + counts["gap"]


def percent(part: int, whole: int) -> int | None:
    """A share in whole percent, half up; none of nothing. Never 100 while somebody is missing."""
    if not whole:
        return None
    rounded = (200 * part + whole) // (2 * whole)
    return min(rounded, 99) if part < whole else rounded


@dataclass(frozen=True)
class TeamFacts:
    """What is read about some people on a day; a team is made of it, whole or narrowed."""

    as_of: date
    persons: list[Person]
    rows: Mapping[int, list[GapRow]]
    posts: Mapping[int, list[Employment]]
    enrolments: OpenEnrolments
    told: Mapping[int, date]
    areas: list[CompetenceArea]
    # (area, level) that some published course gives.
    offered: Collection[tuple[str, int]]
    # (person, area) for which an exemption is asked and not decided.
    requested: Collection[tuple[int, str]]


def read_team(people: QuerySet[Person], as_of: date) -> TeamFacts:
    """One run of the engine and eight queries."""
    persons = list(people.order_by("pk"))
    pks = [person.pk for person in persons]
    rows: dict[int, list[GapRow]] = {}
    for row in gap_rows(people, as_of):
        rows.setdefault(row.person_pk, []).append(row)
    posts: dict[int, list[Employment]] = {}
    for post in Employment.objects.valid_on(as_of).filter(person__in=pks).order_by("pk"):
        posts.setdefault(post.person_id, []).append(post)
    return TeamFacts(
        as_of,
        persons,
        rows,
        posts,
        OpenEnrolments.of(pks),
        last_told(pks),
        list(CompetenceArea.objects.all()),
        offer_index().keys(),
        set(
            ExemptionRequest.objects.waiting()
            .filter(person__in=pks)
            .values_list("person_id", "area__code")
        ),
    )


def build_team(facts: TeamFacts, *, key_group: str | None = None, area: str | None = None) -> Team:
    """The team, those who need help first; narrowed to a key group or an area."""
    rows = {
        person_pk: kept
        for person_pk, of_person in facts.rows.items()
        if (
            kept := [
                row
                for row in of_person
                if key_group in (None, row.key_group) and area in (None, row.area)
            ]
        )
    }
    asked = {row.area for kept in rows.values() for row in kept if row.mandatory}
    areas = tuple(known for known in facts.areas if known.code in asked)
    narrowed = key_group is not None or area is not None
    members = [
        _member(
            person,
            rows.get(person.pk, []),
            areas,
            facts,
        )
        for person in facts.persons
        if not narrowed or person.pk in rows
    ]
    members.sort(key=lambda member: member.need)
    return Team(facts.as_of, areas, tuple(members), _uptake(rows.values()))


def _member(
    person: Person,
    rows: list[GapRow],
    areas: Iterable[CompetenceArea],
    facts: TeamFacts,
) -> Member:
    posts = facts.posts.get(person.pk, [])
    mandatory = [row for row in rows if row.mandatory]
    by_area: dict[str, list[GapRow]] = {}
    for row in mandatory:
        by_area.setdefault(row.area, []).append(row)
    return Member(
        pk=person.pk,
        person_id=person.person_id,
        name=person.name,
        has_email=bool(person.email),
        titles=tuple(dict.fromkeys(post.job_title or post.job_code for post in posts)),
        unit_pks=tuple(dict.fromkeys(post.unit_id for post in posts)),
        standing=standing_of(mandatory) if mandatory else "",
        cells=tuple(
            _cell(area, by_area[area.code], facts) if area.code in by_area else None
            for area in areas
        ),
        rows=tuple(rows),
        runs_out_on=min(
            (row.valid_until for row in running_out(mandatory, facts.as_of) if row.valid_until),
            default=None,
        ),
        enrolments=tuple(facts.enrolments.of_person(person.pk)),
        told_on=facts.told.get(person.pk),
    )


def shown_day(row: GapRow) -> date | None:
    """The day said with a status: by when, since when, or until when."""
    if row.status in (Status.OVERDUE, Status.PENDING):
        return row.due_on
    return row.valid_until if row.status in (Status.EXPIRED, Status.EXPIRING) else None


def _cell(area: CompetenceArea, rows: list[GapRow], facts: TeamFacts) -> Cell:
    worst = min(rows, key=lambda row: (SEVERITY[row.status], shown_day(row) or date.max))
    underway = (facts.enrolments.towards(row) for row in rows if row.status in OPEN)
    enrolment = next(filter(None, underway), None)
    waits = worst.status in OPEN and (worst.area, worst.level) not in facts.offered
    return Cell(
        area=area.code,
        area_label=area.label,
        status=worst.status,
        on=shown_day(worst),
        enrolment=enrolment,
        planned=waits and enrolment is None,
        requested=(worst.person_pk, area.code) in facts.requested,
    )


def _uptake(rows_of_people: Iterable[list[GapRow]]) -> tuple[Uptake, ...]:
    asked: Counter[tuple[str, str, int, str]] = Counter()
    met: Counter[tuple[str, str, int, str]] = Counter()
    for rows in rows_of_people:
        worst: dict[tuple[str, str, int, str], Status] = {}
        for row in rows:
            if row.mandatory or row.status == Status.PAUSED:
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
