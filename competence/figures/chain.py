"""The links of the planning year, each asked of the part that owns it."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competence.figures.measures import counted, obligations_on
from competence.figures.year import Figure, Link, Provider, Question
from competence.models import ObligationStatus, PlanVersion
from competence.supply import requirements_without_supply
from courses.models import CourseVersion
from lms.content.navigation import address
from lms.framework.indicators import indicator


def needs(day: date) -> Link:
    return Link(
        "needs",
        _("Find the needs"),
        _("The rounds where the units are asked about their needs are not here yet."),
        "",
    )


def plan(day: date) -> Link:
    url = reverse("competence:plan")
    version = PlanVersion.objects.in_force_on(day)
    drafts = PlanVersion.objects.filter(status=PlanVersion.Status.DRAFT).count()
    if version is None:
        state = _("No competence plan is in force.")
        step = _("See the plan")
    else:
        state = (
            _("Version %(number)s is in force, decided on %(day)s.")
            % {"number": version.number, "day": date_format(version.adopted_on)}
            if version.adopted_on
            else _("Version %(number)s is in force.") % {"number": version.number}
        )
        step = _("Read the plan in force")
    figures = [Figure(drafts, ngettext("draft", "drafts", drafts))] if drafts else []
    return Link("plan", _("Decide the plan"), state, step, url, tuple(figures))


def offer(day: date) -> Link:
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
    return Link(
        "offer",
        _("Offer training"),
        state,
        _("See the courses"),
        reverse("courses:catalogue"),
        (Figure(offered, ngettext("published course", "published courses", offered)),),
    )


def follow_up(day: date) -> Link:
    reading = indicator("competence.coverage").compute(day)
    state = _("There is nothing to count yet.")
    if reading.is_measured:
        state = _("%(share)s have what the plan asks for, as of %(day)s.") % {
            "share": reading.text,
            "day": date_format(reading.day),
        }
    return Link(
        "follow_up", _("Follow up"), state, _("See the coverage"), reverse("competence:coverage")
    )


def report(day: date) -> Link:
    every = obligations_on(day)
    done = sum(each.status == ObligationStatus.Status.DONE for each in every)
    state = (
        _("%(done)s of %(all)s obligations are done.") % {"done": done, "all": len(every)}
        if every
        else _("No governing document is read in.")
    )
    figures = [Figure(each.count, each.words) for each in counted(every) if each.count]
    return Link(
        "report",
        _("Report"),
        state,
        _("Open the measure register"),
        reverse("competence:measures"),
        tuple(figures),
    )


PROVIDERS: tuple[Provider, ...] = (needs, plan, offer, follow_up, report)


def chain_on(day: date) -> tuple[Link, ...]:
    """The five links in their order. A constant number of queries."""
    return tuple(provide(day) for provide in PROVIDERS)


# Which page answers; left without an address where this installation has none.
_QUESTIONS = (
    (
        "Q1",
        gettext_lazy(
            "How many of the plan's obligations are done, ongoing or not started, and by what "
            "evidence?"
        ),
        "competence:measures",
    ),
    (
        "Q2",
        gettext_lazy("Which units have not answered about their needs for the period?"),
        "competence:needs",
    ),
    (
        "Q3",
        gettext_lazy(
            "How large is the coverage in each department and key group, today and a year ago?"
        ),
        "competence:coverage",
    ),
    (
        "Q4",
        gettext_lazy("What has in-depth training cost, with whom, as planned and as it became?"),
        "competence:training_plan",
    ),
    (
        "Q10",
        gettext_lazy("What does the local crime prevention council need to be told?"),
        "competence:followup",
    ),
)


def questions() -> tuple[Question, ...]:
    return tuple(
        Question(code, str(words), address(url_name)) for code, words, url_name in _QUESTIONS
    )
