"""Keep the night's figures, from which the trend of the units is drawn, and make what is published
of the Mondays that readers may ask for."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from competence.management.commands import day
from competence.services.mondays import keep_offered
from competence.services.nights import keep_night, keep_nights
from lms.lib.dates import today


class Command(BaseCommand):
    help = (
        "Keeps today's figures of every unit, and those of missed nights, and makes what is "
        "published of the Mondays that are not made yet (the nightly job). With --day the figures "
        "of that day are made again from the facts as they are known now; what is published never "
        "is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--day", metavar="YYYY-MM-DD")

    def handle(self, **options: Any) -> None:
        if options["day"]:
            asked = day(options["day"])
            if asked > today():
                raise CommandError(_("That day has not come yet."))
            keep_night(day=asked, anew=True)
            self.stdout.write(f"Made again: {asked}")
            return
        kept = keep_nights(day=today())
        made = ", ".join(each.isoformat() for each in kept.made) or "none"
        self.stdout.write(f"Made: {made}. Removed: {kept.removed}")
        published = ", ".join(each.isoformat() for each in keep_offered(day=today())) or "none"
        self.stdout.write(f"Published: {published}")
        if kept.failed:
            failed = ", ".join(each.isoformat() for each in kept.failed)
            raise CommandError(_("These nights could not be counted: %(days)s") % {"days": failed})
