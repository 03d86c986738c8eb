"""The sentence that says why, each hop a link where the reader may open it; and the timeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from competence.access import URLS
from competence.engine import pieces as hop
from competence.engine.timeline import Timeline
from competence.figures.drawing import Drawing, drawing_of
from courses.access import URLS as COURSE_URLS
from lms.lib.dates import today
from lms.people.access import units_seen_by
from lms.people.models import Person, Unit

register = template.Library()

# Where the page with the facts behind a day tells of each.
ANCHORS = {
    hop.EmploymentHop: "arbete",
    hop.LeaveHop: "ledighet",
    hop.NamingHop: "utsedd",
    hop.AchievementHop: "uppnatt",
    hop.ExemptionHop: "undantag",
    hop.OrderHop: "fornyelse",
}


class Reader:
    """What one reader may open, asked once in a request."""

    def __init__(self, request: HttpRequest) -> None:
        self.user: Any = request.user
        self.day = today()
        self._allowed: dict[str, bool] = {}
        self._facts: dict[str, str] = {}
        self._units: frozenset[str] | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Reader:
        known = getattr(request, "_hop_reader", None)
        if known is None:
            known = request._hop_reader = cls(request)  # type: ignore[attr-defined]
        return known

    def may(self, name: str) -> bool:
        if name not in self._allowed:
            rule = (COURSE_URLS if name.startswith("courses:") else URLS)[name]
            self._allowed[name] = rule.allows(self.user, self.day)
        return self._allowed[name]

    def address(self, name: str, *args: str) -> str:
        if not self.may(name):
            return ""
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            return ""

    def facts_of(self, person_id: str) -> str:
        """The page with the facts about the person: one's own, or a team member's."""
        if person_id not in self._facts:
            self._facts[person_id] = self._facts_page(person_id)
        return self._facts[person_id]

    def _facts_page(self, person_id: str) -> str:
        person = getattr(self.user, "person", None)
        if person is not None and person.person_id == person_id:
            return reverse("competence:my_day")
        seen = Person.objects.current().visible_to(self.user, self.day)
        if self.may("competence:team_person") and seen.filter(person_id=person_id).exists():
            page = reverse("competence:team_person", args=[person_id])
            return f"{page}?{urlencode({'dag': self.day.isoformat()})}"
        return ""

    def sees_unit(self, code: str) -> bool:
        if self._units is None:
            own = units_seen_by(self.user, self.day)
            codes = Unit.objects.at_or_below(*own).values_list("code", flat=True) if own else ()
            self._units = frozenset(codes)
        return code in self._units


def address_of(target: hop.Hop, reader: Reader, *, here: bool) -> str:
    """Where the hop leads for the reader; empty where they may not open it. `here`: the page has
    the facts on it."""
    match target:
        case hop.RequirementHop(group, _):
            return _on(reader.address("competence:key_group", group), "krav")
        case hop.KeyGroupHop(group) | hop.RuleHop(group, _):
            return _on(reader.address("competence:key_group", group), "vilka")
        case hop.PlanHop(_, _):
            return reader.address("competence:plan")
        case hop.UnitHop(code):
            if not (reader.may("competence:team") and reader.sees_unit(code)):
                return ""
            return f"{reverse('competence:team')}?{urlencode({'enhet': code})}"
        case hop.OrderHop(_):
            if here:
                return f"#{ANCHORS[hop.OrderHop]}"
            return reader.address("competence_admin:renewals")
        case hop.AchievementHop(_, person_id, certificate, course):
            return _achievement(reader, person_id, certificate, course, here)
    page = "" if here else reader.facts_of(target.person_id)
    return _on(page, ANCHORS[type(target)], here)


def _achievement(reader: Reader, person_id: str, certificate: str, course: str, here: bool) -> str:
    anchor = ANCHORS[hop.AchievementHop]
    if here:
        return f"#{anchor}"
    own = getattr(reader.user, "person", None)
    if own is not None and own.person_id == person_id:
        if certificate:
            return reader.address("courses:certificate", certificate)
        if course:
            return reader.address("courses:course", course)
    return _on(reader.facts_of(person_id), anchor)


def _on(page: str, anchor: str, here: bool = False) -> str:
    return f"{page}#{anchor}" if page or here else ""


@register.simple_tag(takes_context=True)
def why_text(context: Context, pieces: Iterable[hop.Piece], here: bool = False) -> SafeString:
    """The sentence in pieces, with links; in plain words where nobody asks. `here`: to the facts
    further down on the page."""
    request = getattr(context, "request", None)
    if request is None:
        return format_html("{}", hop.text_of(pieces))
    reader = Reader.of(request)
    return format_html_join("", "{}", ((_piece(piece, reader, here),) for piece in pieces))


def _piece(piece: hop.Piece, reader: Reader, here: bool) -> str | SafeString:
    address = address_of(piece.hop, reader, here=here) if piece.hop else ""
    return format_html('<a href="{}">{}</a>', address, piece.text) if address else piece.text


@register.filter
def drawing(timeline: Timeline, about: str = "you mandatory") -> Drawing:
    """The timeline drawn. `about`: words of "you" and "mandatory"."""
    return drawing_of(timeline, you="you" in about, mandatory="mandatory" in about)
