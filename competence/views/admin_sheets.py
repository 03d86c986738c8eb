"""One sign-in sheet → everyone on it, in one step: matched and shown first."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from competence.recognition_forms import SheetForm
from competence.services.recognition import RecognitionError
from competence.services.sign_in_sheets import Rehearsal, record_sign_in_sheet, rehearse_sheet
from competence.views.admin_inbox import said
from competence.views.scope import acting_user
from lms.lib.dates import today


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
        proof=form.sent,
        proof_name=form.proof_name,
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
