"""Planeringsåret: where the five links of the chain stand, and kommunstyrelsen's questions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from competence.figures.chain import chain_on, questions
from competence.figures.needs import standing_of_needs
from competence.views.scope import acting_user
from lms.lib.dates import today


@require_safe
def planning_year(request: HttpRequest) -> HttpResponse:
    day, reader = today(), acting_user(request)
    return render(
        request,
        "competence/year.html",
        {
            "day": day,
            "chain": chain_on(day, reader),
            "questions": questions(day, reader),
            "needs": standing_of_needs(day),
        },
    )
