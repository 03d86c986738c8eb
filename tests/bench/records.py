"""What reaches everybody at once where 7,200 people work: the head's team page and its file for
Excel (features.md E1), an equivalence rule and reminders for all of them (E2). Beside each stands
a floor of the same run: a bare page, or the same rows written in bulk.

Prints one JSON line per figure."""

# ruff: noqa: E402 - models are imported when Django is ready

import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")

import django

django.setup()

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from competence.figures.team import build_team, read_team
from competence.models import Achievement, OutsideCourse, OutsideRecord
from competence.services.equivalence_rules import decide_rule
from competence.services.reminders import remind_people
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import today
from lms.people.models import Employment, Person, Unit, User
from lms.people.services.tree import rebuild_tree
from tests.bench import say
from tests.bench.pages import AREAS, BARE, fill
from tests.builders.competence import adopt, plan_of
from tests.builders.people import make_account
from tests.database import migrated_template

PEOPLE = 7_200


def seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def make_ready() -> None:
    if connection.vendor == "sqlite":
        database = Path(settings.DATABASES["default"]["NAME"])
        database.write_bytes(migrated_template().read_bytes())
    adopt(
        plan_of(*({"area": area, "renewal_months": 12} for area in AREAS), areas=AREAS),
        today=today(),
    )
    fill(PEOPLE)
    head = Person.objects.create(person_id="HEAD", given_name="Chef", family_name="Högst")
    root = Unit.objects.get(parent=None)
    Employment.objects.create(
        person=head, unit=root, job_code="DIR", is_manager=True, starts_on=today()
    )
    rebuild_tree()
    make_account(head)


def page_seconds(client: Client, address: str, rounds: int = 5) -> float:
    def get() -> None:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)

    get()
    return sorted(seconds(get) for _ in range(rounds))[rounds // 2]


def look_at_pages() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.get(person__person_id="HEAD"))
    bare = page_seconds(client, BARE)
    for what, address in {
        "the head's team page": "/team/",
        "the head's team as a file for Excel": "/team/fil/matris.xlsx",
        "every requirement of the team as a file for Excel": "/team/fil/lista.xlsx",
    }.items():
        say(what, PEOPLE, page_seconds(client, address, 3), bare, unit="s", digits=3)


def decide_for_everybody() -> None:
    course = OutsideCourse.objects.create(name="Grundutbildning", provider="Länet")
    area, level = CompetenceArea.objects.get(code="OM1"), TrainingLevel.objects.get(number=1)
    day = today() - timedelta(days=30)
    OutsideRecord.objects.bulk_create(
        (OutsideRecord(person=p, outside_course=course, completed_on=day) for p in people()),
        batch_size=2000,
    )

    def bare() -> None:
        with transaction.atomic():
            Achievement.objects.bulk_create(
                (
                    Achievement(person=p, area=area, level=level, achieved_on=day, source="golv")
                    for p in people()
                ),
                batch_size=2000,
            )
            transaction.set_rollback(True)

    def decide() -> None:
        decide_rule(
            outside_course=course,
            area=area,
            level=level,
            validity_months=36,
            completed_from=day,
            completed_until=None,
            decided_on=today(),
            reason="Samma innehåll",
            by=None,
        )

    floor, given = seconds(bare), seconds(decide)
    assert Achievement.objects.filter(rule__isnull=False).count() == PEOPLE
    say("an equivalence rule for everybody", PEOPLE, given, floor, unit="s", digits=2)


def remind_everybody() -> None:
    day = today()
    facts = read_team(Person.objects.exclude(person_id="HEAD"), day)
    team = build_team(facts)
    floor = seconds(lambda: build_team(read_team(Person.objects.exclude(person_id="HEAD"), day)))
    by = User.objects.get(person__person_id="HEAD")
    wanted = [
        (member.pk, [row for row in member.rows if row.status in ("overdue", "expired")])
        for member in team.members
        if member.gaps
    ]
    took = seconds(lambda: remind_people(wanted, day=day, by=by, at=timezone.now()))
    say("reminders to everybody with a gap", len(wanted), took, floor, unit="s", digits=2)


def people() -> list[Person]:
    return list(Person.objects.exclude(person_id="HEAD"))


def main() -> None:
    make_ready()
    look_at_pages()
    decide_for_everybody()
    remind_everybody()


if __name__ == "__main__":
    main()
