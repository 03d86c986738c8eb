"""Print where somebody stands in their courses."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from courses.models import CoursePage, Enrolment
from courses.reports.progress import record_of, with_record
from lms.lib.numbers import whole_number
from lms.people.models import Person


class Command(BaseCommand):
    help = "Print a person's enrolments with version, progress, completion and score, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--person", required=True, metavar="ID")
        parser.add_argument("--course", metavar="ID", help="the id or the address of a course")
        parser.add_argument("--json", action="store_true", help="the only format there is")

    def handle(self, **options: Any) -> None:
        person = Person.objects.filter(person_id=options["person"]).first()
        if person is None:
            raise CommandError(_("There is no person %(code)s.") % {"code": options["person"]})
        enrolments = Enrolment.objects.filter(person=person).order_by("created_at", "pk")
        course = options["course"]
        if course:
            number = whole_number(course)
            found = (
                enrolments.filter(course__slug=course)
                if number is None
                else enrolments.filter(course=number)
            )
            if not found.exists() and not _course_exists(course):
                raise CommandError(_("There is no course %(code)s.") % {"code": course})
            enrolments = found
        record = {
            "person": person.person_id,
            "enrolments": [record_of(row) for row in with_record(enrolments)],
        }
        self.stdout.write(json.dumps(record, ensure_ascii=False, indent=2))


def _course_exists(course: str) -> bool:
    number = whole_number(course)
    condition = {"slug": course} if number is None else {"pk": number}
    return CoursePage.objects.filter(**condition).exists()
