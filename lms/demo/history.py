"""Two years, day by day: HR's files, courses taken, reminders sent, exemptions decided. Every fact
is made by the service that makes it in real life, with the clock on that day."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.test.utils import override_settings

from competence.engine import Status, iter_gap_rows
from competence.services.exemptions import grant_exemption
from competence.services.nights import keep_night
from competence.services.reminders import produce_notices
from competence.services.week_seats import make_week_seats
from courses.models import CoursePage, CourseVersion, Enrolment
from courses.offer import offer_index
from courses.services.completing import complete_courses
from courses.services.enrolment import enrol_many
from lms.demo import plan_versions
from lms.demo.clock import DemoClock, simulated
from lms.demo.editing import change_article, tend_pages
from lms.demo.exports import import_trainings
from lms.demo.organisation import CAST_UNIT, World
from lms.demo.outside import OutsideCourses
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import ONE_DAY, first_monday
from lms.notifications.services.outbox import send_due
from lms.notifications.services.reminders import collect_reminders
from lms.people.models import Employment, Person, Unit, User
from lms.people.services.reach import note_reach

DAYS = 2 * 365
# HR's file is imported twice a year in the demo (in real life every night).
IMPORT_EVERY = 182
# How often the departments report who attended training days with partners: what no course of
# the product gives.
REPORT_EVERY = 121
# How often people look at what they must do and decide on a day to do it.
LOOK_EVERY = 45
# Reminders by mail were switched on this long before today.
REMINDERS_SINCE = 60
COURSES = ("K1", "K3", "K3N2")
# Before this week's Monday: the forecast that the page puts beside what came.
FORECAST_BEFORE = timedelta(weeks=52)
# Figures are kept of the first Monday of each month, and of each Monday of the last weeks.
NIGHTS_EACH_WEEK = 13 * 7
NOBODY = "django.core.mail.backends.dummy.EmailBackend"
BATCH = 1000
# SQLite has one writer at a time and no queue: who waits looks again every tenth of a second, and
# one who writes day after day leaves no gap to be found in. Now and then the history stands aside
# for longer than that, for the worker and for whoever looks around meanwhile.
WRITE_SECONDS = 1.0
STAND_ASIDE_SECONDS = 0.15


def first_day(today: date) -> date:
    return today - timedelta(days=DAYS)


def import_days(today: date) -> list[date]:
    """The days on which HR's file came, the first and the last included."""
    first = first_day(today)
    return [first + timedelta(days=n) for n in range(0, DAYS - 30, IMPORT_EVERY)] + [today]


def live_through(world: World, today: date, *, after: int = 0) -> Iterator[int]:
    """Make each day after the first `after` in turn; the number of days done. A day is one
    transaction: its mail is handed over in it, to nobody, so that no worker sends it today."""
    life = _Life(world, today)
    aside = time.monotonic()
    with simulated(first_day(today)) as clock, override_settings(MAIL_TRANSPORT=NOBODY):
        for number in range(after + 1, DAYS + 1):
            day = first_day(today) + timedelta(days=number)
            if life.is_kept(day):
                clock.set(day, 4)
                note_reach(day=day)
                keep_night(day=day)
            if day == today - timedelta(days=today.weekday()) - FORECAST_BEFORE:
                clock.set(day, 5)
                make_week_seats(monday=day)
            if number == after + 1 or number % LOOK_EVERY == 1:
                life.look_ahead(day)
            if number % REPORT_EVERY == 0:
                clock.set(day, 8)
                life.report_training_days(day)
            with transaction.atomic():
                life.live(day, number, clock)
            yield number
            if time.monotonic() - aside > WRITE_SECONDS:
                time.sleep(STAND_ASIDE_SECONDS)
                aside = time.monotonic()


class _Life:
    def __init__(self, world: World, today: date) -> None:
        self.today = today
        self.random = random.Random("history")
        self.courses = {page.code: page for page in CoursePage.objects.filter(code__in=COURSES)}
        self.offers = set(offer_index())
        self.gives = self._gives()
        # Day → course code → people who take it then.
        self.planned: dict[date, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.decided: set[tuple[int, str, date]] = set()
        self.diligence: dict[int, float] = {}
        self.team = Unit.objects.get(code=CAST_UNIT).pk
        self.editor = User.objects.get(person__person_id=world.cast["samordnare"])
        cast = set(world.cast.values())
        # The people behind the logins do nothing on their own: that is for the visitor.
        self.untouched = set(Person.objects.filter(person_id__in=cast).values_list("pk", flat=True))
        self.outside = OutsideCourses(
            learner=Person.objects.get(person_id=world.cast["medarbetare"]),
            reviewer=self.editor,
            untouched=self.untouched,
        )

    def _gives(self) -> dict[str, set[tuple[str, int]]]:
        offered = {version.course_id: version for version in CourseVersion.objects.offered()}
        return {
            code: {(grant.area_code, grant.level) for grant in offered[page.pk].grants}
            for code, page in self.courses.items()
        }

    def live(self, day: date, number: int, clock: DemoClock) -> None:
        if day.weekday() < 5:
            self._take_courses(day, clock)
        if number % 30 == 0:
            self._exempt(day, clock)
            tend_pages(day=day, today=self.today, by=self.editor)
        days_ago = (self.today - day).days
        change_article(days_ago=days_ago, by=self.editor)
        self.outside.live(day=day, days_ago=days_ago, clock=clock)
        plan_versions.live(day=day, days_ago=days_ago, by=self.editor, clock=clock)
        if (self.today - day).days <= REMINDERS_SINCE and day.weekday() == 0:
            produce_notices(as_of=day, at=clock.set(day, 6), offered=self.offers)
            collect_reminders(day=day, at=clock.at)
        clock.set(day, 16)
        while send_due(clock=clock, limit=BATCH):
            pass

    def is_kept(self, day: date) -> bool:
        """Whether the night to `day` is kept; in real life every one is."""
        if day == self.today:
            return True
        weekly = (self.today - day).days <= NIGHTS_EACH_WEEK and day.weekday() == 0
        return weekly or day == first_monday(day)

    def _diligence(self, person_pk: int, unit_pk: int) -> float:
        """How thorough a unit is: most do nearly everything, some lag far behind."""
        if unit_pk == self.team:
            # Some of each, so that the demo's rektor has something to do and something done.
            return random.Random(f"person {person_pk}").choices((0.97, 0.7, 0.15), (6, 3, 2))[0]
        if unit_pk not in self.diligence:
            self.diligence[unit_pk] = random.Random(f"unit {unit_pk}").choices(
                (0.97, 0.9, 0.78, 0.55, 0.25), (30, 34, 20, 11, 5)
            )[0]
        return self.diligence[unit_pk]

    def look_ahead(self, day: date) -> None:
        """Everyone looks at what they must do; most decide on a day in the next weeks."""
        unit_of = dict(
            Employment.objects.valid_on(day).order_by("-pk").values_list("person_id", "unit_id")
        )
        wanted: dict[int, set[str]] = defaultdict(set)
        soon = day + timedelta(days=LOOK_EVERY + 30)
        for row in iter_gap_rows(None, day):
            if not row.mandatory or row.status not in (
                *(Status.PENDING, Status.OVERDUE, Status.EXPIRED, Status.EXPIRING),
            ):
                continue
            last = row.valid_until if row.status == Status.EXPIRING else row.due_on
            if last is not None and last > soon:
                continue
            code = self._nearest_course(row.requirement.area, row.requirement.level)
            if code is not None:
                wanted[row.person_pk].add(code)
        known = self._known(day)
        for person_pk, codes in sorted(wanted.items()):
            if person_pk in self.untouched or person_pk not in unit_of or person_pk not in known:
                continue
            choice = random.Random(f"{person_pk} {day}")
            for code in sorted(codes):
                if choice.random() > self._diligence(person_pk, unit_of[person_pk]) * 0.8:
                    continue
                when = day + timedelta(days=choice.randrange(1, LOOK_EVERY))
                if when.weekday() > 4:
                    when -= timedelta(days=2)
                if when > day:
                    self.planned[when][code].append(person_pk)

    def _nearest_course(self, area: str, level: int) -> str | None:
        """The course that gives the lowest level that is enough."""
        enough = [
            (given, code)
            for code, gives in self.gives.items()
            for of_area, given in gives
            if of_area == area and given >= level
        ]
        return min(enough)[1] if enough else None

    def _known(self, day: date) -> set[int]:
        """Nobody does anything here before HR's file has told that they exist."""
        return set(Person.objects.filter(created_at__date__lte=day).values_list("pk", flat=True))

    def report_training_days(self, day: date) -> None:
        """Most of those who lack what no course gives have been to a training day since last."""
        given = set().union(*self.gives.values())
        unit_of = dict(
            Employment.objects.valid_on(day).order_by("-pk").values_list("person_id", "unit_id")
        )
        known = self._known(day)
        rows: dict[tuple[str, str, int], date] = {}
        for row in iter_gap_rows(None, day):
            wanted = row.requirement
            if (wanted.area, wanted.level) in given or row.person_pk not in known:
                continue
            if row.status not in (Status.PENDING, Status.OVERDUE, Status.EXPIRED, Status.EXPIRING):
                continue
            if row.person_pk not in unit_of:
                continue
            choice = random.Random(f"{row.person_id} {wanted.area} {day}")
            thorough = self._diligence(row.person_pk, unit_of[row.person_pk])
            if row.person_pk in self.untouched or choice.random() > thorough * 0.75:
                continue
            attended = day - timedelta(days=choice.randrange(1, REPORT_EVERY))
            if row.member_since and attended <= row.member_since:
                attended = day
            rows[row.person_id, wanted.area, wanted.level] = attended
        import_trainings([(*key, attended) for key, attended in sorted(rows.items())])

    def _take_courses(self, day: date, clock: DemoClock) -> None:
        for code, people in self.planned.pop(day, {}).items():
            at = clock.set(day, self.random.choice((9, 10, 13, 14)), self.random.randrange(60))
            enrolments = enrol_many(
                people=Person.objects.filter(pk__in=people).order_by("pk"),
                course=self.courses[code],
                origin=Enrolment.Origin.REQUIREMENT,
                by=None,
                at=at,
            )
            complete_courses(
                enrolments=enrolments, at=clock.set(day, 15, self.random.randrange(60))
            )

    def _exempt(self, day: date, clock: DemoClock) -> None:
        """Now and then a manager exempts somebody for half a year."""
        at = clock.set(day, 11)
        active = Employment.objects.valid_on(at.date()).filter(person=OuterRef("pk"))
        people = list(
            Person.objects.filter(Exists(active)).exclude(pk__in=self.untouched).order_by("pk")
        )
        areas = {a.code: a for a in CompetenceArea.objects.filter(code__in=["OM3", "OM5", "OM11"])}
        level = TrainingLevel.objects.get(number=1)
        for person in self.random.sample(people, max(1, len(people) // 1500)):
            grant_exemption(
                person=person,
                area=areas[self.random.choice(sorted(areas))],
                level=level,
                starts_on=day,
                ends_on=day + timedelta(days=182) - ONE_DAY,
                reason="Likvärdig utbildning pågår hos annan huvudman",
                by=None,
            )
