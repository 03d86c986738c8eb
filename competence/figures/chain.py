"""The links of the planning year, each asked of the part that owns it, and kommunstyrelsen's
questions: with the addresses that the reader may open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competence.access import URLS
from competence.figures.budget import standing_of_training_plan
from competence.figures.forecast import standing_of_forecast
from competence.figures.goals_standing import GoalsStanding, standing_of_goals
from competence.figures.measures import counted, obligations_on
from competence.figures.needs import NeedsStanding, standing_of_needs
from competence.figures.year import Figure, Link, Question
from competence.models import FollowUpReport, ObligationStatus, PlanVersion
from competence.services.publishing import held
from competence.supply import requirements_without_supply
from courses.models import CourseVersion
from lms.content.navigation import address
from lms.framework.indicators import indicator
from lms.people.models import User

Reader = User | AnonymousUser
# The part of the year's page that lists the units without an answer.
NOT_ANSWERED = "#obesvarade"


def first_open(reader: Reader, day: date, *url_names: str) -> str:
    """The first of the addresses that there is and that the reader may open, or nothing."""
    for name in url_names:
        rule = URLS.get(name)
        if rule is not None and rule.allows(reader, day):
            return address(name)
    return ""


def needs(day: date, reader: Reader) -> Link:
    standing = standing_of_needs(day)
    if standing is None:
        state = _("No round where the units are asked about their needs has begun.")
    else:
        state = _("%(round)s: %(answered)s of %(asked)s answers about key groups have come in.") % {
            "answered": standing.answered,
            "asked": standing.asked,
            "round": standing.name,
        }
    url = first_open(reader, day, "competence_admin:needs_rounds")
    step = _("See the rounds")
    if not url and standing and standing.not_answered:
        url, step = NOT_ANSWERED, _("See who has not answered")
    return Link("needs", _("Find the needs"), state, step, url, _until(standing))


def _until(standing: NeedsStanding | None) -> tuple[Figure, ...]:
    if standing is None or not standing.not_answered:
        return ()
    left = len(standing.not_answered)
    return (Figure(left, ngettext("unit has not answered", "units have not answered", left)),)


def plan(day: date, reader: Reader) -> Link:
    version = PlanVersion.objects.in_force_on(day)
    training = standing_of_training_plan(day)
    if version is None:
        state = _("No competence plan is in force.")
    elif version.adopted_on:
        state = _("Version %(number)s is in force, decided on %(day)s.") % {
            "number": version.number,
            "day": date_format(version.adopted_on),
        }
    else:
        state = _("Version %(number)s is in force.") % {"number": version.number}
    for coming in (
        PlanVersion.objects.filter(closed_at__isnull=True)
        .exclude(status="adopted")
        .order_by("number")
    ):
        state = _("%(state)s Version %(number)s is %(status)s.") % {
            "state": state,
            "number": coming.number,
            "status": coming.get_status_display(),
        }
    figures = []
    if training.in_force:
        words = ngettext(
            "activity of the training plan", "activities of the training plan", training.activities
        )
        figures.append(Figure(training.activities, words))
    if training.late:
        words = ngettext("activity is late", "activities are late", training.late)
        figures.append(Figure(training.late, words))
    return Link(
        "plan",
        _("Decide the plan"),
        state,
        _("Read the plan in force"),
        first_open(reader, day, "competence:plan"),
        tuple(figures),
    )


def offer(day: date, reader: Reader) -> Link:
    offered = CourseVersion.objects.offered().count()
    missing = len(requirements_without_supply(day))
    state = (
        ngettext(
            "%(number)s level that the plan asks for has no course.",
            "%(number)s levels that the plan asks for have no course.",
            missing,
        )
        % {"number": missing}
        if missing
        else _("There is a course for every level that the plan asks for.")
    )
    forecast = standing_of_forecast(day)
    if forecast and forecast.soonest:
        state = _("%(state)s The next sessions must be decided by %(day)s.") % {
            "state": state,
            "day": date_format(forecast.soonest.decide_by),
        }
    return Link(
        "offer",
        _("Offer training"),
        state,
        _("See the forecast of seats") if forecast else _("See the courses"),
        first_open(reader, day, "competence:seats") if forecast else address("courses:catalogue"),
        (Figure(offered, ngettext("published course", "published courses", offered)),),
    )


def follow_up(day: date, reader: Reader) -> Link:
    reading = indicator("competence.coverage").compute(day)
    state = _("There is nothing to count yet.")
    if reading.is_measured:
        state = _("%(share)s have what the plan asks for, as of %(day)s.") % {
            "share": reading.text,
            "day": date_format(reading.day),
        }
    elif reading.is_hidden:
        state = _("The groups are too small to be told.")
    elif why := held():
        state = why.words
    goals = standing_of_goals(reading.day)
    figures: tuple[Figure, ...] = ()
    step, page = _("See the coverage"), "competence:coverage"
    if goals is not None:
        step, page = _("See the coverage against the goals"), "competence:coverage_goals"
        figures = (_reached(goals),)
        if goals.together:
            state = _("%(state)s The goal is %(goal)s.") % {"state": state, "goal": goals.together}
    return Link("follow_up", _("Follow up"), state, step, first_open(reader, day, page), figures)


def _reached(goals: GoalsStanding) -> Figure:
    counted = goals.counted
    words = ngettext(
        "of %(told)s key group has reached its goal",
        "of %(told)s key groups have reached their goal",
        counted.told,
    )
    return Figure(counted.reached, words % {"told": counted.told})


def report(day: date, reader: Reader) -> Link:
    every = obligations_on(day)
    done = sum(each.status == ObligationStatus.Status.DONE for each in every)
    state = (
        _("%(done)s of %(all)s obligations are done.") % {"done": done, "all": len(every)}
        if every
        else _("No governing document is read in.")
    )
    reports = first_open(reader, day, "competence:reports")
    return Link(
        "report",
        _("Report"),
        state,
        _("See the follow-up reports") if reports else _("Open the measure register"),
        reports or first_open(reader, day, "competence:measures"),
        tuple(Figure(each.count, each.words) for each in counted(every) if each.count),
    )


Provider = Callable[[date, Reader], Link]
PROVIDERS: tuple[Provider, ...] = (needs, plan, offer, follow_up, report)


def chain_on(day: date, reader: Reader) -> tuple[Link, ...]:
    """The five links in their order. A constant number of queries."""
    return tuple(provide(day, reader) for provide in PROVIDERS)


# What kommunstyrelsen asks, and the page that answers.
_QUESTIONS = (
    (
        "Q1",
        gettext_lazy(
            "How many of the plan's obligations are done, ongoing or not started, and by what "
            "evidence?"
        ),
        "competence:measures",
    ),
    ("Q2", gettext_lazy("Which units have not answered about their needs for the period?"), ""),
    (
        "Q3",
        gettext_lazy(
            "How large is the coverage in each department and key group, today and a year ago, "
            "against the goal?"
        ),
        "competence:coverage_goals",
    ),
    (
        "Q4",
        gettext_lazy("What has in-depth training cost, with whom, as planned and as it became?"),
        "competence:training_costs",
    ),
    (
        "Q10",
        gettext_lazy("What does the local crime prevention council need to be told?"),
        "competence:report_extract",
    ),
)


def questions(day: date, reader: Reader) -> tuple[Question, ...]:
    """Each with its page, where there is one that the reader may open."""
    return tuple(
        _of_latest_report(code, str(words), name, day, reader)
        if name == "competence:report_extract"
        else Question(code, str(words), first_open(reader, day, name) if name else NOT_ANSWERED)
        for code, words, name in _QUESTIONS
    )


def _of_latest_report(code: str, words: str, name: str, day: date, reader: Reader) -> Question:
    """What a page of the latest report answers."""
    latest = FollowUpReport.objects.counting().order_by("-released_at", "-pk").first()
    if latest is None:
        return Question(code, words, "", _("No report has been released yet."))
    rule = URLS[name]
    url = reverse(name, args=[latest.number]) if rule.allows(reader, day) else ""
    return Question(code, words, url)
