"""Mitt team: who needs me, what is missing area by area, and what I can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from competence.figures.matrix import columns
from competence.figures.requested import requests_by
from competence.figures.roll_up import managers_by_unit, roll_up, units_in_order
from competence.figures.signoffs import who_waits_for_word_of
from competence.figures.team import (
    Member,
    Team,
    build_team,
    in_full,
    read_beside,
    read_team,
)
from competence.figures.told import all_told
from competence.figures.trend import direction
from competence.figures.words import capitalised, in_words
from competence.models import KeyGroup
from competence.views.coverage_targets import targets_of_team
from competence.views.deputies import deputies_on
from competence.views.scope import (
    UNDO,
    TeamScope,
    acting_user,
    may_act,
    team_scope,
)
from competence.views.team_filter import TeamFilter
from lms.content.templatetags.ui import changed_query
from lms.lib.dates import today
from lms.people.services.view_as import seen_as

PAGE_SIZE = 60
NEED_SHOWN = 5


@dataclass(frozen=True)
class Heading:
    """A heading of the table of units: `sort` as ARIA has it, empty where it is not in force."""

    label: str
    url: str
    sort: str
    numeric: bool


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    user = acting_user(request)
    asked = TeamFilter.of(request)
    facts = read_team(scope.people, day)
    whole = build_team(facts)
    narrowed = asked.narrowed(facts) if asked.area or asked.key_group else whole
    members = asked.found(narrowed, scope)
    shown = asked.shown(members)
    here: Page[Any] = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("sida"))
    lacking = whole.standing("gap")
    in_need = lacking[:NEED_SHOWN]
    beside = read_beside([member.pk for member in (*here, *in_need)])
    page: Page[Member] = Page(in_full(here, narrowed.areas, beside), here.number, here.paginator)
    told = all_told(facts.people)
    areas, key_groups = list(facts.areas), list(KeyGroup.objects.outside_drafts())
    viewing = seen_as(request) is not None
    waiting = set() if viewing else who_waits_for_word_of(user, day)
    targets = targets_of_team(scope)
    return render(
        request,
        "competence/team.html",
        {
            "scope": scope,
            "asked": asked,
            "team": whole,
            "heading": _heading(whole, enough_know=not targets.in_need),
            "in_need": in_full(in_need, whole.areas, beside),
            "more_in_need": len(lacking) - len(in_need),
            "told": sum(member.pk in told for member in lacking),
            "without_email": sum(not member.has_email for member in lacking),
            "last_to_run_out": max(
                (m.runs_out_on for m in whole.running_out if m.runs_out_on), default=None
            ),
            "columns": columns(shown, narrowed.areas),
            "page": page,
            "gaps_on_page": sum(member.gaps > 0 for member in page),
            "chosen": _chosen(request, page),
            "tabs": asked.tabs(request, members),
            "chips": asked.chips(request, areas, key_groups),
            **_units(request, whole, scope),
            "areas": areas,
            "key_groups": key_groups,
            "may_act": may_act(request, day),
            "deputies": deputies_on(request, day),
            "waiting_for_word": waiting,
            "to_confirm": len(waiting),
            "exemption_requests": [] if viewing else requests_by(user, day),
            "done": None if viewing else _done(request),
            "targets": targets,
        },
    )


def _chosen(request: HttpRequest, page: Page[Member]) -> set[int]:
    """Whom the address ticks beforehand; the script does the same without asking."""
    ticked = {"alla": lambda member: True, "brister": lambda member: member.gaps > 0}
    choose = ticked.get(request.GET.get("valj", ""), lambda member: False)
    return {member.pk for member in page if choose(member)}


def _units(request: HttpRequest, whole: Team, scope: TeamScope) -> dict[str, Any]:
    """The units right below, the worst first, with the headings to sort them by."""
    if not scope.children or not whole.members:
        return {"units": []}
    units = [scope.unit, *scope.children]
    way = direction(scope.people, units, size=len(whole.members), day=scope.day)
    managers = managers_by_unit(units, scope.day)
    parts = roll_up(whole, scope.unit, scope.children, managers=managers, way=way)
    order = request.GET.get("enheter", "tackning")
    return {
        "units": units_in_order(parts, order),
        "unit_headings": _unit_headings(request, order, way.known),
        "way": way,
        "whole_trend": way.trend(scope.unit.pk) if way.has_lines else None,
    }


def _unit_headings(request: HttpRequest, order: str, has_trend: bool) -> list[Heading]:
    labels = {
        "enhet": _("Unit"),
        "antal": _("Employees"),
        "brist": _("Missing or expired"),
        "snart": _("Expires within 90 days"),
        "tackning": _("Coverage"),
        "riktning": _("90 days"),
    }
    if not has_trend:
        del labels["riktning"]
    return [
        Heading(
            label,
            changed_query(request, enheter=f"-{key}" if order == key else key) + "#enheter",
            {key: "ascending", f"-{key}": "descending"}.get(order, ""),
            key != "enhet",
        )
        for key, label in labels.items()
    ]


def _done(request: HttpRequest) -> dict[str, Any] | None:
    """What the reader did last, told once, with the way to take it back."""
    undo: dict[str, Any] | None = request.session.get(UNDO)
    if not undo or undo["shown"]:
        return None
    request.session[UNDO] = undo | {"shown": True}
    return undo


def _heading(team: Team, *, enough_know: bool) -> str:
    in_need = len(team.standing("gap"))
    if not team.members:
        return _("There is nobody in the unit yet")
    if in_need:
        return capitalised(
            ngettext(
                "%(number)s in the team needs your help",
                "%(number)s in the team need your help",
                in_need,
            )
            % {"number": in_words(in_need)}
        )
    if soon := len(team.running_out):
        return capitalised(
            ngettext(
                "Everyone is up to date, %(number)s must renew soon",
                "Everyone is up to date, %(number)s must renew soon",
                soon,
            )
            % {"number": in_words(soon)}
        )
    if not enough_know:
        return _("Nobody lacks anything, but too few know what the municipality has decided")
    return _("Everyone in the team is up to date")
