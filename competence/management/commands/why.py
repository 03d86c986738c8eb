"""Print why: one sentence for each of a person's requirements."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from competence.engine import explain
from competence.management.commands import day, person_with_id
from lms.people.models import Person


class Command(BaseCommand):
    help = "Print one sentence for each of a person's requirements on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--person", required=True)
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", required=True)

    def handle(self, **options: Any) -> None:
        people = Person.objects.filter(pk=person_with_id(options["person"]))
        for explanation in explain(people, day(options["as_of"])):
            self.stdout.write(explanation.sentence)
