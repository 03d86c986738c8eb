"""Making the demo: the starter, the organisation as it was two years ago, then day by day."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from competence.services.mondays import keep_offered
from competence.services.publishing import Reason, begin_figures, held, hold_figures
from lms.demo import accounts, followup, history, measures, needs, partners, plan, training
from lms.demo.clock import simulated
from lms.demo.exports import import_as_known_on
from lms.demo.organisation import build_world
from lms.people.models import Person, User
from lms.people.services.accounts import deactivate_leavers
from lms.starter import load_starter


class DemoExistsError(Exception):
    """There are people already: the demo is made in an empty database."""


@dataclass(frozen=True)
class Diary:
    """How far the history of a demo has come: kept beside the database, so that an interrupted
    one goes on where it stopped."""

    people: int
    today: str
    days: int

    @staticmethod
    def path() -> Path:
        return Path(settings.VAR_DIR) / "demo.json"

    @classmethod
    def read(cls) -> Diary | None:
        try:
            return cls(**json.loads(cls.path().read_text()))
        except FileNotFoundError:
            return None

    def write(self) -> None:
        self.path().write_text(json.dumps(asdict(self)))

    @property
    def is_finished(self) -> bool:
        return self.days >= history.DAYS and held() is None


class _Stages:
    """Says what each stage took."""

    def __init__(self) -> None:
        self.started = time.monotonic()

    def line(self, what: str) -> str:
        now = time.monotonic()
        taken, self.started = now - self.started, now
        return f"{what} ({taken:.1f} s)"


def make_organisation(*, people: int, today: date) -> Iterator[str]:
    """The starter and the organisation as it was two years ago; a line for each stage."""
    if Person.objects.exists():
        raise DemoExistsError("There are people already: the demo needs an empty database.")
    stages = _Stages()
    world = build_world(people, today)
    first_day = history.first_day(today)
    with simulated(first_day) as clock, transaction.atomic():
        # Nobody is shown a Monday before there is something to count.
        hold_figures(reason=Reason.DEMO, at=clock.at, by=None)
        load_starter({"arena"}, on=first_day, by=None)
        plan.propose(first_day)
        load_starter({"courses"}, on=first_day, by=None)
        yield stages.line("Plan, arena and courses")
        for day in history.import_days(today):
            clock.set(day, 5)
            import_as_known_on(world, day)
            accounts.make_accounts(world, day)
            if day == first_day:
                plan.decide(first_day)
                plan.name_key_persons(day)
                plan.set_targets(day)
            deactivate_leavers(day=day)
        partners.make_partners(today, clock)
        training.make_training_plan(today, clock)
        needs.ask_about_needs(today, clock)
        coordinator = User.objects.get(person__person_id=world.cast["samordnare"])
        measures.fill_register(today, by=coordinator)
        yield stages.line(f"Organisation of {people} people")
        Diary(people, today.isoformat(), 0).write()


def make_history() -> Iterator[str]:
    """The days that the diary still lacks; a line now and then."""
    diary = Diary.read()
    if diary is None or diary.is_finished:
        return
    stages = _Stages()
    today = date.fromisoformat(diary.today)
    world = build_world(diary.people, today)
    for days in history.live_through(world, today, after=diary.days):
        Diary(diary.people, diary.today, days).write()
        if days % 146 == 0:
            yield stages.line(f"History: {100 * days // history.DAYS} %")
    if held():
        begin_figures(at=timezone.now(), by=None)
        keep_offered(day=today)
        yield stages.line("Published figures")
    followup.make_reports(today)
    yield stages.line("Follow-up report")
