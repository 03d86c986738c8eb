"""The team as files: what the screen shows, and every requirement behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competence.figures.matrix import sort_key
from competence.figures.team import Cell, Member, in_full, read_beside, read_by_parts
from competence.views.scope import team_scope
from competence.views.team_filter import TeamFilter
from lms.content.templatetags.ui import status_word
from lms.framework.models import CompetenceArea
from lms.lib.dates import today
from lms.lib.sorting import SortedOnDisk
from lms.lib.tables import Value, table_response, table_stream

Line = list[Value]


@dataclass(frozen=True)
class Lines:
    """How a file is written: what is kept of each member, beside every area there is, and the table
    that is made of it, with the areas that somebody is asked for (their places among all)."""

    of_member: Callable[[Member, date], list[Line]]
    header: Callable[[Sequence[CompetenceArea]], list[str]]
    narrowed: Callable[[Line, Sequence[int]], Line]


@require_safe
def team_file(request: HttpRequest, kind: str = "csv") -> HttpResponseBase:
    """A row per person and requirement."""
    return _file(request, "krav", PAIRS, kind)


@require_safe
def team_matrix_file(request: HttpRequest, kind: str = "csv") -> HttpResponseBase:
    """A row per person, as on the screen."""
    return _file(request, "matris", MATRIX, kind)


def _file(request: HttpRequest, what: str, lines: Lines, kind: str) -> HttpResponseBase:
    """The people the reader has filtered out, in the order asked for, all pages of them. They are
    read part by part, so that memory does not grow with their number; everything is read before
    anything is sent, and more than one part is sent as it is written."""
    day = today()
    scope = team_scope(request, day)
    if scope is None:
        return render(request, "competence/team_empty.html")
    asked = TeamFilter.of(request)
    every: Sequence[CompetenceArea] = ()
    used: set[str] = set()
    key = sort_key(asked.order)
    people = SortedOnDisk[list[Line]]()
    for facts in read_by_parts(scope.people, day):
        every = facts.areas
        narrowed = asked.narrowed(facts)
        used.update(area.code for area in narrowed.areas)
        shown = asked.shown(asked.matching(narrowed, scope))
        people.add(
            (key(member.outline), lines.of_member(member, day))
            for member in in_full(shown, every, read_beside(facts.people))
        )
    places = [place for place, area in enumerate(every) if area.code in used]
    answer = table_stream if people.on_disk else table_response
    return answer(
        f"team-{what}-{scope.unit.code}-{day.isoformat()}",
        lines.header([every[place] for place in places]),
        (lines.narrowed(line, places) for of_person in people for line in of_person),
        kind=kind,
    )


_BEFORE_AREAS = 8
_OF_AREA = 3


def _matrix_header(areas: Sequence[CompetenceArea]) -> list[str]:
    header = [
        *(_("Day"), _("Person id"), _("Name"), _("Job"), _("Gaps"), _("Requirements")),
        *(_("Next day"), _("Last told")),
    ]
    for area in areas:
        header += [
            area.label,
            _("%(area)s, day") % {"area": area.label},
            _("%(area)s, beside") % {"area": area.label},
        ]
    return header


def _matrix_line(member: Member, day: date) -> list[Line]:
    """Every column of the matrix, the words and the days of a cell apart."""
    line: Line = [
        *(day, member.person_id, member.name, ", ".join(member.titles)),
        *(member.gaps, member.asked, member.next_day, member.told_on),
    ]
    for cell in member.cells:
        line += [status_word(cell.status), cell.on, beside(cell)] if cell else ["", None, ""]
    return [line]


def _of_areas(line: Line, places: Sequence[int]) -> Line:
    found = line[:_BEFORE_AREAS]
    for place in places:
        start = _BEFORE_AREAS + place * _OF_AREA
        found += line[start : start + _OF_AREA]
    return found


MATRIX = Lines(_matrix_line, _matrix_header, _of_areas)


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


def _pairs_header(areas: Sequence[CompetenceArea]) -> list[str]:
    return [
        *(_("Day"), _("Person id"), _("Name"), _("Job"), _("Key group"), _("Area")),
        *(_("Level"), _("Kind"), _("Status"), _("Due on"), _("Valid until"), _("Member since")),
        _("Enrolled in"),
    ]


def _pair_lines(member: Member, day: date) -> list[Line]:
    """Every requirement of the person, as the person's own page shows them."""
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


def _whole(line: Line, places: Sequence[int]) -> Line:
    return line


PAIRS = Lines(_pair_lines, _pairs_header, _whole)
