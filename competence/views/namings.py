"""A manager's key persons: which namings are to be reviewed, one naming with its layers, and the
review."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from competence.figures.namings import (
    NamingStanding,
    layers_of,
    naming_standings,
    standing_namings,
)
from competence.models import KeyPersonAssignment
from competence.needs_forms import ReviewForm
from competence.services.naming_reviews import review_naming
from competence.services.namings import NamingError
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.people.access import Action, Obj, can
from lms.people.models import Person, User


def team_namings(user: User, day: date) -> list[NamingStanding]:
    """The namings of those whom the reader may see as a manager or contact, not one's own."""
    people = Person.objects.current().visible_to(user, day)
    namings = standing_namings(day).filter(person__in=people).exclude(person=user.person_id)
    return naming_standings(namings, day)


@require_http_methods(["GET", "HEAD", "POST"])
def naming(request: HttpRequest, pk: int) -> HttpResponse:
    """One naming of somebody in the reader's team, and its review."""
    day, user = today(), acting_user(request)
    found = get_object_or_404(
        KeyPersonAssignment.objects.select_related("person", "key_group", "deputy"), pk=pk
    )
    if not can(user, Action.READ, Obj.KEY_PERSON, day=day, person=found.person):
        raise PermissionDenied
    may_review = can(user, Action.UPDATE, Obj.KEY_PERSON, day=day, person=found.person)
    may_review = may_review and found.person_id != user.person_id
    if request.method == "POST" and not may_review:
        raise PermissionDenied
    (standing,) = naming_standings([found], day)
    form = ReviewForm(request.POST or None, naming=found, day=day)
    if reviewed(request, form, found, day):
        return redirect("competence:needs")
    return render(
        request,
        "competence/naming.html",
        {
            "day": day,
            "standing": standing,
            "layers": layers_of(found.person, day),
            "form": form if may_review and is_standing(found, day) else None,
        },
    )


def is_standing(naming: KeyPersonAssignment, day: date) -> bool:
    return naming.withdrawn_at is None and (naming.ends_on is None or naming.ends_on >= day)


def reviewed(
    request: HttpRequest, form: ReviewForm, naming: KeyPersonAssignment, day: date
) -> bool:
    """Whether a review was sent and is recorded; what is wrong with it is in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        review_naming(
            naming=naming,
            on=day,
            by=acting_user(request),
            at=timezone.now(),
            **form.cleaned_data,
        )
    except (NamingError, ValidationError) as error:
        form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))
        return False
    messages.success(request, _("The review is recorded."))
    return True
