"""HR import of a municipality: from nothing, again unchanged, and undone, beside the time that the
bare bulk insert of the same rows takes. Uses `$CONFORMANCE_DIR/municipality` where it is given,
otherwise an invented organisation of the same size."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.bench import say

AS_OF = date(2026, 11, 22)
PEOPLE, UNITS = 7_200, 229


def invent(folder: Path) -> tuple[Path, Path, Path]:
    units, staff, leave = folder / "units.csv", folder / "staff.csv", folder / "leave.csv"
    lines = ["code,name,parent_code,kind", "E000,Kommunen,,kommun"]
    lines += [f"E{n:03d},Enhet {n},E{n // 8:03d},enhet" for n in range(1, UNITS)]
    units.write_text("\n".join(lines) + "\n", "utf-8")
    head = "person_id,given_name,family_name,email,unit_code,job_code,job_title,is_manager"
    lines = [f"{head},starts_on,ends_on,form"]
    for n in range(PEOPLE):
        who = f"P{n:06d},Åsa,Öst {n},p{n}@example.se"
        lines.append(f"{who},E{n % UNITS:03d},LAR,Lärare,{int(n < UNITS)},2020-01-01,,tillsvidare")
        if n % 6 == 0:
            lines.append(f"{who},E{(n + 7) % UNITS:03d},VIK,Vikarie,0,2022-01-01,,timavlönad")
    staff.write_text("\n".join(lines) + "\n", "utf-8")
    lines = ["person_id,starts_on,ends_on"]
    lines += [f"P{n:06d},2026-01-01,2026-12-31" for n in range(0, PEOPLE, 8)]
    leave.write_text("\n".join(lines) + "\n", "utf-8")
    return units, staff, leave


def timed(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def main(folder: Path) -> None:
    os.environ["VAR_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from lms.people.models import Employment, Leave, Person, Unit
    from lms.people.services import hr_import

    call_command("migrate", verbosity=0)
    given = Path(os.environ.get("CONFORMANCE_DIR", "/nonexistent")) / "municipality"
    names = ("units.csv", "staff.csv", "leave.csv")
    paths = tuple(given / name for name in names) if given.is_dir() else invent(folder)

    def import_files() -> None:
        organisation = hr_import.read_organisation(*paths)
        hr_import.apply_import(organisation, as_of=AS_OF, by=None)

    first = timed(import_files)
    size = Employment.objects.count()
    again = timed(import_files)
    rows = {model: list(model.objects.all()) for model in (Unit, Person, Employment, Leave)}
    run = hr_import.last_import()
    assert run is not None
    undo = timed(lambda: hr_import.undo_import(run=run, by=None))

    def insert() -> None:
        with transaction.atomic():
            for model, instances in rows.items():
                model._default_manager.bulk_create(instances, batch_size=2000)

    bare = timed(insert)
    say("hr_import", size, first, bare, unit="s", digits=3)
    say("hr_import_unchanged", size, again, bare, unit="s", digits=3)
    say("hr_import_undo", size, undo, bare, unit="s", digits=3)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        main(Path(name))
