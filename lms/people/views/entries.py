"""What HR's file does not carry, entered by hand: people, posts, leave, units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from lms.people.entry_forms import (
    EmploymentEntryForm,
    LastDayForm,
    LeaveEntryForm,
    PersonEntryForm,
    UnitEntryForm,
)
from lms.people.models import Employment, Person
from lms.people.services import records
from lms.people.views.reader import reader


def form_page(
    request: HttpRequest, form: BaseForm, *, title: str, button: str, icon: str, intro: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "button": button,
        "intro": intro,
        "similar": getattr(form, "similar", []),
        "header_title": title,
        "header_icon": icon,
    }
    return render(request, "people/form.html", context)


def _stored(
    request: HttpRequest, form: BaseForm, service: Callable[..., Any], **given: Any
) -> models.Model | None:
    """What the service made of a valid form; None where form or service refuses, with the reason
    on the form."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made: models.Model = service(**given, **form.cleaned_data, by=reader(request))
    except ValidationError as error:
        for message in error.messages:
            form.add_error(None, message)
        return None
    return made


def add_person(request: HttpRequest) -> HttpResponse:
    form = PersonEntryForm(request.POST or None)
    if person := _stored(request, form, records.add_person):
        messages.success(request, _("The person is in the register."))
        return redirect("people_admin:person", person.pk)
    return form_page(
        request,
        form,
        title=_("New person"),
        button=_("Add the person"),
        icon="user",
        intro=_(
            "For people whom HR's file does not hold: elected representatives, partners' guests, "
            "somebody who begins before HR knows. Employees come with the next import."
        ),
    )


def add_employment(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.current(), pk=pk)
    form = EmploymentEntryForm(request.POST or None)
    if _stored(request, form, records.add_employment, person=person):
        messages.success(request, _("The employment is in the register."))
        return redirect("people_admin:person", person.pk)
    return form_page(
        request,
        form,
        title=_("New employment: %(name)s") % {"name": person.name},
        button=_("Add the employment"),
        icon="user",
        intro=_("HR's next import ends an employment that its file does not hold."),
    )


def end_employment(request: HttpRequest, pk: int) -> HttpResponse:
    standing = Employment.objects.standing().select_related("person", "unit")
    employment = get_object_or_404(standing, pk=pk)
    form = LastDayForm(request.POST or None, initial={"last_day": employment.ends_on})
    if request.method == "POST" and form.is_valid():
        records.end_employment(
            employment=employment, on=form.cleaned_data["last_day"], by=reader(request)
        )
        messages.success(request, _("The last day is saved."))
        return redirect("people_admin:person", employment.person_id)
    return form_page(
        request,
        form,
        title=_("Last day: %(name)s") % {"name": employment.person.name},
        button=_("Save the last day"),
        icon="user",
        intro=str(employment),
    )


def add_leave(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.current(), pk=pk)
    form = LeaveEntryForm(request.POST or None)
    if _stored(request, form, records.add_leave, person=person):
        messages.success(request, _("The leave is in the register."))
        return redirect("people_admin:person", person.pk)
    return form_page(
        request,
        form,
        title=_("New leave: %(name)s") % {"name": person.name},
        button=_("Add the leave"),
        icon="user",
        intro=_("Only the days. Why somebody is on leave is never stored."),
    )


def add_unit(request: HttpRequest) -> HttpResponse:
    form = UnitEntryForm(request.POST or None)
    if _stored(request, form, records.add_unit):
        messages.success(request, _("The unit is in the register."))
        return redirect("people_admin:units")
    return form_page(request, form, title=_("New unit"), button=_("Add the unit"), icon="site")
