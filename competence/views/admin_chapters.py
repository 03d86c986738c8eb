"""The words of the plan's chapters: which has its own, and the form of one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from competence.forms import ChapterForm
from competence.models import PlanChapter, PlanVersion
from competence.services.plan_chapters import write_chapter
from competence.services.plan_starter import starter_words
from competence.services.plan_states import PlanError
from competence.views.as_seen import changed_since, mark_of, refuse_unseen
from competence.views.scope import acting_user


def chapters(request: HttpRequest, number: int) -> HttpResponse:
    version = get_object_or_404(PlanVersion, number=number)
    own = dict(version.chapters.values_list("key", "text"))
    return render(
        request,
        "competence/admin/chapters.html",
        {
            "version": version,
            "chapters": [
                {"key": key.value, "name": key.label, "text": own.get(key.value, "")}
                for key in PlanChapter.Key
            ],
            "header_title": _("The words of the chapters: %(version)s") % {"version": version},
            "header_icon": "doc-full",
        },
    )


def chapter(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """One chapter's words; the starter's stand in the field until somebody has saved their own."""
    version = get_object_or_404(PlanVersion, number=number)
    # What is sent of a version that left draft meanwhile is answered in the form, which keeps it.
    if key not in PlanChapter.Key.values or not (version.is_draft or request.method == "POST"):
        raise Http404
    own = version.chapters.filter(key=key).first()
    seen = mark_of(version.pk, own.text if own else "")
    stands = own.text if own and changed_since(request, seen) else ""
    form = ChapterForm(
        request.POST or None, initial={"text": own.text if own else starter_words().get(key, "")}
    )
    if request.method == "POST" and form.is_valid() and not refuse_unseen(request, form, seen):
        text = "" if "clear" in request.POST else form.cleaned_data["text"]
        try:
            write_chapter(version=version, key=key, text=text, by=acting_user(request))
        except (PlanError, ValidationError) as error:
            form.add_error(None, error if isinstance(error, ValidationError) else str(error))
        else:
            messages.success(request, _("The chapter is saved in the draft."))
            return redirect("competence_admin:chapters", version.number)
    return render(
        request,
        "competence/admin/chapter.html",
        {
            "version": version,
            "form": form,
            "has_own": own is not None,
            "seen": seen,
            "stands": stands,
            "header_title": PlanChapter.Key(key).label,
            "header_icon": "doc-full",
        },
    )
