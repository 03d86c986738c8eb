"""Reading whose reach changed: searched, and told by the topmost units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lms.lib.tables import Value
from lms.people.models import ReachChange, ReachedUnit, User
from lms.people.services.ledger import people_found

MUCH = 3
"""More units gained than this, by no file of HR's and no delegation, are pointed out."""
Why = ReachedUnit.Why


@dataclass(frozen=True)
class Part:
    """Units gained or lost for the same reason: the topmost of them, and how many there are."""

    gained: bool
    kind: str
    by_import: bool
    tops: tuple[str, ...]
    count: int

    @property
    def why(self) -> str:
        return str(Why(self.kind).label)

    @property
    def below(self) -> int:
        return self.count - len(self.tops)


@dataclass(frozen=True)
class Told:
    """One change of an account's reach."""

    change: ReachChange
    parts: tuple[Part, ...]

    @property
    def is_unusual(self) -> bool:
        """Much was gained, and neither HR's file nor a delegation says why. What was lost at the
        same time makes it no less."""
        gained = sum(
            part.count
            for part in self.parts
            if part.gained and not part.by_import and part.kind != Why.DELEGATION_BEGAN
        )
        return gained > MUCH


def search(
    *, name: str = "", unit: str = "", first_day: date | None = None, last_day: date | None = None
) -> QuerySet[ReachChange]:
    """The changes asked for, the latest first."""
    found = ReachChange.objects.select_related("night", "user__person")
    if name:
        accounts = Q(person__in=people_found(name)) | Q(email__icontains=name)
        found = found.filter(user__in=User.objects.order_by().filter(accounts).values("pk"))
    if unit:
        of_unit = ReachedUnit.objects.filter(
            Q(unit__code__iexact=unit) | Q(unit__name__icontains=unit), change=OuterRef("pk")
        )
        found = found.filter(Exists(of_unit))
    if first_day:
        found = found.filter(night__day__gte=first_day)
    if last_day:
        found = found.filter(night__day__lte=last_day)
    return found


def tell(changes: Sequence[ReachChange]) -> list[Told]:
    """The changes with what was gained and lost; one query."""
    units: dict[int, list[ReachedUnit]] = {}
    rows = ReachedUnit.objects.filter(change__in=changes).select_related("unit")
    for row in rows.order_by("unit__tree_left"):
        units.setdefault(row.change_id, []).append(row)
    return [Told(change, tuple(_parts(units.get(change.pk, [])))) for change in changes]


def _parts(rows: Iterable[ReachedUnit]) -> Iterator[Part]:
    alike: dict[tuple[bool, str, bool], list[ReachedUnit]] = {}
    for row in rows:
        alike.setdefault((row.gained, row.why, row.by_import), []).append(row)
    for (gained, kind, by_import), of_kind in sorted(
        alike.items(), key=lambda item: not item[0][0]
    ):
        among = {row.unit_id for row in of_kind}
        tops = tuple(row.unit.name for row in of_kind if row.unit.parent_id not in among)
        yield Part(gained, kind, by_import, tops, len(of_kind))


def header() -> list[str]:
    return [
        *(_("Day"), _("Compared with"), _("Name"), _("E-mail"), _("Gained or lost")),
        *(_("Unit code"), _("Unit"), _("Why"), _("HR import")),
        *(_("Units before"), _("Units after"), _("People before"), _("People after")),
    ]


def as_rows(changes: QuerySet[ReachChange]) -> Iterator[list[Value]]:
    """A row for each unit gained or lost."""
    rows = (
        ReachedUnit.objects.filter(change__in=changes.order_by().values("pk"))
        .select_related("change__night", "change__user__person", "unit")
        .order_by("-change__night__day", "change", "-gained", "unit__tree_left")
    )
    for row in rows.iterator(2000):
        change = row.change
        yield [
            change.night.day,
            change.night.compared_with,
            str(change.user),
            change.user.email,
            _("gained") if row.gained else _("lost"),
            row.unit.code,
            row.unit.name,
            row.get_why_display(),
            _("yes") if row.by_import else _("no"),
            *(change.units_before, change.units_after),
            *(change.people_before, change.people_after),
        ]
