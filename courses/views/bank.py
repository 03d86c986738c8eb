"""What does a question of the bank ask, how has it changed, and who asks it?"""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from courses.comparing import compare_questions
from courses.drafts import ShownFiles
from courses.models import Question
from courses.reading.answered import show_answered
from courses.reading.questions import ShownQuestion
from courses.services.bank import courses_asking, number_of_sort, restore_question, retire_question
from courses.views.readers import reader, true_and_false
from courses.wording import KINDS
from lms.content.references import current_book, plain_text
from lms.lib.dates import today
from lms.lib.fields import refuse_personal_data
from lms.lib.forms import Form
from lms.people.access import Action, Obj, can


def _question(request: HttpRequest, pk: int, action: Action = Action.READ) -> Question:
    """The question, for those who have that right to the whole bank."""
    if not can(request.user, action, Obj.QUESTION_BANK, day=today(), own=False):
        raise PermissionDenied
    return get_object_or_404(Question.objects.select_related("area", "level"), pk=pk)


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=300,
        validators=[refuse_personal_data],
    )


@require_GET
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """The question answered, its versions with what differs, and the courses that ask it."""
    found = _question(request, pk)
    book = current_book()
    versions = list(found.versions.select_related("by__person").order_by("-number"))
    asked = [version.asked for version in versions]
    earlier = [*asked[1:], None]
    return TemplateResponse(
        request,
        "courses/admin/question.html",
        {
            "question": found,
            "kind": KINDS.get(found.kind, found.kind),
            "shown": _shown(found),
            "versions": [
                (
                    version,
                    compare_questions(before, now, wording=lambda text: plain_text(text, book))
                    if before
                    else (),
                )
                for version, now, before in zip(versions, asked, earlier, strict=True)
            ],
            "asked_in": courses_asking(found),
            "of_sort": number_of_sort(area=found.area.code, level=str(found.level.number)),
            "may_change": can(
                request.user, Action.UPDATE, Obj.QUESTION_BANK, day=today(), own=False
            ),
        },
    )


def _shown(found: Question) -> ShownQuestion | None:
    """The wording as a learner sees it, answered."""
    for child in found.content:
        asked = {"key": "q", "kind": child.block_type}
        asked.update(child.block.plain(child.value, ShownFiles()))
        return show_answered(asked, 1, words=true_and_false())
    return None


def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and take the question out of use from the next version of every course."""
    found = _question(request, pk, Action.UPDATE)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        retire_question(
            question=found,
            on=today(),
            by=reader(request),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("The question is retired."))
        return redirect("courses_admin:question", found.pk)
    return TemplateResponse(
        request,
        "courses/admin/question_retire.html",
        {"question": found, "form": form, "asked_in": courses_asking(found)},
    )


@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = _question(request, pk, Action.UPDATE)
    restore_question(question=found, by=reader(request))
    messages.success(request, _("The question is in use again."))
    return redirect("courses_admin:question", found.pk)
