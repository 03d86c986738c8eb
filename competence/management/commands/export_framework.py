"""Print the plan in force as framework.yaml."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from competence.management.commands import day
from competence.services.framework_export import export_framework
from lms.lib.dates import today


class Command(BaseCommand):
    help = "Print the plan in force on a day (today) as framework.yaml."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="YYYY-MM-DD")
        parser.add_argument("--without-people", action="store_true")

    def handle(self, **options: Any) -> None:
        text = export_framework(
            as_of=day(options["as_of"] or today()), without_people=options["without_people"]
        )
        self.stdout.write(text, ending="")
