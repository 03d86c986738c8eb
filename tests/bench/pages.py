"""The team page of 30 people in a municipality of 7,200 and in one of 100,000: the goal is a
ratio of at most 1.2. Both, and the start page of a learner, against a bare signed-in page of the
same site: the account page, which is the frame and a list of links.

Prints one JSON line per figure. SIZES overrides the two sizes."""

# ruff: noqa: E402 - models are imported when Django is ready

import json
import os
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.testing")

import django

django.setup()

from django.conf import settings
from django.test import Client

from competence.models import Achievement
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import today
from lms.people.models import Employment, Person, Unit, User
from lms.people.services.tree import rebuild_tree
from lms.starter import load_starter
from tests.bench import child, say
from tests.builders.competence import adopt, plan_of
from tests.builders.people import make_account
from tests.database import migrated_template

AREAS = tuple(f"OM{number}" for number in range(1, 13))
TEAM = 30
ROUNDS = 15
# How often each size is looked at, the sizes taking turns; the quickest counts.
TURNS = 3


def fill(people: int) -> None:
    """Schools of 30 people under ten departments, each person with twelve achievements. Written
    in bulk: the facts are what matters here, not how they came."""
    people -= people % TEAM  # every team is of the same size
    root = Unit.objects.create(code="K", name="Kommunen")
    tops = Unit.objects.bulk_create(
        Unit(code=f"F{number}", name=f"Förvaltning {number}", parent=root) for number in range(10)
    )
    schools = Unit.objects.bulk_create(
        Unit(code=f"S{number}", name=f"Skola {number}", parent=tops[number % 10])
        for number in range(people // TEAM)
    )
    rebuild_tree()
    day = today()
    rows = Person.objects.bulk_create(
        (
            Person(
                person_id=f"P{number:06}",
                given_name="Namn",
                family_name=f"Namnsson {number}",
                email=f"p{number}@example.se",
            )
            for number in range(people)
        ),
        batch_size=2000,
    )
    Employment.objects.bulk_create(
        (
            Employment(
                person=person,
                unit=schools[number // TEAM % len(schools)],
                job_code="LAR",
                job_title="Lärare",
                is_manager=number % TEAM == 0,
                starts_on=date(2020, 1, 1),
            )
            for number, person in enumerate(rows)
        ),
        batch_size=2000,
    )
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    level = TrainingLevel.objects.get(number=1)
    Achievement.objects.bulk_create(
        (
            Achievement(
                person=person,
                area=areas[code],
                level=level,
                achieved_on=day - timedelta(days=(number * 7 + index * 53) % 500),
                source="kurs",
            )
            for number, person in enumerate(rows)
            for index, code in enumerate(AREAS)
        ),
        batch_size=2000,
    )


def measured(client: Client, address: str) -> float:
    """The median time of a page, in milliseconds."""
    times = []
    for number in range(ROUNDS + 2):
        started = time.perf_counter()
        response = client.get(address)
        assert response.status_code == 200, response.status_code
        if number >= 2:
            times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


BARE, START, TEAM_PAGE = "/konto/", "/min-sida/", "/team/"


def make(people: int) -> None:
    """The database of a municipality of that size, in VAR_DIR."""
    database = Path(settings.DATABASES["default"]["NAME"])
    database.write_bytes(migrated_template().read_bytes())
    adopt(
        plan_of(*({"area": area, "renewal_months": 12} for area in AREAS), areas=AREAS),
        today=today(),
    )
    load_starter({"arena", "courses"}, on=today(), by=None)
    fill(people)
    for person_id in ("P000000", "P000001"):
        make_account(Person.objects.get(person_id=person_id))


def look() -> dict[str, float]:
    """The pages, in milliseconds by address."""
    settings.ALLOWED_HOSTS = ["*"]
    manager, learner = Client(), Client()
    manager.force_login(User.objects.get(person__person_id="P000000"))
    learner.force_login(User.objects.get(person__person_id="P000001"))
    return {
        BARE: measured(learner, BARE),
        START: measured(learner, START),
        TEAM_PAGE: measured(manager, TEAM_PAGE),
    }


def main() -> None:
    sizes = [int(size) for size in os.environ.get("SIZES", "7200,100000").split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            (Path(scratch) / str(size) / "static").mkdir(parents=True)
            child(__spec__.name, f"{scratch}/{size}", "make", str(size))
        looks: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
        for _turn in range(TURNS):
            for size in sizes:
                looks[size].append(json.loads(child(__spec__.name, f"{scratch}/{size}", "look")))
    pages = {
        size: {page: min(one[page] for one in looks[size]) for page in (BARE, START, TEAM_PAGE)}
        for size in sizes
    }
    small, large = sizes
    for size in sizes:
        say("start page against a bare signed-in page", size, pages[size][START], pages[size][BARE])
        say(
            "team page against a bare signed-in page",
            size,
            pages[size][TEAM_PAGE],
            pages[size][BARE],
        )
    say(
        "team page of 30 people, large against small",
        large,
        pages[large][TEAM_PAGE],
        pages[small][TEAM_PAGE],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(int(sys.argv[2]))
    elif sys.argv[1:2] == ["look"]:
        print(json.dumps(look()))
    else:
        main()
