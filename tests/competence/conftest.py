"""A school in a municipality, on a day: Monday 23 November 2026."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from tests.builders.competence import achieve, adopt, plan_of
from tests.builders.people import employ, make_manager, make_person, make_unit, take_leave


@pytest.fixture
def monday(monkeypatch) -> date:
    monkeypatch.setattr(
        "django.utils.timezone.now", lambda: datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    )
    return date(2026, 11, 23)


@pytest.fixture
def school(db, monday) -> SimpleNamespace:
    """Five people with five standings in OM1 (renewed each year) and OM4 (kept for ever)."""
    top = make_unit("K", name="Kommunen")
    department = make_unit("BUF", top, "Förvaltningen")
    unit = make_unit("S1", department, "Norrskolan")
    other = make_unit("S2", department, "Söderskolan")
    adopt(
        plan_of(
            {"area": "OM1", "renewal_months": 12},
            {"area": "OM4"},
            {"area": "OM9", "kind": "recommended"},
            areas=("OM1", "OM4", "OM9"),
        )
    )
    people = {
        name: make_person(name, given_name=name, family_name="Test")
        for name in ("Gap", "Klar", "Ny", "Pausad", "Snart")
    }
    for person in people.values():
        started = date(2026, 11, 2) if person.person_id == "Ny" else date(2020, 1, 1)
        employ(person, unit, starts_on=started)
    for name in ("Klar", "Snart", "Gap"):
        achieve(people[name], "OM4", on=date(2026, 1, 1))
    achieve(people["Klar"], "OM1", on=date(2026, 10, 1))
    achieve(people["Snart"], "OM1", on=date(2026, 1, 11))
    achieve(people["Gap"], "OM1", on=date(2025, 6, 1))
    take_leave(people["Pausad"], date(2026, 9, 1))
    return SimpleNamespace(
        top=top,
        department=department,
        unit=unit,
        other=other,
        people=people,
        manager=make_manager(unit, "CHEF1"),
        stranger=make_manager(other, "CHEF2"),
        director=make_manager(department, "CHEF3"),
    )
