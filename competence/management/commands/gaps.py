"""Print who lacks what on a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from competence.engine import gap_rows
from competence.management.commands import day, person_with_id
from competence.models import KeyGroup
from competence.reports.tables import GAP_COLUMNS, as_csv, as_json, gap_records
from lms.people.models import Person, Unit


class Command(BaseCommand):
    help = "Print every person's requirements with their status on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="YYYY-MM-DD", required=True)
        parser.add_argument("--unit", help="an active employment in this unit or below")
        parser.add_argument("--key-group")
        parser.add_argument("--person")
        parser.add_argument("--format", choices=["csv", "json"], default="csv")

    def handle(self, **options: Any) -> None:
        as_of = day(options["as_of"])
        people = None
        if options["unit"]:
            unit = Unit.objects.filter(code=options["unit"]).first()
            if unit is None:
                raise CommandError(_("There is no unit %(code)s.") % {"code": options["unit"]})
            people = Person.objects.current().in_units([unit], as_of)
        if options["person"]:
            people = (Person.objects.current() if people is None else people).filter(
                pk=person_with_id(options["person"])
            )
        groups = None
        if options["key_group"]:
            groups = [options["key_group"]]
            if not KeyGroup.objects.filter(code=options["key_group"]).exists():
                raise CommandError(
                    _("There is no key group %(code)s.") % {"code": options["key_group"]}
                )
        records = gap_records(gap_rows(people, as_of, key_groups=groups))
        if options["format"] == "json":
            self.stdout.write(as_json(records), ending="")
        else:
            self.stdout.write(as_csv(GAP_COLUMNS, records), ending="")
