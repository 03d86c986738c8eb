"""What a reader is shown of needs forms: those to answer, those of others below, and which levels
it makes sense to wish for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from competence.figures.needs import FormStanding, deputies_of, form_standings
from competence.figures.plan import in_effect_q
from competence.models import NeedsDelegation, NeedsForm, NeedsRound, PlanVersion, Requirement
from lms.framework.models import CompetenceArea, TrainingLevel
from lms.people.access import Action, Obj, Scope, can, grants
from lms.people.models import Unit, User
from lms.people.querysets import in_units_q
from lms.people.roles import Role


@dataclass(frozen=True)
class AreaToWish:
    """An area with the levels above what the plan in force asks of the key group there."""

    area: CompetenceArea
    asked_now: TrainingLevel | None
    levels: tuple[TrainingLevel, ...]


def areas_to_wish(form: NeedsForm, day: date) -> list[AreaToWish]:
    """The areas where there is something left to wish for; those in which the plan asks something
    today first. Three queries."""
    asked: dict[int, TrainingLevel] = {}
    rows = Requirement.objects.filter(
        in_effect_q(day),
        plan_version=PlanVersion.objects.in_force_on(day),
        key_group=form.key_group,
    )
    for row in rows.select_related("level").order_by("level__number"):
        asked[row.area_id] = row.level
    levels = list(TrainingLevel.objects.all())
    found = []
    for area in CompetenceArea.objects.all():
        now = asked.get(area.pk)
        above = tuple(each for each in levels if now is None or each.number > now.number)
        if above:
            found.append(AreaToWish(area, now, above))
    return sorted(found, key=lambda each: each.asked_now is None)


@dataclass(frozen=True)
class AskedRound:
    """One round as a reader meets it: what is theirs to answer, and what lies below them."""

    needs_round: NeedsRound
    is_open: bool
    mine: tuple[FormStanding, ...]
    others: tuple[FormStanding, ...]

    @property
    def answered(self) -> int:
        return sum(each.is_answered for each in self.mine)

    @property
    def left(self) -> list[FormStanding]:
        return [each for each in self.mine if not each.is_answered]


def units_answered_for(user: User, action: Action, day: date) -> list[Unit]:
    """The units whose forms the account reaches as a manager, deputy or contact."""
    return [
        unit
        for _role, grant, units in grants(user, action, Obj.NEEDS_ASSESSMENT, day=day)
        if grant.scope is Scope.SUB
        for unit in (units if None not in units else Unit.objects.filter(parent=None))
        if unit is not None
    ]


def may_fill_in(user: User, form: NeedsForm, day: date) -> bool:
    """Whether the account may write in the form: as manager, deputy, or a colleague it is left
    to."""
    left = NeedsDelegation.objects.in_force_on(day).filter(form=form, colleague=user.person_id)
    own = user.person_id is not None and left.exists()
    return can(user, Action.UPDATE, Obj.NEEDS_ASSESSMENT, day=day, unit=form.unit, own=own)


def may_read(user: User, form: NeedsForm, day: date) -> bool:
    """Whether the account may read the form and its answer: not whoever is shown figures only."""
    return may_fill_in(user, form, day) or can(
        user, Action.READ, Obj.NEEDS_ASSESSMENT, day=day, unit=form.unit, own=False, record=True
    )


def may_confirm(user: User, form: NeedsForm, day: date) -> bool:
    return can(user, Action.APPROVE, Obj.NEEDS_ASSESSMENT, day=day, unit=form.unit, own=False)


def asked_of(user: User, day: date) -> list[AskedRound]:
    """The rounds that ask the reader something: the open ones, and the latest of the others. Mine
    are the forms of the units where the reader is manager or deputy, those left to them, and those
    of units below that nobody manages. The same number of queries whatever the number of forms."""
    units = units_answered_for(user, Action.READ, day)
    left = NeedsDelegation.objects.in_force_on(day).filter(colleague=user.person_id)
    left_to = set(left.values_list("form_id", flat=True)) if user.person_id else set()
    forms = (
        NeedsForm.objects.filter(in_units_q(units) | Q(pk__in=left_to))
        .filter(needs_round__starts_on__lte=day)
        .select_related("unit", "key_group", "naming__person", "needs_round")
    )
    standings = form_standings(forms, day)
    is_manager = Role.MANAGER in {
        role for role, _grant, _units in grants(user, Action.UPDATE, Obj.NEEDS_ASSESSMENT, day=day)
    }
    deputies = deputies_of({each.form.unit_id: each.managers for each in standings}, day)
    reach = units_answered_for(user, Action.UPDATE, day) if is_manager else []
    by_round: dict[NeedsRound, list[FormStanding]] = {}
    for each in standings:
        by_round.setdefault(each.form.needs_round, []).append(each)

    def is_mine(each: FormStanding) -> bool:
        if each.form.pk in left_to:
            return True
        people = {one.pk for one in (*each.managers, *deputies.get(each.form.unit_id, ()))}
        nobody = not each.managers and any(unit.covers(each.form.unit) for unit in reach)
        return nobody or user.person_id in people

    rounds = sorted(by_round, key=lambda each: (each.starts_on, each.pk), reverse=True)
    shown = [each for each in rounds if each.is_open_on(day)]
    shown += [each for each in rounds if each not in shown][:1]
    return [
        AskedRound(
            needs_round,
            needs_round.is_open_on(day),
            tuple(each for each in by_round[needs_round] if is_mine(each)),
            tuple(each for each in by_round[needs_round] if not is_mine(each)),
        )
        for needs_round in shown
    ]
