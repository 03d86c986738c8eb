"""What have I completed, and is this certificate genuine?"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from courses import listing
from courses.forms import CodeForm
from courses.models import Certificate
from courses.reports import certificate as report
from courses.services.completing import tidy_code
from courses.views.readers import reader
from lms.lib.clients import client_ip
from lms.lib.dates import today
from lms.lib.tables import Value, table_response

STATUS_WORDS = {
    "valid": lambda: _("Valid"),
    "expired": lambda: _("Has expired"),
    "revoked": lambda: _("Revoked"),
    "superseded": lambda: _("Replaced"),
}
TRIES_PER_MINUTE = 30


@require_GET
@never_cache
def transcript(request: HttpRequest) -> HttpResponse:
    person = reader(request).person
    entries = listing.transcript(person, today()) if person else []
    return render(request, "courses/transcript.html", {"entries": entries, "person": person})


@require_GET
@never_cache
def transcript_file(request: HttpRequest, kind: str) -> HttpResponse:
    """What one has taken, as a file for a spreadsheet."""
    person = reader(request).person
    rows: list[list[Value]] = []
    for entry in listing.transcript(person, today()) if person else []:
        certificate = entry.certificate
        gives = certificate.grants if certificate else []
        rows.append(
            [
                entry.title,
                entry.completion.completed_on,
                ", ".join(f"{give['level_name']} {give['area']}" for give in gives),
                certificate.valid_until if certificate else None,
                STATUS_WORDS[entry.status](),
                certificate.code if certificate else "",
            ]
        )
    return table_response(
        "mina-intyg",
        [_("Course"), _("Completed on"), _("Gives"), _("Valid until"), _("Status"), _("Code")],
        rows,
        kind=kind,
    )


@require_GET
@never_cache
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """One's own certificate as a file to keep."""
    found = get_object_or_404(Certificate, code=code, person=reader(request).person_id)
    url = settings.PUBLIC_URL + reverse("courses:verify", args=[found.code])
    data = report.CertificateData.of(found, verify_url=url)
    response = HttpResponse(report.build(data), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="intyg-{found.code}.pdf"'
    return response


def _too_many(request: HttpRequest) -> bool:
    """A light brake on guessing: some tries a minute from one address."""
    key = f"verify:{client_ip(request)}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > TRIES_PER_MINUTE
    except ValueError:
        # The minute ended between the two calls.
        return False


def _public(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def verify_start(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.GET or None)
    if form.is_bound and form.is_valid():
        return redirect("courses:verify", tidy_code(form.cleaned_data["code"]) or "-")
    return _public(request, "courses/verify_start.html", {"form": form})


@require_GET
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a certificate is genuine and stands today, with everything printed on it."""
    if _too_many(request):
        return _public(request, "courses/verify_wait.html", {}, status=429)
    found = (
        Certificate.objects.filter(code=tidy_code(code)[:20])
        .select_related("superseded_by")
        .first()
    )
    if found is None:
        return _public(
            request, "courses/verify_unknown.html", {"code": code[:40], "form": CodeForm()}, 404
        )
    status = listing.status_of(found, today())
    data = report.CertificateData.of(found, verify_url="")
    return _public(
        request,
        "courses/verify.html",
        {
            "certificate": found,
            "data": data,
            "status": status,
            "tone": {"valid": "met", "expired": "expiring"}.get(status, "gap"),
            "shape": {"valid": "met", "expired": "expired"}.get(status, "overdue"),
            "word": STATUS_WORDS[status](),
        },
    )
