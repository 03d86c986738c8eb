"""Exemptions in the admin: those that stand, one more, and what managers ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.fact_forms import ExemptionForm
from competence.forms import STOP, WithdrawForm
from competence.models import Exemption, ExemptionRequest
from competence.services.exemption_requests import (
    ExemptionRequestError,
    decide_exemption_requests,
)
from competence.services.exemptions import (
    ExemptionError,
    grant_exemption,
    withdraw_exemption,
)
from competence.views.scope import acting_user
from lms.lib.dates import today

PAGE_SIZE = 50
SOON = timedelta(days=365)
"""How far ahead an exemption without a last day may be withdrawn."""


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, f"competence/admin/{template}.html", context | {"day": today()})


def _said(error: ValueError | ValidationError) -> list[str]:
    """A service's refusal, as a form shows it."""
    return error.messages if isinstance(error, ValidationError) else [str(error)]


def exemptions(request: HttpRequest) -> HttpResponse:
    """The exemptions that stand, and the form for one more."""
    form = ExemptionForm(request.POST or None, initial={"starts_on": today()}, today=today())
    if request.method == "POST" and form.is_valid():
        try:
            grant_exemption(by=acting_user(request), **form.cleaned_data)
        except (ExemptionError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
        else:
            messages.success(request, _("The exemption is decided."))
            return redirect("competence_admin:exemptions")
    standing = (
        Exemption.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today()), withdrawn_at__isnull=True
        )
        .select_related("person", "area", "level")
        .order_by("-starts_on", "-pk")
    )
    return _page(
        request,
        "exemptions",
        form=form,
        waiting=ExemptionRequest.objects.waiting().select_related(
            "person", "area", "level", "requested_by"
        )[:PAGE_SIZE],
        page=Paginator(standing, PAGE_SIZE).get_page(request.GET.get("p")),
        stop=STOP,
        header_title=_("Exemptions"),
        header_icon="minus",
    )


@require_POST
def decide_request(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant or refuse one exemption that a manager asks for."""
    granted = "grant" in request.POST
    try:
        decided = decide_exemption_requests(
            requests=ExemptionRequest.objects.filter(pk=pk),
            granted=granted,
            reason=request.POST.get("reason", ""),
            by=acting_user(request),
            at=timezone.now(),
        )
    except (ExemptionRequestError, ValidationError) as error:
        messages.error(request, " ".join(_said(error)))
    else:
        if not decided:
            messages.warning(request, _("The request is already decided or taken back."))
        elif granted:
            messages.success(request, _("The exemption is decided."))
        else:
            messages.success(request, _("The request is refused."))
    return redirect("competence_admin:exemptions")


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    exemption = get_object_or_404(
        Exemption.objects.select_related("person", "area", "level"), pk=pk
    )
    # One that has not begun is withdrawn from its first day.
    form = WithdrawForm(
        request.POST or None,
        initial={"on": max(today(), exemption.starts_on)},
        earliest=exemption.starts_on,
        latest=exemption.ends_on or max(today(), exemption.starts_on) + SOON,
    )
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_exemption(exemption=exemption, by=acting_user(request), **form.cleaned_data)
        except ExemptionError as error:
            form.add_error(None, str(error))
        else:
            on = form.cleaned_data["on"]
            messages.success(
                request,
                _("The exemption is withdrawn.")
                if on <= today()
                else _("The exemption is withdrawn from %(day)s. Until then it holds.")
                % {"day": date_format(on)},
            )
            return redirect("competence_admin:exemptions")
    return _page(
        request,
        "form",
        form=form,
        button=_("Withdraw the exemption"),
        about=f"{exemption.person}, {exemption.area}, {exemption.level}",
        header_title=_("Withdraw an exemption"),
        header_icon="minus",
    )
