"""The plans as documents: to read on the page, as a PDF, and as a file for another municipality."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from competence.figures.document import Document
from competence.figures.document_parts import asked_in_short, chapters_in_parts
from competence.models import DecidedDocument, PlanVersion, TrainingPlanVersion
from competence.reports import plan_document as report
from competence.reports.kept import kept_pdf
from competence.services.framework_export import export_version
from competence.services.plan_documents import decision_day, document_of
from competence.views.altered import said_where_altered
from lms.lib.dates import today
from lms.people.access import Action, Obj, can


def _readable(request: HttpRequest, version: DecidedDocument) -> None:
    """What has been sent or decided is open to everyone; a draft to those who write it."""
    if version.is_draft and not can(request.user, Action.UPDATE, Obj.REQUIREMENT, day=today()):
        raise Http404


def _document(request: HttpRequest, version: DecidedDocument) -> Document:
    _readable(request, version)
    decided = version.status == DecidedDocument.Status.ADOPTED
    return document_of(version, decision_day(version) if decided else today())


def _page(
    request: HttpRequest, version: DecidedDocument, *, pdf: str, framework: str = "", back: str
) -> HttpResponse:
    document = _document(request, version)
    about = asked_in_short(version) if isinstance(version, PlanVersion) else {}
    return render(
        request,
        "competence/plan_document.html",
        {
            "version": version,
            "document": document,
            "chapters": chapters_in_parts(document, about),
            "pdf": pdf,
            "framework": framework,
            "back": back,
        },
    )


def _file(request: HttpRequest, version: DecidedDocument) -> HttpResponse:
    document = _document(request, version)
    # What is decided says the same for ever, and is typeset once.
    decided = version.status == DecidedDocument.Status.ADOPTED
    content = (
        kept_pdf(document.checksum, version.kind, lambda: report.build(document))
        if decided
        else report.build(document)
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{document.code}.pdf"'
    return response


@require_safe
@said_where_altered
def plan_document(request: HttpRequest, number: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion, number=number)
    return _page(
        request,
        version,
        pdf=reverse("competence:plan_document_file", args=[number]),
        framework=reverse("competence:plan_version_framework", args=[number]),
        back=reverse("competence:plan"),
    )


@require_safe
@said_where_altered
def plan_document_file(request: HttpRequest, number: int) -> HttpResponse:
    return _file(request, get_object_or_404(PlanVersion, number=number))


@require_safe
def plan_version_framework(request: HttpRequest, number: int) -> HttpResponse:
    """The version as framework.yaml, without people: for another municipality to begin from."""
    version = get_object_or_404(PlanVersion, number=number)
    _readable(request, version)
    response = HttpResponse(
        export_version(version, without_people=True), content_type="application/yaml; charset=utf-8"
    )
    name = f"framework-{version.kind}-{version.number}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@said_where_altered
def training_document(request: HttpRequest, number: int) -> HttpResponse:
    version = get_object_or_404(TrainingPlanVersion, number=number)
    return _page(
        request,
        version,
        pdf=reverse("competence:training_document_file", args=[number]),
        back=reverse("competence:training"),
    )


@require_safe
@said_where_altered
def training_document_file(request: HttpRequest, number: int) -> HttpResponse:
    return _file(request, get_object_or_404(TrainingPlanVersion, number=number))
