"""Utbildningsutdrag: one's own, that of one of one's people, and in the admin behind a reason."""

from __future__ import annotations

from datetime import date
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.fact_forms import TranscriptForm
from competence.figures.transcript import transcript_of
from competence.reports import transcript as report
from competence.services.disclosure import Purpose, standing_opening
from competence.views.disclosure import names_part
from competence.views.scope import acting_user, visible_person
from lms.audit.services import record
from lms.lib.dates import today
from lms.people.models import Person, User


def _file(person: Person, day: date, *, to_the_person: bool) -> HttpResponse:
    data = transcript_of(person, day, to_the_person=to_the_person)
    response = HttpResponse(report.build(data), content_type="application/pdf")
    name = f"utbildningsutdrag-{day.isoformat()}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_safe
def my_transcript(request: HttpRequest) -> HttpResponse:
    """One's own, with exemptions."""
    person = cast(User, request.user).person
    if person is None:
        raise Http404
    return _file(person, today(), to_the_person=True)


@require_safe
def team_transcript(request: HttpRequest, person_id: str) -> HttpResponse:
    """Of one of the reader's people. That it was fetched is recorded."""
    day = today()
    person = visible_person(request, person_id, day)
    record("person.transcript_fetched", person, by=acting_user(request), person=person)
    return _file(person, day, to_the_person=False)


def transcripts(request: HttpRequest) -> HttpResponse:
    """In the admin: one person's, by person id and behind a reason."""
    form = TranscriptForm(request.GET or None)
    person: Person | None = form.cleaned_data["person"] if form.is_valid() else None
    part = None
    if person is not None:
        found = person
        part = names_part(
            request,
            purpose=Purpose.TRANSCRIPT,
            matter=str(found.pk),
            about=found,
            people=lambda: {found.pk},
        )
    return render(
        request,
        "competence/admin/transcripts.html",
        {
            "form": form,
            "person": person if part and part.opening else None,
            "part": part,
            "header_title": _("Training transcript"),
            "header_icon": "doc-full",
        },
    )


@require_safe
def transcript_file(request: HttpRequest, person_id: str) -> HttpResponse:
    """The file, while the person is open to the reader."""
    person = Person.objects.current().filter(person_id=person_id).first()
    opening = person and standing_opening(
        session=request.session,
        by=acting_user(request),
        purpose=Purpose.TRANSCRIPT,
        matter=str(person.pk),
        at=timezone.now(),
    )
    if person is None or opening is None:
        return redirect(f"{reverse('competence_admin:transcripts')}?person={person_id}")
    record(
        "person.transcript_fetched",
        person,
        by=acting_user(request),
        person=person,
        reason=opening.reason,
    )
    return _file(person, today(), to_the_person=False)
