"""Rounds of needs assessment in the admin: opened after a preview, followed, reminded of, extended
and closed; and the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from competence.figures.needs import (
    FormStanding,
    FormState,
    PlannedForm,
    form_standings,
    standing_of_round,
)
from competence.figures.needs_added import added_since
from competence.figures.needs_staff import staff_shown
from competence.figures.needs_table import round_table
from competence.figures.proposals import became_of
from competence.models import NeedsAnswer, NeedsForm, NeedsRound
from competence.services.needs_notices import remind_of_forms, take_back_form_reminders
from competence.services.needs_rounds import (
    record_opened,
)
from competence.views.scope import acting_user
from lms.content.models import SiteSettings
from lms.lib.dates import today
from lms.lib.numbers import whole_number
from lms.lib.tables import table_response
from lms.people.access import Action, Obj, Scope, can, scopes

UNDO = "competence.needs_undo"
"""Session key: the reminders made last, to be taken back."""
PAGE_SIZE = 50


def needs_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    day = today()
    return render(
        request,
        f"competence/admin/{template}.html",
        {"day": day, "may_edit": handles_rounds(request), "header_icon": "form"} | context,
    )


def handles_rounds(request: HttpRequest) -> bool:
    """Whether the reader is one of those who handle the rounds."""
    return can(request.user, Action.UPDATE, Obj.REQUIREMENT, day=today())


def _names_key_persons(request: HttpRequest) -> bool:
    """Whether the reader may know who each key person is."""
    return Scope.ALL in scopes(request.user, Action.READ, Obj.KEY_PERSON, day=today())


def note_opened(
    request: HttpRequest, needs_round: NeedsRound, opened: str, answer: NeedsAnswer | None = None
) -> None:
    """Written in the ledger before it is shown, where the reader is not one of those who handle the
    rounds."""
    if not handles_rounds(request):
        record_opened(
            needs_round=needs_round, opened=opened, answer=answer, by=acting_user(request)
        )


@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round, the latest first."""
    return needs_page(
        request,
        "needs_rounds",
        page=Paginator(NeedsRound.objects.all(), PAGE_SIZE).get_page(request.GET.get("p")),
        header_title=_("Needs assessment"),
    )


@require_safe
def needs_round(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a round has come: form by form, with who has not answered."""
    day = today()
    found = get_object_or_404(NeedsRound, pk=pk)
    note_opened(request, found, "list")
    standings = _standings(found)
    shown = _narrowed(standings, request.GET.get("visa", ""))
    undo = request.session.get(UNDO)
    is_open = found.is_open_on(day)
    added = _added(found) if is_open and handles_rounds(request) else ()
    return needs_page(
        request,
        "needs_round",
        needs_round=found,
        names_key_persons=_names_key_persons(request),
        is_open=is_open,
        added=added,
        added_units=len({form.unit.pk for form in added}),
        left=any(each.managers and not each.is_answered for each in standings),
        standing=standing_of_round(found, day),
        about_key_persons=[each for each in standings if each.form.naming_id],
        key_persons_answered=sum(
            each.is_answered for each in standings if each.form.naming_id is not None
        ),
        confirmed=sum(each.state is FormState.CONFIRMED for each in standings),
        without_manager=list(
            {each.form.unit.pk: each.form.unit for each in standings if not each.managers}.values()
        ),
        shown=request.GET.get("visa", ""),
        page=Paginator(shown, PAGE_SIZE).get_page(request.GET.get("p")),
        undo=undo if undo and undo["round"] == found.pk else None,
        header_title=found.name,
    )


def _added(needs_round: NeedsRound) -> tuple[PlannedForm, ...]:
    threshold = SiteSettings.load().suppression_threshold
    return added_since(needs_round, threshold=threshold, day=today())


def _standings(needs_round: NeedsRound) -> list[FormStanding]:
    forms = needs_round.forms.select_related("unit", "key_group", "naming__person")
    return form_standings(forms, today())


def _narrowed(standings: Sequence[FormStanding], shown: str) -> list[FormStanding]:
    if shown == "vantar":
        return [each for each in standings if not each.is_answered]
    if shown == "svarat":
        return [each for each in standings if each.is_answered]
    if shown == "saknar-chef":
        return [each for each in standings if not each.managers]
    return list(standings)


@require_POST
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind those chosen, or all who have not answered."""
    found = get_object_or_404(NeedsRound, pk=pk)
    forms = NeedsForm.objects.filter(needs_round=found)
    if "all" not in request.POST:
        forms = forms.filter(pk__in=[whole_number(each) for each in request.POST.getlist("form")])
    made = remind_of_forms(forms=forms, day=today(), by=acting_user(request), at=timezone.now())
    if made:
        request.session[UNDO] = {"round": found.pk, "pks": [each.pk for each in made]}
        messages.success(
            request,
            ngettext(
                "A reminder of %(count)s form is sent.",
                "Reminders of %(count)s forms are sent.",
                len(made),
            )
            % {"count": len(made)},
        )
    else:
        messages.warning(
            request,
            _("Nobody to remind: the forms are answered, reminded of today or lack a manager."),
        )
    return redirect("competence_admin:needs_round", found.pk)


@require_POST
def undo_reminders(request: HttpRequest, pk: int) -> HttpResponse:
    undo = request.session.pop(UNDO, None)
    gone = 0
    if undo and undo["round"] == pk:
        gone = take_back_form_reminders(
            reminders=undo["pks"], by=acting_user(request), at=timezone.now()
        )
    if gone:
        messages.success(
            request,
            ngettext(
                "%(count)s reminder has been taken back.",
                "%(count)s reminders have been taken back.",
                gone,
            )
            % {"count": gone},
        )
    else:
        messages.warning(request, _("The reminder is already read or mailed, and stays."))
    return redirect("competence_admin:needs_round", pk)


@require_safe
def round_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The forms of a round with what was answered, as a table."""
    found = get_object_or_404(NeedsRound, pk=pk)
    note_opened(request, found, kind)
    table = round_table(_standings(found), named=_names_key_persons(request))
    name = f"behov-{found.pk}-{today().isoformat()}"
    return table_response(name, table.header, table.rows, kind=kind)


@require_safe
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer in full, the earlier ones of the same form, and what became of it."""
    found = get_object_or_404(
        NeedsAnswer.objects.select_related(
            "form__unit",
            "form__key_group",
            "form__naming__person",
            "form__needs_round",
            "by",
            "in_place_of",
            "confirmed_by",
        ),
        pk=pk,
    )
    note_opened(request, found.form.needs_round, "answer", found)
    return needs_page(
        request,
        "needs_answer",
        answer=found,
        names_key_persons=_names_key_persons(request),
        wishes=found.wishes.select_related("area", "level"),
        staff=staff_shown(found.form),
        became=became_of(found),
        others=NeedsAnswer.objects.filter(form=found.form)
        .exclude(pk=found.pk)
        .select_related("by"),
        header_title=_("Answer about needs"),
    )
