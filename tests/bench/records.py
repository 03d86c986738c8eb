"""What reaches everybody at once where 7,200 people work: the head's team page and its file for
Excel (features.md B7, E1), an equivalence rule and reminders for all of them (E2). Beside each
stands a floor of the same run: a bare page, or the same rows written in bulk.

Prints one JSON line per figure."""

# ruff: noqa: E402 - models are imported when Django is ready

from __future__ import annotations

import gc
import os
import random
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

from competence.engine import gap_rows
from competence.engine.loader import in_query
from competence.figures import remembered
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
from tests.builders.courses import enrol, publish_course
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


HEAD = ("/team/", "/team/?omrade=OM1", "/team/?ordning=namn", "/team/?sida=2")
"""The first page of rows, one that is filtered, one in another order, and the second."""
ROUNDS = 12


@dataclass(frozen=True)
class Spread:
    """Each request's time on the clock and on the processor of this process, sorted."""

    wall: list[float]
    processor: list[float]

    def say(self, what: str, bare: Spread) -> None:
        for part, name in ((50, "p50"), (95, "p95")):
            for clock in ("wall", "processor"):
                say(
                    f"{what}, {name}, {'on the clock' if clock == 'wall' else 'processor time'}",
                    PEOPLE,
                    percentile(getattr(self, clock), part),
                    percentile(getattr(bare, clock), part),
                    unit="s",
                    digits=3,
                )


def percentile(times: list[float], part: int) -> float:
    """The time that `part` percent of the requests kept within."""
    return times[-(-len(times) * part // 100) - 1]


def spread(client: Client, addresses: Sequence[str], before: Callable[[], None]) -> Spread:
    """All addresses in turn; what happens `before` a request is not in its time."""
    wall, processor = [], []
    for address in [*addresses] * ROUNDS:
        before()
        started, worked = time.perf_counter(), time.process_time()
        response = client.get(address)
        processor.append(time.process_time() - worked)
        wall.append(time.perf_counter() - started)
        assert response.status_code == 200, (address, response.status_code)
    return Spread(sorted(wall), sorted(processor))


class Life:
    """What goes on in a municipality meanwhile: somebody achieves a level, somebody else enrols."""

    def __init__(self) -> None:
        self._people = iter(random.Random(79).sample(people(), 8 * ROUNDS))
        self._area = CompetenceArea.objects.get(code="OM2")
        self._level = TrainingLevel.objects.get(number=1)
        self._version = publish_course(gives=(("OM1", 1, 12),))

    def goes_on(self) -> None:
        Achievement.objects.create(
            person=next(self._people),
            area=self._area,
            level=self._level,
            achieved_on=today() - timedelta(days=1),
            source="liv",
        )
        enrol(next(self._people), self._version)


def look_at_the_head_s_page(client: Client) -> None:
    bare = spread(client, [BARE], lambda: None)
    remembered.forget()
    first = seconds(lambda: client.get("/team/"))
    say("the head's team page, the first of a process", PEOPLE, first, bare.wall[0], unit="s")
    spread(client, HEAD, lambda: None).say("the head's team page", bare)
    life = Life()
    spread(client, HEAD, life.goes_on).say("the head's team page, facts changed before", bare)


def look_at_memory() -> None:
    """What a process remembers of everybody's rows, beside the rows alone."""
    day = today()
    ids = dict(Person.objects.order_by("pk").values_list("pk", "person_id"))
    remembered.forget()
    kept = []
    sizes = []
    for run in (
        lambda: remembered.known_rows(ids, in_query(list(ids)), day),
        lambda: gap_rows(None, day),
    ):
        gc.collect()
        tracemalloc.start()
        kept.append(run())
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0] / 1e6)
        tracemalloc.stop()
    say("what is remembered of everybody's rows, memory", PEOPLE, *sizes, unit="MB")


def look_at_pages() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.get(person__person_id="HEAD"))
    look_at_the_head_s_page(client)
    look_at_memory()
    bare = page_seconds(client, BARE)
    for what, address in {
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
