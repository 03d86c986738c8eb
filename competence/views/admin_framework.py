"""A whole plan as a file: fetch the one in force, or see what a file would change and apply it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.forms import FrameworkForm
from competence.services.framework_export import export_framework
from competence.services.framework_file import (
    FrameworkFileError,
    import_framework,
)
from competence.views.scope import acting_user
from lms.lib.dates import today

SALT = "competence.framework"


def framework(request: HttpRequest) -> HttpResponse:
    """Upload → the changes it would make → apply. What is applied is what was shown."""
    form = FrameworkForm()
    context: dict[str, Any] = {"header_title": _("The plan as a file"), "header_icon": "upload"}
    if request.method == "POST" and "apply" in request.POST:
        try:
            upload = signing.loads(request.POST["apply"], salt=SALT, max_age=60 * 60)
        except signing.BadSignature:
            messages.error(request, _("The preview is too old. Upload the file again."))
            return redirect("competence_admin:framework")
        changes = import_framework(
            content=upload["content"].encode(),
            name=upload["name"],
            today=today(),
            draft=upload["draft"],
            by=acting_user(request),
        )
        messages.success(
            request,
            _("The file is now version %(number)s.") % {"number": changes.plan_version}
            if changes.plan_version
            else _("The file has been read in."),
        )
        return redirect("competence_admin:plan")
    if request.method == "POST":
        form = FrameworkForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            try:
                changes = import_framework(
                    content=content,
                    name=file.name,
                    today=today(),
                    draft=form.cleaned_data["as_draft"],
                    dry_run=True,
                    by=acting_user(request),
                )
            except FrameworkFileError as error:
                context |= {"errors": error.errors, "warnings": error.warnings}
            else:
                upload = {
                    "name": file.name,
                    "content": content.decode("utf-8-sig"),
                    "draft": form.cleaned_data["as_draft"],
                }
                context |= {
                    "changes": changes,
                    "file_name": file.name,
                    "upload": signing.dumps(upload, salt=SALT, compress=True),
                }
    return render(request, "competence/admin/framework.html", context | {"form": form})


@require_safe
def framework_export(request: HttpRequest) -> HttpResponse:
    """The plan in force as framework.yaml; without people unless they are asked for."""
    day = today()
    text = export_framework(as_of=day, without_people=request.GET.get("personer") != "1")
    response = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="framework-{day.isoformat()}.yaml"'
    return response
