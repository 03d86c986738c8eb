"""What a manager does for those chosen: enrol them in what they lack, remind them, and take back
what was done last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.models import Page

from competence.engine import GapRow
from competence.figures.acting import people_acted_for
from competence.figures.offers import Suggestion, Suggestions, open_rows, suggest
from competence.figures.team import Member, members_in_full
from competence.models import ExemptionRequest
from competence.services.exemption_requests import withdraw_exemption_requests
from competence.services.reminders import remind_people, take_back_reminders
from competence.views.scope import UNDO, acting_user, in_place_of_managers
from courses.listing import Names
from courses.models import Enrolment
from courses.offer import offer_index, refreshers_for
from courses.registry import held_levels
from courses.services.enrolment import NotOfferedError, enrol, withdraw
from lms.lib.dates import today
from lms.notifications.models import Notice


def chosen(request: HttpRequest, day: date) -> list[Member]:
    """The people named in the form, within the reader's team, with what they lack."""
    ids = (request.POST or request.GET).getlist("person")
    people = people_acted_for(acting_user(request), day).filter(person_id__in=ids)
    members = members_in_full(people, day)
    if len(members) != len(set(ids)):
        raise PermissionDenied
    return members


def nobody_chosen(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Choose somebody in the list first."))
    return redirect(back(request))


@require_http_methods(["GET", "HEAD", "POST"])
def team_enrol(request: HttpRequest) -> HttpResponse:
    """What would close the gaps of those chosen; confirmed with one button."""
    day = today()
    members = chosen(request, day)
    if not members:
        return nobody_chosen(request)
    pks = [member.pk for member in members]
    held = held_levels(pks, day)
    suggestions = suggest(members, offer_index(), refreshers_for(pks, day), held)
    if request.method == "POST":
        courses = set(request.POST.getlist("course"))
        pairs = [
            (suggestion.offer.course_id, beneficiary.person_pk)
            for suggestion in suggestions.courses
            if suggestion.choice in courses
            for beneficiary in suggestion.people
        ]
        if pairs:
            return enrol_pairs(request, pairs)
        messages.warning(request, _("Choose a course first."))
    return render(
        request,
        "competence/team_enrol.html",
        {
            "members": members,
            "back": back(request),
            "suggestions": suggestions,
            "courses": _with_what_is_lacked(suggestions),
            "day": day,
        },
    )


Lacked = list[tuple[str, str]]


def _with_what_is_lacked(suggestions: Suggestions) -> list[tuple[Suggestion, Lacked]]:
    """Each suggested course with those who cannot begin it yet: name, and what they lack in
    words. Two queries where there is somebody."""
    if not any(each.locked for each in suggestions.courses):
        return [(each, []) for each in suggestions.courses]
    names = Names.load()
    return [
        (each, [(one.name, names.in_words(one.lacks)) for one in each.people if one.lacks])
        for each in suggestions.courses
    ]


def enrol_pairs(request: HttpRequest, pairs: Sequence[tuple[int, int]]) -> HttpResponse:
    """Enrol each person (pair: course, person); what was there already is left as it was."""
    user, now = acting_user(request), timezone.now()
    people = people_acted_for(user, today()).in_bulk({person for _course, person in pairs})
    courses = Page.objects.in_bulk({course for course, _person in pairs})
    try:
        with transaction.atomic(), in_place_of_managers(request, people, today()):
            made = [
                enrol(
                    person=people[person],
                    course=courses[course],
                    origin=Enrolment.Origin.MANAGER,
                    by=user,
                    at=now,
                )
                for course, person in pairs
            ]
    except NotOfferedError as error:
        messages.error(
            request,
            _("%(course)s is not offered any more. Nobody has been enrolled.") % {"course": error},
        )
        return redirect(back(request))
    new = [enrolment for enrolment in made if enrolment.created_at == now]
    enrolled = len({enrolment.person_id for enrolment in new})
    remember(
        request,
        "enrolments",
        [enrolment.pk for enrolment in new],
        ngettext("%(count)s person is enrolled.", "%(count)s people are enrolled.", enrolled)
        % {"count": enrolled},
    )
    return redirect(back(request))


def remember(request: HttpRequest, kind: str, pks: Sequence[int], text: str) -> None:
    """Say on the team page what was done, with the way to take it back."""
    request.session[UNDO] = {"kind": kind, "pks": list(pks), "text": text, "shown": False}


@require_POST
def team_undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done last, as far as it can still be had back."""
    undo = request.session.pop(UNDO, None)
    if undo:
        take_back = {
            "enrolments": _withdraw_enrolments,
            "reminders": _unsay_reminders,
            "requests": _withdraw_requests,
        }[undo["kind"]]
        take_back(request, undo["pks"])
    return redirect(back(request))


def _withdraw_enrolments(request: HttpRequest, pks: Sequence[int]) -> None:
    user, day = acting_user(request), today()
    enrolments = Enrolment.objects.filter(
        pk__in=pks,
        by=user,
        person__in=people_acted_for(user, day),
        withdrawn_at__isnull=True,
        completed_at__isnull=True,
    )
    people = {enrolment.person_id for enrolment in enrolments}
    with transaction.atomic(), in_place_of_managers(request, people, day):
        for enrolment in enrolments:
            withdraw(enrolment=enrolment, by=user, at=timezone.now())
    messages.success(request, _("The enrolment has been taken back."))


def _unsay_reminders(request: HttpRequest, pks: Sequence[int]) -> None:
    people = set(Notice.objects.filter(pk__in=pks).values_list("person_id", flat=True))
    with in_place_of_managers(request, people, today()):
        gone = take_back_reminders(notices=pks, by=acting_user(request))
    if gone == len(pks):
        messages.success(request, _("The reminder has been taken back."))
    elif gone:
        messages.warning(
            request,
            _("%(gone)s of %(all)s reminders have been taken back. The rest are read or mailed.")
            % {"gone": gone, "all": len(pks)},
        )
    else:
        messages.warning(request, _("The reminder is already read or mailed, and stays."))


def _withdraw_requests(request: HttpRequest, pks: Sequence[int]) -> None:
    withdraw_requests(request, ExemptionRequest.objects.filter(pk__in=pks))


def withdraw_requests(request: HttpRequest, requests: QuerySet[ExemptionRequest]) -> None:
    """Take back those of the account's own requests that nobody has decided, and say so."""
    people = set(requests.values_list("person_id", flat=True))
    with in_place_of_managers(request, people, today()):
        taken = withdraw_exemption_requests(
            requests=requests, by=acting_user(request), at=timezone.now()
        )
    if taken:
        messages.success(request, _("The request has been taken back."))
    else:
        messages.warning(request, _("The request is already decided, and stays."))


@require_http_methods(["GET", "HEAD", "POST"])
def team_remind(request: HttpRequest) -> HttpResponse:
    """Who would be reminded of what, and who has already been told; confirmed with one button."""
    day = today()
    members = chosen(request, day)
    if not members:
        return nobody_chosen(request)
    in_need = [member for member in members if member.to_remind_of]
    if request.method == "POST" and in_need:
        with in_place_of_managers(request, [member.pk for member in in_need], day):
            told = remind_people(
                [(member.pk, _rows_to_remind_of(member)) for member in in_need],
                day=day,
                by=acting_user(request),
                at=timezone.now(),
            )
        if told:
            remember(
                request,
                "reminders",
                [notice.pk for notice in told],
                ngettext(
                    "%(count)s person is reminded.", "%(count)s people are reminded.", len(told)
                )
                % {"count": len(told)},
            )
        else:
            messages.info(request, _("They have already been reminded today."))
        return redirect(back(request))
    return render(
        request,
        "competence/team_remind.html",
        {
            "members": in_need,
            "back": back(request),
            "told": [member for member in in_need if member.told_on],
            "without_need": [member for member in members if member not in in_need],
            "day": day,
        },
    )


def _rows_to_remind_of(member: Member) -> list[GapRow]:
    areas = {cell.area for cell in member.to_remind_of}
    return [row for row in open_rows(member) if row.area in areas]


def back(request: HttpRequest) -> str:
    """The team page again, at the unit the reader came from."""
    unit = request.POST.get("enhet") or request.GET.get("enhet", "")
    address = reverse("competence:team")
    return f"{address}?{urlencode({'enhet': unit})}" if unit else address
