from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.lib.dates import today
from lms.starter import StarterRefusedError, load_starter


class Command(BaseCommand):
    help = (
        "Loads what a municipality starts with: the proposed framework, the courses and the "
        "arena's articles. No people. What exists already is left as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for part in ("framework", "courses", "arena"):
            parser.add_argument(f"--{part}", action="store_true", help=f"only the {part}")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = {part for part in ("framework", "courses", "arena") if options[part]}
        try:
            lines = load_starter(chosen or {"framework", "courses", "arena"}, on=today(), by=None)
        except StarterRefusedError as refusal:
            raise CommandError(str(refusal)) from refusal
        for line in lines:
            self.stdout.write(line)
