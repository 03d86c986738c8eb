"""The team as files: what the screen shows, and every requirement behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.team import Cell, Member, Team, in_full, read_beside, read_team
from competence.views.scope import team_scope
from competence.views.team_filter import TeamFilter
from lms.content.templatetags.ui import status_word
from lms.lib.dates import today
from lms.lib.tables import Value, table_response

Table = tuple[list[str], Iterator[Sequence[Value]]]
Lines = Callable[[Team, list[Member]], Table]


@require_safe
def team_file(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """A row per person and requirement."""
    return _file(request, "krav", pairs_table, kind)


@require_safe
def team_matrix_file(request: HttpRequest, kind: str = "csv") -> HttpResponse:
    """A row per person, as on the screen."""
    return _file(request, "matris", matrix_table, kind)


def _file(request: HttpRequest, what: str, lines: Lines, kind: str) -> HttpResponse:
    """The people the reader has filtered out, in the order asked for, all pages of them."""
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    asked = TeamFilter.of(request)
    facts = read_team(scope.people, day)
    narrowed = asked.narrowed(facts)
    shown = asked.shown(asked.found(narrowed, scope))
    table = lines(narrowed, in_full(shown, narrowed.areas, read_beside(facts.people)))
    name = f"team-{what}-{scope.unit.code}-{day.isoformat()}"
    return table_response(name, *table, kind=kind)


def matrix_table(team: Team, members: list[Member]) -> Table:
    """Every column of the matrix, the words and the days of a cell apart."""
    header = [
        *(_("Day"), _("Person id"), _("Name"), _("Job"), _("Gaps"), _("Requirements")),
        *(_("Next day"), _("Last told")),
    ]
    for area in team.areas:
        header += [
            area.label,
            _("%(area)s, day") % {"area": area.label},
            _("%(area)s, beside") % {"area": area.label},
        ]
    return header, (_matrix_line(member, team.as_of) for member in members)


def _matrix_line(member: Member, day: date) -> list[Value]:
    line: list[Value] = [
        *(day, member.person_id, member.name, ", ".join(member.titles)),
        *(member.gaps, member.asked, member.next_day, member.told_on),
    ]
    for cell in member.cells:
        line += [status_word(cell.status), cell.on, beside(cell)] if cell else ["", None, ""]
    return line


def beside(cell: Cell) -> str:
    """What stands beside a status and never replaces it."""
    said = []
    if cell.enrolment:
        said.append(_("in progress") if cell.enrolment.started else _("enrolled"))
    if cell.planned:
        said.append(_("training is planned"))
    if cell.requested:
        said.append(_("exemption asked for"))
    return ", ".join(said)


def pairs_table(team: Team, members: list[Member]) -> Table:
    """Every requirement of every person, as the person's own page shows them."""
    header = [
        *(_("Day"), _("Person id"), _("Name"), _("Job"), _("Key group"), _("Area")),
        *(_("Level"), _("Kind"), _("Status"), _("Due on"), _("Valid until"), _("Member since")),
        _("Enrolled in"),
    ]
    return header, (line for member in members for line in _pair_lines(member, team.as_of))


def _pair_lines(member: Member, day: date) -> list[list[Value]]:
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
