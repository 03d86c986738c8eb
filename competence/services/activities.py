"""Filling a draft of the training plan: its activities, who takes part in them and who pays. A
decided version is never changed; what came of an activity is written by `activity_facts`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Page

from competence.models import (
    ActivityPartner,
    KeyGroup,
    PlanActivity,
    TrainingActivity,
    TrainingPlanVersion,
)
from competence.services.plan_states import PlanError, locked_draft
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import PartnerOrganisation, Unit, User

_MEASURE = re.compile(r"[A-ZÅÄÖ]{1,4}[0-9]{1,3}[a-z]?")


class Said(TypedDict, total=False):
    """What a planned activity says beside its title and its first day. What is left out stays as
    it is, or is empty in a new one."""

    ends_on: date
    kind: str
    key_groups: Iterable[KeyGroup]
    audience: str
    areas: Iterable[CompetenceArea]
    levels: Iterable[TrainingLevel]
    measures: Sequence[str]
    sessions: int | None
    seats: int | None
    people: int | None
    form: str
    responsible: str
    responsible_unit: Unit | None
    course: Page | None
    cost_external: int
    cost_trainer: int
    cost_venue: int
    hours: Decimal | None
    note: str


class SaidAnew(Said, total=False):
    """What may be said otherwise of one that is there."""

    title: str
    starts_on: date


_MANY = ("key_groups", "areas", "levels")


@dataclass(frozen=True)
class PartnerPart:
    """A partner's part in an activity: `share` is per cent or kronor, as the activity is split."""

    organisation: PartnerOrganisation
    role: str = ""
    seats: int | None = None
    share: int | None = None


@transaction.atomic
def create_activity(
    *,
    version: TrainingPlanVersion,
    title: str,
    starts_on: date,
    by: User | None,
    **said: Unpack[Said],
) -> PlanActivity:
    """A new activity in a draft. Without a last day it ends on its first."""
    draft = locked_draft(version)
    planned = PlanActivity(
        version=draft,
        activity=_new_activity(),
        title=title,
        starts_on=starts_on,
        ends_on=starts_on,
    )
    _write(planned, said)
    record("plan_activity.added", planned, by=by, after=said_of(planned))
    return planned


@transaction.atomic
def create_activity_once(
    *,
    version: TrainingPlanVersion,
    title: str,
    starts_on: date,
    by: User | None,
    **said: Unpack[Said],
) -> tuple[PlanActivity, bool]:
    """The activity of the draft that says this already, or a new one; and whether it is new. For a
    form, which may be sent twice."""
    # The same sent twice at once: the second sees the first.
    draft = locked_draft(version)
    for standing in draft.activities.filter(title=title, starts_on=starts_on).order_by("-pk"):
        if all(_says(standing, name, value) for name, value in said.items()):
            return standing, False
    made = create_activity(version=draft, title=title, starts_on=starts_on, by=by, **said)
    return made, True


def _says(planned: PlanActivity, name: str, value: Any) -> bool:
    stands = getattr(planned, name)
    if name in _MANY:
        return {each.pk for each in stands.all()} == {each.pk for each in value}
    return bool(list(stands) == list(value) if name == "measures" else stands == value)


def _new_activity() -> TrainingActivity:
    try:
        with transaction.atomic():
            return TrainingActivity.objects.create(number=TrainingActivity.next_number())
    except IntegrityError as error:
        raise PlanError(
            _("Somebody else added an activity at the same moment. Try again.")
        ) from error


@transaction.atomic
def change_activity(
    *, planned: PlanActivity, by: User | None, **said: Unpack[SaidAnew]
) -> PlanActivity:
    """Say something else of an activity in a draft."""
    locked_draft(planned.version)
    before, people = said_of(planned), planned.planned_people
    _write(planned, said)
    partners = list(planned.partners.all())
    _refuse_split(planned, partners)
    if planned.planned_people != people:
        _refuse_fewer(planned, partners)
    after = said_of(planned)
    if before != after:
        record("plan_activity.changed", planned, by=by, before=before, after=after)
    return planned


def _write(planned: PlanActivity, said: Said | SaidAnew) -> None:
    for name, value in said.items():
        if name not in _MANY:
            setattr(planned, name, list(value) if name == "measures" else value)  # type: ignore[call-overload]
    for code in planned.measures:
        if not _MEASURE.fullmatch(code):
            raise ValidationError(
                {
                    "measures": _("“%(code)s” is no passage. Write S15, for example.")
                    % {"code": code}
                }
            )
    planned.full_clean()
    planned.save()
    for name in _MANY:
        if name in said:
            getattr(planned, name).set(said[name])  # type: ignore[literal-required]


@transaction.atomic
def set_partners(
    *,
    planned: PlanActivity,
    split: str,
    own_percent: int | None,
    parts: Sequence[PartnerPart],
    by: User | None,
) -> PlanActivity:
    """Who takes part in an activity of a draft, with which seats and which part of the cost: all of
    them at once, so that the parts add up."""
    locked_draft(planned.version)
    before = partners_of(planned)
    planned.split = split
    planned.own_percent = own_percent if split == PlanActivity.Split.PERCENT else None
    rows = [
        ActivityPartner(
            planned=planned,
            organisation=part.organisation,
            role=part.role.strip(),
            seats=part.seats,
            share=None if split == PlanActivity.Split.ALONE else part.share,
        )
        for part in parts
    ]
    if len({row.organisation_id for row in rows}) < len(rows):
        raise PlanError(_("Each partner is there once."))
    _refuse_split(planned, rows)
    _refuse_seats(planned, rows)
    planned.full_clean()
    planned.save(update_fields=["split", "own_percent"])
    planned.partners.all().delete()
    for row in rows:
        row.full_clean()
        row.save()
    after = partners_of(planned)
    if before != after:
        record("plan_activity.partners_set", planned, by=by, before=before, after=after)
    return planned


def _refuse_split(planned: PlanActivity, rows: Sequence[ActivityPartner]) -> None:
    shares = sum(row.share or 0 for row in rows)
    if planned.split == PlanActivity.Split.PERCENT:
        if planned.own_percent is None:
            raise PlanError(_("Say the municipality's own part in per cent."))
        total = shares + planned.own_percent
        if total != 100:
            raise PlanError(
                _("The parts are %(total)s per cent together. They must be 100.") % {"total": total}
            )
    elif planned.split == PlanActivity.Split.KRONOR and shares > planned.planned_kronor:
        raise PlanError(
            _("The partners' parts are %(parts)s kronor, more than the %(cost)s that it costs.")
            % {"parts": shares, "cost": planned.planned_kronor}
        )


def _refuse_fewer(planned: PlanActivity, rows: Sequence[ActivityPartner]) -> None:
    """No fewer people than the seats that partners have been promised, said beside the number."""
    promised = sum(row.seats or 0 for row in rows)
    if _says_how_many(planned) and promised > planned.planned_people:
        words = ngettext(
            "One seat is promised to partners. Write at least that many, or change the partners' "
            "seats first.",
            "%(seats)s seats are promised to partners. Write at least that many, or change the "
            "partners' seats first.",
            promised,
        ) % {"seats": promised}
        raise ValidationError({"people" if planned.people is not None else "sessions": words})


def _says_how_many(planned: PlanActivity) -> bool:
    by_sessions = planned.sessions is not None and planned.seats is not None
    return planned.people is not None or by_sessions


def _refuse_seats(planned: PlanActivity, rows: Sequence[ActivityPartner]) -> None:
    """No more seats for partners than there are, where it is said how many there are."""
    people, seats = planned.planned_people, sum(row.seats or 0 for row in rows)
    if _says_how_many(planned) and seats > people:
        raise PlanError(
            _("The partners' seats are %(seats)s, more than the %(people)s who take part.")
            % {"seats": seats, "people": people}
        )


@transaction.atomic
def copy_activity(
    *, planned: PlanActivity, version: TrainingPlanVersion, by: User | None, years: int = 0
) -> PlanActivity:
    """A new activity in a draft that says what `planned` says, so many years later."""
    copy = _copied(planned, locked_draft(version), _new_activity(), years)
    record(
        "plan_activity.added", copy, by=by, after=said_of(copy) | {"copied": str(planned.activity)}
    )
    return copy


@transaction.atomic
def move_activity(*, planned: PlanActivity, years: int, by: User | None) -> PlanActivity:
    """The same activity so many years later in a draft, or earlier."""
    return change_activity(
        planned=planned,
        by=by,
        starts_on=in_years(planned.starts_on, years),
        ends_on=in_years(planned.ends_on, years),
    )


def in_years(day: date, years: int) -> date:
    """The same day of another year; 28 February for one that does not exist. PlanError where the
    calendar has no such year."""
    year = day.year + years
    if not MINYEAR <= year <= MAXYEAR:
        raise PlanError(_("There is no year %(year)s to plan in.") % {"year": year})
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def carry_activities(source: TrainingPlanVersion, draft: TrainingPlanVersion) -> None:
    """Let the draft say what `source` says: the same activities, with what has come of them."""
    for planned in source.activities.with_parts():
        _copied(planned, draft, planned.activity, 0)


def _copied(
    planned: PlanActivity, draft: TrainingPlanVersion, activity: TrainingActivity, years: int
) -> PlanActivity:
    many = {name: list(getattr(planned, name).all()) for name in _MANY}
    partners = list(planned.partners.all())
    fields = {
        field.attname: getattr(planned, field.attname)
        for field in PlanActivity._meta.concrete_fields
        if not field.primary_key
    }
    fields |= {
        "version_id": draft.pk,
        "activity_id": activity.pk,
        "starts_on": in_years(planned.starts_on, years),
        "ends_on": in_years(planned.ends_on, years),
    }
    copy = PlanActivity.objects.create(**fields)
    for name, rows in many.items():
        getattr(copy, name).set(rows)
    ActivityPartner.objects.bulk_create(
        ActivityPartner(
            planned=copy,
            organisation_id=row.organisation_id,
            role=row.role,
            seats=row.seats,
            share=row.share,
        )
        for row in partners
    )
    return copy


@transaction.atomic
def remove_activity(*, planned: PlanActivity, by: User | None) -> None:
    """Take an activity out of a draft. What has come of it stays, with the versions that had it."""
    locked_draft(planned.version)
    record("plan_activity.removed", planned, by=by, before=said_of(planned))
    planned.delete()


def said_of(planned: PlanActivity) -> dict[str, Any]:
    """What a planned activity says, for the ledger."""
    unit = planned.responsible_unit
    return {
        "version": planned.version.number,
        "activity": str(planned.activity),
        "title": planned.title,
        "kind": planned.kind,
        "key_groups": sorted(group.code for group in planned.key_groups.all()),
        "audience": planned.audience,
        "areas": sorted(area.code for area in planned.areas.all()),
        "levels": sorted(level.number for level in planned.levels.all()),
        "measures": list(planned.measures),
        "starts_on": planned.starts_on.isoformat(),
        "ends_on": planned.ends_on.isoformat(),
        "sessions": planned.sessions,
        "seats": planned.seats,
        "people": planned.people,
        "form": planned.form,
        "responsible": planned.responsible,
        "unit": unit.code if unit else None,
        "course": planned.course.title if planned.course else None,
        "cost_external": planned.cost_external,
        "cost_trainer": planned.cost_trainer,
        "cost_venue": planned.cost_venue,
        "hours": str(planned.hours) if planned.hours is not None else None,
        "note": planned.note,
    }


def partners_of(planned: PlanActivity) -> dict[str, Any]:
    """Who takes part and pays, for the ledger."""
    return {
        "activity": str(planned.activity),
        "split": planned.split,
        "own_percent": planned.own_percent,
        "partners": [
            {
                "organisation": row.organisation.code,
                "role": row.role,
                "seats": row.seats,
                "share": row.share,
            }
            for row in planned.partners.select_related("organisation")
        ],
    }
