"""The invented organisation as the files HR would send, through the real import."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from competence.services.fact_files import import_achievements
from lms.demo.organisation import JOBS, World, known_on
from lms.people.services import hr_import


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return path


def import_as_known_on(world: World, day: date) -> None:
    """Import units, staff and leave as HR's export said on `day`."""
    posts, absences = known_on(world, day)
    with tempfile.TemporaryDirectory() as folder:
        units = _write(
            Path(folder) / "units.csv",
            ("code", "name", "parent_code", "kind"),
            [(u.code, u.name, u.parent_code, u.kind) for u in world.units],
        )
        staff = _write(
            Path(folder) / "staff.csv",
            (
                "person_id,given_name,family_name,email,unit_code,job_code,job_title,is_manager,"
                "starts_on,ends_on,form"
            ).split(","),
            [
                (
                    *(p.person_id, p.given_name, p.family_name, p.email, p.unit_code),
                    *(p.job_code, JOBS[p.job_code], int(p.is_manager)),
                    *(p.starts_on, p.ends_on, p.form),
                )
                for p in posts
            ],
        )
        leave = _write(
            Path(folder) / "leave.csv",
            ("person_id", "starts_on", "ends_on"),
            [(a.person_id, a.starts_on, a.ends_on) for a in absences],
        )
        hr_import.apply_import(
            hr_import.read_organisation(units, staff, leave), as_of=day, by=None, force=True
        )


def import_trainings(rows: Sequence[tuple[str, str, int, date]]) -> None:
    """Import what people learnt at training days with partners: person, area, level, day."""
    with tempfile.TemporaryDirectory() as folder:
        path = _write(
            Path(folder) / "achievements.csv",
            "person_id,area,level,achieved_on,valid_until,revoked_on,source".split(","),
            [(*row, None, None, "kursdag") for row in rows],
        )
        import_achievements(source=path)
