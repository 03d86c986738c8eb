"""The two pages of a history import where somebody decides: which column says what, and what each
wording means."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competence import jobs
from competence.history_forms import NEW, OTHER, AnswerForm, ColumnsForm
from competence.models.history import HistoryBatch, HistoryQuestion
from competence.services import history
from competence.services.history.targets import CourseIndex
from competence.views.scope import acting_user
from lms.lib.dates import today
from lms.people.access import Action, Obj, can
from lms.people.models import Person, RoleAssignment, User
from lms.people.roles import Role

_ON_A_PAGE = 20
_SAMPLE = 5
Kind = HistoryQuestion.Kind


def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column says, as guessed from the headings, beside the first rows."""
    batch = get_object_or_404(HistoryBatch, pk=pk)
    if batch.state != HistoryBatch.State.WAITING:
        return redirect("competence_admin:history_batch", pk)
    try:
        table = history.table_of(batch)
    except history.HistoryError as error:
        messages.error(request, str(error))
        return redirect("competence_admin:history")
    form = ColumnsForm(table.headings, request.POST or None, columns=batch.columns)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(jobs.read(batch=batch, columns=form.columns(), by=acting_user(request)))
        except history.HistoryError as error:
            form.add_error(None, str(error))
    context = {
        "batch": batch,
        "form": form,
        "headings": table.headings,
        "sample": [cells for _line, cells in table.rows[:_SAMPLE]],
        "count": len(table.rows),
        "header_title": _("What the columns say"),
        "header_icon": "history",
    }
    return render(request, "competence/admin/history/columns.html", context)


def questions(request: HttpRequest, pk: int) -> HttpResponse:
    """The wordings to decide about, or with `?alla=1` those that have been decided too."""
    batch = get_object_or_404(HistoryBatch, pk=pk)
    if batch.state != HistoryBatch.State.WAITING:
        return redirect("competence_admin:history_batch", pk)
    everything = request.GET.get("alla") == "1"
    listed = batch.questions.select_related("decided_by__person").order_by("kind", "-rows", "pk")
    if not everything:
        listed = listed.filter(answer="")
    page = Paginator(listed, _ON_A_PAGE).get_page(request.GET.get("p"))
    forms = _forms(request, batch, page.object_list)
    if request.method == "POST":
        saved = _save(request, batch, forms)
        if saved is not None:
            return redirect(request.get_full_path())
    context = {
        "batch": batch,
        "page": page,
        "forms": forms,
        "everything": everything,
        "names": any(form.question.kind == Kind.PERSON for form in forms),
        "adders": who_add_people(),
        "may_add": can(request.user, Action.CREATE, Obj.PERSON, day=today()),
        "same": sum(1 for _each in history.same_name(batch)),
        "query": "alla=1" if everything else "",
        "header_title": _("What is meant"),
        "header_icon": "history",
    }
    return render(request, "competence/admin/history/questions.html", context)


def who_add_people() -> list[User]:
    """Those who enter people in the register, to write to about somebody who is missing."""
    day = today()
    given = RoleAssignment.objects.filter(role=Role.HR_IMPORT, user__is_active=True)
    return [each.user for each in given.select_related("user") if each.is_in_force(day)]


def _forms(request: HttpRequest, batch: HistoryBatch, listed: Any) -> list[AnswerForm]:
    """A form for each wording; on POST for those that the page showed."""
    shown = list(listed)
    if request.method == "POST":
        asked = [
            int(name[1:].removesuffix("-revision"))
            for name in request.POST
            if name.startswith("q") and name.endswith("-revision") and name[1:-9].isdigit()
        ][:_ON_A_PAGE]
        shown = list(batch.questions.filter(pk__in=asked).select_related("decided_by__person"))
        shown.sort(key=lambda each: asked.index(each.pk))
    index = CourseIndex()
    groups = [
        (label, [(k.code, k.label) for k in index.known if k.code.startswith(kind)])
        for kind, label in (
            ("outside", _("Outside courses")),
            ("own", _("Our courses")),
            ("level", _("Level in an area")),
        )
    ]
    people = Person.objects.in_bulk(
        {
            int(code.partition(":")[2])
            for each in shown
            if each.kind == Kind.PERSON
            for code, _score in each.candidates
        }
    )
    return [
        AnswerForm(
            each,
            request.POST or None,
            guesses=_guesses(each, index, people),
            everything=[group for group in groups if group[1]],
        )
        for each in shown
    ]


def _guesses(
    question: HistoryQuestion, index: CourseIndex, people: dict[int, Person]
) -> list[tuple[str, str]]:
    guesses = []
    for code, _score in question.candidates:
        if question.kind == Kind.PERSON:
            person = people.get(int(code.partition(":")[2]))
            label = f"{person.name} ({person.person_id})" if person else ""
        else:
            label = index.labels.get(code, "")
        if label:
            guesses.append((code, label))
    return guesses


def _save(request: HttpRequest, batch: HistoryBatch, forms: list[AnswerForm]) -> int | None:
    """The number of answers saved; None where the page is shown again with what is wrong. What
    can be saved is saved: an answer that fails takes no other with it."""
    saved, failed, by = 0, False, acting_user(request)
    for form in forms:
        if not form.is_valid():
            failed = True
            continue
        if not form.cleaned_data["choice"]:
            continue
        try:
            with transaction.atomic():
                history.answer_question(
                    question=form.question,
                    code=_code(form, by),
                    revision=form.cleaned_data["revision"],
                    by=by,
                )
        except (history.AnswerError, ValidationError) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else str(error)
            )
            failed = True
        else:
            saved += 1
    if saved:
        history.rehearse(batch=HistoryBatch.objects.get(pk=batch.pk), day=today())
        messages.success(
            request,
            ngettext("%(count)d answer is saved.", "%(count)d answers are saved.", saved)
            % {"count": saved},
        )
    return None if failed else saved


def _code(form: AnswerForm, by: User) -> str:
    said = form.cleaned_data
    if said["choice"] == NEW:
        course = history.add_outside_course(name=said["name"], provider=said["provider"], by=by)
        return f"outside:{course.pk}"
    return str(said["other"] if said["choice"] == OTHER else said["choice"])
