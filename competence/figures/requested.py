"""The exemptions that a manager has asked for, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q

from competence.engine import SEVERITY
from competence.figures.summary import OPEN
from competence.figures.team import Member
from competence.models import ExemptionRequest
from lms.lib.dates import STOCKHOLM
from lms.people.models import Person, User

REMEMBERED = timedelta(days=30)
"""How long a decision is shown to the manager who asked."""


@dataclass(frozen=True)
class Subject:
    """What an exemption can be asked for: one person's open area, up to the highest level that is
    asked there. `suggested`: chosen beforehand."""

    person_pk: int
    person_id: str
    name: str
    area: str
    area_label: str
    level: int
    status: str
    on: date | None
    requested: bool
    suggested: bool

    @property
    def choice(self) -> str:
        return f"{self.person_id}:{self.area}"


def subjects(members: Sequence[Member]) -> list[Subject]:
    """What is open for each of `members`. Gaps are suggested, and for those without any what is
    still to be done; never what only runs out."""
    found = []
    for member in members:
        levels: dict[str, int] = {}
        for row in member.rows:
            if row.mandatory and row.status in OPEN:
                levels[row.area] = max(levels.get(row.area, 0), row.level)
        cells = [cell for cell in member.cells if cell is not None and cell.area in levels]
        cells.sort(key=lambda cell: (SEVERITY[cell.status], cell.on or date.max))
        gaps = {cell.area for cell in (*member.missing, *member.expired)}
        found += [
            Subject(
                *(member.pk, member.person_id, member.name, cell.area, cell.area_label),
                *(levels[cell.area], str(cell.status), cell.on, cell.requested),
                not cell.requested
                and (cell.area in gaps or (not gaps and cell.status == "pending")),
            )
            for cell in cells
        ]
    return found


def requests_by(user: User, day: date, person: Person | None = None) -> list[ExemptionRequest]:
    """The account's own requests (about one person): those that wait, and those decided of late.
    Of whoever is out of its sight by now, it is told nothing more."""
    since = datetime.combine(day - REMEMBERED, time.min, STOCKHOLM)
    about = {"person": person} if person else {}
    return list(
        ExemptionRequest.objects.filter(
            Q(decided_at__isnull=True) | Q(decided_at__gte=since),
            requested_by=user,
            person__in=Person.objects.visible_to(user, day).values("pk"),
            withdrawn_at__isnull=True,
            **about,
        )
        .select_related("person", "area", "level")
        .order_by("-decided_at", "-created_at", "person__family_name", "pk")
    )
