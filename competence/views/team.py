"""Mitt team: who needs me, what is missing area by area, and what I can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from competence.figures.signoffs import waiting_for_word_of
from competence.figures.team import Member, Team, TeamFacts, build_team, read_team, roll_up
from competence.figures.words import capitalised, in_words, swedish_order
from competence.models import KeyGroup
from competence.views.coverage_targets import targets_of_team
from competence.views.scope import (
    UNDO,
    TeamScope,
    acting_user,
    may_act,
    team_scope,
)
from lms.content.templatetags.ui import changed_query, status_word
from lms.framework.models import CompetenceArea
from lms.lib.dates import today
from lms.lib.tables import csv_response

PAGE_SIZE = 50
NEED_SHOWN = 5


@dataclass(frozen=True)
class Tab:
    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class TeamFilter:
    """What the reader asked to see."""

    show: str
    area: str
    key_group: str
    search: str
    order: str
    direct: bool

    @classmethod
    def of(cls, request: HttpRequest) -> TeamFilter:
        query = request.GET
        return cls(
            show=query.get("visa", ""),
            area=query.get("omrade", ""),
            key_group=query.get("grupp", ""),
            search=query.get("q", "").strip(),
            order=query.get("ordning", ""),
            direct=query.get("niva") == "direkt",
        )

    def narrowed(self, facts: TeamFacts) -> Team:
        return build_team(facts, key_group=self.key_group or None, area=self.area or None)

    @property
    def is_narrow(self) -> bool:
        return bool(self.area or self.key_group or self.search or self.direct)


SHOWN = {
    "": lambda member: True,
    "brist": lambda member: member.standing == "gap",
    "snart": lambda member: member.runs_out_on is not None,
    "introduktion": lambda member: member.standing == "introduction",
}


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    asked = TeamFilter.of(request)
    facts = read_team(scope.people, day)
    whole = build_team(facts)
    narrowed = asked.narrowed(facts)
    members = _found(narrowed, asked, scope)
    shown = [member for member in members if SHOWN.get(asked.show, SHOWN[""])(member)]
    page: Page[Member] = Paginator(shown, PAGE_SIZE).get_page(request.GET.get("sida"))
    return render(
        request,
        "competence/team.html",
        {
            "scope": scope,
            "asked": asked,
            "team": whole,
            "heading": _heading(whole),
            "in_need": whole.standing("gap")[:NEED_SHOWN],
            "more_in_need": max(len(whole.standing("gap")) - NEED_SHOWN, 0),
            "told": sum(member.told_on is not None for member in whole.standing("gap")),
            "without_email": sum(not m.has_email for m in whole.standing("gap")),
            "last_to_run_out": max(
                (m.runs_out_on for m in whole.running_out if m.runs_out_on), default=None
            ),
            "matrix_areas": narrowed.areas,
            "page": page,
            "tabs": _tabs(request, members, asked),
            "units": roll_up(whole, scope.unit, scope.children) if scope.children else [],
            "areas": CompetenceArea.objects.all(),
            "key_groups": KeyGroup.objects.all(),
            "may_act": may_act(request, day),
            "to_confirm": waiting_for_word_of(acting_user(request), day),
            "done": _done(request),
            "targets": targets_of_team(scope),
        },
    )


@require_safe
def team_file(request: HttpRequest) -> HttpResponse:
    """The same team as a file: a row per person and requirement."""
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    asked = TeamFilter.of(request)
    narrowed = asked.narrowed(read_team(scope.people, day))
    members = _found(narrowed, asked, scope)
    header = [
        *(_("Day"), _("Person id"), _("Name"), _("Job"), _("Key group"), _("Area")),
        *(_("Level"), _("Kind"), _("Status"), _("Due on"), _("Valid until"), _("Member since")),
        _("Enrolled in"),
    ]
    return csv_response(
        f"team-{scope.unit.code}-{day.isoformat()}.csv",
        header,
        (
            line
            for member in members
            if SHOWN.get(asked.show, SHOWN[""])(member)
            for line in _lines(member, day)
        ),
    )


def _lines(member: Member, day: date) -> list[list[Any]]:
    enrolled = {
        row.requirement_pk: enrolment.title
        for row in member.rows
        for enrolment in member.enrolments
        if enrolment.would_give(row)
    }
    return [
        [
            *(day, member.person_id, member.name, ", ".join(member.titles)),
            *(row.requirement.key_group_name, row.requirement.area_name),
            row.requirement.level_name,
            _("mandatory") if row.mandatory else _("recommended"),
            status_word(row.status),
            *(row.due_on, row.valid_until, row.member_since),
            enrolled.get(row.requirement_pk, ""),
        ]
        for row in member.rows
    ]


def _done(request: HttpRequest) -> dict[str, Any] | None:
    """What the reader did last, told once, with the way to take it back."""
    undo: dict[str, Any] | None = request.session.get(UNDO)
    if not undo or undo["shown"]:
        return None
    request.session[UNDO] = undo | {"shown": True}
    return undo


def _heading(team: Team) -> str:
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
    return _("Everyone in the team is up to date")


def _found(team: Team, asked: TeamFilter, scope: TeamScope) -> list[Member]:
    """The members the filters leave, in the order asked for."""
    words = asked.search.casefold().split()
    found = [
        member
        for member in team.members
        if (not asked.direct or scope.unit.pk in member.unit_pks)
        and all(word in _searched(member) for word in words)
    ]
    if asked.order == "namn":
        found.sort(key=lambda member: swedish_order(member.name))
    elif asked.order == "dag":
        found.sort(key=lambda m: (m.next_day or date.max, swedish_order(m.name)))
    return found


def _searched(member: Member) -> str:
    return " ".join((member.name, member.person_id, *member.titles)).casefold()


def _tabs(request: HttpRequest, members: list[Member], asked: TeamFilter) -> list[Tab]:
    labels = {
        "": _("All"),
        "brist": _("Missing or expired"),
        "snart": _("Expires within 90 days"),
        "introduktion": _("In introduction"),
    }
    return [
        Tab(
            label,
            sum(SHOWN[code](member) for member in members),
            changed_query(request, visa=code or None, sida=None) + "#matris",
            code == (asked.show if asked.show in SHOWN else ""),
        )
        for code, label in labels.items()
    ]
