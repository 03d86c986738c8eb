"""Import exemptions.csv."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from competence.management.commands import print_changes, print_warnings, refuse
from competence.services.fact_files import FactFileError, import_exemptions


class Command(BaseCommand):
    help = "Import exemptions.csv: all of it, or nothing and every bad row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        try:
            changes = import_exemptions(source=options["file"], dry_run=options["dry_run"])
        except FactFileError as error:
            refuse(self.stdout, error.errors, options)
        print_warnings(self.stderr, changes.warnings)
        print_changes(self.stdout, changes.as_dict(), options)
