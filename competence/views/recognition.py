"""“Jag har gått en kurs”: an outside course reported from a phone, by oneself or by one's
manager, and where each report stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import PurePosixPath

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from competence.figures.recognitions import claims_of, course_choices
from competence.models import ProofFile, Recognition
from competence.recognition_forms import OTHER, ClaimForm
from competence.services.recognition import (
    UNDO_DAYS,
    RecognitionError,
    claim_recognition,
    withdraw_claim,
)
from competence.views.scope import acting_user, visible_person
from lms.audit.services import record
from lms.lib.dates import today
from lms.people.access import Action, Obj, Scope, can, grants, scopes
from lms.people.models import Person, User

_TYPES = {".jpg": "image/jpeg", ".pdf": "application/pdf"}


def claim(request: HttpRequest) -> HttpResponse:
    """Report a course of one's own; below it, what has been reported."""
    person = acting_user(request).person
    if person is None:
        return render(request, "competence/claim_nobody.html")
    return _claim_page(request, person, you=True)


def claim_for(request: HttpRequest, person_id: str) -> HttpResponse:
    """A manager reports for somebody in the team."""
    day = today()
    person = visible_person(request, person_id, day)
    if not can(acting_user(request), Action.CREATE, Obj.RECOGNITION, day=day, person=person):
        raise PermissionDenied
    return _claim_page(request, person, you=False)


@require_http_methods(["GET", "HEAD", "POST"])
def _claim_page(request: HttpRequest, person: Person, *, you: bool) -> HttpResponse:
    by = acting_user(request)
    form = ClaimForm(
        request.POST or None,
        request.FILES or None,
        by=by,
        you=you,
        initial=_from_refused(request, person) or {"completed_on": today()},
    )
    if request.method == "POST":
        if form.is_valid():
            said = form.cleaned_data
            try:
                claim_recognition(
                    person=person,
                    outside_course=said["course"],
                    title=said["title"],
                    provider=said["provider"],
                    completed_on=said["completed_on"],
                    note=said["note"],
                    proof=form.proofs[0].proof,
                    proof_name=form.proofs[0].name,
                    further=form.proofs[1:],
                    by=by,
                    at=timezone.now(),
                )
            except RecognitionError as error:
                form.add_error(None, str(error))
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                form.done()
                messages.success(
                    request, _("The course is sent for review. You get word when it is decided.")
                )
                if you:
                    return redirect("competence:claim")
                return redirect("competence:team_person", person.person_id)
        form.keep()
    return render(
        request,
        "competence/claim.html",
        {
            "form": form,
            "person": person,
            "you": you,
            "choices": course_choices(),
            "other": OTHER,
            "chosen": form["course"].value() or "",
            "claims": claims_of(person),
            "day": today(),
        },
    )


def _from_refused(request: HttpRequest, person: Person) -> dict[str, object]:
    """What a refused report said, to be completed and sent anew."""
    pk = request.GET.get("komplettera", "")
    refused = (
        Recognition.objects.filter(pk=pk, person=person, approved=False).first()
        if pk.isdecimal() and len(pk) < 19
        else None
    )
    if refused is None:
        return {}
    return {
        "course": refused.outside_course_id or OTHER,
        "title": refused.title,
        "provider": refused.provider,
        "completed_on": refused.completed_on,
        "note": refused.note,
    }


def is_open_case(claim: Recognition, *, at: datetime) -> bool:
    """Whether somebody who decides still has something to do with the claim: it waits, or its
    decision can be taken back."""
    return claim.decided_at is None or at <= claim.decided_at + timedelta(days=UNDO_DAYS)


def _may_still_report(by: User, claim: Recognition) -> bool:
    """Whether the account sent the claim as the person's manager, and still is."""
    return by.pk == claim.claimed_by_id and Scope.SUB in {
        grant.scope
        for _role, grant, units in grants(by, Action.CREATE, Obj.RECOGNITION, day=today())
        if grant.scope is Scope.SUB
        and claim.person.employments.valid_on(today())
        .in_units([unit for unit in units if unit])
        .exists()
    }


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    by = acting_user(request)
    recognition = get_object_or_404(Recognition, pk=pk)
    if by.person_id != recognition.person_id and not _may_still_report(by, recognition):
        raise PermissionDenied
    try:
        withdraw_claim(recognition=recognition, by=by, at=timezone.now())
    except RecognitionError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The report is withdrawn and the file removed."))
    if by.person_id == recognition.person_id:
        return redirect("competence:claim")
    return redirect("competence:team_person", recognition.person.person_id)


@require_safe
@never_cache
def proof(request: HttpRequest, pk: int, number: int = 1) -> HttpResponseBase:
    """One file of a claim, asked for anew each time: for whoever it is about, whoever sent it,
    and whoever decides the case, whose opening of it is logged. Always as a download; an image
    element shows it all the same, and what it is shown is our own drawing of it."""
    by = acting_user(request)
    claim = get_object_or_404(
        Recognition.objects.select_related("person", "sheet"), pk=pk, withdrawn_at__isnull=True
    )
    if by.person_id != claim.person_id and not _may_still_report(by, claim):
        decides = Scope.ALL in scopes(by, Action.APPROVE, Obj.RECOGNITION, day=today())
        if not decides or not is_open_case(claim, at=timezone.now()):
            raise PermissionDenied
        record(
            "recognition.proof_opened", claim, by=by, person=claim.person, after={"file": number}
        )
    for each in claim.proof_files():
        if each.number == number:
            return private_download(each.file, each.name)
    raise Http404


def proof_address(file: ProofFile) -> str:
    if file.number == 1:
        return reverse("competence:proof", args=[file.recognition_id])
    return reverse("competence:further_proof", args=[file.recognition_id, file.number])


def private_download(file: FieldFile, name: str) -> FileResponse:
    """A file handed in as proof: never shown by itself, never kept on the way."""
    suffix = PurePosixPath(str(file.name)).suffix
    answer = FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=name,
        content_type=_TYPES.get(suffix, "application/octet-stream"),
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
