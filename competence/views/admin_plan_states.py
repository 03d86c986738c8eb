"""The way of a version in the admin, the same for both plans: out for consultation, to preparation,
back to a new draft, its registry number, and out of force."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.figures.way import way_of
from competence.models import DecidedDocument
from competence.plan_forms import RegistryForm, RepealForm, SendOutForm, StepForm, TakeBackForm
from competence.services.consultations import ConsultationError, open_consultation
from competence.services.plan_states import (
    PlanError,
    Status,
    add_registry_number,
    repeal,
    send_on,
)
from competence.views.as_seen import mark_of, refuse_unseen
from competence.views.plan_kinds import PlanKind, version_or_404
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.forms import Form

_USUAL_DAYS = 42


def _page(
    request: HttpRequest,
    found: tuple[PlanKind, DecidedDocument],
    form: Form,
    *,
    title: str,
    text: str,
    button: str,
    act: Callable[[], DecidedDocument | None],
    done: str,
    danger: bool = False,
) -> HttpResponse:
    """A step that is confirmed by its form: what it does in words, the facts of it, the verb."""
    plan, version = found
    # A number is given again when a draft is thrown away: the page may have been of another.
    seen = mark_of(version.pk)
    if request.method == "POST" and form.is_valid() and not refuse_unseen(request, form, seen):
        try:
            after = act() or version
            messages.success(request, done)
            return redirect(plan.admin_page, after.number)
        except (PlanError, ConsultationError) as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error(None, error.messages)
    return render(
        request,
        "competence/admin/version_step.html",
        {
            "plan": plan,
            "version": version,
            "way": way_of(version, today()),
            "form": form,
            "text": text,
            "button": button,
            "danger": danger,
            "seen": seen,
            "header_title": title,
            "header_icon": "doc-full-inverse",
        },
    )


def send_out(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Out for consultation: whom, until when, about what."""
    found = version_or_404(kind, number)
    _plan, version = found
    if not version.is_draft:
        raise Http404
    day = today()
    form = SendOutForm(
        request.POST or None,
        day=day,
        initial={"closes_on": day + timedelta(days=_USUAL_DAYS)},
    )

    def act() -> None:
        open_consultation(
            version=version,
            opened_on=day,
            closes_on=form.cleaned_data["closes_on"],
            units=form.cleaned_data["units"],
            organisations=form.organisations(),
            question=form.cleaned_data["question"],
            by=acting_user(request),
            at=timezone.now(),
        )

    return _page(
        request,
        found,
        form,
        title=_("Send version %(number)s out for consultation") % {"number": number},
        text=_(
            "From then on the version is locked, so that everyone answers on the same text. To "
            "change it you take it back, and go on with a new draft."
        ),
        button=_("Send out for consultation"),
        act=act,
        done=_("The version is out for consultation, and those you chose have been told."),
    )


def prepare(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """To preparation: the consultation, if there was one, ends."""
    found = version_or_404(kind, number)
    _plan, version = found
    if not (version.is_draft or (version.is_sent and version.status == Status.CONSULTATION)):
        raise Http404
    day = today()
    form = StepForm(request.POST or None, day=day, initial={"taken_on": day})
    text = (
        _("The version is locked. There has been no consultation, and its way says so.")
        if version.is_draft
        else _("The consultation ends now: no more views are taken.")
    )
    return _page(
        request,
        found,
        form,
        title=_("Send version %(number)s to preparation") % {"number": number},
        text=text,
        button=_("Send to preparation"),
        act=lambda: send_on(
            version=version, to=Status.PREPARATION, by=acting_user(request), **form.cleaned_data
        ),
        done=_("The version is in preparation."),
    )


def take_back(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Back to a draft: a new one, with the same content."""
    found = version_or_404(kind, number)
    plan, version = found
    if not version.is_sent:
        raise Http404
    day = today()
    form = TakeBackForm(request.POST or None, day=day, initial={"taken_on": day})
    return _page(
        request,
        found,
        form,
        title=_("Take version %(number)s back") % {"number": number},
        text=_(
            "The version is closed and stays readable as it was sent, with what was said of it. "
            "You go on with a new draft that says the same and has a number of its own."
        ),
        button=_("Take back and make a draft"),
        act=lambda: plan.take_back(version=version, by=acting_user(request), **form.cleaned_data),
        done=_("The version is closed. This is the draft that it continues as."),
    )


def add_number(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The registry number that was missing."""
    found = version_or_404(kind, number)
    _plan, version = found
    if version.status != Status.ADOPTED or version.registry_number:
        raise Http404
    form = RegistryForm(request.POST or None)
    return _page(
        request,
        found,
        form,
        title=_("Registry number of version %(number)s") % {"number": number},
        text=_("It is added to the decision once, and cannot be changed afterwards."),
        button=_("Add the registry number"),
        act=lambda: add_registry_number(
            version=version, by=acting_user(request), **form.cleaned_data
        ),
        done=_("The registry number is added."),
    )


def repeal_version(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The decision that a version no longer applies."""
    found = version_or_404(kind, number)
    _plan, version = found
    if version.status != Status.ADOPTED or version.repealed_on:
        raise Http404
    day = today()
    form = RepealForm(
        request.POST or None,
        version=version,
        day=day,
        initial={"repealed_on": day, "decided_on": day},
    )

    def act() -> None:
        asked: dict[str, Any] = form.cleaned_data
        repeal(version=version, day=day, by=acting_user(request), **asked)

    return _page(
        request,
        found,
        form,
        title=_("Repeal version %(number)s") % {"number": number},
        text=_(
            "From that day no plan is in force until another one is: no requirement applies to "
            "anybody, and no earlier version comes back. A repeal cannot be taken back."
        ),
        button=_("Repeal the version"),
        act=act,
        done=_("The version is repealed."),
        danger=True,
    )
