"""Print a governing document as the file it can be read from again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from competence.models import GoverningDocument
from competence.services.governing_export import export_governing_document
from lms.lib.dates import today


class Command(BaseCommand):
    help = "Export a governing document (YAML): the one in force, or the one named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", default="")

    def handle(self, **options: Any) -> None:
        code: str = options["code"]
        document = (
            GoverningDocument.objects.filter(code=code).first()
            if code
            else GoverningDocument.objects.in_force_on(today())
        )
        if document is None:
            raise CommandError(_("There is no such governing document."))
        self.stdout.write(export_governing_document(document))
