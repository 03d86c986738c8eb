"""The coordinator's partner organisations: who belongs to them, and which courses are shared with
them. Names of those who belong, since the coordinator decides it; of seats only about how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from courses.headcounts import Roughly
from courses.models import SeatQuota
from courses.organisation_forms import (
    ChangedQuotaForm,
    CorrectionForm,
    LastDayForm,
    MembershipForm,
    OrganisationForm,
    QuotaForm,
)
from courses.services.seats import QuotaError, change_quota, holders, set_quota
from courses.views.readers import reader
from lms.content.models import SiteSettings
from lms.lib.dates import ONE_DAY, today
from lms.people.access import Action, Obj, can
from lms.people.models import PartnerMembership, PartnerOrganisation, Person
from lms.people.services import partners


@dataclass(frozen=True)
class Given:
    """Seats in a course, and about how many are held."""

    quota: SeatQuota
    held: Roughly

    @property
    def is_over(self) -> bool:
        return self.held.at_least > self.quota.seats


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Every organisation in the directory; those that have ended last."""
    day = today()
    rows = list(PartnerOrganisation.objects.all())
    context = {
        "standing": [row for row in rows if row.ends_on is None or row.ends_on >= day],
        "ended": [row for row in rows if row.ends_on is not None and row.ends_on < day],
        "may_edit": _may_edit(request),
        "header_title": _("Partner organisations"),
        "header_icon": "group",
    }
    return render(request, "courses/admin/organisations.html", context)


def _may_edit(request: HttpRequest) -> bool:
    return can(request.user, Action.UPDATE, Obj.PARTNER_ORGANISATION, day=today())


@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: whom to contact, who belongs to it, its seats."""
    day = today()
    found = get_object_or_404(PartnerOrganisation, pk=pk)
    threshold = SiteSettings.load().suppression_threshold
    quotas = list(found.seat_quotas.select_related("course").order_by("-starts_on", "-pk"))
    held = holders(quotas)
    memberships = found.memberships.standing().select_related("person")
    context = {
        "organisation": found,
        "members": [row for row in memberships if row.ends_on is None or row.ends_on >= day],
        "former": [row for row in memberships if row.ends_on is not None and row.ends_on < day],
        "given": [Given(quota, Roughly(len(held[quota.pk]), threshold)) for quota in quotas],
        "day": day,
        "may_edit": _may_edit(request),
        "header_title": found.name,
        "header_icon": "group",
    }
    return render(request, "courses/admin/organisation.html", context)


def _stored(form: BaseForm, service: Callable[..., Any], **given: Any) -> Any:
    """What the service made of a valid form; None where it refuses, with why on the form."""
    try:
        return service(**given)
    except (partners.PartnerError, QuotaError) as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        for message in error.messages:
            form.add_error(None, message)
    return None


def _form(
    request: HttpRequest, form: Any, *, title: str, button: str, intro: str = "", back: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "button": button,
        "intro": intro,
        "back": back,
        "header_title": title,
        "header_icon": "group",
    }
    return render(request, "courses/admin/organisation_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = OrganisationForm(request.POST or None, initial={"starts_on": today()})
    if request.method == "POST" and form.is_valid():
        made = _stored(form, partners.add_organisation, **form.cleaned_data, by=reader(request))
        if made:
            messages.success(request, _("The organisation is in the directory."))
            return redirect("courses_admin:organisation", made.pk)
    return _form(
        request,
        form,
        title=_("New partner organisation"),
        button=_("Add the organisation"),
        intro=_("A function and its mailbox, never a person's own number or address."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(PartnerOrganisation, pk=pk)
    form = OrganisationForm(request.POST or None, instance=found)
    del form.fields["code"]
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        if _stored(
            form,
            partners.change_organisation,
            organisation=found,
            **wanted,
            by=reader(request),
            day=today(),
        ):
            messages.success(request, _("The organisation is changed."))
            return redirect("courses_admin:organisation", pk)
    return _form(request, form, title=found.name, button=_("Save"))


@require_http_methods(["GET", "HEAD", "POST"])
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Which guest, searched for by name among the guests alone."""
    found, day = get_object_or_404(PartnerOrganisation, pk=pk), today()
    searching = "search" in request.POST
    form = MembershipForm(
        None if searching or request.method != "POST" else request.POST,
        initial=request.POST.dict() if searching else {"starts_on": day},
        people=Person.objects.guests_on(day),
        day=day,
    )
    if form.is_bound and form.is_valid():
        wanted = {name: value for name, value in form.cleaned_data.items() if name != "q"}
        made = _stored(
            form, partners.open_membership, organisation=found, **wanted, by=reader(request)
        )
        if made:
            messages.success(
                request,
                _("%(name)s belongs to %(organisation)s.")
                % {"name": made.person.name, "organisation": found.name},
            )
            return redirect("courses_admin:organisation", pk)
    context = {
        "form": form,
        "organisation": found,
        "header_title": _("Who belongs to %(organisation)s?") % {"organisation": found.name},
        "header_icon": "user",
    }
    return render(request, "courses/admin/organisation_member.html", context)


def _membership(pk: int) -> PartnerMembership:
    standing = PartnerMembership.objects.standing().select_related("person", "organisation")
    return get_object_or_404(standing, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right who is the contact, and the days."""
    row = _membership(pk)
    form = CorrectionForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        if _stored(form, partners.correct_membership, membership=row, **wanted, by=reader(request)):
            messages.success(request, _("Saved."))
            return redirect("courses_admin:organisation", row.organisation_id)
    return _form(
        request, form, title=row.person.name, button=_("Save"), intro=row.organisation.name
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end_member(request: HttpRequest, pk: int) -> HttpResponse:
    row = _membership(pk)
    form = LastDayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        last = form.cleaned_data["last_day"]
        first_without = last + ONE_DAY if last else today()
        if _stored(
            form, partners.end_membership, membership=row, on=first_without, by=reader(request)
        ):
            messages.success(request, _("Saved."))
            return redirect("courses_admin:organisation", row.organisation_id)
    return _form(
        request,
        form,
        title=_("Shall %(name)s no longer belong to %(organisation)s?")
        % {"name": row.person.name, "organisation": row.organisation.name},
        button=_("End it"),
        intro=_("What the person has learnt stays with the person, and the account stays open."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def add_quota(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(PartnerOrganisation, pk=pk)
    form = QuotaForm(request.POST or None, initial={"starts_on": today()}, today=today())
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        if _stored(form, set_quota, organisation=found, **wanted, by=reader(request)):
            messages.success(request, _("The course is shared with the organisation."))
            return redirect("courses_admin:organisation", pk)
    return _form(
        request,
        form,
        title=_("Share a course with %(organisation)s") % {"organisation": found.name},
        button=_("Share the course"),
        intro=_("Only those who belong to the organisation use the seats."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def quota(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(SeatQuota.objects.select_related("course", "organisation"), pk=pk)
    form = ChangedQuotaForm(request.POST or None, instance=row, today=today())
    fewer = row.seats
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        changed = _stored(form, change_quota, quota=row, **wanted, by=reader(request), day=today())
        if changed:
            messages.success(request, _("The seats are changed."))
            if changed.seats < fewer:
                _say_what_lowering_means(request, changed)
            return redirect("courses_admin:organisation", row.organisation_id)
    return _form(
        request,
        form,
        title=f"{row.course.title}: {row.organisation.name}",
        button=_("Save"),
        intro=_(
            "With fewer seats than are held nobody loses theirs, and no more are given until there "
            "is room."
        ),
    )


def _say_what_lowering_means(request: HttpRequest, row: SeatQuota) -> None:
    """Only what the page itself tells: a lower number must not find out how many there are."""
    held = Roughly(len(holders([row])[row.pk]), SiteSettings.load().suppression_threshold)
    if held.at_least > row.seats:
        messages.warning(
            request,
            _("%(held)s hold a seat, which is more than there are now. Nobody loses theirs.")
            % {"held": str(held).capitalize()},
        )
