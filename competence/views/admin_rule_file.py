"""Outside courses and equivalence rules as a file: fetched, and read in to be added and decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from competence.parsers.equivalence_yaml import MAX_BYTES
from competence.recognition_forms import RuleFileForm
from competence.services.equivalence_file import (
    EquivalenceFileError,
    Proposal,
    add_courses_of_file,
    export_equivalence,
    read_equivalence,
)
from competence.views.kept_file import KeptFile, Shelf
from competence.views.scope import acting_user
from lms.lib.dates import today

# The file somebody is working through stays in their session until they let it go.
KEPT = Shelf("equivalence_file")


@dataclass(frozen=True)
class Shown:
    """A proposal with the address where it is decided; none where it cannot be yet."""

    proposal: Proposal
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
def rule_file(request: HttpRequest) -> HttpResponse:
    """Upload → what is new, and which rules it proposes → the courses added, each rule decided."""
    form = RuleFileForm()
    context: dict[str, Any] = {}
    if request.method == "POST":
        if "add" in request.POST:
            return _add(request)
        if "let_go" in request.POST:
            KEPT.clear(request)
            return redirect("competence_admin:rule_file")
        form = RuleFileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read(MAX_BYTES + 1)
            try:
                read_equivalence(content=content, name=file.name)
            except EquivalenceFileError as error:
                context = {"errors": error.errors, "warnings": error.warnings}
            else:
                KEPT.put(request, name=file.name, content=content)
                return redirect("competence_admin:rule_file")
    kept = KEPT.get(request)
    if kept and not context:
        context = _as_it_stands(kept)
    return render(
        request,
        "competence/admin/rule_file.html",
        {
            "form": form,
            "header_title": _("Equivalence as a file"),
            "header_icon": "upload",
        }
        | context,
    )


def _as_it_stands(kept: KeptFile) -> dict[str, Any]:
    try:
        changes = read_equivalence(content=kept.content, name=kept.name)
    except EquivalenceFileError as error:
        return {"errors": error.errors, "warnings": error.warnings}
    return {
        "changes": changes,
        "proposals": [Shown(each, _decide_at(each)) for each in changes.proposals],
        "file_name": kept.name,
        "seal": kept.seal,
    }


def _decide_at(proposal: Proposal) -> str:
    if not proposal.is_open or proposal.course is None:
        return ""
    entry = proposal.entry
    given = {
        "kurs": proposal.course.pk,
        "omrade": entry.area,
        "niva": entry.level,
        "manader": entry.validity_months or "",
        "fran": entry.completed_from.isoformat(),
        "till": entry.completed_until.isoformat() if entry.completed_until else "",
        "skal": entry.reason,
        "fil": 1,
    }
    return f"{reverse('competence_admin:new_rule')}?{urlencode(given)}"


def _add(request: HttpRequest) -> HttpResponse:
    """What is added is what was shown."""
    kept = KEPT.sealed(request, request.POST["add"])
    if kept is None:
        messages.error(request, _("The preview is too old. Upload the file again."))
        return redirect("competence_admin:rule_file")
    try:
        number = add_courses_of_file(content=kept.content, name=kept.name, by=acting_user(request))
    except EquivalenceFileError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            ngettext(
                "%(number)d course is added to the list.",
                "%(number)d courses are added to the list.",
                number,
            )
            % {"number": number},
        )
    return redirect("competence_admin:rule_file")


@require_safe
def rule_file_export(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(export_equivalence(), content_type="application/yaml; charset=utf-8")
    name = f"equivalence-{today().isoformat()}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
