"""What must I confirm for my people before their courses are completed?"""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from competence.figures.acting import people_acted_for
from competence.figures.signoffs import AwaitedSignOff, awaited_signoffs, people_waiting
from competence.views.scope import acting_user, in_place_of_managers
from competence.views.team_actions import back
from courses.models import Enrolment
from courses.services.completing import sign_off
from lms.lib.dates import today
from lms.lib.forms import Form


class DoneOnForm(Form):
    done_on = forms.DateField(
        label=gettext_lazy("The day it was done"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )

    def clean_done_on(self) -> date:
        day: date = self.cleaned_data["done_on"]
        if day > today():
            raise forms.ValidationError(_("The day cannot be later than today."))
        return day


@require_http_methods(["GET", "HEAD", "POST"])
def signoffs(request: HttpRequest) -> HttpResponse:
    """What waits for the manager's confirmation; POST confirms what is chosen. For the people
    named in the address, where it names any: what they wait for is then chosen beforehand."""
    day = today()
    people = people_acted_for(acting_user(request), day)
    named = request.GET.getlist("person")
    awaited = awaited_signoffs(people.filter(person_id__in=named) if named else people)
    chosen = request.POST.getlist("what")
    if named and request.method != "POST":
        chosen = [each.choice for each in awaited if each.ready]
    form = DoneOnForm(request.POST or None, initial={"done_on": day})
    if request.method == "POST" and form.is_valid() and chosen:
        return _confirm(request, awaited, chosen, form.cleaned_data["done_on"])
    if request.method == "POST" and not chosen:
        messages.warning(request, _("Choose somebody in the list first."))
    return render(
        request,
        "competence/signoffs.html",
        {
            "waiting": people_waiting(awaited),
            "ready": [each for each in awaited if each.ready],
            "not_yet": [each for each in awaited if not each.ready],
            "chosen": chosen,
            "form": form,
            "back": back(request),
        },
    )


def _confirm(
    request: HttpRequest, awaited: list[AwaitedSignOff], chosen: list[str], done_on: date
) -> HttpResponse:
    known = {each.choice: each for each in awaited}
    if any(value not in known for value in chosen):
        # Confirmed meanwhile, or never theirs to confirm.
        stale = [value for value in chosen if value not in known]
        if len(stale) == len(set(chosen)):
            raise PermissionDenied
        chosen = [value for value in chosen if value in known]
    by_item: dict[str, list[int]] = {}
    for value in set(chosen):
        by_item.setdefault(known[value].item_key, []).append(known[value].enrolment_pk)
    completed = 0
    people = {known[value].person_pk for value in chosen}
    with in_place_of_managers(request, people, today()):
        for item_key, enrolments in by_item.items():
            completed += len(
                sign_off(
                    enrolments=list(Enrolment.objects.filter(pk__in=enrolments)),
                    item_key=item_key,
                    done_on=done_on,
                    by=acting_user(request),
                    at=timezone.now(),
                )
            )
    messages.success(
        request,
        ngettext("%(count)s is confirmed.", "%(count)s are confirmed.", len(set(chosen)))
        % {"count": len(set(chosen))}
        + (
            " "
            + ngettext(
                "%(count)s course was completed by it.",
                "%(count)s courses were completed by it.",
                completed,
            )
            % {"count": completed}
            if completed
            else ""
        ),
    )
    if request.GET.getlist("person"):
        return redirect(back(request))
    return redirect("competence:signoffs")
