"""What a reader is told where the coverage is not published yet: that it is so, and why. Never a
figure, nor a file of none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from competence.services.publishing import NotPublishedError, Withheld
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.people.access import Action, Obj, can


def said_where_withheld(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotPublishedError as error:
            begins = can(acting_user(request), Action.UPDATE, Obj.SETTINGS, day=today())
            return render(
                request,
                "competence/withheld.html",
                {"why": error.why.words, "begins": begins and error.why is not Withheld.DEMO},
            )

    return answered
