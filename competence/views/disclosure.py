"""The part of a page behind which names are: a reason opens them for half an hour."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from competence.forms import OpenNamesForm
from competence.services.disclosure import (
    Opening,
    Purpose,
    name_also,
    open_with_reason,
    standing_opening,
)
from competence.views.scope import acting_user


@dataclass(frozen=True)
class NamesPart:
    """What competence/admin/part_names.html shows: the opening, or the form that asks for one."""

    opening: Opening | None
    form: OpenNamesForm


def names_part(
    request: HttpRequest,
    *,
    purpose: Purpose,
    matter: str,
    about: Model,
    people: Callable[[], Collection[int]],
) -> NamesPart:
    """The opening that stands, or the one asked for in this request (`open_names` in a POST).
    Whoever has come to be among the names since is written down as they are shown."""
    by, now = acting_user(request), timezone.now()
    asked = request.method == "POST" and "open_names" in request.POST
    form = OpenNamesForm(request.POST if asked else None)
    if asked and form.is_valid():
        opening: Opening | None = open_with_reason(
            session=request.session,
            by=by,
            purpose=purpose,
            matter=matter,
            about=about,
            people=people(),
            reason=form.cleaned_data["opening_reason"],
            at=now,
        )
    else:
        opening = standing_opening(
            session=request.session, by=by, purpose=purpose, matter=matter, at=now
        )
        if opening is not None:
            name_also(opening=opening, by=by, purpose=purpose, matter=matter, people=people())
    return NamesPart(opening, form)
