"""The follow-up report as files: PDF, a workbook, each table as CSV, and the frozen document."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.followup.extract import extract_of
from competence.models import FollowUpReport
from competence.reports import followup_pdf
from competence.reports.followup_files import header_of, rows_of, write_workbook
from competence.reports.kept import kept_pdf
from competence.services.followup import file_of
from competence.views.altered import said_where_altered
from competence.views.followup import readable, whole_document
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.tables import XLSX, csv_response


@require_safe
@said_where_altered
def report_pdf(request: HttpRequest, number: str) -> HttpResponse:
    report, document = whole_document(acting_user(request), number, today())
    content = _typeset(report, "rapport", lambda: followup_pdf.build(document))
    return _pdf(content, document.number)


@require_safe
@said_where_altered
def extract_pdf(request: HttpRequest, number: str) -> HttpResponse:
    report, document = whole_document(acting_user(request), number, today())
    content = _typeset(report, "utdrag", lambda: followup_pdf.build_extract(extract_of(document)))
    return _pdf(content, f"{document.number}-utdrag")


def _typeset(report: FollowUpReport, form: str, build: Callable[[], bytes]) -> bytes:
    """What is signed off says the same for ever, and is typeset once."""
    return build() if report.signed_off_at is None else kept_pdf(report.checksum, form, build)


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@require_safe
@said_where_altered
def report_workbook(request: HttpRequest, number: str) -> HttpResponse:
    _report, document = whole_document(acting_user(request), number, today())
    file = io.BytesIO()
    write_workbook(file, document)
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{document.number}.xlsx"'
    return response


@require_safe
@said_where_altered
def report_table(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """Each row names the report and its checksum: a table is read apart from the others."""
    _report, document = whole_document(acting_user(request), number, today())
    table = document.table(code)
    if table is None:
        raise Http404
    checksum = document.checksum
    return csv_response(
        f"{document.number}-{code}.csv",
        [*header_of(table), _("Report"), _("Checksum (SHA-256)")],
        [[*row, document.number, checksum] for row in rows_of(table)],
    )


@require_safe
@said_where_altered
def report_json(request: HttpRequest, number: str) -> HttpResponse:
    """What the checksum is of, byte for byte."""
    report = readable(acting_user(request), number, today())
    response = HttpResponse(file_of(report), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{report.number}.json"'
    return response
