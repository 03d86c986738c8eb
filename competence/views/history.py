"""Taking in history: the file, its columns, the questions, the rehearsal, the rows, and the way
back. The services decide; a page never says what is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from competence import jobs
from competence.history_forms import HistoryFileForm
from competence.models.history import HistoryBatch, HistoryRow
from competence.parsers.history_table import ROLES
from competence.services import history
from competence.services.history.words import REASONS, WARNINGS
from competence.views.history_questions import columns, questions, who_add_people
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.lib.tables import csv_response
from lms.people.access import Action, Obj, can

__all__ = [
    "batch_page",
    "batches",
    "columns",
    "commit",
    "confirm_names",
    "discard",
    "example",
    "questions",
    "recount",
    "rest",
    "rows",
    "rows_file",
    "undo",
]

PAGE_SIZE = 50
State = HistoryBatch.State
Verdict = HistoryRow.Verdict


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    context.setdefault("header_icon", "history")
    return render(request, f"competence/admin/history/{template}.html", context)


def batches(request: HttpRequest) -> HttpResponse:
    """The imports so far, and the form for the next file."""
    form = HistoryFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = history.store_file(upload=form.cleaned_data["file"], by=acting_user(request))
        except history.HistoryError as error:
            form.add_error("file", str(error))
        else:
            return redirect("competence_admin:history_columns", batch.pk)
    listed = HistoryBatch.objects.select_related("by__person", "committed_by__person")
    return _page(
        request,
        "batches",
        form=form,
        page=Paginator(listed, PAGE_SIZE).get_page(request.GET.get("p")),
        header_title=_("Take in history"),
    )


def example(request: HttpRequest) -> HttpResponse:
    """A file to start from: the headings that are known, and rows of three sorts."""
    head = [str(ROLES[r]) for r in ("person_id", "email", "name", "title", "provider")]
    head += [str(ROLES[r]) for r in ("completed", "valid_until", "reference")]
    cve = "Grundutbildning om våldsbejakande extremism"
    return csv_response(
        "historik-exempel.csv",
        head,
        [
            ["P000123", "", "", cve, "CVE", "2024-03-01", "", ""],
            ["", "asa.ost@example.se", "", "OM4 nivå 1", "", "1/3 2024", "2027-02-28", ""],
            ["", "", "Öst, Åsa", cve, "CVE", "1 mars 2024", "", "Deltagarlista 14"],
        ],
    )


def _batch(pk: int) -> HistoryBatch:
    return get_object_or_404(
        HistoryBatch.objects.select_related("by__person", "committed_by__person", "undone_by"),
        pk=pk,
    )


def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What would come of the batch, or what did; and what to do next."""
    batch = _batch(pk)
    if batch.state == State.WAITING and batch.rehearsed_at is None:
        return redirect("competence_admin:history_columns", pk)
    counts = history.counts_of(batch)
    asked = batch.questions.aggregate(
        courses=Count("pk", filter=Q(kind="course", answer="")),
        names=Count("pk", filter=Q(kind="person", answer="")),
    )
    reasons = (
        batch.lines.filter(verdict=Verdict.REJECTED)
        .order_by()
        .values_list("reason")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    warnings = (
        batch.lines.exclude(warning="")
        .order_by()
        .values_list("warning")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    return _page(
        request,
        "batch",
        batch=batch,
        counts=counts,
        total=sum(counts.values()),
        asked=asked,
        stale=batch.answers != batch.summary.get("answers"),
        reasons=[(code, REASONS.get(code, ""), count) for code, count in reasons],
        warnings=[(code, WARNINGS.get(code, ""), count) for code, count in warnings],
        forecast=batch.summary.get("forecast"),
        may_undo=can(acting_user(request), Action.UPDATE, Obj.ACHIEVEMENT, day=today()),
        adders=who_add_people(),
        may_add=can(acting_user(request), Action.CREATE, Obj.PERSON, day=today()),
        header_title=batch.file_name,
    )


def rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows one by one, by verdict and reason."""
    batch = _batch(pk)
    verdict = request.GET.get("v", "")
    reason, warning = request.GET.get("r", ""), request.GET.get("w", "")
    listed = batch.lines.select_related(
        "person",
        "person_question__person",
        "course_question__outside_course",
        "course_question__course",
        "course_question__area",
        "course_question__level",
    )
    if verdict in Verdict.values:
        listed = listed.filter(verdict=verdict)
    if reason in REASONS:
        listed = listed.filter(reason=reason)
    if warning in WARNINGS:
        listed = listed.filter(warning=warning)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("p"))
    query = request.GET.copy()
    query.pop("p", None)
    return _page(
        request,
        "rows",
        batch=batch,
        page=page,
        rows=[(row, _who(row), _about(row), _days(row), _why(row)) for row in page],
        verdicts=Verdict.choices,
        chosen=verdict,
        query=query.urlencode(),
        header_title=_("Rows of %(file)s") % {"file": batch.file_name},
    )


def _who(row: HistoryRow) -> str:
    person = row.person or (row.person_question and row.person_question.person)
    if person:
        return f"{person.name} ({person.person_id})"
    said = [row.given.get(each, "") for each in ("person_id", "email", "name", "given_name")]
    return " ".join(filter(None, [*said, row.given.get("family_name", "")]))


def _days(row: HistoryRow) -> tuple[str, str]:
    """The days as they were read, or as they were written where they could not be."""
    days = ((row.completed_on, "completed"), (row.valid_until, "valid_until"))
    first, last = (day.isoformat() if day else row.given.get(role, "") for day, role in days)
    return first, last


def _why(row: HistoryRow) -> str:
    return str(REASONS.get(row.reason) or WARNINGS.get(row.warning, ""))


def _about(row: HistoryRow) -> str:
    question = row.course_question
    if question is not None and question.answer:
        if question.outside_course:
            return str(question.outside_course)
        if question.course:
            return question.course.title
        if question.area and question.level:
            return f"{question.area}, {question.level}"
    return str(row.given.get("title") or row.given.get("area", ""))


def rows_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that cannot be taken in, with why, in a form that can be mended and uploaded."""
    batch = _batch(pk)
    used = [role for role in ROLES if role in batch.columns]
    left = batch.lines.filter(verdict__in=[Verdict.REJECTED, Verdict.ASKED])
    return csv_response(
        f"historik-{batch.pk}-kvar.csv",
        [*(str(ROLES[role]) for role in used), _("Line in the file"), _("Why")],
        (
            [
                *(row.given.get(role, "") for role in used),
                row.line,
                str(REASONS.get(row.reason) or row.get_verdict_display()),
            ]
            for row in left.iterator(2000)
        ),
    )


def _do(
    request: HttpRequest, pk: int, what: Callable[[HistoryBatch], str | None], said: str
) -> HttpResponse:
    """Do it, say so, and go back to the batch; or say why not."""
    batch = get_object_or_404(HistoryBatch, pk=pk)
    address = None
    try:
        address = what(batch)
    except (history.HistoryError, history.AnswerError) as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)
    return redirect(address or reverse("competence_admin:history_batch", args=[pk]))


@require_POST
def confirm_names(request: HttpRequest, pk: int) -> HttpResponse:
    by = acting_user(request)
    expected = request.POST.get("expected", "")

    def confirm(batch: HistoryBatch) -> str:
        number = int(expected) if expected.isascii() and expected.isdigit() else -1
        count = history.confirm_same_names(batch=batch, expected=number, by=by)
        history.rehearse(batch=HistoryBatch.objects.get(pk=batch.pk), day=today())
        messages.success(
            request,
            ngettext("%(count)d name is confirmed.", "%(count)d names are confirmed.", count)
            % {"count": count},
        )
        return reverse("competence_admin:history_questions", args=[pk])

    return _do(request, pk, confirm, "")


@require_POST
def recount(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the file again by the same columns: people added since are found, answers stay."""
    by = acting_user(request)
    return _do(request, pk, lambda batch: jobs.read(batch=batch, columns=batch.columns, by=by), "")


@require_POST
def commit(request: HttpRequest, pk: int) -> HttpResponse:
    by = acting_user(request)
    return _do(request, pk, lambda batch: jobs.commit(batch=batch, by=by), "")


def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What taking the batch back means, and the button that does it."""
    batch = _batch(pk)
    if request.method == "POST":

        def take_back(batch: HistoryBatch) -> None:
            history.undo_batch(batch=batch, by=acting_user(request))

        return _do(
            request, pk, take_back, _("The import is taken back. Everything counts as before it.")
        )
    if batch.state != State.COMMITTED:
        raise Http404
    return _page(request, "undo", batch=batch, header_title=_("Take the import back"))


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    by = acting_user(request)

    def throw_away(batch: HistoryBatch) -> str:
        history.discard_batch(batch=batch, by=by)
        return reverse("competence_admin:history")

    return _do(request, pk, throw_away, _("The file is thrown away. Nothing was taken in."))


@require_POST
def rest(request: HttpRequest, pk: int) -> HttpResponse:
    by = acting_user(request)

    def remove(batch: HistoryBatch) -> None:
        history.remove_rest(batch=batch, by=by)

    return _do(request, pk, remove, _("The rows that were left are removed."))
