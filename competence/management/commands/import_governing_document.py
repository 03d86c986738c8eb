"""Take in a governing document from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from competence.management.commands import print_changes, print_warnings, refuse
from competence.services.governing_file import GoverningFileError, import_governing_document
from lms.lib.dates import today


class Command(BaseCommand):
    help = "Import a governing document (YAML): all of it, or nothing and every fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            why = _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}
            refuse(self.stdout, [why], options)
        try:
            changes = import_governing_document(
                content=content, name=path.name, on=today(), by=None, dry_run=options["dry_run"]
            )
        except GoverningFileError as error:
            print_warnings(self.stderr, map(str, error.warnings))
            refuse(self.stdout, error.errors, options)
        print_warnings(self.stderr, map(str, changes.warnings))
        print_changes(self.stdout, changes.as_dict(), options)
