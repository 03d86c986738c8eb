"""What the reader of the team page asked to see, and whom that leaves, in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from competence.figures.matrix import RISK, in_order
from competence.figures.team import Outline, Team, TeamFacts, build_team
from competence.models import KeyGroup
from competence.views.scope import TeamScope
from lms.content.templatetags.ui import changed_query
from lms.framework.models import CompetenceArea

SHOWN: dict[str, Callable[[Outline], bool]] = {
    "": lambda member: True,
    "brist": lambda member: member.standing == "gap",
    "snart": lambda member: member.runs_out_on is not None,
    "introduktion": lambda member: member.standing == "introduction",
}


@dataclass(frozen=True)
class Link:
    """A tab, a chip or a heading: what it says and where it leads."""

    label: str
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class TeamFilter:
    show: str
    area: str
    key_group: str
    search: str
    order: str
    direct: bool

    @classmethod
    def of(cls, request: HttpRequest) -> TeamFilter:
        query = request.GET
        show = query.get("visa", "")
        return cls(
            show=show if show in SHOWN else "",
            area=query.get("omrade", ""),
            key_group=query.get("grupp", ""),
            search=query.get("q", "").strip(),
            order=query.get("ordning", "") or RISK,
            direct=query.get("niva") == "direkt",
        )

    def narrowed(self, facts: TeamFacts) -> Team:
        return build_team(facts, key_group=self.key_group or None, area=self.area or None)

    @property
    def is_narrow(self) -> bool:
        return bool(self.area or self.key_group or self.search or self.direct)

    def found(self, team: Team, scope: TeamScope) -> list[Outline]:
        """The members the filters leave, in the order asked for."""
        return in_order(self.matching(team, scope), self.order)

    def matching(self, team: Team, scope: TeamScope) -> list[Outline]:
        """The members the filters leave."""
        words = self.search.casefold().split()
        return [
            member
            for member in team.members
            if (not self.direct or scope.unit.pk in member.unit_pks)
            and all(word in _searched(member) for word in words)
        ]

    def shown(self, members: list[Outline]) -> list[Outline]:
        return [member for member in members if SHOWN[self.show](member)]

    def tabs(self, request: HttpRequest, members: list[Outline]) -> list[Link]:
        labels = {
            "": _("All"),
            "brist": _("Missing or expired"),
            "snart": _("Expires within 90 days"),
            "introduktion": _("In introduction"),
        }
        return [
            Link(
                label,
                changed_query(request, visa=code or None, sida=None) + "#matris",
                code == self.show,
                sum(SHOWN[code](member) for member in members),
            )
            for code, label in labels.items()
        ]

    def chips(
        self, request: HttpRequest, areas: list[CompetenceArea], key_groups: list[KeyGroup]
    ) -> list[Link]:
        """What narrows the list now, each with the address that lets it go."""
        chosen = {
            "q": self.search and f"”{self.search}”",
            "omrade": next((a.name for a in areas if a.code == self.area), self.area),
            "grupp": next((g.name for g in key_groups if g.code == self.key_group), self.key_group),
            "niva": _("Only directly in the unit") if self.direct else "",
        }
        return [
            Link(label, changed_query(request, **{name: None}, sida=None) + "#matris")
            for name, label in chosen.items()
            if label
        ]


def _searched(member: Outline) -> str:
    return " ".join((member.name, member.person_id, *member.titles)).casefold()
