"""The reviewer's inbox in the admin: what waits, of every kind, decided many at once or by itself,
and what has been decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from competence.models import Recognition
from competence.recognition_forms import ApproveForm, RefuseForm, UndoForm
from competence.services.inbox import MOST_CASES, Case, InboxKind, inbox_kind, inbox_kinds
from competence.services.inbox_recognitions import fitting_rules, rule_gives
from competence.services.recognition import (
    UNDO_DAYS,
    RecognitionError,
    decide_recognitions,
    undo_decision,
)
from competence.views.recognition import is_open_case, proof_address
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.people.access import Action, Scope, scopes
from lms.people.models import User

PAGE_SIZE = 50
APPROVE, REFUSE = "godkann", "avsla"
CHOSEN = "inbox-chosen"


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(
        request,
        f"competence/admin/{template}.html",
        {"header_icon": "mail", "day": today()} | context,
    )


def _kinds_of(user: User, day: date) -> list[InboxKind]:
    """The kinds that the reader decides everywhere."""
    return [
        kind
        for kind in inbox_kinds()
        if Scope.ALL in scopes(user, Action.APPROVE, kind.obj, day=day)
    ]


def _grouped(cases: Sequence[Case]) -> list[tuple[str, list[Case]]]:
    """Cases under their headings; the heading with the oldest case first."""
    groups: dict[str, list[Case]] = {}
    for case in sorted(cases, key=lambda each: -each.days):
        groups.setdefault(case.group, []).append(case)
    return list(groups.items())


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    day, by = today(), acting_user(request)
    kinds = _kinds_of(by, day)
    chosen = inbox_kind(request.GET.get("slag", ""))
    shown = [kind for kind in kinds if chosen is None or kind is chosen]
    cases = [case for kind in shown for case in kind.cases(day, MOST_CASES, by=by)]
    counts = [(kind, kind.waiting()) for kind in kinds]
    waiting = sum(count for kind, count in counts if kind in shown)
    by_me = Recognition.objects.filter(decided_by=by, decided_at__date=day)
    return _page(
        request,
        "inbox",
        groups=_grouped(cases),
        counts=counts,
        chosen=chosen,
        waiting=waiting,
        shown=len(cases),
        ready=sum(case.ready and case.by_rule for case in cases),
        done=by_me.count(),
        header_title=_("Review"),
    )


def _narrowed_to(request: HttpRequest) -> InboxKind | None:
    """The kind that the list was narrowed to when the cases were chosen."""
    return inbox_kind(request.POST.get("slag", "") or request.GET.get("slag", ""))


def _to(request: HttpRequest, page: str) -> HttpResponse:
    kind = _narrowed_to(request)
    return redirect(reverse(f"competence_admin:{page}") + (f"?slag={kind.code}" if kind else ""))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The one question before many are decided; "yes" in the form says that it has been asked.

    What was chosen in the list waits in the session, so that the question is a page one can go
    back to: the browser cannot show the answer to a form again."""
    day, by = today(), acting_user(request)
    if request.method == "POST":
        answer = request.POST.get("svar", "")
        keys = list(dict.fromkeys(request.POST.getlist("fall")))
    else:
        answer, keys = request.session.get(CHOSEN, ("", []))
    if answer not in (APPROVE, REFUSE) or not keys:
        messages.warning(request, _("Choose what to decide in the list first."))
        return _to(request, "inbox")
    if request.method == "POST" and "ja" not in request.POST:
        request.session[CHOSEN] = (answer, keys)
        return _to(request, "inbox_confirm")
    chosen = _chosen(keys, by, day)
    ready = [case for case in chosen if not case.own and (case.ready or answer == REFUSE)]
    form = RefuseForm(request.POST if "ja" in request.POST else None)
    form.fields["reason"].widget.attrs["autofocus"] = True
    if "ja" in request.POST and ready and (answer == APPROVE or form.is_valid()):
        reason = form.cleaned_data["reason"] if answer == REFUSE else ""
        return _decide(request, ready, approved=answer == APPROVE, reason=reason)
    return _page(
        request,
        "inbox_confirm",
        answer=answer,
        approving=answer == APPROVE,
        groups=_grouped(ready),
        ready=ready,
        alone=[case for case in chosen if case not in ready and not case.own],
        own=[case for case in chosen if case.own],
        gone=len(keys) - len(chosen),
        kind=_narrowed_to(request),
        form=form,
        header_title=_("Approve") if answer == APPROVE else _("Refuse"),
    )


def _chosen(keys: Sequence[str], by: User, day: date) -> list[Case]:
    """The cases named in the form that still wait."""
    cases: list[Case] = []
    for kind in _kinds_of(by, day):
        pks = [
            int(pk)
            for code, _colon, pk in (key.partition(":") for key in keys)
            if code == kind.code and pk.isdecimal() and len(pk) < 19
        ]
        if pks:
            cases += kind.cases_of(pks, day, by=by)
    return cases


def _decide(
    request: HttpRequest, cases: Sequence[Case], *, approved: bool, reason: str
) -> HttpResponse:
    by, at = acting_user(request), timezone.now()
    by_kind: dict[str, list[int]] = {}
    for case in cases:
        by_kind.setdefault(case.kind, []).append(case.pk)
    count = 0
    for code, pks in by_kind.items():
        kind = inbox_kind(code)
        assert kind is not None
        try:
            count += kind.decide(pks, approved=approved, reason=reason, by=by, at=at)
        except (ValueError, ValidationError) as error:
            messages.error(request, " ".join(said(error)))
    if count:
        text = (
            ngettext("%(count)d is approved.", "%(count)d are approved.", count)
            if approved
            else ngettext("%(count)d is refused.", "%(count)d are refused.", count)
        )
        messages.success(request, text % {"count": count})
    return _to(request, "inbox")


def said(error: ValueError | ValidationError) -> list[str]:
    """A service's refusal, as a form shows it."""
    return error.messages if isinstance(error, ValidationError) else [str(error)]


@require_http_methods(["GET", "HEAD", "POST"])
def recognition(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with its proof, decided by itself."""
    claim = get_object_or_404(
        Recognition.objects.select_related(
            "person", "outside_course", "sheet", "decided_by__person"
        ),
        pk=pk,
        withdrawn_at__isnull=True,
    )
    if not is_open_case(claim, at=timezone.now()):
        raise Http404
    rules = fitting_rules([claim])[claim.pk]
    answer = request.POST.get("svar", "")
    approve = ApproveForm(
        request.POST if answer == APPROVE else None,
        initial={"outside_course": claim.outside_course},
    )
    refuse = RefuseForm(request.POST if answer == REFUSE else None, prefix="avsla")
    form = approve if answer == APPROVE else refuse
    if request.method == "POST" and form.is_valid():
        try:
            decide_recognitions(
                recognitions=[claim],
                approved=answer == APPROVE,
                reason=form.cleaned_data["reason"],
                outside_course=approve.cleaned_data["outside_course"] if form is approve else None,
                single=approve.single() if form is approve else None,
                by=acting_user(request),
                at=timezone.now(),
            )
        except (RecognitionError, ValidationError) as error:
            form.add_error(None, said(error))
        else:
            messages.success(
                request,
                _("The course is recognised.") if answer == APPROVE else _("The claim is refused."),
            )
            return redirect("competence_admin:inbox")
    return _page(
        request,
        "recognition",
        claim=claim,
        rules=[rule_gives(rule) for rule in rules],
        days=claim.days_waited(today()),
        files=[(each, proof_address(each)) for each in claim.proof_files()],
        approve=approve,
        refuse=refuse,
        own=claim.person_id == acting_user(request).person_id,
        header_title=_("Review a course"),
    )


@require_safe
def decided(request: HttpRequest) -> HttpResponse:
    """What has been decided within the time in which it can be taken back."""
    since = timezone.now() - timedelta(days=UNDO_DAYS)
    rows = (
        Recognition.objects.filter(decided_at__gte=since)
        .select_related("person", "outside_course", "decided_by__person")
        .order_by("-decided_at", "-pk")
    )
    return _page(
        request,
        "decided",
        page=Paginator(rows, PAGE_SIZE).get_page(request.GET.get("p")),
        undo_days=UNDO_DAYS,
        header_title=_("Decided"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    claim = get_object_or_404(Recognition.objects.select_related("person", "outside_course"), pk=pk)
    if not is_open_case(claim, at=timezone.now()):
        raise Http404
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            undo_decision(
                recognition=claim,
                reason=form.cleaned_data["reason"],
                by=acting_user(request),
                at=timezone.now(),
            )
        except (RecognitionError, ValidationError) as error:
            form.add_error(None, said(error))
        else:
            messages.success(request, _("The decision is taken back, and the claim waits again."))
            return redirect("competence_admin:recognition", claim.pk)
    return _page(
        request,
        "form",
        form=form,
        button=_("Take the decision back"),
        about=f"{claim.person}, {claim.course_name}, {claim.completed_on:%Y-%m-%d}",
        note=_("What it gave never counted. The claim waits for a new decision."),
        header_title=_("Take a decision back"),
    )
