from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.demo.making import DemoExistsError, make_history, make_organisation
from lms.lib.dates import today


class Command(BaseCommand):
    help = (
        "Makes the demo: the starter content and an invented municipality with two years of "
        "history, made by the same services as real imports."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=7200)
        parser.add_argument(
            "--history",
            action="store_true",
            help="only go on with the history of a demo where it stopped",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("Demo content is not allowed with these settings.")
        try:
            if not options["history"]:
                for line in make_organisation(people=options["people"], today=today()):
                    self._say(line)
        except DemoExistsError as refusal:
            raise CommandError(str(refusal)) from refusal
        for line in make_history():
            self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
