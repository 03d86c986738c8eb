"""Kalenderförslag: sessions quarter by quarter, when each must start and be decided at the latest,
the way to a goal, and taking what is chosen into a draft of the training plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from competence.access import URLS
from competence.engine.coming_due import AHEAD
from competence.engine.sessions import Quarter, Way, last_day_of, way_to
from competence.figures.seat_groups import Terms, groups_behind, in_words, usual_terms
from competence.models import KeyGroup, PlanActivity, TrainingPlanVersion
from competence.seat_forms import DraftForm, GoalForm, SessionsForm
from competence.services.plan_states import PlanError
from competence.services.session_proposals import Chosen, accept_sessions, accepted_in
from competence.views.scope import acting_user
from competence.views.seats import SeatsAsked, seats_asked
from lms.lib.dates import add_months


@dataclass(frozen=True)
class QuarterHead:
    """One quarter of the calendar: its first day, how much is in it, and whether it is shown."""

    first: date
    sessions: int
    late: int
    decide_by: date
    current: bool

    @property
    def code(self) -> str:
        return f"{self.first.year}-{(self.first.month + 2) // 3}"

    @property
    def number(self) -> int:
        return (self.first.month + 2) // 3


@dataclass(frozen=True)
class Proposal:
    """The sessions of one area and level in the quarter shown, whom they are for and on what terms,
    the form that takes them, and the activity they became in the draft, if they did."""

    quarter: Quarter
    area: str
    level: str
    groups: str
    terms: Terms
    form: SessionsForm
    planned: PlanActivity | None


@require_safe
def seat_calendar(request: HttpRequest) -> HttpResponse:
    asked = seats_asked(request)
    return asked if isinstance(asked, HttpResponse) else _page(request, asked, None)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Take the ticked sessions into the draft. Nothing is made before, and all or nothing. What is
    refused is answered at this address: opened again it is the calendar."""
    if request.method != "POST":
        return _back(request)
    asked = seats_asked(request)
    if isinstance(asked, HttpResponse):
        return asked
    known = {each.code: each for each in asked.current.calendar(asked.day)}
    draft = DraftForm(request.POST)
    forms = [SessionsForm(request.POST, prefix=code) for code in request.POST.getlist("shown")]
    posted = {str(form.prefix): form for form in forms}
    ticked = [form for form in forms if form.data.get(form.add_prefix("take"))]
    if not ticked:
        draft.add_error(None, _("Tick the sessions that you want to take with."))
    if not all([draft.is_valid(), *(form.is_valid() for form in ticked)]):
        return _page(request, asked, draft, posted)
    lost = [form for form in ticked if form.cleaned_data["code"] not in known]
    if lost:
        draft.add_error(
            None, _("The forecast is not the same as when you opened the page. Look again.")
        )
        return _page(request, asked, draft, posted)
    version = draft.cleaned_data["version"]
    try:
        taken = accept_sessions(
            version=version,
            chosen=_chosen(asked, known, ticked, draft),
            monday=asked.made.monday,
            by=acting_user(request),
        )
    except (PlanError, ValidationError) as error:
        draft.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        return _page(request, asked, draft, posted)
    if taken.made:
        messages.success(
            request,
            ngettext(
                "%(number)s activity is in draft %(draft)s of the training plan.",
                "%(number)s activities are in draft %(draft)s of the training plan.",
                len(taken.made),
            )
            % {"number": len(taken.made), "draft": version.number},
        )
    if taken.known:
        messages.info(
            request,
            ngettext(
                "%(number)s was in the draft already and is not made again.",
                "%(number)s were in the draft already and are not made again.",
                len(taken.known),
            )
            % {"number": len(taken.known)},
        )
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(f"{reverse('competence:seat_calendar')}{'?' if query else ''}{query}")


def _behind(asked: SeatsAsked, quarter: date) -> dict[tuple[str, int], frozenset[str]]:
    """The key groups asked for each area and level at the end of a quarter (its first day)."""
    return groups_behind(asked.plan, last_day_of(add_months(quarter, 2)), asked.supposed)


def _chosen(
    asked: SeatsAsked, known: dict[str, Quarter], ticked: list[SessionsForm], draft: DraftForm
) -> list[Chosen]:
    quarters = [known[form.cleaned_data["code"]] for form in ticked]
    behind = {first: _behind(asked, first) for first in {quarter.first for quarter in quarters}}
    usual = usual_terms(asked.plan)
    found = []
    for quarter, form in zip(quarters, ticked, strict=True):
        terms, key = usual(quarter.area, quarter.level), (quarter.area, quarter.level)
        found.append(
            Chosen(
                *(quarter, form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]),
                *(form.cleaned_data["sessions"], form.cleaned_data["seats"]),
                tuple(sorted(behind[quarter.first].get(key, ()))),
                draft.cleaned_data["form"] or terms.form,
                draft.cleaned_data["responsible"] or terms.responsible,
            )
        )
    return found


def _page(
    request: HttpRequest,
    asked: SeatsAsked,
    draft: DraftForm | None,
    posted: dict[str, SessionsForm] | None = None,
) -> HttpResponse:
    found = asked.current.calendar(asked.day)
    heads = _heads(found, request.GET.get("kvartal", ""))
    shown = next((head for head in heads if head.current), None)
    version = TrainingPlanVersion.objects.drafts().first()
    standing = accepted_in(version) if version else {}
    here = [each for each in found if shown and each.first == shown.first]
    behind = _behind(asked, shown.first) if shown else {}
    usual = usual_terms(asked.plan)
    called = dict(KeyGroup.objects.values_list("code", "name"))
    lines = [each.line.key for each in asked.current.lines]
    proposals = [
        _proposal(
            asked,
            each,
            in_words(behind.get((each.area, each.level), frozenset()), called),
            usual(each.area, each.level),
            standing,
            posted or {},
        )
        for each in sorted(here, key=lambda each: lines.index((each.area, each.level)))
    ]
    latest = last_day_of(add_months(asked.base.first, AHEAD - 1))
    goals = bool(request.GET.get("mal"))
    goal = GoalForm(
        request.GET if goals else None,
        counted=asked.told.counted,
        day=asked.day,
        latest=latest,
        initial={"senast": date(asked.day.year + 1, 12, 31)},
    )
    way: Way | None = None
    if goals and goal.is_valid():
        way = way_to(
            goal.goal,
            (each.line for each in asked.current.lines),
            asked.current.assume,
            first=asked.current.first,
            day=asked.day,
        )
    may_accept = URLS["competence:accept_sessions"].allows(acting_user(request), asked.day)
    return render(
        request,
        "competence/seat_calendar.html",
        {
            "asked": asked,
            "heads": heads,
            "shown": shown,
            "soonest": min(found, key=lambda each: each.decide_by, default=None),
            "proposals": proposals,
            "late": sum(each.late for each in found),
            "draft": draft or DraftForm(initial={"version": version}),
            "version": version,
            "may_accept": may_accept,
            "takes": may_accept
            and version is not None
            and any(each.planned is None for each in proposals),
            "goal": goal,
            "goal_of": goal.goal if way else None,
            "goal_asked": goals and goal.is_valid(),
            "way": way,
            "kept": [
                (name, value)
                for name, value in request.GET.items()
                if name in asked.form.fields and value
            ],
            "query": request.GET.urlencode(),
        },
    )


def _heads(found: Iterable[Quarter], wanted: str) -> list[QuarterHead]:
    groups: dict[date, list[Quarter]] = {}
    for each in found:
        groups.setdefault(each.first, []).append(each)
    codes = [f"{first.year}-{(first.month + 2) // 3}" for first in groups]
    current = wanted if wanted in codes else next(iter(codes), "")
    return [
        QuarterHead(
            first,
            sum(each.sessions for each in here),
            sum(each.late for each in here),
            min(each.decide_by for each in here),
            code == current,
        )
        for code, (first, here) in zip(codes, groups.items(), strict=True)
    ]


def _proposal(
    asked: SeatsAsked,
    quarter: Quarter,
    groups: str,
    terms: Terms,
    standing: dict[str, PlanActivity],
    posted: dict[str, SessionsForm],
) -> Proposal:
    form = posted.get(quarter.code) or SessionsForm(
        prefix=quarter.code,
        initial={
            "take": quarter.code not in standing,
            "code": quarter.code,
            "starts_on": quarter.months[0],
            "ends_on": quarter.last_day,
            "sessions": quarter.sessions,
            "seats": asked.current.assume.seats_per_session,
        },
    )
    names = asked.told.counted
    return Proposal(
        quarter,
        names.areas.get(quarter.area, quarter.area),
        names.levels.get(quarter.level, str(quarter.level)),
        groups,
        terms,
        form,
        standing.get(quarter.code),
    )
