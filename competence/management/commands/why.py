"""Print why: one sentence for each of a person's requirements."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from competence.engine import explain
from competence.management.commands import day
from lms.people.models import Person


class Command(BaseCommand):
    help = "Print one sentence for each of a person's requirements on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--person", required=True)
        parser.add_argument("--as-of", type=day, required=True)

    def handle(self, **options: Any) -> None:
        people = Person.objects.filter(person_id=options["person"])
        if not people.exists():
            raise CommandError(_("There is no person %(code)s.") % {"code": options["person"]})
        for explanation in explain(people, options["as_of"]):
            self.stdout.write(explanation.sentence)
