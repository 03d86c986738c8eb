"""A governing document as a file in the admin: shown before it is taken in, and handed out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from competence.measure_forms import GoverningFileForm
from competence.models import GoverningDocument
from competence.parsers.governing_yaml import MAX_BYTES
from competence.services.governing_export import export_governing_document
from competence.services.governing_file import (
    GoverningFileError,
    import_governing_document,
    read_governing,
)
from competence.views.kept_file import KeptFile, Shelf
from competence.views.scope import acting_user
from lms.lib.dates import today

# The file somebody is looking at stays in their session until they let it go.
KEPT = Shelf("governing_file")


@require_http_methods(["GET", "HEAD", "POST"])
def governing_file(request: HttpRequest) -> HttpResponse:
    """Upload → what it would change → taken in as it was shown."""
    form = GoverningFileForm()
    context: dict[str, Any] = {}
    if request.method == "POST":
        if "take_in" in request.POST:
            return _take_in(request)
        if "let_go" in request.POST:
            KEPT.clear(request)
            return redirect("competence_admin:governing_file")
        form = GoverningFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read(MAX_BYTES + 1)
            try:
                read_governing(content=content, name=file.name)
            except GoverningFileError as error:
                context = {"errors": error.errors, "warnings": error.warnings}
            else:
                KEPT.put(request, name=file.name, content=content)
                return redirect("competence_admin:governing_file")
    kept = KEPT.get(request)
    if kept and not context:
        context = _as_it_stands(kept)
    return render(
        request,
        "competence/admin/governing_file.html",
        {
            "form": form,
            "documents": GoverningDocument.objects.all(),
            "header_title": _("Governing document as a file"),
            "header_icon": "upload",
        }
        | context,
    )


def _as_it_stands(kept: KeptFile) -> dict[str, Any]:
    try:
        changes = read_governing(content=kept.content, name=kept.name)
    except GoverningFileError as error:
        return {"errors": error.errors, "warnings": error.warnings}
    return {"changes": changes, "file_name": kept.name, "seal": kept.seal}


def _take_in(request: HttpRequest) -> HttpResponse:
    """What is taken in is what was shown."""
    kept = KEPT.sealed(request, request.POST["take_in"])
    if kept is None:
        messages.error(request, _("The preview is too old. Upload the file again."))
        return redirect("competence_admin:governing_file")
    try:
        import_governing_document(
            content=kept.content, name=kept.name, on=today(), by=acting_user(request)
        )
    except GoverningFileError:
        return redirect("competence_admin:governing_file")
    KEPT.clear(request)
    messages.success(request, _("The document is taken in."))
    return redirect("competence_admin:measures")


@require_safe
def export(request: HttpRequest, code: str) -> HttpResponse:
    document = get_object_or_404(GoverningDocument, code=code)
    response = HttpResponse(
        export_governing_document(document), content_type="application/yaml; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{document.code}.yaml"'
    return response
