"""Loads units.csv, staff.csv and leave.csv of a worked organisation straight into the tables."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from lms.people.models import Employment, Leave, Person, Unit
from lms.people.services.tree import rebuild_tree


def load_organisation(directory: Path) -> None:
    units = {r["code"]: r for r in _rows(directory / "units.csv")}
    made: dict[str, Unit] = {}

    def unit(code: str) -> Unit:
        if code not in made:
            parent = units[code]["parent_code"]
            made[code] = Unit.objects.create(
                code=code,
                name=units[code]["name"],
                kind=units[code]["kind"],
                parent=unit(parent) if parent else None,
            )
        return made[code]

    for code in units:
        unit(code)
    rebuild_tree()
    staff = list(_rows(directory / "staff.csv"))
    people = {
        row["person_id"]: Person(
            person_id=row["person_id"],
            given_name=row["given_name"],
            family_name=row["family_name"],
            email=row["email"],
        )
        for row in staff
    }
    Person.objects.bulk_create(people.values())
    Employment.objects.bulk_create(
        Employment(
            person=people[row["person_id"]],
            unit=made[row["unit_code"]],
            job_code=row["job_code"],
            job_title=row["job_title"],
            is_manager=row["is_manager"] == "1",
            form=row.get("form", ""),
            starts_on=row["starts_on"],
            ends_on=row["ends_on"] or None,
        )
        for row in staff
    )
    # The same person and first day twice: the longer one counts.
    leaves: dict[tuple[str, str], str] = {}
    for row in _rows(directory / "leave.csv"):
        key = (row["person_id"], row["starts_on"])
        leaves[key] = max(leaves.get(key, ""), row["ends_on"] or date.max.isoformat())
    Leave.objects.bulk_create(
        Leave(
            person=people[person_id],
            starts_on=starts_on,
            ends_on=None if ends_on == date.max.isoformat() else ends_on,
        )
        for (person_id, starts_on), ends_on in leaves.items()
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
