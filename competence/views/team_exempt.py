"""A manager asks for exemptions for those chosen: for a time, with a reason, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from competence.figures.requested import Subject, subjects
from competence.models import ExemptionRequest
from competence.services.exemption_requests import (
    ExemptionRequestError,
    Wanted,
    request_exemptions,
)
from competence.views.scope import acting_user, in_place_of_managers
from competence.views.team_actions import (
    back,
    chosen,
    nobody_chosen,
    remember,
    withdraw_requests,
)
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.lib.dates import add_months, today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form
from lms.lib.numbers import whole_number

USUAL_MONTHS = 6
REASONS = {
    "roll": gettext_lazy("Has learnt the same in another role"),
    "vikarie": gettext_lazy("Substitutes for a short time without contact with children"),
    "byter": gettext_lazy("Changes to work without the requirement"),
    "slutar": gettext_lazy("The employment ends soon"),
    "planerad": gettext_lazy("Leave is planned"),
    "kurs": gettext_lazy("The next course is later than the due day"),
}
"""Reasons one can press; none of them is about health."""
OWN_WORDS = "egna"


class ExemptForm(Form):
    starts_on = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )
    motive = forms.CharField(
        label=gettext_lazy("The reason in your own words"),
        required=False,
        max_length=300,
        validators=[refuse_personal_data],
        widget=forms.TextInput(attrs={"class": "input", "aria-describedby": "stopp"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def team_exempt(request: HttpRequest) -> HttpResponse:
    """What can be asked for those chosen; the reason is the button that sends it."""
    day = today()
    members = chosen(request, day)
    if not members:
        return nobody_chosen(request)
    found = subjects(members)
    form = ExemptForm(
        request.POST or None,
        initial={
            "starts_on": day,
            "ends_on": add_months(day, USUAL_MONTHS) - timedelta(days=1),
        },
    )
    wanted = request.POST.getlist("what")
    if request.method == "POST" and form.is_valid():
        if not wanted:
            messages.warning(request, _("Choose what the exemption is for."))
        elif _ask(request, form, _of(found, wanted)):
            return redirect(back(request))
    return render(
        request,
        "competence/team_exempt.html",
        {
            "members": members,
            "subjects": found,
            "wanted": wanted
            if request.method == "POST"
            else [each.choice for each in found if each.suggested],
            "form": form,
            "reasons": REASONS,
            "own_words": OWN_WORDS,
            "back": back(request),
            "day": day,
        },
    )


def _of(found: Sequence[Subject], wanted: Sequence[str]) -> list[Subject]:
    """What the form names, within what can be asked for; something else was never on it."""
    known = {each.choice: each for each in found}
    if unknown := set(wanted) - known.keys():
        raise PermissionDenied(", ".join(sorted(unknown)))
    return [known[choice] for choice in dict.fromkeys(wanted)]


def _ask(request: HttpRequest, form: ExemptForm, asked: Sequence[Subject]) -> bool:
    """Whether the request was made; what stopped it stands on the form."""
    areas = dict(CompetenceArea.objects.values_list("code", "pk"))
    levels = dict(TrainingLevel.objects.values_list("number", "pk"))
    pressed = request.POST.get("reason", "")
    reason = str(REASONS.get(pressed, "")) or form.cleaned_data["motive"]
    people = {each.person_pk for each in asked}
    try:
        with in_place_of_managers(request, people, today()):
            made = request_exemptions(
                wanted=[
                    Wanted(each.person_pk, areas[each.area], levels[each.level]) for each in asked
                ],
                starts_on=form.cleaned_data["starts_on"],
                ends_on=form.cleaned_data["ends_on"],
                reason=reason,
                by=acting_user(request),
                at=timezone.now(),
            )
    except ExemptionRequestError as error:
        form.add_error("motive" if not reason else "ends_on", str(error))
        return False
    except ValidationError as error:
        form.add_error("motive", error)
        return False
    remember(
        request,
        "requests",
        [each.pk for each in made],
        ngettext(
            "%(count)s exemption is asked for. The coordinator decides.",
            "%(count)s exemptions are asked for. The coordinator decides.",
            len(made),
        )
        % {"count": len(made)},
    )
    return True


@require_POST
def team_withdraw_request(request: HttpRequest) -> HttpResponse:
    """Take back one of one's own requests that nobody has decided."""
    pks = [whole_number(text) or 0 for text in request.POST.getlist("request")]
    withdraw_requests(request, ExemptionRequest.objects.filter(pk__in=pks))
    return redirect(back(request))
