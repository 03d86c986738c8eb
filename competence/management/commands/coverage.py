"""Print the coverage of a day by key group or by unit."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from competence.engine import coverage
from competence.management.commands import day
from competence.reports.tables import (
    as_csv,
    as_json,
    columns_of,
    key_group_records,
    unit_records,
)
from lms.people.models import Unit


class Command(BaseCommand):
    help = "Print the coverage (täckningsgrad) on a day, without suppression."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", required=True)
        parser.add_argument("--by", choices=["key_group", "unit"], required=True)
        parser.add_argument("--format", choices=["csv", "json"], default="csv")

    def handle(self, **options: Any) -> None:
        counts = coverage(None, day(options["as_of"])).mandatory
        if options["by"] == "key_group":
            records = key_group_records(counts.by_key_group)
        else:
            codes = dict(Unit.objects.values_list("pk", "code"))
            records = unit_records(
                {(codes[unit], group): count for (unit, group), count in counts.by_unit.items()}
            )
        if options["format"] == "json":
            self.stdout.write(as_json(records), ending="")
        else:
            self.stdout.write(as_csv(columns_of(options["by"]), records), ending="")
