"""`manage.py import_organisation`: units, employments and leave from HR's files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.lib.dates import today
from lms.people.services import hr_import


class Command(BaseCommand):
    help = (
        "Import units, employments and leave. All or nothing; the same files again change nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--units", type=Path, required=True)
        parser.add_argument("--staff", type=Path, required=True)
        parser.add_argument("--leave", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
        parser.add_argument(
            "--force", action="store_true", help="allow more than 10 %% of the employments to end"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            help="the day of the import, YYYY-MM-DD; today by default",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or today()
        organisation = hr_import.read_organisation(
            options["units"], options["staff"], options["leave"]
        )
        try:
            if options["dry_run"]:
                run, plan = None, hr_import.plan_import(organisation, as_of=as_of)
                if plan.errors:
                    raise hr_import.ImportRefusedError(
                        _("The files have errors. Nothing was written."), plan.errors
                    )
            else:
                run, plan = hr_import.apply_import(
                    organisation, as_of=as_of, by=None, force=options["force"]
                )
        except hr_import.ImportRefusedError as refusal:
            self._refuse(refusal, as_json=options["json"])
            return
        for warning in plan.warnings:
            self.stderr.write(str(warning))
        if options["json"]:
            summary = hr_import.summary_of(plan)
            summary |= {"applied": run is not None, "run": run.pk if run else None}
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        self._show(plan, applied=run is not None, dry_run=options["dry_run"])

    def _refuse(self, refusal: hr_import.ImportRefusedError, *, as_json: bool) -> None:
        for error in sorted(refusal.errors):
            self.stderr.write(str(error))
        if as_json:
            errors = [
                {"file": e.file, "line": e.line, "column": e.column, "message": e.message}
                for e in sorted(refusal.errors)
            ]
            self.stdout.write(
                json.dumps(
                    {"applied": False, "refused": str(refusal), "errors": errors},
                    ensure_ascii=False,
                )
            )
        raise CommandError(str(refusal), returncode=1)

    def _show(self, plan: hr_import.ImportPlan, *, applied: bool, dry_run: bool) -> None:
        if not plan.changes:
            self.stdout.write(_("Nothing has changed."))
            return
        for kind, actions in plan.counts.items():
            figures = ", ".join(f"{action} {number}" for action, number in actions.items())
            self.stdout.write(f"{kind}: {figures}")
        if dry_run:
            for change in plan.changes:
                detail = ", ".join(
                    f"{name}: {change.before.get(name, '–')} → {value}"
                    for name, value in change.after.items()
                )
                line = f"{change.action} {change.object_type} {change.label}"
                self.stdout.write(line if change.action == "create" else f"{line} ({detail})")
            if plan.needs_force:
                self.stdout.write(
                    _("The import would end more than 10 % of the active employments.")
                )
            self.stdout.write(_("Nothing was written."))
        elif applied:
            self.stdout.write(_("The import is done."))
