"""The correction of what was recorded, in the admin: one record at a time, found by what the case
says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from competence.fact_forms import ReasonForm, RecordForm, RevokeGivenForm, RightFactForm
from competence.forms import WithdrawForm
from competence.models import Achievement, OutsideRecord, SignInSheet
from competence.services.consequences import consequences_of_correcting
from competence.services.corrections import (
    CorrectionError,
    correct_name,
    put_right,
    revoke_achievement,
)
from competence.services.withdrawn_records import (
    WithdrawalError,
    can_be_put_back,
    put_record_back,
    withdraw_outside_record,
)
from competence.views.admin_sheets import may_open_sheet
from competence.views.on_day import OPENED
from competence.views.scope import acting_user
from courses.models import Certificate
from lms.audit.services import Entry, record, record_many
from lms.lib.dates import today
from lms.people.models import Person, User

ONE_HOUR = 60 * 60


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, f"competence/admin/{template}.html", context | {"day": today()})


def _said(error: ValueError | ValidationError) -> list[str]:
    """A service's refusal, as a form shows it."""
    return error.messages if isinstance(error, ValidationError) else [str(error)]


def achievements(request: HttpRequest) -> HttpResponse:
    """One record to correct, found by what the case says of it. Asking about somebody is itself
    recorded, also where nothing is found: that too says how they stand. The addresses of its
    decisions are for this account and this hour only."""
    form = RecordForm(request.GET or None)
    case = form.case() if form.is_valid() else None
    by, now = acting_user(request), timezone.now()
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
                "area": asked["area"].code if asked["area"] else None,
                "achieved_on": asked["achieved_on"].isoformat(),
                "records": len(case.achievements) + len(case.records) if case else 0,
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
        records=[(row, _signed(by, "record", row.pk), _sheet_of(row, by)) for row in case.records]
        if case
        else [],
        restorable={
            row.pk for row in (case.records if case else ()) if can_be_put_back(row, at=now)
        },
        correct=_signed(by, "certificate", case.certificate.pk)
        if case and case.certificate and not case.certificate.superseded_by_id
        else "",
        header_title=_("Correct what was recorded"),
        header_icon="check",
    )


def _sheet_of(row: OutsideRecord, by: User) -> SignInSheet | None:
    """The sign-in sheet that the record came of, while the reader may open it."""
    claim = row.recognitions.exclude(sheet=None).select_related("sheet").order_by("pk").first()
    sheet = claim.sheet if claim else None
    return sheet if sheet and may_open_sheet(by, sheet, at=timezone.now()) else None


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
        Achievement.objects.select_related(
            "person", "area", "level", "completion__version", "outside_record__outside_course"
        ),
        pk=_unsigned(by, "achievement", token),
    )
    outside = achievement.outside_record
    rests_on = outside if outside is not None and outside.withdrawn_at is None else None
    form_class = RevokeGivenForm if rests_on else WithdrawForm
    # What is revoked from a day to come still counts, and could no longer be put right.
    form = form_class(
        request.POST or None,
        initial={"on": today()},
        earliest=achievement.achieved_on,
        latest=max(today(), achievement.achieved_on),
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            if rests_on is not None and asked["wrong"] == RevokeGivenForm.RECORD:
                withdraw_outside_record(
                    record=rests_on, reason=asked["reason"], by=by, at=timezone.now()
                )
            else:
                revoke_achievement(
                    achievement=achievement, on=asked["on"], reason=asked["reason"], by=by
                )
        except (CorrectionError, WithdrawalError, ValidationError) as error:
            form.add_error(None, _said(error))
        else:
            messages.success(request, _("It no longer counts."))
            return redirect("competence_admin:achievements")
    note = ""
    if achievement.completion:
        note = _(
            "The course %(course)s gave it. The certificate, and everything else the course gave "
            "that day, is revoked with it."
        ) % {"course": achievement.completion.version.title}
    elif rests_on is not None:
        note = _("A rule gave it for %(course)s.") % {"course": rests_on.outside_course}
    return _page(
        request,
        "form",
        form=form,
        button=_("Revoke"),
        about=f"{achievement.person}, {achievement.area}, {achievement.level}",
        note=note,
        header_title=_("Revoke what was recorded"),
        header_icon="cross",
    )


def _by_reason(
    request: HttpRequest, act: Callable[[str], object], done: str, **page: Any
) -> HttpResponse:
    """A page that asks for the reason of one act, and does it."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except (CorrectionError, WithdrawalError, ValidationError) as error:
            form.add_error(None, _said(error))
        else:
            messages.success(request, done)
            return redirect("competence_admin:achievements")
    return _page(request, "form", form=form, **page)


def withdraw_record(request: HttpRequest, token: str) -> HttpResponse:
    """The record of an outside course, taken back with everything the rules gave by it."""
    by = acting_user(request)
    row = _record(by, token)
    given = row.achievements.standing().select_related("area", "level").order_by("area__code")
    return _by_reason(
        request,
        lambda reason: withdraw_outside_record(record=row, reason=reason, by=by, at=timezone.now()),
        _("The record of the course is taken back."),
        button=_("Take the record back"),
        about=_about(row),
        note=_("What the rules gave by it never counted: %(given)s.")
        % {"given": "; ".join(f"{each.area.name}, {each.level.name}" for each in given)}
        if given
        else _("The rules have given nothing by it, and will not."),
        header_title=_("Take back the record of a course"),
        header_icon="cross",
    )


def record_back(request: HttpRequest, token: str) -> HttpResponse:
    by = acting_user(request)
    row = _record(by, token)
    return _by_reason(
        request,
        lambda reason: put_record_back(record=row, reason=reason, by=by, at=timezone.now()),
        _("The record of the course is put back."),
        button=_("Put the record back"),
        about=_about(row),
        note=_("What the rules gave by it counts again, and so does what they give by now."),
        header_title=_("Put back the record of a course"),
        header_icon="undo",
    )


def _record(by: User, token: str) -> OutsideRecord:
    return get_object_or_404(
        OutsideRecord.objects.select_related("person", "outside_course"),
        pk=_unsigned(by, "record", token),
    )


def _about(row: OutsideRecord) -> str:
    return f"{row.person}, {row.outside_course}, {row.completed_on:%Y-%m-%d}"


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
    form = RightFactForm(request.POST or None, initial=initial, today=day)
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
