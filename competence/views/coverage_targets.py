"""Bemanning: the coverage targets of a manager's units, who holds the level in each place, and
who is nearest to qualifying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from competence.figures.acting import people_acted_for
from competence.figures.targets import (
    NamedPlace,
    Standing,
    count_places,
    targets_on,
    with_names,
)
from competence.views.scope import TeamScope, acting_user, may_act, team_scope
from competence.views.team_actions import enrol_pairs
from courses.offer import offer_index, refreshers_for
from lms.lib.dates import today
from lms.people.models import Person


@dataclass(frozen=True)
class TeamTargets:
    """The targets counted within the team: the places that need somebody, and how many do not."""

    places: tuple[NamedPlace, ...]

    @property
    def in_need(self) -> list[NamedPlace]:
        return [each for each in self.places if each.facts.standing is not Standing.REACHED]

    @property
    def reached(self) -> int:
        return len(self.places) - len(self.in_need)


def targets_of_team(scope: TeamScope, *, closest: bool = False) -> TeamTargets:
    """Only places that lie within the unit: of others the reader may not see everybody. Those
    nearest to qualifying are read only where they are shown."""
    wanted = targets_on(scope.day)
    if not wanted:
        return TeamTargets(())
    everybody = Person.objects.current().in_units([scope.unit], scope.day)
    counted = count_places(wanted, scope.day, people=everybody, within=[scope.unit])
    return TeamTargets(tuple(with_names(counted, scope.day, closest=closest)))


@require_safe
def coverage_targets(request: HttpRequest) -> HttpResponse:
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    return render(
        request,
        "competence/coverage_targets.html",
        {
            "scope": scope,
            "targets": targets_of_team(scope, closest=True),
            "may_act": may_act(request, day),
            "own_pk": acting_user(request).person_id,
        },
    )


@require_POST
def enrol_closest(request: HttpRequest) -> HttpResponse:
    """Enrol one of the reader's people in a course that is on offer to them."""
    day = today()
    person = (
        people_acted_for(acting_user(request), day)
        .filter(person_id=request.POST.get("person", ""))
        .first()
    )
    if person is None:
        raise PermissionDenied
    course = request.POST.get("course", "")
    if course not in _offered_to(person, day):
        messages.error(request, _("The course is not offered any more. Nobody has been enrolled."))
        return redirect("competence:coverage_targets")
    return enrol_pairs(request, [(int(course), person.pk)])


def _offered_to(person: Person, day: date) -> set[str]:
    refreshers = refreshers_for([person.pk], day)
    allowed = refreshers.allowed.get(person.pk, frozenset())
    given = {offer.course_id for offers in offer_index().values() for offer in offers}
    return {str(pk) for pk in given | allowed}
