"""Who acts in a manager's place: those one has chosen, and those in whose place one acts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.people.forms import DelegationForm
from lms.people.models import Delegation, Person, Unit, User
from lms.people.services.delegations import (
    DelegationError,
    delegate,
    end_delegation,
    units_managed,
)
from lms.people.services.view_as import seen_as


@dataclass(frozen=True)
class Deputies:
    """What the team page says: in whose place the reader acts today, and who in the reader's."""

    received: list[Delegation]
    given: list[Delegation]
    may_give: bool


def deputies_on(request: HttpRequest, day: date) -> Deputies | None:
    """None while the page is seen with somebody else's eyes."""
    if seen_as(request):
        return None
    user = acting_user(request)
    standing = _of(user).in_force_on(day).select_related("giver", "deputy", "unit")
    return Deputies(
        received=[each for each in standing if each.deputy_id == user.person_id],
        given=[each for each in standing if each.giver_id == user.person_id],
        may_give=bool(units_managed(user.person, day)),
    )


def _of(user: User):  # type: ignore[no-untyped-def]
    if user.person_id is None:
        return Delegation.objects.none()
    return Delegation.objects.filter(Q(giver=user.person_id) | Q(deputy=user.person_id))


@require_http_methods(["GET", "HEAD", "POST"])
def deputies(request: HttpRequest) -> HttpResponse:
    """The list, and the form that lets somebody be one's deputy."""
    day, user = today(), acting_user(request)
    searching = "search" in request.POST
    people = Person.objects.current().employed_on(day).who_sign_in().exclude(pk=user.person_id)
    own = units_managed(user.person, day)
    form = DelegationForm(
        None if searching or request.method != "POST" else request.POST,
        initial=request.POST.dict() if searching else {"starts_on": day},
        people=people,
        units=Unit.objects.at_or_below(*own),
        day=day,
    )
    if form.is_bound and form.is_valid() and _given(form, user, day):
        messages.success(
            request,
            _("%(name)s is your deputy and has been told.") % {"name": form.cleaned_data["person"]},
        )
        return redirect("competence:deputies")
    standing = (
        _of(user)
        .filter(ends_on__gte=day, ended_on__isnull=True)
        .select_related("giver", "deputy", "unit")
    )
    return render(
        request,
        "competence/deputies.html",
        {
            "day": day,
            "form": form if own else None,
            "given": [each for each in standing if each.giver_id == user.person_id],
            "received": [each for each in standing if each.deputy_id == user.person_id],
            "in_force": set(_of(user).in_force_on(day).values_list("pk", flat=True)),
        },
    )


def _given(form: DelegationForm, user: User, day: date) -> bool:
    data = form.cleaned_data
    try:
        delegate(
            giver=user,
            deputy=data["person"],
            unit=data["unit"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            reason=data["reason"],
            day=day,
        )
    except DelegationError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def end_deputy(request: HttpRequest, pk: int) -> HttpResponse:
    """End it now, after a question."""
    user = acting_user(request)
    delegation = get_object_or_404(_of(user).select_related("giver", "deputy", "unit"), pk=pk)
    if request.method == "POST":
        try:
            end_delegation(delegation=delegation, by=user, on=today())
        except DelegationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It has ended, and both of you have been told."))
        if delegation.deputy_id == user.person_id:
            return redirect("home:my_page")
        return redirect("competence:deputies")
    return render(request, "competence/end_deputy.html", {"delegation": delegation})
