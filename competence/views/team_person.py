"""One person of the team: every requirement with its reason, what has been learnt, and where
they work. Never answers, attempts or scores."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from competence.case_forms import DayForm
from competence.engine import Status
from competence.figures.acting import people_acted_for
from competence.figures.learner import requirements_of
from competence.figures.requested import requests_by
from competence.figures.told import last_told
from competence.models import Achievement
from competence.views.on_day import day_page
from competence.views.scope import acting_user, may_act, visible_person
from courses.models import Certificate
from lms.framework.models import CompetenceArea
from lms.lib.dates import today


@require_safe
def team_person(request: HttpRequest, person_id: str) -> HttpResponse:
    day = today()
    person = visible_person(request, person_id, day)
    if "dag" in request.GET:
        return day_page(request, person, you=False)
    requirements = requirements_of(person, day, you=False)
    mandatory = [requirement for requirement in requirements if requirement.mandatory]
    return render(
        request,
        "competence/team_person.html",
        {
            "person": person,
            "day": day,
            "day_form": DayForm(initial={"dag": day}, today=day),
            "mandatory": mandatory,
            "recommended": [r for r in requirements if not r.mandatory],
            "gaps": [r for r in mandatory if r.status in (Status.OVERDUE, Status.EXPIRED)],
            "open_ones": [r for r in mandatory if r.is_open],
            "paused": any(r.status == Status.PAUSED for r in mandatory),
            "employments": person.employments.standing()
            .select_related("unit")
            .order_by("-starts_on"),
            "achievements": Achievement.objects.standing()
            .filter(person=person, revoked_on__isnull=True)
            .select_related("area", "level", "completion__version")
            .defer("completion__version__content")
            .order_by("-achieved_on", "area__sort_order"),
            "certificates": Certificate.objects.filter(
                person=person, revoked_on__isnull=True, superseded_by__isnull=True
            ),
            "exemption_requests": requests_by(acting_user(request), day, person),
            "told_on": last_told([person.pk]).get(person.pk),
            "may_act": may_act(request, day)
            and people_acted_for(acting_user(request), day).filter(pk=person.pk).exists(),
        },
    )


@require_safe
def team_why(request: HttpRequest, person_id: str, area: str) -> HttpResponse:
    """Every source behind one cell of the matrix."""
    day = today()
    person = visible_person(request, person_id, day)
    requirements = [r for r in requirements_of(person, day, you=False) if r.area == area]
    if not requirements:
        raise Http404
    return render(
        request,
        "competence/team_why.html",
        {
            "person": person,
            "day": day,
            "area": CompetenceArea.objects.get(code=area),
            "requirements": requirements,
        },
    )
