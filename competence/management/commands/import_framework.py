"""Make a framework.yaml the plan in force, or a draft."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from competence.management.commands import day, print_changes, print_warnings, refuse
from competence.services.framework_file import FrameworkFileError, import_framework
from lms.lib.dates import today


class Command(BaseCommand):
    help = "Import a plan (framework.yaml): all of it, or nothing and every fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--in-force-from", metavar="YYYY-MM-DD")
        parser.add_argument("--draft", action="store_true")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        in_force_from = day(options["in_force_from"]) if options["in_force_from"] else None
        try:
            content = path.read_bytes()
        except OSError as error:
            why = _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}
            refuse(self.stdout, [why], options)
        try:
            changes = import_framework(
                content=content,
                name=path.name,
                today=today(),
                in_force_from=in_force_from,
                draft=options["draft"],
                dry_run=options["dry_run"],
            )
        except FrameworkFileError as error:
            refuse(self.stdout, error.errors, options)
        print_warnings(self.stderr, changes.warnings)
        print_changes(self.stdout, changes.as_dict(), options)
