"""Plans and facts for tests, made by the services."""

from __future__ import annotations

import io
from datetime import date, datetime, time

import yaml

from competence.models import Achievement, KeyGroup, PlanVersion, PublishingStep, Requirement
from competence.services.fact_files import import_achievements
from competence.services.framework_file import FrameworkChanges, import_framework
from lms.lib.dates import STOCKHOLM
from lms.people.models import Person

DAY = date(2026, 11, 23)


def plan_of(
    *requirements: dict[str, object],
    rules: dict[str, list[dict[str, object]]] | None = None,
    areas: tuple[str, ...] = ("OM1", "OM4"),
) -> dict[str, object]:
    """A framework as data: key group G (everybody, unless other rules are given) and what it
    must hold; each requirement is OM1, level 1, mandatory, unless it says otherwise."""
    usual = {
        "key_group": "G",
        "area": "OM1",
        "level": 1,
        "kind": "mandatory",
        "effective_from": date(2020, 1, 1),
        "effective_until": None,
        "grace_days": 90,
        "renewal_months": None,
        "window_days": 90,
    }
    groups = rules or {"G": [{}]}
    return {
        "areas": [{"code": code, "name": f"Område {code}"} for code in areas],
        "levels": [
            {"code": number, "name": name}
            for number, name in ((1, "Grund"), (2, "Fördjupning"), (3, "Specialist"))
        ],
        "key_groups": [
            {"code": code, "name": f"Grupp {code}", "rules": of_group}
            for code, of_group in groups.items()
        ],
        "requirements": [usual | requirement for requirement in requirements],
        "renewal_orders": [],
    }


def adopt(
    plan: dict[str, object], *, today: date = DAY, in_force_from: date | None = None
) -> FrameworkChanges:
    """Make it the plan in force, where the coverage is published."""
    begun()
    return read_in(plan, today=today, in_force_from=in_force_from)


def begun() -> None:
    """The coverage is published, unless a step says otherwise: no plan holds it back."""
    if not PublishingStep.objects.exists():
        at = datetime.combine(DAY, time(8), STOCKHOLM)
        PublishingStep.objects.create(kind=PublishingStep.Kind.BEGUN, at=at)


def read_in(
    plan: dict[str, object], *, today: date = DAY, in_force_from: date | None = None
) -> FrameworkChanges:
    """The municipality's own framework.yaml, as it is read in."""
    return import_framework(
        content=yaml.safe_dump(plan, allow_unicode=True).encode(),
        name="framework.yaml",
        today=today,
        in_force_from=in_force_from,
    )


def in_force() -> PlanVersion:
    version = PlanVersion.objects.in_force_on(DAY)
    assert version is not None
    return version


def group(code: str = "G") -> KeyGroup:
    return KeyGroup.objects.get(code=code)


def requirement(area: str = "OM1") -> Requirement:
    return in_force().requirements.get(area__code=area)


def achieve(
    person: Person,
    area: str = "OM1",
    level: int = 1,
    *,
    on: date,
    valid_until: date | None = None,
) -> Achievement:
    line = f"{person.person_id},{area},{level},{on},{valid_until or ''},import"
    head = "person_id,area,level,achieved_on,valid_until,source"
    import_achievements(source=as_file(head, line), name="achievements.csv")
    return Achievement.objects.get(person=person, area__code=area, achieved_on=on)


def as_file(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join(lines).encode())
