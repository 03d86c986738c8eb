"""Standing programmes in the admin: topics, functions, and the year's turns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.figures.programme import programme_year
from competence.models import ProgrammeMember, ProgrammeTopic, ProgrammeTurn, StandingProgramme
from competence.services.programme import (
    ProgrammeError,
    add_member,
    add_topic,
    choose_topic,
    create_programme,
    end_part,
    mark_held,
    plan_year,
)
from competence.training_forms import LastDayForm, MemberForm, ProgrammeForm, TopicForm, TurnForm
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.numbers import whole_number

ICON = "rotate"


def programmes(request: HttpRequest) -> HttpResponse:
    """The standing programmes, and the form for one more."""
    form = ProgrammeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = create_programme(by=acting_user(request), **form.cleaned_data)
        return redirect("competence_admin:programme", made.key_group.code)
    return render(
        request,
        "competence/admin/programmes.html",
        {
            "programmes": StandingProgramme.objects.select_related("key_group"),
            "form": form,
            "header_title": _("Standing programmes"),
            "header_icon": ICON,
        },
    )


def _programme(code: str) -> StandingProgramme:
    return get_object_or_404(
        StandingProgramme.objects.select_related("key_group"), key_group__code=code
    )


def asked_year(request: HttpRequest) -> int:
    """The year asked for, near enough to today to be one; otherwise this one."""
    year = today().year
    asked = whole_number(request.GET.get("ar", "")) or year
    return asked if abs(asked - year) <= 10 else year


def programme(request: HttpRequest, code: str) -> HttpResponse:
    """A year of a programme, its topics and its functions."""
    row, day = _programme(code), today()
    asked = request.POST.get("vad") if request.method == "POST" else None
    topic = TopicForm(
        request.POST if asked == "amne" else None, initial={"starts_on": day}, prefix="amne"
    )
    member = MemberForm(
        request.POST if asked == "funktion" else None, initial={"starts_on": day}, prefix="funktion"
    )
    if asked == "amne" and topic.is_valid():
        add_topic(programme=row, by=acting_user(request), **topic.cleaned_data)
        messages.success(request, _("The topic is added."))
        return redirect("competence_admin:programme", code)
    if asked == "funktion" and member.is_valid():
        add_member(programme=row, by=acting_user(request), **member.cleaned_data)
        messages.success(request, _("The function is added."))
        return redirect("competence_admin:programme", code)
    shown = programme_year(row, asked_year(request), day)
    return render(
        request,
        "competence/admin/programme.html",
        {
            "shown": shown,
            "topics": row.topics.select_related("area"),
            "members": row.members.select_related("organisation"),
            "topic_form": topic,
            "member_form": member,
            "day": day,
            "header_title": row.name,
            "header_icon": ICON,
        },
    )


@require_POST
def plan_programme(request: HttpRequest, code: str, year: int) -> HttpResponse:
    row, day = _programme(code), today()
    if not day.year <= year <= day.year + 1:
        messages.error(request, _("This year and the next can be planned."))
        return redirect("competence_admin:programme", code)
    try:
        made = plan_year(programme=row, year=year, day=day, by=acting_user(request))
    except ProgrammeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(number)s turns are planned.") % {"number": len(made)})
    response = redirect("competence_admin:programme", code)
    response["Location"] += f"?ar={year}"
    return response


def turn(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Another topic for a turn, or the day on which it was held."""
    row, day = _programme(code), today()
    turn = get_object_or_404(
        ProgrammeTurn.objects.select_related("member", "topic"), pk=pk, member__programme=row
    )
    form = TurnForm(
        request.POST or None, member=turn.member, day=day, initial={"topic": turn.topic_id}
    )
    if request.method == "POST" and form.is_valid():
        by, given = acting_user(request), form.cleaned_data
        try:
            if given["topic"] != turn.topic:
                choose_topic(turn=turn, topic=given["topic"], by=by)
            if given["held_on"]:
                mark_held(turn=turn, on=given["held_on"], day=day, by=by)
        except ProgrammeError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The turn is saved."))
            response = redirect("competence_admin:programme", code)
            response["Location"] += f"?ar={turn.year}"
            return response
    return _form(
        request,
        form,
        title=_("Turn in the programme"),
        about=_("%(function)s, quarter %(quarter)s %(year)s")
        % {"function": turn.member, "quarter": turn.quarter, "year": turn.year},
        note=_("Once it is marked as held it stands."),
        button=_("Save"),
    )


def end_programme_part(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """The last day of a topic or of a function."""
    row = _programme(code)
    model: Any = ProgrammeTopic if kind == "amne" else ProgrammeMember
    part = get_object_or_404(model, pk=pk, programme=row)
    form = LastDayForm(request.POST or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            end_part(part=part, on=form.cleaned_data["on"], by=acting_user(request))
        except (ProgrammeError, ValidationError) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The last day is written."))
            return redirect("competence_admin:programme", code)
    return _form(
        request,
        form,
        title=_("Last day in the programme"),
        about=str(part),
        note=_("Turns after that which were not held are taken away."),
        button=_("End it"),
    )


def _form(
    request: HttpRequest, form: Any, *, title: str, about: str, note: str, button: str
) -> HttpResponse:
    return render(
        request,
        "competence/admin/form.html",
        {
            "form": form,
            "button": button,
            "about": about,
            "note": note,
            "header_title": title,
            "header_icon": ICON,
        },
    )
