"""What looks wrong in the register: a list for the coordinator and HR, derived at each reading.

The apps above add what only they can see (a job code that no rule knows, a person in no key
group) with `register`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from lms.people.models import Employment, Person, Unit
from lms.people.services.invitations import shared_addresses


@dataclass(frozen=True)
class Finding:
    """One thing that looks wrong."""

    subject: str
    detail: str = ""
    url: str = ""


@dataclass(frozen=True)
class AnomalyKind:
    """A kind of fault: what it is called, why it matters, and how it is found on a day."""

    code: str
    label: str | Promise
    explanation: str | Promise
    find: Callable[[date], Iterable[Finding]]


@dataclass(frozen=True)
class AnomalyList:
    kind: AnomalyKind
    findings: tuple[Finding, ...]


class AnomalyError(ValueError):
    """A kind of anomaly is registered twice."""


_kinds: dict[str, AnomalyKind] = {}


def register(kind: AnomalyKind) -> None:
    if kind.code in _kinds and _kinds[kind.code] is not kind:
        raise AnomalyError(f"the anomaly {kind.code} is already registered")
    _kinds[kind.code] = kind


def anomalies(day: date) -> list[AnomalyList]:
    """Every kind with what it finds on `day`, in the order of registration."""
    return [AnomalyList(kind, tuple(kind.find(day))) for kind in _kinds.values()]


def units_without_manager(day: date) -> Iterable[Finding]:
    """Units with people but without a manager of their own."""
    active = Employment.objects.valid_on(day).filter(unit=OuterRef("pk"))
    units = (
        Unit.objects.filter(Exists(active))
        .exclude(Exists(active.filter(is_manager=True)))
        .select_related("parent")
    )
    for unit in units:
        above = unit.parent.name if unit.parent else ""
        yield Finding(f"{unit.name} ({unit.code})", above)


def people_without_address(day: date) -> Iterable[Finding]:
    for person in Person.objects.current().employed_on(day).filter(email=""):
        yield Finding(f"{person.name} ({person.person_id})")


def people_with_shared_address(day: date) -> Iterable[Finding]:
    addresses = shared_addresses()
    people = Person.objects.current().annotate(address=Lower("email"))
    for person in people.filter(address__in=addresses).order_by("address", "person_id"):
        yield Finding(f"{person.name} ({person.person_id})", person.email)


register(
    AnomalyKind(
        "unit_without_manager",
        gettext_lazy("Units without a manager"),
        gettext_lazy("Nobody sees the team of these units. The manager above them does."),
        units_without_manager,
    )
)
register(
    AnomalyKind(
        "no_address",
        gettext_lazy("People without an e-mail address"),
        gettext_lazy("They get no mail. Invite them with a printed code."),
        people_without_address,
    )
)
register(
    AnomalyKind(
        "shared_address",
        gettext_lazy("E-mail addresses that several people share"),
        gettext_lazy(
            "An account needs an address of its own. Nobody with a shared address is invited "
            "by mail; use a printed code."
        ),
        people_with_shared_address,
    )
)
