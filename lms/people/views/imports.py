"""HR import in the admin: upload → see the plan → apply → result, and undo of the last one."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lms.lib.dates import today
from lms.lib.tables import table_response
from lms.people.access import Action, Obj, can
from lms.people.forms import UploadForm
from lms.people.models import ImportRun, ImportUpload
from lms.people.services import hr_import, uploads
from lms.people.views.reader import reader

SAMPLE = 20
"""How many changes of one kind the page shows; the file holds all of them."""


def upload_files(request: HttpRequest) -> HttpResponse:
    """The imports so far, and the form for the next."""
    form = UploadForm(request.POST or None, request.FILES or None)
    may_import = can(reader(request), Action.CREATE, Obj.HR_IMPORT, day=today())
    if request.method == "POST" and may_import and form.is_valid():
        upload = uploads.store_upload(
            units=form.cleaned_data["units"],
            staff=form.cleaned_data["staff"],
            leave=form.cleaned_data["leave"],
            by=reader(request),
        )
        return redirect("people_admin:plan", upload.pk)
    last = hr_import.last_import()
    context = {
        "form": form,
        "may_import": may_import,
        "runs": ImportRun.objects.select_related("by__person", "undone_by__person")[:20],
        "last": last,
        "waiting": uploads.waiting(),
        "header_title": _("HR import"),
        "header_icon": "upload",
    }
    return render(request, "people/imports.html", context)


def _waiting(pk: int) -> ImportUpload:
    upload = get_object_or_404(ImportUpload, pk=pk)
    if upload.run_id is not None or upload.discarded_at is not None:
        raise Http404
    return upload


def show_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What the files would change, before anything is written; POST applies what was shown."""
    upload = _waiting(pk)
    day = today()
    if request.method == "POST":
        return _apply(request, upload, day)
    plan = uploads.plan_of(upload, day=day)
    groups = [
        {
            "kind": kind,
            "action": action,
            "count": count,
            "sample": plan.of(kind, action)[:SAMPLE],
        }
        for kind, actions in plan.counts.items()
        for action, count in actions.items()
    ]
    context = {
        "upload": upload,
        "plan": plan,
        "groups": groups if not plan.errors else [],
        "errors": plan.errors[:500],
        "share": round(plan.share_ended * 100),
        "header_title": _("Errors in the files") if plan.errors else _("What the import changes"),
        "header_icon": "upload",
    }
    return render(request, "people/plan.html", context)


def _apply(request: HttpRequest, upload: ImportUpload, day: date) -> HttpResponse:
    try:
        run = uploads.apply_upload(
            upload=upload,
            day=day,
            by=reader(request),
            force=request.POST.get("force") == "1",
            fingerprint=request.POST.get("fingerprint", ""),
        )
    except hr_import.ImportRefusedError as refusal:
        messages.error(request, str(refusal))
        return redirect("people_admin:plan", upload.pk)
    if run is None:
        messages.info(request, _("The files say what is already known. Nothing was changed."))
        return redirect("people_admin:imports")
    messages.success(request, _("The import is done."))
    return redirect("people_admin:run", run.pk)


def plan_as_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The whole plan, or every error, as a file."""
    upload = _waiting(pk)
    plan = uploads.plan_of(upload, day=today())
    name = f"plan-{upload.pk}"
    if plan.errors:
        return table_response(
            name,
            ["file", "line", "column", "message"],
            [[e.file, e.line, e.column, e.message] for e in plan.errors],
            kind=kind,
        )
    return table_response(
        name,
        ["object", "action", "what", "field", "before", "after"],
        (
            [
                change.object_type,
                change.action,
                change.label,
                field,
                change.before.get(field, ""),
                value,
            ]
            for change in plan.changes
            for field, value in change.after.items()
        ),
        kind=kind,
    )


@require_POST
def discard_upload(request: HttpRequest, pk: int) -> HttpResponse:
    uploads.discard_upload(upload=_waiting(pk), by=reader(request))
    messages.success(request, _("The files are removed. Nothing was changed."))
    return redirect("people_admin:imports")


def show_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What an import changed, and whether it can be taken back."""
    run = get_object_or_404(ImportRun.objects.select_related("by__person"), pk=pk)
    last = hr_import.last_import()
    context = {
        "run": run,
        "counts": run.summary.get("counts", {}),
        "may_undo": last is not None
        and last.pk == run.pk
        and can(reader(request), Action.UPDATE, Obj.HR_IMPORT, day=today()),
        "reasons": request.session.pop("undo_reasons", []),
        "header_title": _("The import is done") if run.undone_at is None else _("Taken back"),
        "header_icon": "upload",
    }
    return render(request, "people/run.html", context)


@require_POST
def undo_run(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    try:
        hr_import.undo_import(run=run, by=reader(request))
    except hr_import.UndoRefusedError as refusal:
        messages.error(request, str(refusal))
        request.session["undo_reasons"] = list(refusal.reasons[:50])
    else:
        messages.success(request, _("The import is taken back. Everything is as it was before."))
    return redirect("people_admin:run", run.pk)
