"""Print a follow-up report as it is frozen."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from competence.figures.followup.frozen import AlteredError
from competence.models import FollowUpReport
from competence.reports.followup_files import header_of, rows_of
from competence.services.followup import file_of, frozen
from lms.lib.tables import csv_lines


class Command(BaseCommand):
    help = (
        "Print a follow-up report as it is frozen: every table as CSV, one after another; with "
        "--json the document that its checksum is of, byte for byte. --table prints one of them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--id", metavar="UR-YYYY-NN", required=True)
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true")
        form.add_argument("--table", metavar="CODE")

    def handle(self, **options: Any) -> None:
        report = FollowUpReport.objects.filter(number=options["id"]).first()
        if report is None:
            raise CommandError(_("There is no report %(number)s.") % {"number": options["id"]})
        try:
            document = frozen(report)
            content = file_of(report)
        except AlteredError as error:
            raise CommandError(
                _("%(number)s is not what was signed off: the checksum is another.")
                % {"number": report.number}
            ) from error
        if options["json"]:
            self.stdout.write(content.decode())
            return
        tables = document.tables
        if code := options["table"]:
            tables = tuple(table for table in tables if table.code == code)
            if not tables:
                raise CommandError(_("The report has no table %(code)s.") % {"code": code})
        else:
            self.stdout.write(f"{document.number} {document.title}")
            self.stdout.write(f"{document.checksum}")
        for table in tables:
            if not options["table"]:
                self.stdout.write(f"\n{table.code} {table.title}")
            lines = b"".join(csv_lines(header_of(table), rows_of(table))).decode("utf-8-sig")
            self.stdout.write(lines.replace("\r\n", "\n"), ending="")
