"""Standing programmes: their topics, the functions that take part, and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from competence.engine.rotation import Quarter, Turn, rotation
from competence.models import (
    KeyGroup,
    ProgrammeMember,
    ProgrammeTopic,
    ProgrammeTurn,
    StandingProgramme,
)
from lms.audit.services import record
from lms.framework.models import CompetenceArea
from lms.people.models import PartnerOrganisation, User

Part = TypeVar("Part", ProgrammeMember, ProgrammeTopic)


class ProgrammeError(ValueError):
    """A programme that cannot be that way; the message says why."""


@transaction.atomic
def create_programme(*, key_group: KeyGroup, name: str, by: User | None) -> StandingProgramme:
    programme = StandingProgramme(key_group=key_group, name=name.strip(), by=by)
    programme.full_clean()
    programme.save()
    record(
        "programme.created",
        programme,
        by=by,
        after={"key_group": key_group.code, "name": programme.name},
    )
    return programme


@transaction.atomic
def add_topic(
    *,
    programme: StandingProgramme,
    title: str,
    area: CompetenceArea,
    starts_on: date,
    by: User | None,
) -> ProgrammeTopic:
    topic = ProgrammeTopic(programme=programme, title=title.strip(), area=area, starts_on=starts_on)
    topic.full_clean()
    topic.save()
    record(
        "programme.topic_added",
        topic,
        by=by,
        after={"title": topic.title, "area": area.code, "starts_on": starts_on.isoformat()},
    )
    return topic


@transaction.atomic
def add_member(
    *,
    programme: StandingProgramme,
    function: str,
    headcount: int,
    starts_on: date,
    by: User | None,
    organisation: PartnerOrganisation | None = None,
) -> ProgrammeMember:
    """A function that takes part, and how many hold it: never who."""
    member = ProgrammeMember(
        programme=programme,
        function=function.strip(),
        organisation=organisation,
        headcount=headcount,
        starts_on=starts_on,
    )
    member.full_clean()
    member.save()
    record(
        "programme.member_added",
        member,
        by=by,
        after={
            "function": member.function,
            "organisation": organisation.code if organisation else None,
            "starts_on": starts_on.isoformat(),
        },
    )
    return member


@transaction.atomic
def end_part(*, part: Part, on: date, by: User | None) -> Part:
    """Let `on` be the last day of a topic or of a function. The turns after it that were not held
    are no turns any more."""
    locked = type(part).objects.select_for_update().get(pk=part.pk)
    if locked.ends_on is not None and locked.ends_on <= on:
        raise ProgrammeError(_("It has ended by then already."))
    if on < locked.starts_on:
        raise ProgrammeError(_("The last day is before the first day."))
    before = locked.ends_on
    locked.ends_on = on
    locked.save(update_fields=["ends_on"])
    quarter = quarter_of(on)
    later = [
        turn.pk
        for turn in locked.turns.filter(held_on__isnull=True)
        if Quarter(turn.year, turn.quarter) > quarter
    ]
    ProgrammeTurn.objects.filter(pk__in=later).delete()
    record(
        "programme.part_ended",
        locked,
        by=by,
        before={"ends_on": before.isoformat() if before else None},
        after={"ends_on": on.isoformat(), "turns_removed": len(later)},
    )
    return locked  # type: ignore[return-value]


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


@transaction.atomic
def plan_year(
    *, programme: StandingProgramme, year: int, day: date, by: User | None
) -> list[ProgrammeTurn]:
    """Fill the empty quarters of a year, from the one that `day` is in: each function gets the
    topic that it has been without for the longest. What is planned already stands."""
    StandingProgramme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    members = list(_going_on(programme.members.all(), year))
    topics = list(_going_on(programme.topics.all(), year))
    if not members or not topics:
        raise ProgrammeError(_("Add topics and functions first."))
    had = [
        Turn(Quarter(row.year, row.quarter), row.member_id, row.topic_id)
        for row in ProgrammeTurn.objects.filter(member__programme=programme)
    ]
    now = quarter_of(day)
    turns = [
        turn
        for turn in rotation([each.pk for each in members], [each.pk for each in topics], had, year)
        if turn.quarter >= now
    ]
    if not turns:
        raise ProgrammeError(_("The year is planned already."))
    rows = [
        ProgrammeTurn(
            member_id=turn.member,
            topic_id=turn.topic,
            year=turn.quarter.year,
            quarter=turn.quarter.number,
        )
        for turn in turns
    ]
    for row in rows:
        row.full_clean()
        row.save()
    record("programme.year_planned", programme, by=by, after={"year": year, "turns": len(rows)})
    return rows


def _going_on(parts: Iterable[Part], year: int) -> Iterable[Part]:
    return (part for part in parts if part.ends_on is None or part.ends_on >= date(year, 12, 31))


def _open_turn(turn: ProgrammeTurn) -> ProgrammeTurn:
    row = ProgrammeTurn.objects.select_for_update().select_related("topic").get(pk=turn.pk)
    if row.held_on is not None:
        raise ProgrammeError(_("It has been held, and stands."))
    return row


@transaction.atomic
def choose_topic(*, turn: ProgrammeTurn, topic: ProgrammeTopic, by: User | None) -> ProgrammeTurn:
    """Another topic for a turn that has not been held."""
    row = _open_turn(turn)
    if topic.programme_id != row.topic.programme_id:
        raise ProgrammeError(_("The topic is of another programme."))
    before = row.topic.title
    row.topic = topic
    row.save(update_fields=["topic"])
    record(
        "programme.topic_chosen", row, by=by, before={"topic": before}, after={"topic": topic.title}
    )
    return row


@transaction.atomic
def mark_held(*, turn: ProgrammeTurn, on: date, day: date, by: User | None) -> ProgrammeTurn:
    """The turn was held. Set once."""
    if on > day:
        raise ProgrammeError(_("Write what has happened when it has, not before."))
    row = _open_turn(turn)
    row.held_on = on
    row.save(update_fields=["held_on"])
    record(
        "programme.held",
        row,
        by=by,
        before={"held_on": None},
        after={"held_on": on.isoformat(), "topic": row.topic.title},
    )
    return row
