"""One sign-in sheet → everyone on it, in one step: matched and shown first. And the sheets that
were recorded, with their papers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competence.models import SignInSheet
from competence.recognition_forms import SheetForm
from competence.services.recognition import UNDO_DAYS, RecognitionError
from competence.services.sign_in_sheets import Rehearsal, record_sign_in_sheet, rehearse_sheet
from competence.views.admin_inbox import said
from competence.views.recognition import private_download
from competence.views.scope import acting_user
from lms.audit.services import Entry, record_many
from lms.lib.dates import today
from lms.people.access import Action, Obj, Scope, scopes
from lms.people.models import User

PAGE_SIZE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    by = acting_user(request)
    form = SheetForm(request.POST or None, request.FILES or None, by=by)
    rehearsal: Rehearsal | None = None
    if request.method == "POST":
        if form.is_valid():
            asked = form.cleaned_data
            try:
                rehearsal = rehearse_sheet(
                    text=asked["people"],
                    outside_course=asked["outside_course"],
                    completed_on=asked["completed_on"],
                    by=by,
                )
                # Written only as it was shown: whoever has come or gone since is shown anew.
                if request.POST.get("visat") == rehearsal.fingerprint and rehearsal.people:
                    return _write(request, form, rehearsal)
            except (RecognitionError, ValidationError) as error:
                form.add_error(None, said(error))
        form.keep()
    return render(
        request,
        "competence/admin/sheet.html",
        {
            "form": form,
            "rehearsal": rehearsal,
            "header_title": _("Sign-in sheet"),
            "header_icon": "mail",
            "day": today(),
        },
    )


def _write(request: HttpRequest, form: SheetForm, rehearsal: Rehearsal) -> HttpResponse:
    asked = form.cleaned_data
    _sheet, decided = record_sign_in_sheet(
        people=rehearsal.people,
        outside_course=asked["outside_course"],
        completed_on=asked["completed_on"],
        proof=form.proofs[0].proof if form.proofs else None,
        proof_name=form.proofs[0].name if form.proofs else "",
        by=acting_user(request),
        at=timezone.now(),
    )
    form.done()
    count = len(decided.recognitions)
    messages.success(
        request,
        ngettext(
            "The course is recorded for %(count)d person.",
            "The course is recorded for %(count)d people.",
            count,
        )
        % {"count": count},
    )
    return redirect("competence_admin:decided")


def may_open_sheet(by: User, sheet: SignInSheet, *, at: datetime) -> bool:
    """Who decides has something to do with a sheet while its decisions can be taken back; who only
    reads (an auditor) asks about it later."""
    day = today()
    if Scope.ALL not in scopes(by, Action.READ, Obj.RECOGNITION, day=day):
        return False
    decides = Scope.ALL in scopes(by, Action.APPROVE, Obj.RECOGNITION, day=day)
    return not decides or at <= sheet.created_at + timedelta(days=UNDO_DAYS)


def _sheet(request: HttpRequest, pk: int) -> SignInSheet:
    sheet = get_object_or_404(
        SignInSheet.objects.select_related("outside_course", "by__person"), pk=pk
    )
    if not may_open_sheet(acting_user(request), sheet, at=timezone.now()):
        raise PermissionDenied
    return sheet


@require_safe
def recorded_sheets(request: HttpRequest) -> HttpResponse:
    """The sheets that were recorded and that the reader may open: no names."""
    by, now = acting_user(request), timezone.now()
    if Scope.ALL not in scopes(by, Action.READ, Obj.RECOGNITION, day=today()):
        raise PermissionDenied
    rows = SignInSheet.objects.select_related("outside_course", "by__person").order_by("-pk")
    if Scope.ALL in scopes(by, Action.APPROVE, Obj.RECOGNITION, day=today()):
        rows = rows.filter(created_at__gte=now - timedelta(days=UNDO_DAYS))
    return render(
        request,
        "competence/admin/recorded_sheets.html",
        {
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("p")),
            "header_title": _("Sign-in sheets"),
            "header_icon": "mail",
        },
    )


def _opened(action: str, sheet: SignInSheet, people: list[int], request: HttpRequest) -> None:
    """The opening, in the ledger of each person named; of a sheet with nobody, of the sheet."""
    record_many(
        [
            Entry(action, sheet._meta.label_lower, str(sheet.pk), person)
            for person in dict.fromkeys(people) or [None]
        ],
        by=acting_user(request),
    )


@require_safe
@never_cache
def recorded_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One recorded sheet: what it said, who it was recorded for, and its paper."""
    sheet = _sheet(request, pk)
    claims = list(
        sheet.recognitions.select_related("person", "outside_record").order_by(
            "person__family_name", "person__given_name", "pk"
        )
    )
    _opened("sign_in_sheet.opened", sheet, [claim.person_id for claim in claims], request)
    return render(
        request,
        "competence/admin/recorded_sheet.html",
        {
            "sheet": sheet,
            "claims": claims,
            "header_title": _("Recorded sign-in sheet"),
            "header_icon": "mail",
        },
    )


@require_safe
@never_cache
def sheet_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The paper of a sheet, as a download; the opening is logged of everyone recorded from it."""
    sheet = _sheet(request, pk)
    if not sheet.proof:
        raise Http404
    people = list(sheet.recognitions.order_by("pk").values_list("person_id", flat=True))
    _opened("sign_in_sheet.paper_opened", sheet, people, request)
    return private_download(sheet.proof, sheet.proof_name)
