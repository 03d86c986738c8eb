"""Why, and with what status, on a day: for oneself, for the manager, and for a case with a
reason. What is known now about that day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from competence.case_forms import CaseForm, DayForm
from competence.figures.known import facts_behind, first_fact_of
from competence.figures.learner import MyRequirement, requirements_of
from competence.models import PlanVersion
from competence.views.scope import acting_user
from lms.audit.services import record
from lms.lib.dates import today
from lms.people.models import Person

OPENED = "person.status_opened"


def answer(person: Person, day: date, *, you: bool, names: bool, area: str = "") -> dict[str, Any]:
    """What the page about a day shows."""
    requirements = requirements_of(person, day, you=you)
    if area:
        requirements = [each for each in requirements if each.area == area]
    facts = facts_behind(person, day, names=names)
    first = first_fact_of(person)
    return {
        "person": person,
        "day": day,
        "is_today": day == today(),
        "requirements": requirements,
        "facts": facts,
        "later": any(fact.later or fact.changed for kind in facts for fact in kind.facts),
        "before_facts": first if first is None or day < first else None,
        "unknown": first is None or day < first,
        "without_plan": PlanVersion.objects.in_force_on(day) is None,
        "you": you,
    }


def _own_person(request: HttpRequest) -> Person:
    person: Person | None = getattr(acting_user(request), "person", None)
    if person is None:
        raise Http404
    return person


@require_safe
def my_day(request: HttpRequest) -> HttpResponse:
    """What was asked of oneself on a day, and the facts behind it."""
    return day_page(request, _own_person(request), you=True)


@require_safe
def my_requirement(request: HttpRequest, area: str) -> HttpResponse:
    """What is asked of oneself in one area: why, by when, and how long it would last."""
    day = today()
    person = _own_person(request)
    requirements: list[MyRequirement] = [
        each for each in requirements_of(person, day, you=True) if each.area == area
    ]
    if not requirements:
        raise Http404
    return render(
        request,
        "competence/my_requirement.html",
        {"day": day, "requirements": requirements, "area_name": requirements[0].area_name},
    )


def day_page(request: HttpRequest, person: Person, *, you: bool) -> HttpResponse:
    """The page about `person` on the day asked for (`dag`); today where none is."""
    form = DayForm({"dag": request.GET.get("dag") or today().isoformat()}, today=today())
    context = {"person": person, "you": you, "form": form}
    if form.is_valid():
        context |= answer(person, form.cleaned_data["dag"], you=you, names=True)
    return render(request, "competence/on_day.html", context)


@never_cache
def case(request: HttpRequest) -> HttpResponse:
    """The same for somebody who decides or reviews a case: each opening has a reason, and is in
    the ledger before anything is shown."""
    form = CaseForm(request.POST or None, today=today())
    context: dict[str, Any] = {
        "form": form,
        "header_title": _("Status on a day"),
        "header_icon": "history",
    }
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person, day, area = data["person"], data["day"], data["area"]
        with transaction.atomic():
            record(
                OPENED,
                person,
                by=acting_user(request),
                person=person,
                after={"day": day.isoformat(), "area": area.code if area else ""},
                reason=data["reason"],
            )
        context |= answer(person, day, you=False, names=True, area=area.code if area else "")
        context |= {"reason": data["reason"], "reader": acting_user(request)}
        return render(request, "competence/case.html", context)
    return render(request, "competence/admin/case.html", context)
