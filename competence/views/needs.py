"""Behov: what the reader is asked, and one form: filled in, handed in, taken back, confirmed."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from competence.figures.namings import WhyReview
from competence.figures.needs_asked import (
    areas_to_wish,
    asked_of,
    may_confirm,
    may_fill_in,
    may_read,
)
from competence.figures.needs_staff import my_wish, staff_shown
from competence.figures.proposals import became_of
from competence.models import NeedsAnswer, NeedsDelegation, NeedsDraft, NeedsForm
from competence.needs_forms import NeedsAnswerForm
from competence.services.needs_answers import (
    NeedsAnswerError,
    NeedsConflictError,
    NeedsWritten,
    confirm_answer,
    hand_in,
    keep_draft,
    take_back_answer,
    why_not_open,
)
from competence.services.needs_delegations import colleagues_of
from competence.services.needs_rounds import record_opened
from competence.views.namings import team_namings
from competence.views.scope import acting_user
from lms.content.templatetags.ui import clock
from lms.lib.dates import today
from lms.lib.unsent import Unsent, typed_in
from lms.people.access import Action, Obj, can
from lms.people.models import User


@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """The rounds that ask the reader something, and the key persons to review."""
    day, user = today(), acting_user(request)
    return render(
        request,
        "competence/needs.html",
        {
            "day": day,
            "rounds": asked_of(user, day),
            "wish": my_wish(user.person, day),
            "to_review": [each for each in team_namings(user, day) if each.why],
            "why": WhyReview,
        },
    )


def needed_form(request: HttpRequest, pk: int, day: date, *, write: bool = False) -> NeedsForm:
    """The form of the address. One out of reach is refused."""
    form = get_object_or_404(
        NeedsForm.objects.select_related("unit", "key_group", "naming__person", "needs_round"),
        pk=pk,
    )
    allowed = may_fill_in if write else may_read
    if not allowed(acting_user(request), form, day):
        raise PermissionDenied
    return form


@require_http_methods(["GET", "HEAD", "POST"])
def needs_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The questions while they can be answered, otherwise the answer and what became of it."""
    day, user = today(), acting_user(request)
    form = needed_form(request, pk, day, write=request.method == "POST")
    answer = NeedsAnswer.objects.standing().filter(form=form).first()
    is_open = form.needs_round.is_open_on(day)
    writes = may_fill_in(user, form, day)
    if answer is not None or not (is_open and writes):
        unsent: Unsent | None = None
        if request.method == "POST":
            asked = NeedsAnswerForm(request.POST, form=form, areas=areas_to_wish(form, day))
            if answer is not None and _was_handed_in(asked, answer, user):
                return _thanked(request)
            unsent = Unsent(_too_late(form, answer, user, day), typed_in(asked))
        return _answered(request, form, answer, day, may_change=is_open and writes, unsent=unsent)
    areas = areas_to_wish(form, day)
    draft = NeedsDraft.objects.select_related("by").filter(form=form).first()
    initial = NeedsAnswerForm.initial_of(draft, areas) if draft else {"revision": 0}
    initial |= {"client": uuid4().hex}
    asked = NeedsAnswerForm(request.POST or None, form=form, areas=areas, initial=initial)
    conflict = None
    if request.method == "POST" and asked.is_valid():
        try:
            return _saved(request, form, asked, draft)
        except NeedsConflictError as error:
            conflict = error.draft
            # Saved once more, it stands in the place of the other's.
            again = request.POST.copy()
            again["revision"] = str(conflict.revision)
            asked = NeedsAnswerForm(again, form=form, areas=areas)
        except (NeedsAnswerError, ValidationError) as error:
            asked.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
    return render(
        request,
        "competence/needs_form.html",
        {
            "day": day,
            "needs_form": form,
            "form": asked,
            "draft": draft,
            "staff": staff_shown(form),
            "conflict": conflict,
            "left_to": NeedsDelegation.objects.in_force_on(day)
            .filter(form=form)
            .exclude(colleague=user.person_id)
            .select_related("colleague"),
            "may_leave": colleagues_of(user, form, day).exists(),
        },
    )


def _saved(
    request: HttpRequest, form: NeedsForm, asked: NeedsAnswerForm, draft: NeedsDraft | None
) -> HttpResponse:
    now, user = timezone.now(), acting_user(request)
    said = asked.cleaned_data
    written = asked.written(draft)
    page = {"revision": said["revision"], "client": said["client"], "by": user, "at": now}
    if "hand_in" in request.POST:
        hand_in(form=form, written=written, **page)
        return _thanked(request)
    keep_draft(form=form, written=written, **page)
    messages.success(request, _("Saved %(time)s") % {"time": clock(now)})
    return redirect("competence:needs_form", form.pk)


def _thanked(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Your answer is handed in. Thank you."))
    return redirect("competence:needs")


def _was_handed_in(asked: NeedsAnswerForm, answer: NeedsAnswer, user: User) -> bool:
    """Whether the answer is what was sent here, sent twice from the same page."""
    draft = NeedsDraft.objects.filter(form=answer.form_id).first()
    if draft is None or answer.by_id != user.pk or not asked.is_valid():
        return False
    same = NeedsWritten.of(draft) == asked.written(draft)
    return "hand_in" in asked.data and draft.client == asked.cleaned_data["client"] and same


def _too_late(form: NeedsForm, answer: NeedsAnswer | None, user: User, day: date) -> str:
    """Why what was sent was not taken."""
    if answer is None:
        return why_not_open(form.needs_round, day)
    if answer.by_id == user.pk:
        return _("You have handed in the form in another window.")
    return _("%(name)s handed in the form while you were writing.") % {"name": answer.by}


def _answered(
    request: HttpRequest,
    form: NeedsForm,
    answer: NeedsAnswer | None,
    day: date,
    *,
    may_change: bool,
    unsent: Unsent | None = None,
) -> HttpResponse:
    user = acting_user(request)
    if answer is not None and not _answers_for(user, form, day):
        record_opened(needs_round=form.needs_round, opened="answer", answer=answer, by=user)
    return render(
        request,
        "competence/needs_answer.html",
        {
            "day": day,
            "needs_form": form,
            "answer": answer,
            "unsent": unsent,
            "wishes": answer.wishes.select_related("area", "level") if answer else [],
            "staff": staff_shown(form) if answer else None,
            "became": became_of(answer) if answer else [],
            "may_name": form.naming is not None
            and can(user, Action.READ, Obj.KEY_PERSON, day=day, person=form.naming.person),
            "may_take_back": may_change and answer is not None,
            "may_confirm": (
                answer is not None
                and answer.confirmed_at is None
                and answer.by_id != user.pk
                and may_confirm(user, form, day)
            ),
        },
    )


def _answers_for(user: User, form: NeedsForm, day: date) -> bool:
    """Whether the account answers or confirms the form, or handles the round."""
    return (
        may_fill_in(user, form, day)
        or may_confirm(user, form, day)
        or can(user, Action.UPDATE, Obj.REQUIREMENT, day=day)
    )


@require_POST
def needs_keep(request: HttpRequest, pk: int) -> JsonResponse:
    """Saved as it is typed. What is not valid is named and left as it was."""
    day, user, now = today(), acting_user(request), timezone.now()
    form = needed_form(request, pk, day, write=True)
    asked = NeedsAnswerForm(request.POST, form=form, areas=areas_to_wish(form, day))
    asked.is_valid()
    said = asked.cleaned_data
    if "revision" not in said or "client" not in said:
        return JsonResponse({"error": _("Reload the page."), "final": True}, status=400)
    draft = NeedsDraft.objects.filter(form=form).first()
    try:
        kept = keep_draft(
            form=form,
            written=asked.written(draft),
            revision=draft.revision if draft and "over" in request.POST else said["revision"],
            client=said["client"],
            by=user,
            at=now,
        )
    except NeedsConflictError as error:
        return JsonResponse({"error": str(error)}, status=409)
    except NeedsAnswerError as error:
        return JsonResponse({"error": str(error), "final": True}, status=409)
    faults = {name: " ".join(map(str, found)) for name, found in asked.errors.items()}
    return JsonResponse(
        {"saved": clock(kept.saved_at), "revision": kept.revision, "faults": faults}
    )


@require_POST
def needs_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    form = needed_form(request, pk, today(), write=True)
    answer = get_object_or_404(NeedsAnswer.objects.standing(), form=form)
    try:
        take_back_answer(answer=answer, by=acting_user(request), at=timezone.now())
    except NeedsAnswerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The answer is taken back. Change it and hand it in again."))
    return redirect("competence:needs_form", form.pk)


@require_POST
def needs_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The department's contact confirms the answer."""
    day, user = today(), acting_user(request)
    form = needed_form(request, pk, day)
    if not may_confirm(user, form, day):
        raise PermissionDenied
    answer = get_object_or_404(NeedsAnswer.objects.standing(), form=form)
    try:
        confirm_answer(answer=answer, by=user, at=timezone.now())
    except NeedsAnswerError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The answer is confirmed."))
    return redirect("competence:needs_form", form.pk)
