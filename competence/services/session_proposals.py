"""Taking proposed sessions into a draft of the training plan, quarter by quarter. What is accepted
is recognised where it is accepted again; it is undone by removing the activity from the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from competence.engine.sessions import Quarter
from competence.models import (
    AcceptedSessions,
    KeyGroup,
    PlanActivity,
    TrainingPlanVersion,
)
from competence.services.activities import create_activity
from competence.services.plan_states import PlanError, locked_draft
from lms.audit.services import record
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.models import User


@dataclass(frozen=True)
class Chosen:
    """The sessions of a quarter as they are accepted, maybe edited: other days, fewer or more.
    `key_groups`: the codes of those the seats are for. With the form and the responsible function,
    so that the plan can be decided as it is."""

    quarter: Quarter
    starts_on: date
    ends_on: date
    sessions: int
    seats: int
    key_groups: tuple[str, ...]
    form: str = ""
    responsible: str = ""


@dataclass(frozen=True)
class Taken:
    """What an acceptance did: activities made, and the codes that were in the draft already."""

    made: tuple[PlanActivity, ...]
    known: tuple[str, ...]


def accepted_in(version: TrainingPlanVersion) -> dict[str, PlanActivity]:
    """The activities of a version that were made of a forecast's sessions, by their code. One
    query."""
    return {
        planned.activity.accepted.code: planned
        for planned in PlanActivity.objects.filter(
            version=version, activity__accepted__isnull=False
        ).select_related("activity__accepted")
    }


@transaction.atomic
def accept_sessions(
    *, version: TrainingPlanVersion, chosen: Sequence[Chosen], monday: date, by: User
) -> Taken:
    """Make an activity of each quarter's sessions, unless the draft has it. PlanError."""
    draft = locked_draft(version)
    standing = accepted_in(draft)
    areas = {area.code: area for area in CompetenceArea.objects.all()}
    levels = {level.number: level for level in TrainingLevel.objects.all()}
    groups = {group.code: group for group in KeyGroup.objects.all()}
    made, known = [], []
    for each in chosen:
        code = each.quarter.code
        if code in standing:
            known.append(code)
            continue
        if each.sessions < 1 or each.seats < 1 or each.ends_on < each.starts_on:
            raise PlanError(
                _("Say at least one session with one seat, and a last day after the first.")
            )
        area, level = areas[each.quarter.area], levels[each.quarter.level]
        planned = create_activity(
            version=draft,
            title=_("%(area)s, %(level)s") % {"area": area.name, "level": level.name},
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            kind=PlanActivity.Kind.BASIC if level.number == 1 else PlanActivity.Kind.IN_DEPTH,
            key_groups=[groups[code] for code in each.key_groups],
            areas=[area],
            levels=[level],
            sessions=each.sessions,
            seats=each.seats,
            form=each.form,
            responsible=each.responsible,
            note=_("From the forecast of the week of %(day)s")
            % {"day": date_format(monday, "Y-m-d")},
            by=by,
        )
        accepted = AcceptedSessions.objects.create(
            activity=planned.activity,
            code=code,
            monday=monday,
            area=area,
            level=level,
            sessions=each.sessions,
            seats=each.seats,
            latest_start=each.quarter.latest_start,
            decide_by=each.quarter.decide_by,
            by=by,
        )
        record(
            "forecast.sessions_accepted",
            accepted,
            by=by,
            after={
                "sessions_code": code,
                "area": area.code,
                "level": level.number,
                "version": draft.number,
                "sessions": each.sessions,
                "seats": each.seats,
                "starts_on": each.starts_on.isoformat(),
                "key_groups": list(each.key_groups),
            },
        )
        standing[code] = planned
        made.append(planned)
    return Taken(tuple(made), tuple(known))
