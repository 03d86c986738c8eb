"""Decisions about people and levels in the admin: key persons, exemptions, and the correction of
what was recorded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from competence.forms import (
    CaseForm,
    EndForm,
    ExemptionForm,
    NamingForm,
    ReasonForm,
    RightFactForm,
    WithdrawForm,
)
from competence.models import Achievement, Exemption, ExemptionRequest, KeyPersonAssignment
from competence.services.consequences import consequences_of_correcting
from competence.services.corrections import (
    CorrectionError,
    correct_name,
    put_right,
    revoke_achievement,
)
from competence.services.exemption_requests import (
    ExemptionRequestError,
    decide_exemption_requests,
)
from competence.services.exemptions import (
    ExemptionError,
    grant_exemption,
    withdraw_exemption,
)
from competence.services.namings import NamingError, end_naming, name_key_person
from competence.views.on_day import OPENED
from competence.views.scope import acting_user
from courses.models import Certificate
from lms.audit.services import Entry, record, record_many
from lms.lib.dates import today
from lms.people.models import Person, User

PAGE_SIZE = 50
ONE_HOUR = 60 * 60


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, f"competence/admin/{template}.html", context | {"day": today()})


def _said(error: ValueError | ValidationError) -> list[str]:
    """A service's refusal, as a form shows it."""
    return error.messages if isinstance(error, ValidationError) else [str(error)]


def namings(request: HttpRequest) -> HttpResponse:
    """Who is named, and the form for one more."""
    form = NamingForm(request.POST or None, initial={"starts_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            naming = name_key_person(by=acting_user(request), **form.cleaned_data)
        except (NamingError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
        else:
            messages.success(
                request,
                _("%(person)s is named in %(group)s.")
                % {"person": naming.person, "group": naming.key_group},
            )
            return redirect("competence_admin:namings")
    day = today()
    standing = (
        KeyPersonAssignment.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day), withdrawn_at__isnull=True
        )
        .select_related("person", "key_group")
        .order_by("key_group__code", "person__family_name", "person__given_name")
    )
    return _page(
        request,
        "namings",
        form=form,
        page=Paginator(standing, PAGE_SIZE).get_page(request.GET.get("p")),
        header_title=_("Key persons"),
        header_icon="user",
    )


def end(request: HttpRequest, pk: int) -> HttpResponse:
    naming = get_object_or_404(
        KeyPersonAssignment.objects.select_related("person", "key_group"), pk=pk
    )
    form = EndForm(request.POST or None, initial={"ends_on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            end_naming(naming=naming, by=acting_user(request), **form.cleaned_data)
        except NamingError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The naming is ended."))
            return redirect("competence_admin:namings")
    return _page(
        request,
        "form",
        form=form,
        button=_("End the naming"),
        about=f"{naming.person}, {naming.key_group}",
        header_title=_("End a naming"),
        header_icon="user",
    )


def exemptions(request: HttpRequest) -> HttpResponse:
    """The exemptions that stand, and the form for one more."""
    form = ExemptionForm(request.POST or None, initial={"starts_on": today()})
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
        header_title=_("Exemptions"),
        header_icon="minus-inverse",
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
    form = WithdrawForm(request.POST or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_exemption(exemption=exemption, by=acting_user(request), **form.cleaned_data)
        except ExemptionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The exemption is withdrawn."))
            return redirect("competence_admin:exemptions")
    return _page(
        request,
        "form",
        form=form,
        button=_("Withdraw the exemption"),
        about=f"{exemption.person}, {exemption.area}, {exemption.level}",
        header_title=_("Withdraw an exemption"),
        header_icon="minus-inverse",
    )


def achievements(request: HttpRequest) -> HttpResponse:
    """One record to correct, found by what the case says of it. Asking about somebody is itself
    recorded, also where nothing is found: that too says how they stand. The addresses of its
    decisions are for this account and this hour only."""
    form = CaseForm(request.GET or None)
    case = form.case() if form.is_valid() else None
    by = acting_user(request)
    if case is not None and case.certificate:
        opened = case.certificate.person
        record("person.achievements_opened", opened, by=by, person=opened)
    elif form.is_valid() and not form.cleaned_data["code"]:
        asked = form.cleaned_data
        record(
            "person.achievements_opened",
            asked["person"],
            by=by,
            person=asked["person"],
            after={
                "area": asked["area"].code,
                "achieved_on": asked["achieved_on"].isoformat(),
                "records": len(case.achievements) if case else 0,
            },
        )
    return _page(
        request,
        "achievements",
        form=form,
        case=case,
        rows=[(row, _signed(by, "achievement", row.pk)) for row in case.achievements]
        if case
        else [],
        correct=_signed(by, "certificate", case.certificate.pk)
        if case and case.certificate and not case.certificate.superseded_by_id
        else "",
        header_title=_("Correct what was recorded"),
        header_icon="tick",
    )


def _signed(by: User, kind: str, pk: int) -> str:
    return signing.dumps(pk, salt=f"competence.{kind}.{by.pk}")


def _unsigned(by: User, kind: str, token: str) -> int:
    """The record behind an address that `achievements` gave the account within the hour."""
    try:
        return int(signing.loads(token, salt=f"competence.{kind}.{by.pk}", max_age=ONE_HOUR))
    except signing.BadSignature:
        raise Http404 from None


def revoke(request: HttpRequest, token: str) -> HttpResponse:
    by = acting_user(request)
    achievement = get_object_or_404(
        Achievement.objects.select_related("person", "area", "level", "completion__version"),
        pk=_unsigned(by, "achievement", token),
    )
    form = WithdrawForm(request.POST or None, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            revoke_achievement(achievement=achievement, by=by, **form.cleaned_data)
        except CorrectionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It no longer counts."))
            return redirect("competence_admin:achievements")
    completion = achievement.completion
    return _page(
        request,
        "form",
        form=form,
        button=_("Revoke"),
        about=f"{achievement.person}, {achievement.area}, {achievement.level}",
        note=_(
            "The course %(course)s gave it. The certificate, and everything else the course gave "
            "that day, is revoked with it."
        )
        % {"course": completion.version.title}
        if completion
        else "",
        header_title=_("Revoke what was recorded"),
        header_icon="cross",
    )


def put_it_right(request: HttpRequest, token: str) -> HttpResponse:
    """What should have been recorded, what that would change, and then the correction: the wrong
    fact is revoked from the day it was reached, the right one recorded."""
    by, day = acting_user(request), today()
    achievement = get_object_or_404(
        Achievement.objects.select_related("person", "area", "level", "completion__version"),
        pk=_unsigned(by, "achievement", token),
    )
    initial = {
        "person": achievement.person.person_id,
        "area": achievement.area_id,
        "level": achievement.level_id,
        "achieved_on": achievement.achieved_on,
        "valid_until": achievement.valid_until,
    }
    form = RightFactForm(request.POST or None, initial=initial)
    changes = None
    if request.method == "POST" and form.is_valid():
        right, now = form.right(), timezone.now()
        try:
            if "save" in request.POST:
                reason = form.cleaned_data["reason"]
                put_right(
                    achievement=achievement, right=right, reason=reason, by=by, day=day, at=now
                )
                messages.success(
                    request, _("It is put right. Those concerned and their managers are told.")
                )
                return redirect("competence_admin:achievements")
            changes = consequences_of_correcting(
                achievement=achievement, right=right, by=by, day=day, at=now
            )
            # A look shows how those concerned stand, whoever the form names.
            _note_opened({achievement.person, right.person}, form.cleaned_data["reason"], by)
        except (CorrectionError, ValidationError) as error:
            form.add_error(None, _said(error))
    return _page(
        request,
        "put_right",
        form=form,
        achievement=achievement,
        changes=changes,
        header_title=_("Put right what was recorded"),
        header_icon="edit",
    )


def _note_opened(people: set[Person], reason: str, by: User) -> None:
    record_many(
        (
            Entry(OPENED, "people.person", str(person.pk), person.pk, reason=reason)
            for person in sorted(people, key=lambda each: each.pk)
        ),
        by=by,
    )


def correct_certificate(request: HttpRequest, token: str) -> HttpResponse:
    by = acting_user(request)
    certificate = get_object_or_404(
        Certificate.objects.select_related("person"), pk=_unsigned(by, "certificate", token)
    )
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            replacement = correct_name(certificate=certificate, by=by, **form.cleaned_data)
        except CorrectionError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("The certificate is replaced by %(code)s.") % {"code": replacement.code},
            )
            return redirect("competence_admin:achievements")
    return _page(
        request,
        "form",
        form=form,
        button=_("Issue a new certificate"),
        about=f"{certificate.course_title}, {certificate.code}",
        note=_("Printed on it: %(printed)s. In the register: %(name)s.")
        % {"printed": certificate.name, "name": certificate.person.name},
        header_title=_("Correct the name on a certificate"),
        header_icon="edit",
    )
