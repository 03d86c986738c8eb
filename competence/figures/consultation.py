"""A consultation as its pages and its compilation (remissammanställning) tell it: who was asked,
who has answered, and what was said about what. Units and organisations, never a person's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from competence.models import (
    Consultation,
    ConsultationAnswer,
    ConsultationComment,
    WrittenOpinion,
)
from lms.lib.dates import STOCKHOLM
from lms.lib.tables import Value
from lms.people.models import Unit, User


@dataclass(frozen=True)
class Answered:
    outcome: str
    words: str
    motivation: str


@dataclass(frozen=True)
class View:
    """One view that stands: of a unit, or a written opinion from outside."""

    pk: int
    is_opinion: bool
    who: str
    about: str
    text: str
    said_on: date
    registry_number: str
    is_mine: bool
    answer: Answered | None


@dataclass(frozen=True)
class Section:
    """What was said about one thing."""

    title: str
    views: tuple[View, ...]


@dataclass(frozen=True)
class Party:
    """`has_answered`: the unit itself, or the organisation. `within`: the units in it that have
    given a view of their own, which is not its answer."""

    name: str
    outside: bool
    has_answered: bool
    within: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConsultationFigures:
    parties: tuple[Party, ...]
    sections: tuple[Section, ...]

    @property
    def views(self) -> tuple[View, ...]:
        return tuple(view for section in self.sections for view in section.views)

    @property
    def answered_parties(self) -> int:
        return sum(party.has_answered for party in self.parties)

    @property
    def unanswered(self) -> int:
        """How many views have not been met yet."""
        return sum(view.answer is None for view in self.views)

    def met(self, outcome: str) -> int:
        return sum(
            view.answer is not None and view.answer.outcome == outcome for view in self.views
        )

    @property
    def outcomes(self) -> tuple[tuple[str, int], ...]:
        return tuple(
            (str(outcome.label), self.met(outcome)) for outcome in ConsultationAnswer.Outcome
        )


def read_consultation(consultation: Consultation, reader: User | None) -> ConsultationFigures:
    """What stands of a consultation, as `reader` reads it. Four queries."""
    comments = list(
        consultation.comments.filter(withdrawn_at__isnull=True)
        .select_related("unit", "key_group")
        .order_by("created_at", "pk")
    )
    opinions = list(consultation.opinions.filter(withdrawn_at__isnull=True))
    answers = _answers(comments, opinions)
    asked = consultation.parties.select_related("unit").order_by(
        F("unit__tree_left").asc(nulls_last=True), "organisation"
    )
    spoken = [view.unit for view in comments]
    wrote = {opinion.organisation.casefold() for opinion in opinions}
    own = reader.pk if reader else None
    return ConsultationFigures(
        parties=tuple(
            _asked_unit(party.unit, spoken)
            if party.unit
            else Party(party.organisation, True, party.organisation.casefold() in wrote)
            for party in asked
        ),
        sections=_sections(
            [
                *(_of_comment(view, answers, own) for view in comments),
                *(_of_opinion(opinion, answers) for opinion in opinions),
            ]
        ),
    )


def _asked_unit(unit: Unit, spoken: Sequence[Unit]) -> Party:
    below = [other.name for other in spoken if other != unit and unit.covers(other)]
    return Party(unit.name, False, unit in spoken, tuple(dict.fromkeys(below)))


Key = tuple[bool, int]


def _answers(
    comments: Sequence[ConsultationComment], opinions: Sequence[WrittenOpinion]
) -> dict[Key, Answered]:
    """The latest answer to each view."""
    found: dict[Key, Answered] = {}
    given = ConsultationAnswer.objects.filter(comment__in=comments) | (
        ConsultationAnswer.objects.filter(opinion__in=opinions)
    )
    for each in given.order_by("pk"):
        key = (True, each.opinion_id) if each.opinion_id else (False, each.comment_id or 0)
        found[key] = Answered(each.outcome, each.get_outcome_display(), each.motivation)
    return found


def _of_comment(
    comment: ConsultationComment, answers: dict[Key, Answered], own: int | None
) -> View:
    about = comment.key_group.name if comment.key_group else comment.get_about_display()
    return View(
        pk=comment.pk,
        is_opinion=False,
        who=comment.unit.name,
        about=about,
        text=comment.text,
        said_on=comment.created_at.astimezone(STOCKHOLM).date(),
        registry_number="",
        is_mine=comment.by_id == own,
        answer=answers.get((False, comment.pk)),
    )


def _of_opinion(opinion: WrittenOpinion, answers: dict[Key, Answered]) -> View:
    return View(
        pk=opinion.pk,
        is_opinion=True,
        who=opinion.organisation,
        about=_("Written opinions"),
        text=opinion.summary,
        said_on=opinion.dated_on,
        registry_number=opinion.registry_number,
        is_mine=False,
        answer=answers.get((True, opinion.pk)),
    )


def _sections(views: Sequence[View]) -> tuple[Section, ...]:
    """By what they are about: the general first, then each key group, then what came from
    outside."""
    general = [
        str(about.label)
        for about in ConsultationComment.About
        if about != ConsultationComment.About.KEY_GROUP
    ]
    by_title: dict[str, list[View]] = {}
    for view in views:
        by_title.setdefault(view.about, []).append(view)
    outside = {view.about for view in views if view.is_opinion}

    def place(title: str) -> tuple[int, str]:
        if title in general:
            return general.index(title), ""
        return len(general) + (title in outside), title.casefold()

    return tuple(Section(title, tuple(by_title[title])) for title in sorted(by_title, key=place))


def compilation_table(
    figures: ConsultationFigures,
) -> tuple[list[str], Iterator[Sequence[Value]]]:
    """A row per view, and one per party that has said nothing."""
    header = [
        *(_("Who"), _("From outside"), _("About"), _("Day"), _("Registry number")),
        *(_("View"), _("Outcome"), _("Motivation")),
    ]
    return header, _lines(figures)


def _lines(figures: ConsultationFigures) -> Iterator[Sequence[Value]]:
    for view in figures.views:
        yield (
            view.who,
            _("yes") if view.is_opinion else _("no"),
            view.about,
            view.said_on,
            view.registry_number,
            view.text,
            view.answer.words if view.answer else _("not yet answered"),
            view.answer.motivation if view.answer else "",
        )
    for party in figures.parties:
        if not party.has_answered:
            outside = _("yes") if party.outside else _("no")
            words = _("No view of its own given") if party.within else _("No view given")
            yield party.name, outside, "", None, "", words, "", ""
